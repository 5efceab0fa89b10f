"""Faults put into the product one at a time: a test that fails on none of them proves nothing."""

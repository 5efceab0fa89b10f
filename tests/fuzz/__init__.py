"""Hostile input, by the million: `python -m tests.fuzz` (make fuzz) mutates it, guided by coverage.

The tests here take a bounded share of the same checks.
"""

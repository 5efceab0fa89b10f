"""The encoder of tests."""

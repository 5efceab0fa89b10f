"""Rollcall with its processes killed, stopped and cut off at random, and an account of every note."""

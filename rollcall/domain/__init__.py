"""What a roll call knows by itself: verdicts, cuts, marks, names, limits. Pure functions and values, no I/O."""

"""Bots, workers and servers on machines of their own, between which lines are cut."""

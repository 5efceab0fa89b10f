"""How well the voices are told apart: trials, metrics with intervals, degradations, and pictures of them."""

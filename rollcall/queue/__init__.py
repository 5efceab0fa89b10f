"""The way between bots and workers: every key, both ends, what lies in between, and the embedded server."""

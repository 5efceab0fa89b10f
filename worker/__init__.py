"""From a voice note's bytes to a verdict. Start at `loop`."""

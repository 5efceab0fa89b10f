"""What fits a part of an encoder's card and writes it."""

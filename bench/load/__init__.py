"""A school that checks in all at once: ``make load``."""

"""Sealing what is biometric, signing what lies open, and telling whether the keys in use are the right ones."""

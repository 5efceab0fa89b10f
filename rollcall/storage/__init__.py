"""The database: people, consents, classes, voiceprints, lessons, attendance, attempts. The truth of an installation."""

"""Where somebody stands in a dialogue: its steps, and what is kept with one until it is over."""

from __future__ import annotations

CONSENT = "consent"
"""We wait for one of the two buttons."""
NAME = "name"
"""We wait for the full name."""
ENROLLING = "enrolling"
"""Voice notes count towards a new voiceprint."""

JOIN_CODE = "join_code"
"""The class to join, by its code rather than its number: should the link be ended meanwhile, it leads nowhere."""
AGAIN = "again"
"""The question is whether to join another class, not whether to agree."""
WITHOUT_VOICE = "without_voice"
SAID = "said"
"""What was written before and was no full name."""
NAME_MESSAGE = "name_message"
"""The message that gave the name, for as long as editing it may change the name."""
ENROLMENT = "enrolment"
"""Which one the notes count towards."""

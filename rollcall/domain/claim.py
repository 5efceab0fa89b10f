"""What becomes of a voice that a teacher has to stand for before it counts."""

from datetime import timedelta
from enum import StrEnum

LAPSES_AFTER = timedelta(days=14)
"""A voice that no teacher has decided on by then is forgotten; one that served before it goes on serving."""
CHANGEABLE = timedelta(hours=24)
"""For so long a decision may be turned round. What it took away is kept until then, and goes for good afterwards."""


class ClaimState(StrEnum):
    """Where a claim stands; the first three are the teacher's to see and to choose from."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    LAPSED = "lapsed"
    """Nobody has decided."""
    SETTLED = "settled"
    """The voice was erased or recorded anew, or the class is gone: there is nothing to decide any more."""


WITHOUT_VOTE = (ClaimState.OPEN, ClaimState.REJECTED, ClaimState.LAPSED)
"""Nobody is recognised by a voice that stands so."""

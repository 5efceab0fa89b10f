"""What becomes of a doubt that only the teacher can settle."""

from enum import StrEnum


class ReviewState(StrEnum):
    """Where a review stands; the first three are the teacher's to see and to choose from."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    SETTLED = "settled"
    """A later note was accepted, or the student left: there is nothing to decide any more."""


class Asked(StrEnum):
    """Whether a teacher was really asked to settle a doubt."""

    YES = "yes"
    """One at least has the card."""
    SOON = "soon"
    """A card is on its way."""
    LATER = "later"
    """No teacher's chat takes it at present; it is tried again."""
    NOBODY = "nobody"
    """The class has no teacher."""

"""A teacher has a class's notes say a number: not, for a trial, or for good once the trial has shown that it works."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session

from rollcall.domain.challenge import ChallengeMode
from rollcall.domain.words_lane import Rates, rates
from rollcall.storage.challenges import heard_in
from rollcall.storage.tables import Person, SchoolClass
from rollcall.usecases.class_settings import set_class

NUMBER = "number"
"""The setting's name, in buttons, forms and the record."""


class NotSet(StrEnum):
    """Why a class cannot require what is to be said."""

    NOT_YET = "not-yet"
    """Its own notes do not show that its students are understood."""
    DEAF = "deaf"
    """No worker is there that hears words."""


def rates_of(session: Session, class_id: int) -> Rates:
    """How well the class's students are understood, by all its notes that are kept."""
    return rates(heard_in(session, class_id))


def offered(school_class: SchoolClass, of: Rates, *, hearing: bool) -> list[ChallengeMode]:
    """What there is to choose from; *require* once it is good, and where it is set."""
    required = school_class.challenge is ChallengeMode.REQUIRE
    return [mode for mode in ChallengeMode if mode is not ChallengeMode.REQUIRE or required or (of.good and hearing)]


def set_number(
    session: Session, teacher: Person, class_id: int, value: str, *, hearing: bool
) -> SchoolClass | NotSet | None:
    """Set the mode; None where the value is none.

    Args:
        hearing: whether a live worker hears words.
    """
    if value == ChallengeMode.REQUIRE:
        school_class = session.get_one(SchoolClass, class_id, with_for_update=True)
        if school_class.challenge is not ChallengeMode.REQUIRE:
            if not hearing:
                return NotSet.DEAF
            if not rates_of(session, class_id).good:
                return NotSet.NOT_YET
    return set_class(session, teacher, class_id, NUMBER, value)

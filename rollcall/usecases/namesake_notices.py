"""A class's teachers are told, once, that a student's name looks like another's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.domain.similar_names import same_letters
from rollcall.storage import namesakes
from rollcall.storage.classes import names_in_class
from rollcall.storage.classes import namesakes as namesakes_of
from rollcall.storage.namesakes import SAME
from rollcall.storage.people import locale_of
from rollcall.storage.tables import Person, SchoolClass
from rollcall.storage.teaching import teachers_of


@dataclass(frozen=True)
class Lookalike:
    """Students of a class whose names look alike, as its lists show them.

    Attributes:
        person_id: whose name was noticed.
        others: whose it looks like.
        same_letters: whether one of these is written with the same letters.
        said: what the student says of it, if they have.
        removable: (student, name) of each whom a teacher may take out of the class by a button.
        teachers: (chat, language) of who is to hear of it.
    """

    class_id: int
    title: str
    vocabulary: str
    person_id: int
    name: str
    others: Sequence[str]
    same_letters: bool
    said: str | None
    removable: Sequence[tuple[int, str]]
    teachers: Sequence[tuple[int, str]]


def take_notice(session: Session, class_id: int, person_id: int, now: datetime) -> Lookalike | None:
    """Take it on to tell the teachers; None where that is done, or there is nothing to tell any more.

    Nothing is where the names look different by now, or the student has left. It is written down before it is said:
    told twice, it would look like a third student.
    """
    row = namesakes.take_telling(session, class_id, person_id, now)
    if row is None:
        return None
    person = session.get_one(Person, person_id)
    others = namesakes_of(session, person, class_id)
    names = names_in_class(session, class_id)
    if person.id not in names or not others:
        return None
    school_class = session.get_one(SchoolClass, class_id)
    return Lookalike(
        class_id=class_id,
        title=school_class.title,
        vocabulary=school_class.vocabulary,
        person_id=person.id,
        name=names[person.id],
        others=[names[other.id] for other in others],
        same_letters=any(same_letters(person.full_name, other.full_name) for other in others),
        said=row.said,
        removable=[(one.id, names[one.id]) for one in ([person, *others] if row.said == SAME else [person])],
        teachers=[
            (one.telegram_id, locale_of(session, one.telegram_id)) for one in teachers_of(session, class_id, now)
        ],
    )

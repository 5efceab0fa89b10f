"""Joining a class: consent, then the full name; or the same without a voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from rollcall.domain.names import NameFault, alike, clean_name, full_name_in
from rollcall.sealing.seal import Keyring
from rollcall.storage.classes import attended_classes, class_by_code, join_class
from rollcall.storage.namesakes import note_namesakes
from rollcall.storage.people import (
    agree_to_attendance,
    agree_to_words,
    drop_conversation,
    give_consent,
    register_person,
    set_step,
)
from rollcall.storage.tables import Conversation, Person
from rollcall.storage.teaching import taught_class
from rollcall.usecases import roster_joining
from rollcall.usecases.challenges import WORDS_VERSION
from rollcall.usecases.dialogue import AGAIN, CONSENT, JOIN_CODE, NAME, NAME_MESSAGE, SAID, WITHOUT_VOICE, WORDS
from rollcall.usecases.enrolling import Enrolling, begin_enrolment
from rollcall.usecases.erasure import erase_stranger
from rollcall.usecases.joined import Joined, welcome
from rollcall.usecases.roster_joining import Choice, Waits


class Answer(StrEnum):
    """What there is to say where nobody has joined, for one reason or another."""

    NAME_WANTED = "name_wanted"
    QUESTION_GONE = "question_gone"
    NOT_NOW = "not_now"
    UNKNOWN_LINK = "unknown_link"


@dataclass(frozen=True)
class Declined:
    """Somebody did not agree to voice check-in.

    Attributes:
        join_code: of the class that they can join without a voice.
    """

    join_code: str | None


@dataclass(frozen=True)
class OwnClass:
    """The link leads to a class that its opener teaches."""

    title: str


@dataclass(frozen=True)
class Renamed:
    """Somebody gave another name.

    Attributes:
        class_ids: the classes that they attend.
        alike_in: those in which the name looks like a classmate's.
    """

    name: str
    class_ids: Sequence[int]
    alike_in: Sequence[int]


def answer_consent(
    session: Session,
    keyring: Keyring,
    conversation: Conversation,
    person: Person | None,
    *,
    agreed: bool,
    text_version: str,
    now: datetime,
) -> Answer | Declined | Enrolling | Joined | Choice:
    """A yes or a no to the question. After a stranger's no nothing is kept."""
    data, account = dict(conversation.data), conversation.telegram_id
    if conversation.step == NAME and agreed:
        return Answer.NAME_WANTED  # pressed twice, or a bot stopped before it had asked
    if conversation.step != CONSENT:
        return Answer.QUESTION_GONE
    if not agreed and AGAIN in data:
        set_step(session, account, "", None, now)
        return Answer.NOT_NOW
    if not agreed:
        return _decline(session, conversation, person, now)
    give_consent(session, account, text_version, conversation.locale, now)
    if WORDS in data:
        agree_to_words(session, account, WORDS_VERSION, conversation.locale, now)
    if JOIN_CODE not in data:
        return begin_enrolment(session, conversation, now)
    return _name_or_join(session, keyring, conversation, person, data, now)


def join_without_voice(
    session: Session,
    keyring: Keyring,
    conversation: Conversation,
    person: Person | None,
    join_code: str,
    text_version: str,
    now: datetime,
) -> Answer | OwnClass | Joined | Choice:
    """Join, and check in by a tap. From here on something is kept."""
    school_class = class_by_code(session, join_code, now)
    if school_class is None:
        return Answer.UNKNOWN_LINK
    if person is not None and taught_class(session, person, school_class.id, now) is not None:
        return OwnClass(school_class.title)
    session.add(conversation)
    session.flush()
    agree_to_attendance(session, conversation.telegram_id, text_version, conversation.locale, now)
    data = {JOIN_CODE: join_code, WITHOUT_VOICE: True}
    return _name_or_join(session, keyring, conversation, person, data, now)


def give_name(
    session: Session,
    keyring: Keyring,
    conversation: Conversation,
    person: Person | None,
    text: str,
    message_id: int,
    now: datetime,
) -> NameFault | Answer | Joined | Choice | Waits:
    """The full name, or which line of the class's list one is, in answer to our question."""
    data, account = conversation.data, conversation.telegram_id
    by_list = roster_joining.class_by_list(session, conversation, person, now)
    if by_list is not None:
        return roster_joining.find_own_line(session, keyring, by_list, conversation, person, text, now)
    name, fault = _name_in(text, data.get(SAID))
    if fault is not None:
        set_step(session, account, NAME, {**data, NAME_MESSAGE: message_id, SAID: name}, now)
        return fault
    school_class = class_by_code(session, data.get(JOIN_CODE, ""), now)
    if person is None and school_class is None:
        # The link has ended meanwhile: nothing is kept of someone who belongs nowhere.
        erase_stranger(session, account)
        return Answer.UNKNOWN_LINK
    person = register_person(session, account, name, now)
    person.full_name = name  # a teacher's came from Telegram so far
    outcome = _join(session, keyring, person, data, now)
    if isinstance(outcome, Joined):
        set_step(session, account, "", {NAME_MESSAGE: message_id}, now)
    return outcome


def change_name(
    session: Session, conversation: Conversation, person: Person | None, text: str, now: datetime
) -> NameFault | Renamed:
    """The answer to our question was edited: the new name counts."""
    name, fault = _name_in(text, conversation.data.get(SAID))
    if fault is not None or person is None:
        return fault or NameFault.LENGTH
    person.full_name = name
    session.flush()
    class_ids = [one.id for one in attended_classes(session, person)]
    return Renamed(name, class_ids, [one for one in class_ids if note_namesakes(session, person, one, now)])


def _name_in(text: str, said: str | None) -> tuple[str, NameFault | None]:
    """What was written, and why it is no full name; a single name is one when it is said twice."""
    found = full_name_in(text)
    if not isinstance(found, NameFault):
        return found, None
    name = clean_name(text)
    again = found is NameFault.ONE_WORD and said is not None and alike(said) == alike(name)
    return name, None if again else found


def _decline(session: Session, conversation: Conversation, person: Person | None, now: datetime) -> Declined:
    """No trace of a stranger, and the other way in."""
    join_code = conversation.data.get(JOIN_CODE)
    if person is None:
        drop_conversation(session, conversation.telegram_id)
    else:
        set_step(session, conversation.telegram_id, "", None, now)
    good = join_code is not None and class_by_code(session, join_code, now) is not None
    return Declined(join_code if good else None)


def _name_or_join(
    session: Session,
    keyring: Keyring,
    conversation: Conversation,
    person: Person | None,
    data: Mapping[str, Any],
    now: datetime,
) -> Answer | Joined | Choice:
    """A student's name is known; anyone else is asked for theirs, or for their line of the class's list."""
    set_step(session, conversation.telegram_id, NAME, data, now)
    school_class = roster_joining.class_by_list(session, conversation, person, now)
    if school_class is not None:
        return roster_joining.own_line_or_choice(session, keyring, school_class, conversation, person, now)
    if person is not None and attended_classes(session, person):
        return _join(session, keyring, person, data, now)
    return Answer.NAME_WANTED


def _join(
    session: Session, keyring: Keyring, person: Person, data: Mapping[str, Any], now: datetime
) -> Answer | Joined:
    """The last step: the class is joined, unless its link has ended meanwhile."""
    set_step(session, person.telegram_id, "", None, now)
    school_class = class_by_code(session, data.get(JOIN_CODE, ""), now)
    if school_class is None or school_class.practice_of not in (None, person.id):
        return Answer.UNKNOWN_LINK
    new = join_class(session, person, school_class, now)
    return welcome(session, keyring, person, school_class, data, now, new=new)

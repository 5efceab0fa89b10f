"""Who is talking to us, in which language, in which role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import inspect
from sqlalchemy.orm import Session
from telegram import Update, User

from bot.transport.clock import telegram_clock
from rollcall.config.settings import Settings
from rollcall.domain.names import shortened_name
from rollcall.storage.people import acquaintance, known_conversation, make_teacher, register_person
from rollcall.storage.tables import STUDENT, TEACHER, Conversation, Person, SchoolClass
from rollcall.texts import Texts, language_for, texts_in

_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True)
class Caller:
    """The person behind an update. ``person`` is None until they have joined or taught."""

    user: User
    texts: Texts
    conversation: Conversation
    person: Person | None
    is_admin: bool
    classes: tuple[tuple[str, SchoolClass], ...] = ()
    """With the role in each, oldest membership first, as the update found them; without those that were put away."""

    @property
    def attended(self) -> Sequence[SchoolClass]:
        """The classes of which the caller is a student."""
        return [one for role, one in self.classes if role == STUDENT]

    @property
    def taught(self) -> Sequence[SchoolClass]:
        """The caller's own classes."""
        return [one for role, one in self.classes if role == TEACHER]

    @property
    def class_used_last(self) -> SchoolClass | None:
        """What a command means that names no class; before any was used, the one made last."""
        taught, last = self.taught, self.person.last_class_id if self.person is not None else None
        return next((one for one in taught if one.id == last), taught[-1] if taught else None)

    def in_words_of(self, school_class: SchoolClass | None) -> Caller:
        """The caller, spoken to in the words of that class."""
        if school_class is None or school_class.vocabulary == self.texts.vocabulary:
            return self
        return replace(self, texts=self.texts.speaking(school_class.vocabulary))

    def within(self, session: Session) -> Caller:
        """The same caller in another transaction of the same update: where they stand in the dialogue is read again
        and locked, for another bot may have moved it.
        """
        person = None if self.person is None else session.merge(self.person, load=False)
        conversation = self.conversation
        if inspect(conversation).has_identity:
            conversation = known_conversation(session, self.user.id) or _begun(self.user.id, conversation.locale)
        return replace(self, person=person, conversation=conversation)

    @property
    def is_teacher(self) -> bool:
        """Every admin is a teacher."""
        return self.is_admin or (self.person is not None and self.person.is_teacher)


def caller_of(session: Session, update: Update, settings: Settings) -> Caller:
    """Who sent the update. The language is remembered for messages that answer no update, and for updates of which
    Telegram does not tell it.

    Of a stranger nothing is kept: their conversation is written down once we ask them something; see `remember`.
    """
    user = update.effective_user
    if user is None:
        raise ValueError("an update without a sender")
    known = acquaintance(session, user.id, telegram_clock().now())
    person, conversation = known.person, known.conversation
    if conversation is None:
        locale = language_for(user.language_code)
        conversation = _begun(user.id, locale)
        if person is not None:
            session.add(conversation)
    elif conversation.language is not None:
        conversation.locale = conversation.language
    elif user.language_code:
        conversation.locale = language_for(user.language_code)
    caller = Caller(
        user, texts_in(conversation.locale), conversation, person, user.id in settings.admins, known.classes
    )
    return caller.in_words_of(caller.class_used_last or next(iter(caller.attended), None))


def _begun(telegram_id: int, locale: str) -> Conversation:
    return Conversation(
        telegram_id=telegram_id, language=None, locale=locale, step="", data={}, updated_at=telegram_clock().now()
    )


def remember(session: Session, caller: Caller) -> None:
    """Write the caller's conversation down, if it is not."""
    if caller.conversation not in session:
        session.add(caller.conversation)
        session.flush()


def teacher_of(session: Session, caller: Caller) -> Person:
    """The caller as a teacher on record; an admin becomes one at first use.

    Raises:
        LookupError: neither, for the right to teach was ended a moment ago.
    """
    person = caller.person
    if caller.is_admin and (person is None or not person.is_teacher):
        return become_teacher(session, caller)
    if person is None or not person.is_teacher:
        raise LookupError("the caller does not teach any more")
    return person


def as_teacher(
    caller: Caller, use_case: Callable[Concatenate[Session, Person, _P], _T]
) -> Callable[Concatenate[Session, _P], _T]:
    """A use case whose teacher is the caller."""

    def carried_out(session: Session, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return use_case(session, teacher_of(session, caller.within(session)), *args, **kwargs)

    return carried_out


def become_teacher(session: Session, caller: Caller) -> Person:
    """Give the caller the right to teach."""
    person = caller.person
    if person is None:
        person = register_person(
            session, caller.user.id, shortened_name(caller.user.full_name, "?"), telegram_clock().now()
        )
        remember(session, caller)
    make_teacher(session, person, person)
    return person

"""Who may teach: admins invite, take invitations back, and end somebody's teaching."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from rollcall.domain.names import clean_name
from rollcall.domain.staff import StaffNews
from rollcall.storage.audit import Account
from rollcall.storage.invites import create_invite, handle_of, name_invite, open_invites, revoke_invite
from rollcall.storage.people import find_person, set_step
from rollcall.storage.rights import end_teaching
from rollcall.storage.staff import owned_by, pass_on
from rollcall.storage.staff_notices import promise
from rollcall.storage.tables import Conversation, Invite, Person
from rollcall.usecases.dialogue import INVITATION, INVITED, INVITED_MESSAGE

_INVITES_SHOWN = 10


@dataclass(frozen=True)
class Invited:
    """A new invitation.

    Attributes:
        token: told this once, and not kept.
        still_open: the invitations that can be used, this one among them.
    """

    token: str
    still_open: Sequence[Invite]


@dataclass(frozen=True)
class Named:
    """For whom an invitation is, empty where that was no name; and those that can be used."""

    note: str
    still_open: Sequence[Invite]


@dataclass(frozen=True)
class Revoked:
    """Whether an invitation ended, and those that can still be used."""

    done: bool
    still_open: Sequence[Invite]


def invite(session: Session, conversation: Conversation, valid: timedelta, said: str, now: datetime) -> Invited:
    """A single-use invitation of this admin's; for whom it is was said, or is the next text."""
    admin, note = conversation.telegram_id, clean_name(said)
    token = create_invite(session, admin, valid, now)
    session.flush()
    if note:
        name_invite(session, handle_of(token), admin, note, now)
    else:
        session.add(conversation)
        session.flush()
        set_step(session, admin, INVITED, {INVITATION: handle_of(token)}, now)
    return Invited(token, open_invites(session, now, _INVITES_SHOWN))


def invite_named(session: Session, admin: int, valid: timedelta, said: str, now: datetime) -> Invited | None:
    """The same, asked for in a form that says for whom it is. None where that is nobody's name."""
    note = clean_name(said)
    if not note:
        return None
    token = create_invite(session, admin, valid, now)
    session.flush()
    name_invite(session, handle_of(token), admin, note, now)
    return Invited(token, open_invites(session, now, _INVITES_SHOWN))


def invited_whom(
    session: Session, conversation: Conversation, text: str, message_id: int, now: datetime
) -> Named | None:
    """The answer, or the answer edited: for whom the invitation is. None where that cannot be said of it any more."""
    admin, handle, note = conversation.telegram_id, str(conversation.data.get(INVITATION, "")), clean_name(text)
    if not note:
        return Named("", open_invites(session, now, _INVITES_SHOWN))
    if not handle or not name_invite(session, handle, admin, note, now):
        return None
    session.flush()
    set_step(session, admin, "", {INVITED_MESSAGE: message_id, INVITATION: handle}, now)
    return Named(note, open_invites(session, now, _INVITES_SHOWN))


def uninvite(session: Session, admin: int, handle: str, now: datetime) -> Revoked:
    """An invitation does not work any more; nothing happens where it was used, or there is none."""
    done = revoke_invite(session, handle, Account(admin), now)
    return Revoked(done, open_invites(session, now, _INVITES_SHOWN))


def teacher_by_id(session: Session, person_id: int, admins: Collection[int]) -> Person | None:
    """The person, if they teach by an invitation: that admins do is for the settings to end."""
    person = session.get(Person, person_id, with_for_update=True)
    return person if person is not None and person.is_teacher and person.telegram_id not in admins else None


def unteach(
    session: Session, admin: int | None, person_id: int, admins: Collection[int], now: datetime
) -> Person | None:
    """From now on the person teaches nothing, until invited again, and hears of it; None where they do not anyway.

    Args:
        admin: whose doing it is; None: of the command line.

    What they own is the colleague's who has taught it longest; where there is none, it stays theirs for that day.
    """
    person = teacher_by_id(session, person_id, admins)
    if person is None:
        return None
    owned, by = owned_by(session, person), Account(admin) if admin is not None else None
    end_teaching(session, person, by, now)
    promise(session, person, None, StaffNews.NO_TEACHER, now)
    doer = find_person(session, admin) if admin is not None else None
    for class_id in owned:
        if (heir := pass_on(session, class_id, by, now)) is not None:
            promise(session, heir, class_id, StaffNews.YOU_OWN, now, by=doer)
    return person

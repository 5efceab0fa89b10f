"""Who may look at the pages: links that the bot gives, devices that are signed in by them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from rollcall.storage import web_access
from rollcall.storage.people import Acquaintance, known_as, known_locale_of
from rollcall.storage.tables import Lesson, Person, SchoolClass
from rollcall.storage.web_tables import WebSession
from rollcall.texts import DEFAULT_LANGUAGE
from rollcall.usecases.live_board import LiveBoard, live_board


@dataclass(frozen=True)
class SignedIn:
    """A device that is signed in now.

    Attributes:
        token: what it has to show with every request.
        leads_to: the path that the link was for.
    """

    token: str
    leads_to: str


@dataclass(frozen=True)
class Visitor:
    """Who asks for a page.

    Attributes:
        locale: the language in which the bot speaks with them.
    """

    device: WebSession
    known: Acquaintance
    locale: str


def link_to(session: Session, person: Person, path: str, now: datetime) -> str:
    """The token of a link for this person, which leads one device to the page."""
    return web_access.make_link(session, person.telegram_id, path, now)


def waits_for(session: Session, token: str, now: datetime) -> str | None:
    """Whom the link would sign in; None where it leads nowhere."""
    link = web_access.find_link(session, token, now)
    person = known_as(session, link.telegram_id, now).person if link is not None else None
    return person.full_name if person is not None else None


def open_link(session: Session, token: str, device: str, now: datetime) -> SignedIn | None:
    """Sign the device in; None where the link was used, or its time is up."""
    link = web_access.use_link(session, token, now)
    if link is None:
        return None
    made = web_access.sign_in(session, link.telegram_id, device, now, in_telegram=False)
    return SignedIn(made, link.leads_to)


def enter_app(
    session: Session, telegram_id: int, digest: str, expires_at: datetime, shown: str, now: datetime
) -> str | None:
    """Sign in the window in which Telegram shows us; its token, or nothing where it is signed in as the same already.

    Args:
        digest: of Telegram's word, which is taken once; until ``expires_at`` it would be good.
        shown: the token that the window shows, if any.

    Returns:
        None where the word was taken before, by another window, or it is nobody whom we know.
    """
    if known_as(session, telegram_id, now).person is None:
        return None
    device = web_access.signed_in(session, shown, now)
    if device is not None and device.telegram_id == telegram_id:
        web_access.spend_init_data(session, digest, expires_at)
        return ""
    if not web_access.spend_init_data(session, digest, expires_at):
        return None
    return web_access.sign_in(session, telegram_id, "Telegram", now, in_telegram=True)


def visitor(session: Session, token: str, now: datetime) -> Visitor | None:
    """Whose device it is that shows this token."""
    device = web_access.signed_in(session, token, now)
    if device is None:
        return None
    locale = known_locale_of(session, device.telegram_id) or DEFAULT_LANGUAGE
    return Visitor(device, known_as(session, device.telegram_id, now), locale)


def screen_for(session: Session, teacher: Person, lesson_id: int, now: datetime) -> str | None:
    """The token of a link that shows the lesson on a projector; None where the lesson is over."""
    lesson = session.get_one(Lesson, lesson_id)
    return web_access.make_screen(session, lesson, teacher.telegram_id, now) if lesson.closed_at is None else None


def on_screen(session: Session, token: str, now: datetime) -> LiveBoard | None:
    """What the projector shows; None where the link leads nowhere, or its lesson is over."""
    link = web_access.find_screen(session, token)
    found = live_board(session, link.lesson_id, now) if link is not None else None
    return found if found is not None and not found.closed else None


def leave(session: Session, token: str, now: datetime) -> None:
    """The device is signed in no more."""
    device = web_access.signed_in(session, token, now)
    if device is not None:
        web_access.sign_out(session, device)


def devices(session: Session, person: Person, now: datetime) -> Sequence[WebSession]:
    """Where the person is signed in, latest first."""
    return web_access.devices_of(session, person.telegram_id, now)


def revoke(session: Session, person: Person, number: int | None, now: datetime) -> None:
    """Sign one of the person's devices out, or every one; another's number does nothing."""
    for device in web_access.devices_of(session, person.telegram_id, now):
        if number is None or device.id == number:
            web_access.sign_out(session, device)


@dataclass(frozen=True)
class BoardLinks:
    """Tokens of the ways to a lesson's board.

    Attributes:
        mine: signs the teacher in, once.
        screen: shows it in the room.
    """

    title: str
    mine: str
    screen: str


def board_links(session: Session, teacher: Person, lesson_id: int, now: datetime) -> BoardLinks | None:
    """The ways to the lesson's board; None where the lesson is over."""
    screen = screen_for(session, teacher, lesson_id, now)
    if screen is None:
        return None
    lesson = session.get_one(Lesson, lesson_id)
    title = session.get_one(SchoolClass, lesson.class_id).title
    return BoardLinks(title, link_to(session, teacher, f"/board/{lesson_id}", now), screen)

"""Who teaches a class: the menu of its teachers, invitations to colleagues, handing over, leaving."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.caller import Caller, as_teacher, remember
from bot.commands import commands_of
from bot.messages.guesses import too_many, wrong
from bot.messages.links import WITH
from bot.messages.menus import show
from bot.messages.replies import Buttons, reply
from bot.messages.roles import last_words
from bot.services import Context, Services, now
from bot.upkeep.appearance import app_at, show_commands
from rollcall.domain.names import shortened_name
from rollcall.marked import one_below_the_other
from rollcall.storage.invites import HANDLE
from rollcall.storage.people import register_person
from rollcall.storage.tables import Person, SchoolClass
from rollcall.texts import Texts
from rollcall.usecases import staff as use_cases
from rollcall.usecases.staff import Accepted, Leaving, Member, Refusal, Staff

_WEEK = timedelta(days=6)
"""Today is the first of its days."""
_DAYS, _IN_A_ROW = 28, 4
_LONGEST = timedelta(days=366)


async def staff(update: Update, context: Context) -> None:
    """staff:<class>: who teaches it, and what can be done about that."""
    await _menu(update, context)


async def invite_pressed(update: Update, context: Context) -> None:
    """staff-invite:<class>[:<page>]: for how long? With a page: until which day?"""
    page, t, found = context.match and context.match["page"], context.caller.texts, await _staff(context)
    school_class = found.school_class
    if page is None:
        await show(update, t("staff-invite-ask", title=school_class.title), _terms(t, school_class.id))
        return
    days = _day_buttons(t, school_class.id, _today(school_class), int(page))
    await show(update, t("staff-until-ask", title=school_class.title), days)


async def link_pressed(update: Update, context: Context) -> None:
    """staff-link:<class>:good|today|week|<yyyymmdd>: a link that works once."""
    services, t, class_id = context.services, context.caller.texts, context.class_id
    school_class = (await _staff(context)).school_class
    try:
        last = _last(context.match["term"] if context.match is not None else "", _today(school_class))
    except ValueError:  # an old button, or a forged one
        await show(update, t("staff-invite-ask", title=school_class.title), _terms(t, class_id))
        return
    valid = services.settings.invite_valid
    invited = as_teacher(context.caller, use_cases.invite)
    token = await services.database.run(invited, class_id, last, valid, now())
    link = f"https://t.me/{context.bot.username}?start={WITH}{token}"
    text = t("staff-link", title=school_class.title, link=link)
    if last is not None:
        text = t("staff-link-until", title=school_class.title, link=link, last=last_words(last, t))
    if not services.settings.teachers_may_invite:
        text += "\n\n" + t("staff-link-teachers-only")
    await show(update, text, [[(t("button-back"), f"staff:{class_id}")]])


async def revoke_pressed(update: Update, context: Context) -> None:
    """staff-revoke:<class>:<handle>: that link does not work any more."""
    handle = context.match["invite"] if context.match is not None else ""
    revoked = as_teacher(context.caller, use_cases.uninvite)
    done = await context.services.database.run(revoked, context.class_id, handle, now())
    await _menu(update, context, context.caller.texts("invite-revoked") if done else "")


async def one_pressed(update: Update, context: Context) -> None:
    """staff-one:<class>:<person>: a colleague."""
    t, (found, one) = context.caller.texts, await _colleague(context)
    if one is None:
        await _menu(update, context)
        return
    this = f"{found.school_class.id}:{one.person_id}"
    give = [[(t("button-give"), f"staff-give:{this}")]] if one.until is None else []
    await show(
        update,
        t("staff-one", title=found.school_class.title, line=_line(t, one)),
        [*give, [(t("button-take-out"), f"staff-out:{this}")], _back(t, found.school_class.id)],
    )


async def out_pressed(update: Update, context: Context) -> None:
    """staff-out:<class>:<person>: the colleague does not teach it any more."""
    taken = as_teacher(context.caller, use_cases.take_out)
    name = await context.services.database.run(taken, context.class_id, _person(context), now())
    await _menu(update, context, context.caller.texts("staff-taken-out", name=name) if name else "")


async def give_pressed(update: Update, context: Context) -> None:
    """staff-give:<class>:<person> asks whether to hand the class over, and whether to stay."""
    t, (found, one) = context.caller.texts, await _colleague(context)
    if one is None or one.until is not None:
        await _menu(update, context)
        return
    this = f"staff-owner:{found.school_class.id}:{one.person_id}"
    await show(
        update,
        t("staff-give-ask", title=found.school_class.title, name=one.name),
        [
            [(t("button-give-stay"), f"{this}:stay")],
            [(t("button-give-go"), f"{this}:go")],
            _back(t, found.school_class.id),
        ],
    )


async def owner_pressed(update: Update, context: Context) -> None:
    """staff-owner:<class>:<person>:stay|go: it is the colleague's class now."""
    t, title = context.caller.texts, _title(context)
    go = context.match is not None and context.match["how"] == "go"
    handed = as_teacher(context.caller, use_cases.hand_over)
    name = await context.services.database.run(handed, context.class_id, _person(context), now(), go=go)
    if name is not None and go:
        await show(update, t("staff-given-go", title=title, name=name), [[(t("button-classes"), "classes:0")]])
    else:
        await _menu(update, context, t("staff-given-stay", name=name) if name else "")


async def leave_pressed(update: Update, context: Context) -> None:
    """staff-leave:<class> asks; the owner chooses who has it from then on."""
    can = await context.services.database.run(as_teacher(context.caller, use_cases.may_leave), context.class_id, now())
    await _ask_to_leave(update, context, can)


async def leave_confirmed(update: Update, context: Context) -> None:
    """staff-left:<class>."""
    t, title = context.caller.texts, _title(context)
    can = await context.services.database.run(as_teacher(context.caller, use_cases.leave), context.class_id, now())
    if can is Leaving.CAN:
        await show(update, t("staff-left", title=title), [[(t("button-classes"), "classes:0")]])
    else:
        await _ask_to_leave(update, context, can)


async def accept(update: Update, context: Context, token: str) -> None:
    """A colleague opens the link."""
    services, caller, t = context.services, context.caller, context.caller.texts
    accepted = await services.database.run(_accept, services, caller, update, token)
    if isinstance(accepted, str):
        await reply(update, accepted)
        return
    key = "colleague-already" if accepted.already else "colleague-welcome"
    last = last_words(accepted.until, t) if accepted.until is not None else ""
    text = t(key if not last else f"{key}-until", title=accepted.title, last=last)
    opens = [(t("button-open"), f"open:{accepted.class_id}"), (t("button-the-class"), f"class:{accepted.class_id}")]
    await reply(update, text, [opens])
    commands = commands_of(is_teacher=True, is_admin=caller.is_admin, is_student=bool(caller.attended))
    await show_commands(context.bot, caller.user.id, t, commands, app_at(services.settings))


def _accept(session: Session, services: Services, caller: Caller, update: Update, token: str) -> Accepted | str:
    """What became of it, or why nothing did."""
    refusal = too_many(session, services, caller)
    if refusal is not None:
        return refusal
    caller = caller.within(session)

    def register(session: Session) -> Person:
        name = shortened_name(caller.user.full_name, "?")
        person = register_person(session, caller.user.id, name, now())
        remember(session, caller)
        return person

    may_invite = services.settings.teachers_may_invite
    found = use_cases.accept(session, token, caller.user.id, register, now(), may_invite=may_invite)
    if found is Refusal.UNUSABLE:
        wrong(session, services, caller, update)
    return caller.texts(f"colleague-{found}") if isinstance(found, Refusal) else found


async def _menu(update: Update, context: Context, first: str = "") -> None:
    t, found = context.caller.texts, await _staff(context)
    lines = [_line(t, one, you=one == found.own) for one in found.members]
    text = t("staff-head", title=found.school_class.title) + "\n\n" + one_below_the_other(lines)
    if found.invites and _lasts(found.own):
        text += "\n\n" + t("invites-open")
    await show(update, first + "\n\n" + text if first else text, _menu_buttons(t, found))


def _menu_buttons(t: Texts, found: Staff) -> Buttons:
    class_id, own = found.school_class.id, found.own
    ones = found.colleagues if own is not None and own.owner else ()
    buttons = [[(one.name, f"staff-one:{class_id}:{one.person_id}")] for one in ones[:_MOST]]
    if _lasts(own):
        buttons += [[_revoking(t, found, number)] for number in range(len(found.invites))]
        buttons.append([(t("button-invite-colleague"), f"staff-invite:{class_id}")])
    if found.colleagues:
        buttons.append([(t("button-leave-class"), f"staff-leave:{class_id}")])
    return [*buttons, [(t("button-back"), f"class:{class_id}")]]


_MOST = 60
"""Colleagues with a button: a message takes a hundred."""


def _revoking(t: Texts, found: Staff, number: int) -> tuple[str, str]:
    one, school_class = found.invites[number], found.school_class
    until = f"{one.expires_at.astimezone(ZoneInfo(school_class.timezone)):%d.%m %H:%M}"
    return t("button-uninvite", until=until), f"staff-revoke:{school_class.id}:{one.token_hash[:HANDLE]}"


def _line(t: Texts, one: Member, *, you: bool = False) -> str:
    name = t("staff-you", name=one.name) if you else one.name
    if one.until is not None:
        return t("staff-line-substitute", name=name, last=last_words(one.until, t))
    return t("staff-line-owner" if one.owner else "staff-line", name=name)


async def _ask_to_leave(update: Update, context: Context, can: Leaving) -> None:
    t, found = context.caller.texts, await _staff(context)
    class_id, title = found.school_class.id, found.school_class.title
    buttons: list[Sequence[tuple[str, str]]] = [_back(t, class_id)]
    if can is Leaving.CAN:
        buttons.insert(0, [(t("button-leave-yes"), f"staff-left:{class_id}")])
    elif can is Leaving.OWNER:
        heirs = [one for one in found.colleagues if one.until is None][:_MOST]
        buttons = [*([(one.name, f"staff-give:{class_id}:{one.person_id}")] for one in heirs), *buttons]
    else:
        buttons.insert(0, [(t("button-invite-colleague"), f"staff-invite:{class_id}")])
    await show(update, t(f"staff-leave-{can}", title=title), buttons)


def _terms(t: Texts, class_id: int) -> Buttons:
    link = f"staff-link:{class_id}"
    return [
        [(t("button-for-good"), f"{link}:good")],
        [(t("button-for-today"), f"{link}:today"), (t("button-for-a-week"), f"{link}:week")],
        [(t("button-until-day"), f"staff-invite:{class_id}:0")],
        _back(t, class_id),
    ]


def _day_buttons(t: Texts, class_id: int, today: date, page: int) -> Buttons:
    days = [today + timedelta(days=number) for number in range(_LONGEST.days + 1)]
    shown, more = days[page * _DAYS : (page + 1) * _DAYS], len(days) > (page + 1) * _DAYS
    cells = [(f"{one:%d.%m}", f"staff-link:{class_id}:{one:%Y%m%d}") for one in shown]
    rows: list[Sequence[tuple[str, str]]] = [cells[at : at + _IN_A_ROW] for at in range(0, len(cells), _IN_A_ROW)]
    turns = [("‹", f"staff-invite:{class_id}:{page - 1}")] if page else []
    turns += [("›", f"staff-invite:{class_id}:{page + 1}")] if more else []
    return [*rows, *([turns] if turns else []), [(t("button-back"), f"staff-invite:{class_id}")]]


def _last(term: str, today: date) -> date | None:
    """A substitute's last day, None for good.

    Raises:
        ValueError: there is no such day, or it is over, or too far away.
    """
    known = {"good": None, "today": today, "week": today + _WEEK}
    if term in known:
        return known[term]
    day = datetime.strptime(term, "%Y%m%d").date()  # noqa: DTZ007 - a day, in the class's zone
    if not today <= day <= today + _LONGEST:
        raise ValueError(term)
    return day


def _today(school_class: SchoolClass) -> date:
    return now().astimezone(ZoneInfo(school_class.timezone)).date()


def _lasts(own: Member | None) -> bool:
    return own is not None and own.until is None


def _back(t: Texts, class_id: int) -> Sequence[tuple[str, str]]:
    return [(t("button-back"), f"staff:{class_id}")]


def _title(context: Context) -> str:
    (title,) = (one.title for one in context.caller.taught if one.id == context.class_id)
    return title


def _person(context: Context) -> int:
    return int(context.match["person_id"]) if context.match is not None else 0


async def _staff(context: Context) -> Staff:
    return await context.services.database.run(as_teacher(context.caller, use_cases.staff_of), context.class_id, now())


async def _colleague(context: Context) -> tuple[Staff, Member | None]:
    found = await _staff(context)
    return found, next((one for one in found.colleagues if one.person_id == _person(context)), None)

"""The permission table, cell by cell: every registered handler, tried by every role at the bot's own door."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import delete
from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler

from bot.gate import Gate, Guarded, Noticed, Undeclared
from bot.handlers.other import anything
from rollcall.domain.permissions import PERMISSIONS, STUDENTS, Permission, Role, Target
from rollcall.domain.staff import Standing
from rollcall.storage.database import Database
from rollcall.storage.people import acquaintance, conversation_with, set_step
from rollcall.storage.rights import roles_of
from rollcall.storage.tables import Allowance
from rollcall.texts import texts_in
from rollcall.usecases.dialogue import CONSENT, ENROLLING, NAME
from sandbox.person import Person
from tests.bot.door import Door, Rows, changed, open_door, rows_of, said
from tests.bot.school import (
    ACCOUNTS,
    ADMIN,
    CLASS_ID,
    COLLEAGUE_INVITE,
    INVITE,
    JOIN_CODE,
    LESSON_ID,
    SECRETS,
    a_colleague_joins,
    found,
    people_on,
)
from tests.end_to_end.product import synthetic

pytestmark = pytest.mark.asyncio(loop_scope="module")

T = texts_in("ru")
REFUSALS = {T("not-a-teacher"), T("not-an-admin"), T("class-not-yours"), T("join-first"), T("here-closed")}
WHICH = {Standing.ANY: "yes", Standing.LASTING: "not substitutes", Standing.OWNER: "in charge"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
OLGAS_ID, ANNAS_ID, IGORS_ID = 4, 5, 7
RECORDS = {"audit_records", "audit_head", "audit_pseudonyms"}
"""What is done is on record; what is refused is not."""


@dataclass(frozen=True)
class Case:
    """How an action is taken, and what it changes."""

    data: str = ""
    """Callback data or text; empty for the action's own name."""
    changes: frozenset[str] = frozenset()
    """Tables of which one at least changes and no other does."""
    step: tuple[str, dict[str, str]] | None = None
    """Where the caller stands in a dialogue."""
    without_effect: frozenset[Role] = frozenset()
    """Roles that may take the action, and have nothing for it to act on."""
    send: Callable[[Person], Awaitable[object]] | None = field(default=None, compare=False)


def case(data: str = "", *changes: str, but: set[Role] | frozenset[Role] = frozenset(), **more: object) -> Case:
    return Case(data, frozenset(changes), without_effect=frozenset(but), **more)  # type: ignore[arg-type]


JOINING = {"join_code": JOIN_CODE}
TAUGHT = "people"
"""A teacher's row remembers the class used last."""
_TODAY = datetime.now(UTC).date()
OTHERS = frozenset(Role) - STUDENTS
CASES = {
    "/start": case(),
    "/help": case(),
    "/language": case(),
    "/cancel": case("", "conversations", step=(NAME, JOINING)),
    "/enroll": case("", "conversations"),
    "/me": case(),
    "/here": case(),
    "/mydata": case(),
    "/forget": case(),
    "/newclass": case("/newclass Труд", "classes", "memberships", TAUGHT),
    "/classes": case(),
    "/close": case("", "lessons", "attendance", TAUGHT, but={Role.TEACHER}),  # is asked first, for Anna waits
    "/open": case("", "lessons", "calls", TAUGHT),
    "/report": case(),
    "/lessons": case(),
    "/class": case(),
    "/leave": case(),
    "/board": case("", "web_links", "web_screens"),
    "button:board": case("board:1", "web_links", "web_screens"),
    "/web": case("", "web_links"),
    "button:web": case("web", "web_links"),
    "button:web-out": case("web-out:all", but=frozenset(Role)),
    "button:quit": case(f"quit:{CLASS_ID}"),
    "button:quit-yes": case(f"quit-yes:{CLASS_ID}", "memberships", "classes"),
    "button:quit-no": case("quit-no"),
    "/invite": case("", "invites", "conversations"),
    "/teachers": case(),
    "voice note": case(
        "",
        "attempts",
        step=(ENROLLING, {"enrolment": "e"}),
        but=OTHERS,
        send=lambda who: who.voice(synthetic("zac", 1)),
    ),
    "text": case("Имя Фамилия", "people", "memberships", "conversations", step=(NAME, JOINING)),
    "list": case(
        "",
        "roster_previews",
        but=STUDENTS | {Role.NOBODY},
        send=lambda who: who.document("Белова Анна\nКим Вера".encode(), "9Б.txt", "text/plain"),
    ),
    "anything else": case(send=lambda who: who.sticker()),
    "edited message": case(send=lambda who: _change(who)),
    "button:consent": case("consent:yes", "consents", "conversations", "memberships", step=(CONSENT, JOINING)),
    "button:forget": case(
        "forget:yes",
        "consents",
        "conversations",
        "attempts",
        "reviews",
        "erasures",
        "voice_claims",
        "classes",
        "used_files",
        but={Role.NOBODY},
    ),
    "button:without": case(f"without:{JOIN_CODE}", "consents", "conversations", "memberships"),
    "button:here": case("here:1", "reviews", "review_cards"),
    "button:say": case("say:1"),
    "button:say-yes": case("say-yes:1"),
    "button:leave": case("leave:ask", but=frozenset(Role)),
    "button:namesake": case(f"namesake:other:{CLASS_ID}", but=frozenset(Role)),
    "button:enroll": case("enroll", "conversations"),
    "button:me": case("me"),
    "button:check-in": case("check-in"),
    "button:mydata": case("mydata"),
    "button:languages": case("languages"),
    "button:help": case("help"),
    "button:cancel": case("cancel", "conversations", step=(NAME, JOINING)),
    "button:newclass": case("newclass", "conversations"),
    "button:open-which": case("open-which"),
    "button:practice": case("practice", "classes", "conversations", TAUGHT),
    "button:practice-end": case("practice-end", but=frozenset(Role)),
    "button:invite": case("invite", "invites", "conversations"),
    "button:tidy": case("tidy", but=frozenset(Role)),
    "button:keep": case("keep:yes", "consents", but=OTHERS),
    "button:follow": case("follow:ask"),
    "button:language": case("language:en", "conversations"),
    "button:classes": case("classes:0"),
    "button:class": case(f"class:{CLASS_ID}"),
    "button:qr": case(f"qr:{CLASS_ID}"),
    "button:newlink": case(f"newlink:{CLASS_ID}", "classes"),
    "button:endlink": case(f"endlink:{CLASS_ID}", "classes"),
    "button:students": case(f"students:{CLASS_ID}:0"),
    "button:student": case(f"student:{CLASS_ID}:{ANNAS_ID}"),
    "button:student-name": case(f"student-name:{CLASS_ID}:{ANNAS_ID}", "conversations"),
    "button:student-add": case(f"student-add:{CLASS_ID}", "conversations"),
    "button:student-out": case(f"student-out:{CLASS_ID}:{ANNAS_ID}"),
    "button:student-out-yes": case(f"student-out-yes:{CLASS_ID}:{ANNAS_ID}", "memberships"),
    "button:student-back": case(f"student-back:{CLASS_ID}:{ANNAS_ID}", but=frozenset(Role)),
    "button:student-merge": case(f"student-merge:{CLASS_ID}:{ANNAS_ID}:0"),
    "button:student-into": case(f"student-into:{CLASS_ID}:{ANNAS_ID}:6"),
    "button:student-into-yes": case(f"student-into-yes:{CLASS_ID}:{ANNAS_ID}:6", but=frozenset(Role)),
    "button:student-move": case(f"student-move:{CLASS_ID}:{ANNAS_ID}:0"),
    "button:student-to": case(f"student-to:{CLASS_ID}:{ANNAS_ID}:2"),
    "button:student-to-yes": case(f"student-to-yes:{CLASS_ID}:{ANNAS_ID}:2", but=frozenset(Role)),
    "button:student-free": case(f"student-free:{CLASS_ID}:{ANNAS_ID}"),
    "button:student-free-yes": case(f"student-free-yes:{CLASS_ID}:{ANNAS_ID}:ask", but=frozenset(Role)),
    "button:line": case("line:1", but=frozenset(Role)),
    "button:lines": case("lines:0", but=frozenset(Role)),
    "button:joiner": case(f"joiner:{CLASS_ID}:1:new", "join_requests", "joiner_cards", "people", "memberships"),
    "button:joiner-lines": case(f"joiner-lines:{CLASS_ID}:1:0"),
    "button:joiner-line": case(f"joiner-line:{CLASS_ID}:1:1", but=frozenset(Role)),
    "button:roster": case(f"roster:{CLASS_ID}:1:take", "roster_previews", "memberships", "people"),
    "button:roster-no": case("roster-no:1", "roster_previews", but=frozenset(Role) - {Role.TEACHER}),
    "button:voices": case(f"voices:{CLASS_ID}"),
    "button:alike": case(f"alike:{CLASS_ID}:{ANNAS_ID}:out", "memberships", "namesakes"),
    "button:timetable": case(f"timetable:{CLASS_ID}"),
    "button:settings": case(f"settings:{CLASS_ID}:zone"),
    "button:set": case(f"set:{CLASS_ID}:late:5", "classes"),
    "button:archive": case(f"archive:{CLASS_ID}"),
    "button:archive-yes": case(
        f"archive-yes:{CLASS_ID}", "classes", "lessons", "attendance", "voice_claims", "staff_notices"
    ),
    "button:archived": case("archived:0"),
    "button:restore": case(f"restore:{CLASS_ID}"),
    "button:staff": case(f"staff:{CLASS_ID}"),
    "button:staff-invite": case(f"staff-invite:{CLASS_ID}"),
    "button:staff-link": case(f"staff-link:{CLASS_ID}:week", "invites"),
    "button:staff-revoke": case(f"staff-revoke:{CLASS_ID}:{COLLEAGUE_INVITE[:16]}", "invites"),
    "button:staff-one": case(f"staff-one:{CLASS_ID}:{IGORS_ID}"),
    "button:staff-out": case(f"staff-out:{CLASS_ID}:{IGORS_ID}", "memberships", "staff_notices"),
    "button:staff-give": case(f"staff-give:{CLASS_ID}:{IGORS_ID}"),
    "button:staff-owner": case(f"staff-owner:{CLASS_ID}:{IGORS_ID}:stay", "memberships", "staff_notices"),
    "button:staff-leave": case(f"staff-leave:{CLASS_ID}"),
    "button:staff-left": case(f"staff-left:{CLASS_ID}"),
    "button:several": case("several:20:0.1"),
    "button:close": case(f"close:{CLASS_ID}", but={Role.TEACHER}),
    "button:close-now": case(f"close-now:{LESSON_ID}", "lessons", "attendance", TAUGHT),
    "button:close-not": case(f"close-not:{LESSON_ID}"),
    "button:reopen": case(f"reopen:{LESSON_ID}"),
    "button:longer": case(f"longer:{LESSON_ID}:75", "lessons"),
    "/absent": case(),
    "button:absent": case("absent"),
    "button:absent-in": case(f"absent-in:{CLASS_ID}"),
    "button:absent-on": case(f"absent-on:{CLASS_ID}:typed", "conversations"),
    "button:absent-why": case(f"absent-why:{CLASS_ID}:{_TODAY:%Y%m%d}:{_TODAY:%Y%m%d}:own", "conversations"),
    "button:absent-undo": case("absent-undo:1", "absences", "absence_cards", but=STUDENTS - {Role.STUDENT}),
    "button:absence": case("absence:1:yes", "absences", "absence_cards"),
    "button:appeals": case("appeals:0"),
    "button:appeal": case("appeal:1"),
    "button:appeal-yes": case("appeal-yes:1"),
    "button:appealed": case("appealed:1:keep", "appeals"),
    "button:mark": case(f"mark:1:{ANNAS_ID}"),
    "button:sheet": case(f"sheet:{CLASS_ID}:{ANNAS_ID}"),
    "button:sheet-file": case(f"sheet-file:{CLASS_ID}:{ANNAS_ID}"),
    "button:marks": case("marks:1:0"),
    "button:mark-set": case(
        f"mark-set:1:{ANNAS_ID}:late",
        "appeals",
        "attendance",
        "corrections",
        "mark_words",
        "reviews",
        "review_cards",
        "attempts",
    ),
    "button:mark-why": case(f"mark-why:1:{ANNAS_ID}"),
    "button:mark-excuse": case(f"mark-excuse:1:{ANNAS_ID}:own", "conversations"),
    "button:mark-undo": case(f"mark-undo:1:{ANNAS_ID}:1"),
    "button:rest": case("rest:1:present"),
    "button:rest-yes": case(
        "rest-yes:1:excused", "appeals", "attendance", "corrections", "mark_words", "reviews", "attempts"
    ),
    "button:rest-undo": case("rest-undo:1:00112233aabbccdd"),
    "button:open": case(f"open:{CLASS_ID}:20", "lessons", "calls", TAUGHT),
    "button:mute": case(f"mute:{CLASS_ID}:yes", "memberships"),
    "button:calls": case(f"calls:{CLASS_ID}:off", "classes"),
    "button:report": case(f"report:{CLASS_ID}:today"),
    "button:report-lesson": case(f"report-lesson:{LESSON_ID}"),
    "button:lessons": case(f"lessons:{CLASS_ID}:0"),
    "button:lessons-which": case("lessons-which"),
    "button:lesson": case(f"lesson:{LESSON_ID}"),
    "button:lesson-topic": case(f"lesson-topic:{LESSON_ID}", "conversations"),
    "button:lesson-delete": case(f"lesson-delete:{LESSON_ID}"),
    "button:lesson-delete-yes": case(
        f"lesson-delete-yes:{LESSON_ID}", "appeals", "lessons", "attendance", "attempts", "reviews", "review_cards"
    ),
    "button:lesson-merge": case(f"lesson-merge:{LESSON_ID}"),
    "button:lesson-merge-yes": case(f"lesson-merge-yes:{LESSON_ID}:2"),
    "button:export": case(f"export:{CLASS_ID}:all"),
    "button:export-back": case(f"export-back:{CLASS_ID}:all"),
    "button:export-lesson": case(f"export-lesson:{LESSON_ID}"),
    "button:export-lesson-as": case(f"export-lesson-as:{LESSON_ID}:csv"),
    "button:export-as": case(f"export-as:{CLASS_ID}:all:csv"),
    "button:report-classes": case("report-classes"),
    "button:review": case("review:1:yes", "reviews", "attendance", "attempts", "review_cards"),
    "button:claim": case("claim:1:yes", "voice_claims", "claim_cards"),
    "button:all-classes": case("all-classes:0"),
    "button:any-class": case(f"any-class:{CLASS_ID}"),
    "button:any-one": case(f"any-one:{CLASS_ID}:{IGORS_ID}"),
    "button:any-owner": case(f"any-owner:{CLASS_ID}:{IGORS_ID}", "memberships", "staff_notices"),
    "button:any-out": case(f"any-out:{CLASS_ID}:{IGORS_ID}", "memberships", "staff_notices"),
    "button:appoint": case(f"appoint:{CLASS_ID}:0"),
    "button:appoint-yes": case(f"appoint-yes:{CLASS_ID}:{OLGAS_ID}", "memberships", "staff_notices"),
    "button:uninvite": case(f"uninvite:{INVITE[:16]}", "invites"),
    "button:teachers": case("teachers:0"),
    "button:unteach": case(f"unteach:{OLGAS_ID}"),
    "button:unteach-yes": case(f"unteach-yes:{OLGAS_ID}", "people", "staff_notices"),
    "unknown button": case("whatever"),
}
CELLS = [(action, role) for action in PERMISSIONS for role in Role]
ABOUT_OBJECTS = {action: CASES[action].data for action, row in PERMISSIONS.items() if row.target is not Target.NONE}


@dataclass
class World:
    """The door, everyone before it, and the school as it was founded."""

    door: Door
    people: dict[int, Person]
    school: Path
    untouched: Database
    rows: Rows | None = None
    """What is in it, where that is known."""

    def reused(self) -> Database:
        """The same, once for all who change nothing."""
        self.door.use(self.untouched)
        return self.untouched

    async def fresh(self, folder: Path) -> Database:
        """The school as it was founded."""
        copy = folder / "school.sqlite3"
        shutil.copy(self.school, copy)
        database = Database(f"sqlite:///{copy}", self.door.services.keyring)
        self.door.use(database)
        return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> AsyncIterator[World]:
    folder = tmp_path_factory.mktemp("door")
    school = folder / "founded.sqlite3"
    with pytest.MonkeyPatch.context() as patch:
        # Telegram's limits are another test's subject.
        patch.setattr("bot.transport.pace.OVERALL", 10_000)
        patch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
        patch.setattr("bot.transport.pace._GROUP", (10_000, 1.0))
        async with open_door(
            folder, f"sqlite:///{school}", valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy"
        ) as door:
            await found(door.services.database)
            assert await a_colleague_joins(door.services.database) == IGORS_ID
            await door.services.database.close()
            shutil.copy(school, folder / "untouched.sqlite3")
            untouched = Database(f"sqlite:///{folder / 'untouched.sqlite3'}", door.services.keyring)
            yield World(door, people_on(door.telegram), school, untouched)
            await untouched.close()


async def test_every_registered_handler_has_a_row_and_every_row_a_handler_and_a_case(world: World) -> None:
    registered = set()
    for handler in world.door.application.handlers[0]:
        if isinstance(handler.callback, Noticed):
            continue  # what happens to a chat and is nobody's request
        assert isinstance(handler.callback, Guarded)
        permission = handler.callback.permission
        assert PERMISSIONS[permission.action] is permission
        if isinstance(handler, CommandHandler):
            assert handler.commands == {permission.action.removeprefix("/")}
        elif isinstance(handler, CallbackQueryHandler) and handler.pattern is not None:
            assert isinstance(handler.pattern, re.Pattern)
            assert handler.pattern.match(CASES[permission.action].data)
        registered.add(permission.action)
    assert list(world.door.application.handlers) == [0]
    assert registered == set(PERMISSIONS) == set(CASES)


@pytest.mark.parametrize(("action", "role"), CELLS, ids=[f"{action}-{role}" for action, role in CELLS])
async def test_each_cell_of_the_table(world: World, tmp_path: Path, action: str, role: Role) -> None:
    permission, one = PERMISSIONS[action], CASES[action]
    person = world.people[ACCOUNTS[role]]
    refused = role not in permission.roles
    database = world.reused() if refused else await world.fresh(tmp_path)
    try:
        if one.step is not None:
            with database.session() as session:
                (conversation_with(session, person.id, datetime.now(UTC))).locale = "ru"
                set_step(session, person.id, *one.step, datetime.now(UTC))
            world.rows = None
        before = world.rows if refused and world.rows is not None else await rows_of(database)
        answers = await _take(world.door, person, action, one)
        after = await rows_of(database)
        differs = changed(before, after)
        if refused:
            world.rows = after
    finally:
        if not refused:
            await database.close()
    if not refused:
        # A note that is taken is answered by its result, later.
        assert answers or differs == {"attempts"}
        assert not set(answers) & _refusals_of(permission), answers
        expected = set() if role in one.without_effect else set(one.changes)
        differs -= RECORDS
        assert differs <= expected, differs
        assert bool(differs) == bool(expected)
    else:
        assert len(answers) == 1
        assert answers[0] in REFUSALS
        assert not [secret for secret in SECRETS if secret in answers[0]]
        assert differs == set()


@pytest.mark.parametrize("role", Role)
async def test_in_a_group_what_is_private_is_answered_with_a_link(world: World, tmp_path: Path, role: Role) -> None:
    person = world.people[ACCOUNTS[role]]
    group = int(world.door.telegram.add_group("Родители", {person.id: "member"})["id"])
    line = T("talk-in-private", link="https://t.me/rollcall_sandbox_bot")
    database = await world.fresh(tmp_path)
    before = await rows_of(database)
    for action, row in PERMISSIONS.items():
        if row.private and action.startswith("/"):
            assert await world.door.ask(person, CASES[action].data or action, group) == [line], action
        elif row.private and action.startswith("button:"):
            assert await world.door.press(person, CASES[action].data, group) == [line], action
    assert changed(before, await rows_of(database)) == set()
    await database.close()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TEACHER])
async def test_whether_an_object_exists_is_nothing_that_a_forged_button_tells(
    world: World, tmp_path: Path, role: Role
) -> None:
    person = world.people[ACCOUNTS[role]]
    database = await world.fresh(tmp_path)
    before = await rows_of(database)
    for action, data in ABOUT_OBJECTS.items():
        with database.session() as session:
            session.execute(delete(Allowance))  # how often is another test's subject
        if role in PERMISSIONS[action].roles:
            continue  # an admin's business with people and invitations, which an admin sees anyway
        with database.session() as session:
            session.execute(delete(Allowance))  # how often is another test's subject
        (real,) = await world.door.press(person, data)
        assert real in REFUSALS
        for forged in _forgeries(data):
            assert await world.door.press(person, forged) == [real], forged
    assert changed(before, await rows_of(database)) == set()
    await database.close()


async def test_what_no_button_of_ours_ever_carried_is_no_buttons_business(world: World) -> None:
    person = world.people[ADMIN]
    world.reused()
    buttons = [
        one for one in world.door.application.handlers[0] if isinstance(one, CallbackQueryHandler) and one.pattern
    ]
    for data in (one.data for action, one in CASES.items() if action.startswith("button:")):
        for odd in _malformed(data):
            world.door.forge(person, odd)
            (pending,) = world.door.telegram.updates.pending
            world.door.telegram.updates.drop()
            update = Update.de_json(pending, world.door.application.bot)
            assert not [one.pattern for one in buttons if one.check_update(update)], odd
    assert await world.door.press(person, "class:1\n") == [T("question-gone")]


def _forgeries(data: str) -> list[str]:
    """The same button about something that is not there."""
    if data.startswith("uninvite:"):
        return ["uninvite:" + "0" * 16]
    head, _, rest = data.partition(":")
    tail = rest.lstrip("0123456789")
    numbers = (99_999, int("9" * 40))  # others are `test_forged_buttons`'
    return [forged for number in numbers if len((forged := f"{head}:{number}{tail}").encode()) <= 64]


def _malformed(data: str) -> list[str]:
    """Callback data beside the pattern, and digits that are none of ours."""
    head, _, rest = data.partition(":")
    odd = [f"{data}\n", f"{data} ", f"\n{data}", f"{data}:1:1", data.upper() + "!", f"{head}:", f"{head}::"]
    if rest[:1].isdigit():
        tail = rest.lstrip("0123456789")
        odd += [f"{head}:{one}{tail}" for one in ("-1", "+1", "1.0", " 1", "٣", "１", "1e3", "0x1", "1\x00", "1 OR 1")]
    return odd


async def test_a_handler_without_a_row_cannot_be_registered(world: World) -> None:
    application = world.door.application
    gate = Gate(application)
    with pytest.raises(Undeclared, match="'/grades' has no row"):
        gate.command("grades", anything)
    with pytest.raises(Undeclared, match="'button:grade' has no row"):
        gate.button(r"grade:(?P<class_id>\d+)", anything)
    with pytest.raises(Undeclared, match="does not say which part is the class_id"):
        gate.button(r"class:\d+", anything)
    with pytest.raises(Undeclared, match=r"does not come through bot\.gate"):
        application.add_handler(CommandHandler("grades", anything))
    with pytest.raises(Undeclared, match="permissions without a handler"):
        gate.close()


async def test_what_a_person_is_to_a_class(world: World, tmp_path: Path) -> None:
    database = await world.fresh(tmp_path)
    with database.session() as session:
        for role, account in ACCOUNTS.items():
            known = acquaintance(session, account, datetime.now(UTC))
            person = known.person
            roles = roles_of(person, known.classes, CLASS_ID, is_admin=account == ADMIN)
            # Boris is in two other classes; the admin teaches a class of their own.
            also = {Role.TEACHER_ELSEWHERE} if role is Role.ADMIN else set()
            assert set(roles) == {role} | also
    await database.close()


async def test_the_document_shows_the_table_as_it_is() -> None:
    shown = {}
    for line in DOCUMENT.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| `") and len(cells) == 4 + len(Role):
            shown[cells[0].strip("`")] = cells[1:]
    assert shown == {row.action: _as_written(row) for row in PERMISSIONS.values()}


def _as_written(row: Permission) -> list[str]:
    where = ("private" if row.private else "anywhere") + (", archived too" if row.archived else "")
    yes = dict.fromkeys(row.roles, "yes") | ({Role.TEACHER: WHICH[row.standing]} if Role.TEACHER in row.roles else {})
    return [row.about, *(yes.get(role, "–") for role in Role), where, row.limit.name]


async def _change(person: Person) -> None:
    sent = await person.say("/opne")
    person.telegram.updates.drop()
    await person.edit(sent, "/open")


async def _take(door: Door, person: Person, action: str, one: Case) -> list[str]:
    if one.send is not None:
        await one.send(person)
        return said(await door.handle())
    if action.startswith("button:") or action == "unknown button":
        return await door.press(person, one.data)
    return await door.ask(person, one.data or action)


def _refusals_of(permission: Permission) -> set[str]:
    """Refusals that its own handler never says: for /me and the like `join-first` is one, for a voice note a hint."""
    return REFUSALS if permission.roles != frozenset(Role) else REFUSALS - {T("join-first")}

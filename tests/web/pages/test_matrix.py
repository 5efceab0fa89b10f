"""Who may see and send what: every page and form, by every role, on one's own and on another's."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.attendance import Status
from rollcall.domain.permissions import ADMINS, PERMISSIONS, Role, Target
from rollcall.domain.staff import Standing
from rollcall.sealing.seal import Keyring
from rollcall.storage import classes, lessons, people, rosters, staff
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.roster_tables import JoinRequest
from rollcall.storage.tables import Invite, Lesson, Membership, Person, SchoolClass
from rollcall.usecases import marks, timetables
from rollcall.usecases import rosters as lists
from tests.bot.school import ACCOUNTS, ADMIN, COLLEAGUE_INVITE, IGOR, MARIA, PAVEL, found
from tests.web.school import Guest, Pages
from web.app import build
from web.routes import PAGES

ANNA_ID, BORIS_ID, PAVEL_ID, NEXT_ID = 5, 6, 3, 7
_HOUR = timedelta(hours=1)
OWN = {
    "class_id": 1, "lesson_id": 1, "person_id": ANNA_ID, "preview_id": 1, "request_id": 1, "absence_id": 1,
    "appeal_id": 1, "review_id": 1, "claim_id": 1, "slot_id": 1, "holiday_id": 1, "invite": "ab" * 8,
}  # fmt: skip
"""What the teacher of class 1 may name."""


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _maria(session: Session) -> Person:
    found = people.find_person(session, MARIA)
    assert found
    return found


def _line(session: Session) -> None:
    rosters.add_line(session, session.get_one(SchoolClass, 1), "Новиков Ян", _maria(session), _now())


def _another_class(session: Session) -> None:
    classes.create_class(session, _maria(session), "Ещё один", "UTC", _now())


def _closed(session: Session) -> None:
    lessons.close_lesson(session, session.get_one(Lesson, 1), _now())


def _two_lessons(session: Session) -> None:
    _closed(session)
    at = session.get_one(Lesson, 1).opened_at
    lesson = Lesson(class_id=1, opened_by=2, opened_at=at, late_at=at, closes_at=at + _HOUR, closed_at=_now())
    session.add(lesson)


def _former(session: Session) -> None:
    one = session.get_one(SchoolClass, 1)
    classes.remove_student(session, session.get_one(Person, ANNA_ID), one, _maria(session), _now())


def _claimed(session: Session) -> None:
    session.get_one(Membership, (1, ANNA_ID)).listed_at = _now()


def _taken(session: Session) -> None:
    lists.take(session, _maria(session), 1, 1, _now())


def _plan(session: Session) -> None:
    timetables.plan_given(session, _maria(session), 1, timetables.SLOT, "8:30–9:15", _now(), weekday=1)
    timetables.plan_given(session, _maria(session), 1, timetables.HOLIDAY, "01.02.2031", _now())


def _colleague(session: Session) -> None:
    igor = people.register_person(session, IGOR, "Игорь Иг", _now())
    people.make_teacher(session, igor, None)
    staff.add(session, igor, 1, None, None, _now())
    week = _now() + timedelta(days=7)
    session.add(Invite(token_hash=COLLEAGUE_INVITE, created_by=MARIA, expires_at=week, class_id=1))


def _corrected(session: Session) -> None:
    marks.mark_several(session, _maria(session), 1, [ANNA_ID], Status.LATE, None, _now())


Prepare = Callable[[Session], None]
Case = tuple[dict[str, str], Prepare | None, dict[str, int]]
_STUDENT, _LESSON, _CLASS, _BOARD = (
    "/classes/{class_id:int}/students/{person_id:int}",
    "/lessons/{lesson_id:int}",
    "/classes/{class_id:int}",
    "/board/{lesson_id:int}",
)
CASES: dict[str, Case] = {
    "POST /classes": ({"title": "Новый"}, None, {}),
    f"POST {_LESSON}/longer": ({"minutes": "90"}, None, {}),
    f"POST {_LESSON}/topic": ({"topic": "Закон Ома"}, None, {}),
    f"POST {_LESSON}/reopen": ({}, _closed, {}),
    f"POST {_LESSON}/merge": ({"other": "4"}, _two_lessons, {}),
    f"POST {_LESSON}/marks/{{person_id:int}}": ({"status": "late"}, None, {}),
    f"POST {_LESSON}/marks/{{person_id:int}}/excuse": ({"reason": "illness"}, None, {}),
    f"POST {_LESSON}/marks/{{person_id:int}}/undo": ({"correction": "1"}, _corrected, {}),
    f"POST {_LESSON}/several": ({"student": str(ANNA_ID), "status": "present"}, None, {}),
    f"POST {_LESSON}/rest": ({"status": "present"}, None, {}),
    f"POST {_LESSON}/exports": ({"form": "csv"}, None, {}),
    f"POST {_CLASS}/exports": ({"form": "json", "period": "all"}, None, {}),
    f"POST {_CLASS}/students": ({"name": "Новикова Нина"}, None, {}),
    f"POST {_STUDENT}/name": ({"name": "Белова Анна"}, None, {}),
    f"POST {_STUDENT}/back": ({}, _former, {}),
    f"GET {_STUDENT}/merge": ({"other": str(NEXT_ID)}, _line, {}),
    f"POST {_STUDENT}/merge": ({"other": str(NEXT_ID)}, _line, {}),
    f"GET {_STUDENT}/move": ({"to": "5"}, _another_class, {}),
    f"POST {_STUDENT}/move": ({"to": "5"}, _another_class, {}),
    f"POST {_STUDENT}/free": ({"how": "ask"}, _claimed, {}),
    f"POST {_CLASS}/list": ({"lines": "Белова Анна\nГромов Борис\nДымова Вера"}, None, {}),
    f"POST {_CLASS}/list/{{preview_id:int}}/gone": ({}, _taken, {}),
    f"POST {_CLASS}/joiners/{{request_id:int}}": ({"answer": "new"}, None, {}),
    f"POST {_CLASS}/joiners/{{request_id:int}}/line": ({"line": str(NEXT_ID)}, _line, {}),
    "POST /absences/{absence_id:int}": ({"answer": "excuse"}, None, {}),
    "POST /appeals/{appeal_id:int}": ({"answer": "present"}, None, {}),
    "POST /reviews/{review_id:int}": ({"answer": "yes"}, None, {}),
    "POST /claims/{claim_id:int}": ({"answer": "no"}, None, {}),
    f"POST {_CLASS}/settings": ({"what": "late", "value": "5"}, None, {}),
    f"POST {_CLASS}/calls": ({"wanted": "on"}, None, {}),
    f"POST {_CLASS}/timetable": ({"kind": "slot", "weekday": "1", "text": "8:30–9:15"}, None, {}),
    f"POST {_CLASS}/timetable/slots/{{slot_id:int}}": ({"weeks": "odd"}, _plan, {}),
    f"POST {_CLASS}/timetable/slots/{{slot_id:int}}/remove": ({}, _plan, {}),
    f"POST {_CLASS}/timetable/holidays/{{holiday_id:int}}/remove": ({}, _plan, {}),
    f"POST {_CLASS}/staff/invite": ({"term": "good"}, None, {}),
    f"POST {_CLASS}/staff/revoke": ({"invite": "cd" * 8}, _colleague, {}),
    f"POST {_CLASS}/staff/{{person_id:int}}/out": ({}, _colleague, {"person_id": NEXT_ID}),
    f"POST {_CLASS}/staff/{{person_id:int}}/owner": ({"how": "stay"}, _colleague, {"person_id": NEXT_ID}),
    "POST /all-classes/{class_id:int}/appoint": ({"person": str(PAVEL_ID)}, None, {}),
    "POST /all-classes/{class_id:int}/teachers/{person_id:int}/owner": ({}, _colleague, {"person_id": NEXT_ID}),
    "POST /all-classes/{class_id:int}/teachers/{person_id:int}/out": ({}, None, {"person_id": 2}),
    "POST /teachers/invite": ({"name": "Нина Новая"}, None, {}),
    "GET /teachers/{person_id:int}/end": ({}, None, {"person_id": PAVEL_ID}),
    "POST /teachers/{person_id:int}/end": ({}, None, {"person_id": PAVEL_ID}),
    f"GET {_BOARD}": ({"of": str(ANNA_ID)}, None, {}),
    f"POST {_BOARD}/longer": ({"minutes": "90"}, None, {}),
    f"POST {_BOARD}/close": ({"sure": "yes"}, None, {}),
    f"POST {_BOARD}/reopen": ({}, _closed, {}),
    f"POST {_BOARD}/mark": ({"person": str(ANNA_ID), "status": "late", "over": "no"}, None, {}),
    f"POST {_BOARD}/excuse": ({"person": str(ANNA_ID), "reason": "illness", "over": "no"}, None, {}),
    f"POST {_BOARD}/undo": ({"person": str(ANNA_ID), "correction": "1"}, _corrected, {}),
    f"POST {_BOARD}/names": ({"names": "initials"}, None, {}),
}  # fmt: skip
"""What each form says where it is sent by who may: fields, what has to be there before, other numbers in the path."""

ROUTES = [(method, path, action) for method, path, _, action in PAGES]
NO_PAGE = ("/live", "/note")
"""A stream, which does not end for who may hear it, and what Telegram keeps: `test_board`, `test_voices`."""
_IDS = [f"{method} {path}" for method, path, _ in ROUTES]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The school's database, as a file to be copied."""
    file = tmp_path_factory.mktemp("school") / "school.sqlite3"

    async def make() -> None:
        database = Database(f"sqlite:///{file}", Keyring([bytes(range(32))]))
        await migrate(database)
        await found(database)
        await database.close()

    asyncio.run(make())
    return file


@asynccontextmanager
async def school(founded: Path, folder: Path, keyring: Keyring, prepare: Prepare | None = None) -> AsyncIterator[Pages]:
    """The pages, on a copy."""
    file = folder / "school.sqlite3"
    shutil.copy(founded, file)
    database = Database(f"sqlite:///{file}", keyring)
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{file}", admins=frozenset({ADMIN}), _env_file=None)
    if prepare is not None:
        with database.session() as session:
            prepare(session)
    yield Pages(build(settings, keyring, database), database)
    await database.close()


def path_of(path: str, **numbers: object) -> str:
    """The address with these numbers in it."""
    return re.sub(r"\{(\w+)(?::int)?\}", lambda one: str({**OWN, **numbers}[one[1]]), path)


async def sent(guest: Guest, method: str, path: str, fields: dict[str, str]) -> httpx.Response:
    """A page asked for, or a form sent."""
    if method == "GET":
        return await guest.get(path, params=fields, follow_redirects=False)
    data = {"csrf": guest.csrf, **fields}
    return await guest.post(path, data=data, headers={"origin": "http://127.0.0.1:8080"}, follow_redirects=False)


def content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the database but who is signed in and how often."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        found = {
            name: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]  # noqa: S608
            for name in sorted(tables)
            if not name.startswith(("web_", "allowances", "sqlite_"))
        }
    engine.dispose()
    return found


@pytest.mark.parametrize(("method", "path", "action"), [one for one in ROUTES if not one[1].endswith(NO_PAGE)], ids=str)
async def test_who_may_does_it(
    founded: Path, tmp_path: Path, keyring: Keyring, method: str, path: str, action: str
) -> None:
    fields, prepare, numbers = CASES.get(f"{method} {path}", ({}, None, {}))
    who = ADMIN if PERMISSIONS[action].roles == ADMINS else MARIA
    async with school(founded, tmp_path, keyring, prepare) as pages:
        answer = await sent(await pages.enter(who), method, path_of(path, **numbers), fields)
        assert answer.status_code in (200, 303), answer.text
        for wrong in ({"csrf": ""}, {"csrf": "0" * 64}, {}):
            if method == "POST":
                guest = await pages.enter(who)
                origin = {"origin": "http://127.0.0.1:8080" if wrong else "https://elsewhere.example"}
                data = {"csrf": guest.csrf, **fields, **wrong}
                refused = await guest.post(path_of(path, **numbers), data=data, headers=origin)
                assert refused.status_code == 403


async def test_nobody_else_sees_or_changes_anything(founded: Path, tmp_path: Path, keyring: Keyring) -> None:
    async with school(founded, tmp_path, keyring) as pages:
        guests: dict[Role, Guest] = {
            role: await pages.enter(account) for role, account in ACCOUNTS.items() if role is not Role.NOBODY
        }
        guests[Role.NOBODY] = Guest(pages.app)
        before = content(tmp_path / "school.sqlite3")
        for method, path, action in ROUTES:
            fields, _, numbers = CASES.get(f"{method} {path}", ({}, None, {}))
            for role, guest in guests.items():
                permission = PERMISSIONS[action]
                # An admin is a teacher of other classes as well, as far as a class is asked for.
                roles = {role, Role.TEACHER_ELSEWHERE} if role is Role.ADMIN else {role}
                if permission.allows(frozenset(roles)):
                    continue
                answer = await sent(guest, method, path_of(path, **numbers), fields)
                assert answer.status_code in (401, 403, 404), (role, method, path, answer.status_code)
                for secret in ("Анна", "Борис", "Физика"):
                    assert secret not in answer.text, (role, method, path)
        assert content(tmp_path / "school.sqlite3") == before


async def test_what_is_anothers_is_like_what_is_not_there(founded: Path, tmp_path: Path, keyring: Keyring) -> None:
    async with school(founded, tmp_path, keyring) as pages:
        guest = await pages.enter(MARIA)
        before = content(tmp_path / "school.sqlite3")
        pavel = {"class_id": 2, "lesson_id": 2, "absence_id": 77, "appeal_id": 77, "review_id": 77, "claim_id": 77}
        nowhere = dict.fromkeys(pavel, 987654)
        nowhere_at_all = dict.fromkeys(pavel, 10**17)
        for method, path, action in ROUTES:
            if PERMISSIONS[action].target is Target.NONE or PERMISSIONS[action].roles == ADMINS:
                continue
            fields, _, numbers = CASES.get(f"{method} {path}", ({}, None, {}))
            pages_of = [
                (await sent(guest, method, path_of(path, **{**numbers, **named}), fields))
                for named in (pavel, nowhere, nowhere_at_all)
            ]
            assert [one.status_code for one in pages_of] == [404, 404, 404], path
            assert pages_of[0].content == pages_of[1].content == pages_of[2].content, path
        assert content(tmp_path / "school.sqlite3") == before


async def test_a_second_number_of_another_class_leads_nowhere_and_changes_nothing(
    founded: Path, tmp_path: Path, keyring: Keyring
) -> None:
    def others(session: Session) -> None:
        pavel = people.find_person(session, PAVEL)
        assert pavel
        timetables.plan_given(session, pavel, 2, timetables.SLOT, "8:30–9:15", _now(), weekday=1)
        timetables.plan_given(session, pavel, 2, timetables.HOLIDAY, "01.02.2031", _now())
        session.get_one(JoinRequest, 1).class_id = 2
        week = _now() + timedelta(days=7)
        session.add(Invite(token_hash=COLLEAGUE_INVITE, created_by=PAVEL, expires_at=week, class_id=2))

    forms: list[tuple[str, dict[str, str]]] = [
        ("GET /lessons/1/marks/6", {}),
        ("POST /lessons/1/marks/3", {"status": "late"}),
        ("POST /lessons/1/marks/3/excuse", {"reason": "illness"}),
        ("POST /lessons/1/merge", {"other": "2"}),
        ("GET /classes/1/students/6", {}),
        ("POST /classes/1/students/6/file", {}),
        ("POST /classes/1/students/6/name", {"name": "Чужой Кто"}),
        ("POST /classes/1/students/6/out", {}),
        ("POST /classes/1/students/6/back", {}),
        ("POST /classes/1/students/6/merge", {"other": "5"}),
        ("POST /classes/1/students/5/merge", {"other": "6"}),
        ("POST /classes/1/students/5/move", {"to": "2"}),
        ("GET /classes/1/students/5/move", {"to": "2"}),
        ("POST /classes/1/students/6/free", {"how": "out"}),
        ("GET /classes/1/list/2", {}),
        ("POST /classes/1/list/2/take", {}),
        ("POST /classes/1/list/2/gone", {}),
        ("POST /classes/1/list/2/leave", {}),
        ("POST /classes/1/joiners/1", {"answer": "new"}),
        ("POST /classes/1/joiners/1/line", {"line": "5"}),
        ("POST /classes/1/timetable/slots/1", {"weeks": "odd"}),
        ("POST /classes/1/timetable/slots/1/remove", {}),
        ("POST /classes/1/timetable/holidays/1/remove", {}),
        ("POST /classes/1/staff/revoke", {"invite": "cd" * 8}),
        ("POST /classes/1/staff/3/out", {}),
        ("POST /classes/1/staff/3/owner", {"how": "go"}),
    ]
    async with school(founded, tmp_path, keyring, others) as pages:
        guest = await pages.enter(MARIA)
        nothing = await guest.get("/no/such/page")
        before = content(tmp_path / "school.sqlite3")
        for form, fields in forms:
            method, path = form.split()
            answer = await sent(guest, method, path, fields)
            assert answer.status_code == 404, (form, answer.status_code)
            assert answer.content == nothing.content, form
        assert content(tmp_path / "school.sqlite3") == before


async def test_whoever_is_not_in_the_lesson_is_passed_over_and_nobody_is_led_elsewhere(
    founded: Path, tmp_path: Path, keyring: Keyring
) -> None:
    async with school(founded, tmp_path, keyring) as pages:
        guest = await pages.enter(MARIA)
        before = content(tmp_path / "school.sqlite3")
        for back in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"):
            fields = {"student": str(BORIS_ID), "status": "present", "back": back}
            answer = await sent(guest, "POST", "/lessons/1/several", fields)
            assert answer.headers["location"] == "/lessons/1"
        fields = {"batch": "00" * 8, "correction": "1"}
        for path in ("/lessons/1/rest/undo", f"/lessons/1/marks/{ANNA_ID}/undo"):
            assert (await sent(guest, "POST", path, fields)).status_code == 303
        boris = {"person": str(BORIS_ID), "status": "late", "reason": "illness", "correction": "1", "over": "no"}
        for path in ("/board/1/mark", "/board/1/excuse", "/board/1/undo"):
            assert (await sent(guest, "POST", path, boris)).headers["location"] == "/board/1"
        assert "Борис" not in (await guest.page(f"/board/1?of={BORIS_ID}")).text
        assert content(tmp_path / "school.sqlite3") == before


async def test_who_is_less_to_the_class_than_it_takes_changes_nothing(
    founded: Path, tmp_path: Path, keyring: Keyring
) -> None:
    def substitute(session: Session) -> None:
        _colleague(session)
        session.get_one(Membership, (1, NEXT_ID)).until = _now() + timedelta(days=3)

    async with school(founded, tmp_path, keyring, substitute) as pages:
        guest = await pages.enter(IGOR)
        before = content(tmp_path / "school.sqlite3")
        asked = 0
        for method, path, action in ROUTES:
            row = PERMISSIONS[action]
            if row.standing is Standing.ANY or row.target not in (Target.CLASS, Target.LESSON):
                continue
            fields, _, numbers = CASES.get(f"{method} {path}", ({}, None, {}))
            answer = await sent(guest, method, path_of(path, **numbers), fields)
            assert answer.status_code == 403, (method, path, answer.status_code)
            asked += 1
        assert asked > 20
        assert content(tmp_path / "school.sqlite3") == before


def test_every_route_has_its_case() -> None:
    assert set(CASES) <= set(_IDS)
    assert len(set(_IDS)) == len(_IDS)

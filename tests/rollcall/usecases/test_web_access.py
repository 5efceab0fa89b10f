"""Links, devices and screens: how they end."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from rollcall.domain.web_access import LINK_LASTS, MOST_SESSIONS, SESSION_LASTS, device_called
from rollcall.storage import lessons, web_access
from rollcall.storage.database import Database
from rollcall.storage.people import find_person
from rollcall.storage.tables import Lesson
from rollcall.storage.web_tables import SpentInitData, WebLink, WebScreen, WebSession
from rollcall.usecases import erasure
from tests.rollcall.conftest import NINE, TEACHER, School


async def test_of_too_many_devices_the_oldest_is_signed_out(database: Database) -> None:
    with database.session() as session:
        tokens = [
            web_access.sign_in(session, TEACHER, "", NINE + timedelta(minutes=number), in_telegram=False)
            for number in range(MOST_SESSIONS + 1)
        ]
        later = NINE + timedelta(hours=1)
        assert [web_access.signed_in(session, one, later) is not None for one in tokens] == [False] + [True] * 10


async def test_what_is_past_its_time_is_swept(school: School) -> None:
    lesson_id = await school.open(NINE)
    with school.database.session() as session:
        lesson = session.get_one(Lesson, lesson_id)
        web_access.make_link(session, TEACHER, "/", NINE)
        web_access.sign_in(session, TEACHER, "", NINE, in_telegram=False)
        web_access.make_screen(session, lesson, TEACHER, NINE)
        web_access.spend_init_data(session, "0" * 64, NINE + LINK_LASTS)
        web_access.sweep_web(session, NINE)
        assert _kept(session) == [1, 1, 1, 1]
        lessons.close_lesson(session, lesson, NINE)
        web_access.sweep_web(session, NINE + SESSION_LASTS + timedelta(minutes=1))
        assert _kept(session) == [0, 0, 0, 0]


async def test_whoever_leaves_with_everything_leaves_no_way_in(school: School) -> None:
    with school.database.session() as session:
        account = next(iter(school.ids))
        student = find_person(session, account)
        assert student
        web_access.make_link(session, account, "/", NINE)
        web_access.sign_in(session, account, "", NINE, in_telegram=False)
        erasure.erase_everything(session, student, "a receipt", erasure.Kind.EVERYTHING, NINE)
        assert _kept(session) == [0, 0, 0, 0]


def test_a_device_is_called_by_browser_and_system_and_no_more_of_it_is_kept() -> None:
    chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36"
    assert device_called(chrome) == "Chrome, Windows"
    assert device_called(chrome + " Edg/139.0") == "Edge, Windows"
    assert device_called("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1") == (
        "Safari, iPhone"
    )
    assert device_called("curl/8") == ""


def _kept(session: Session) -> list[int]:
    return [len(session.scalars(select(one)).all()) for one in (WebLink, WebSession, WebScreen, SpentInitData)]

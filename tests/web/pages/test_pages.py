"""The register's pages as documents: valid HTML in both languages, small whatever the class, and said in its words."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import html5lib
import pytest

from rollcall.config.settings import Settings
from rollcall.domain.attendance import Status
from rollcall.domain.challenge import ChallengeMode
from rollcall.domain.class_settings import Vocabulary
from rollcall.domain.permissions import ADMINS, PERMISSIONS
from rollcall.sealing.seal import Keyring
from rollcall.storage import classes, people
from rollcall.storage.database import Database
from rollcall.storage.tables import Attendance, Lesson, SchoolClass
from rollcall.texts import texts_in
from rollcall.usecases.merges import merges_owed
from tests.bot.school import ADMIN, ANNA, MARIA, found
from tests.web.pages.test_matrix import CASES, NEXT_ID, NO_PAGE, _another_class, _colleague, _line, _now, _plan, path_of
from tests.web.school import Pages, open_pages
from web.app import build
from web.routes import PAGES

_MOST_BYTES = 150_000


async def _seen(pages: Pages, language: str) -> dict[str, str]:
    """Every page that one looks at, by its address."""
    with pages.database.session() as session:
        for account in (MARIA, ADMIN):
            people.conversation_with(session, account, _now()).locale = language
        for prepare in (_line, _plan, _another_class, _colleague):
            prepare(session)
        at = session.get_one(Lesson, 1).opened_at - timedelta(hours=3)
        later = at + timedelta(hours=1)
        session.add(Lesson(class_id=1, opened_by=2, opened_at=at, late_at=at, closes_at=later, closed_at=later))
    found = {}
    guests = {who: await pages.enter(who) for who in (MARIA, ADMIN)}
    for method, path, _, action in PAGES:
        if method != "GET" or path.endswith(NO_PAGE):
            continue
        fields, _, numbers = CASES.get(f"GET {path}", ({}, None, {}))
        if "other" in fields:
            fields = {"other": str(NEXT_ID)}
        guest = guests[ADMIN if PERMISSIONS[action].roles == ADMINS else MARIA]
        views = [{"view": view} for view in ("week", "month", "term")] if path.endswith("/register") else [fields]
        for query in views:
            answer = await guest.get(path_of(path, **numbers), params=query)
            assert answer.status_code == 200, (path, answer.text)
            found[str(answer.url)] = answer.text
    return found


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_every_page_is_valid_in_both_languages(pages: Pages, language: str) -> None:
    seen = await _seen(pages, language)
    assert len(seen) > 25
    for address, page in seen.items():
        html5lib.HTMLParser(strict=True).parse(page)
        assert f'<html lang="{language}">' in page
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address
        assert not re.search(r"\son\w+=|style=|<script(?! (type=\"module\" )?src=)", page), address


async def test_a_class_is_spoken_of_in_its_own_words(pages: Pages) -> None:
    with pages.database.session() as session:
        session.get_one(SchoolClass, 1).vocabulary = Vocabulary.UNIVERSITY
    guest = await pages.enter(MARIA)
    page = (await guest.page("/classes/1")).text
    assert "Пара открыта" in page
    assert "Урок" not in page


async def test_a_page_of_three_hundred_students_and_two_hundred_lessons_stays_small(
    tmp_path: Path, keyring: Keyring
) -> None:
    async with open_pages(tmp_path, keyring) as pages:
        with pages.database.session() as session:
            maria = people.find_person(session, MARIA)
            assert maria
            now = _now()
            start = now - timedelta(days=100)
            one = classes.create_class(session, maria, "Поток", "Europe/Moscow", start)
            ids = []
            for number in range(300):
                person = people.register_person(session, 5000 + number, f"Преображенская Александра {number}-я", start)
                classes.join_class(session, person, one, start)
                ids.append(person.id)
            for number in range(200):
                at = now - timedelta(hours=2, days=number // 4, minutes=60 * (number % 4))
                lesson = Lesson(
                    class_id=one.id, opened_by=maria.id, opened_at=at, late_at=at, closes_at=at, closed_at=at
                )
                session.add(lesson)
                session.flush()
                session.add_all(Attendance(lesson_id=lesson.id, person_id=i, status=Status.PRESENT) for i in ids)
            lesson_id = lesson.id
        guest = await pages.enter(MARIA)
        here = f"/classes/{one.id}"
        for path in (
            f"{here}/register?view=week",
            f"{here}/register?view=month",
            f"{here}/register?view=term",
            f"{here}/students",
            f"{here}/students/{ids[0]}",
            f"{here}/lessons",
            f"/lessons/{lesson_id}",
            here,
        ):
            answer = await guest.get(path)
            assert answer.status_code == 200
            assert len(answer.content) < _MOST_BYTES, (path, len(answer.content))


async def test_a_class_in_the_archive_is_read_and_brought_back_and_nothing_else(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/classes/1")
    await guest.submit("/classes/1/archive")
    for path in ("", "/register", "/lessons", "/students", "/students/5", "/exports", "/staff"):
        page = await guest.page(f"/classes/1{path}")
        assert page.status_code == 200, path
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert "/classes/1/settings" not in page.text
    lesson = await guest.page("/lessons/1")
    assert "checkbox" not in lesson.text
    assert (await guest.submit("/lessons/1/marks/5", status="late")).status_code == 403
    assert (await guest.page("/classes/1/settings")).status_code == 403
    assert "Физика" in (await guest.page("/archive")).text
    assert (await guest.submit("/classes/1/restore")).url.path == "/classes/1"
    assert (await guest.page("/classes/1/settings")).status_code == 200


async def test_what_is_wrong_with_a_form_is_said_and_changes_nothing(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/classes/1")
    said = {
        ("/classes/1/students", "name", "Мадонна"): "одно слово",
        ("/classes/1/students", "name", "Привет"): "не похоже на полное имя",
        ("/classes/1/settings", "value", "Изумрудный город"): "не знаю",
        ("/classes/1/timetable", "text", "завтра"): "Не разобрал",
        ("/classes/1/list", "lines", "1"): "Имён я здесь не нашёл",
        ("/lessons/1/topic", "topic", "о" * 80): "Не помещается",
        ("/lessons/1/several", "status", "late"): "выберите",
        ("/lessons/1/marks/5/excuse", "own", "о" * 300): "не поместилась",
        ("/classes/1/staff/invite", "term", "until"): "По какой день",
        ("/classes", "title", "т" * 80): "не подходит",
    }
    more = {"what": "zone", "kind": "slot", "weekday": "1"}
    for (path, name, value), words in said.items():
        answer = await guest.submit(path, **more, **{name: value})
        assert answer.status_code == 200, path
        assert words in answer.text, (path, answer.text)


async def test_a_number_is_asked_for_there_too_and_not_required_before_it_works(pages: Pages) -> None:
    guest = await pages.enter(MARIA, "/classes/1")
    t = texts_in("ru")
    page = await guest.page("/classes/1/settings")
    assert t("settings-number-no-rates") in page.text
    assert 'value="require"' not in page.text
    refused = await guest.submit("/classes/1/settings", what="number", value="require")
    assert t("number-deaf") in refused.text
    await guest.submit("/classes/1/settings", what="number", value="ask")
    await guest.submit("/classes/1/settings", what="sentence", value="on")
    with pages.database.session() as session:
        one = session.get_one(SchoolClass, 1)
        assert (one.challenge, one.enrol_challenge) == (ChallengeMode.ASK, True)


async def test_two_accounts_are_left_to_the_bot_to_be_made_one(pages: Pages) -> None:
    with pages.database.session() as session:
        new = people.register_person(session, 31, "Анна Новая", _now())
        classes.join_class(session, new, session.get_one(SchoolClass, 1), _now())
    guest = await pages.enter(MARIA, "/classes/1/students/5")
    asked = await guest.page(f"/classes/1/students/5/merge?other={new.id}")
    assert "Перенести всё с прежнего аккаунта" in asked.text
    answer = await guest.submit("/classes/1/students/5/merge", other=str(new.id))
    assert "через несколько секунд" in answer.text
    assert answer.url.path == f"/classes/1/students/{new.id}"
    with pages.database.session() as session:
        assert [(one.old_id, one.new_id) for one in merges_owed(session)] == [(5, new.id)]
        assert people.find_person(session, ANNA), "her voice is still to be erased elsewhere"


async def test_every_page_is_there_on_either_database(tmp_path: Path, keyring: Keyring, database: Database) -> None:
    await found(database)
    url = database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path, database_url=url, admins=frozenset({ADMIN}), _env_file=None)
    pages = Pages(build(settings, keyring, database), database)
    assert len(await _seen(pages, "ru")) > 25
    guest = await pages.enter(MARIA, "/lessons/1")
    assert "С опозданием" in (await guest.submit("/lessons/1/marks/5", status="late")).text
    assert "Взять список" in (await guest.submit("/classes/1/list", lines="Белова Анна\nГромов Борис\nЯн Ян")).text
    assert (await guest.page(f"/classes/1/students/{10**15}")).status_code == 404
    await pages.app.state.site.outside.close()

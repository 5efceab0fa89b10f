"""``python -m tests.guide.pages [language ...]``: the pages of a class in the browser, as the guide shows them.

Chromium has to be installed. The pictures are for people to look at: nothing compares them. Beside them it is said how
soon each page was painted, and how much came over the line for it.
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from PIL import Image
from playwright.async_api import Browser, Page
from pydantic import SecretStr
from sqlalchemy.orm import Session

from rollcall.config.settings import Settings
from rollcall.domain.attendance import Status
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.queue import keys
from rollcall.queue.bot_end import connect
from rollcall.queue.bulletin import Bulletin
from rollcall.queue.embedded import start_valkey
from rollcall.sealing.seal import Keyring
from rollcall.storage import attempts, classes, lessons, people, web_access
from rollcall.storage.attempts import IncomingNote
from rollcall.storage.correcting import Wanted, correct
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Attendance, Lesson, Person, Review, SchoolClass
from rollcall.texts import LANGUAGES
from sandbox.server import Server
from tests.chaos.proxy import free_port
from tests.web.browser import chromium
from tests.web.live import served
from web.app import build

PICTURES = Path(__file__).parents[2] / "docs" / "guide" / "pages"
NAMES = ("projector", "hand", "register", "register-phone", "waiting", "health")
_TEACHER, _FIRST = 1, 100
_DESK, _PHONE = (1280, 800), (390, 780)
_LOCALES = {"ru": "ru-RU", "en": "en-GB"}
_CLASS = {"ru": ("Орлова Елена", "Физика 9Б", "Закон Ома"), "en": ("Adler Helen", "Physics 9B", "Ohm’s law")}
_STUDENTS = {
    "ru": "Абрамова Лидия, Белова Анна, Волков Глеб, Громов Борис, Дымова Вера, Егоров Иван, Жукова Нина, Зайцев Олег, "
    "Ильина Полина, Козлов Артём, Лебедев Пётр, Макарова Софья, Никитин Лев, Осипова Дарья, Павлов Марк, "
    "Романова Алиса, Соколов Егор, Тихонова Ева, Уваров Денис, Фёдорова Майя, Хохлов Роман, Цветкова Яна, "
    "Шилов Тимур, Юсупова Вера",
    "en": "Abbott Lydia, Bell Anna, Carter Glen, Dawson Nora, Ellis Oliver, Fisher Ivan, Groves Boris, Hughes Paula, "
    "Irving Max, Jones Mary, Knight Leo, Lloyd Sophie, Mason Dennis, Nolan Alice, Owens Mark, Parker Eve, "
    "Quinn Roman, Reed Maya, Swan Peter, Turner Jane, Underwood Tim, Vance Ella, Walker Adam, Young Vera",
}
_LESSONS = 14


async def pictures(language: str) -> None:
    """All of one language."""
    with tempfile.TemporaryDirectory() as folder:
        port, keyring = free_port(), Keyring([bytes(range(32))])
        async with Server() as server, AsyncExitStack() as stack:
            settings = Settings(
                data_dir=Path(folder), web_port=port, admins=frozenset({_TEACHER}), telegram_api_url=server.url,
                telegram_token=SecretStr(server.telegram.token), _env_file=None,
            )  # fmt: skip
            stack.callback(start_valkey(settings).stop)
            database = Database(settings.effective_database_url, keyring)
            await migrate(database)
            with database.session() as session:
                screen, lesson_id = _found(session, language)
            await _worker(settings)
            app = build(settings, keyring, database)
            app.state.site.bot._said = Bulletin("rollcall_bot", 0.0)
            await stack.enter_async_context(served(app, port))
            browser = await stack.enter_async_context(chromium())
            await _look(Album(database, browser, f"http://127.0.0.1:{port}", language), screen, lesson_id)
            await app.state.site.outside.close()
            await database.close()


async def _worker(settings: Settings) -> None:
    """As far as an admin sees of it."""
    client = connect(settings.effective_redis_url)
    await client.xgroup_create(keys.JOBS, keys.WORKERS, mkstream=True)
    await client.xgroup_createconsumer(keys.JOBS, keys.WORKERS, "a-worker")
    await client.aclose()


class Album:
    """Takes pictures of what one teacher sees."""

    def __init__(self, database: Database, browser: Browser, origin: str, language: str) -> None:
        self._database, self._browser, self._origin, self._language = database, browser, origin, language

    async def page(self, path: str, size: tuple[int, int], *, scale: float = 1, dark: bool = False) -> Page:
        """A window in which the teacher is there already."""
        context = await self._browser.new_context(
            viewport={"width": size[0], "height": size[1]}, device_scale_factor=scale,
            locale=_LOCALES[self._language], color_scheme="dark" if dark else "light", reduced_motion="reduce",
        )  # fmt: skip
        page = await context.new_page()
        with self._database.session() as session:
            token = web_access.make_link(session, _TEACHER, "/", datetime.now(UTC))
        await page.goto(f"{self._origin}/in/{token}")
        await page.click("main form button")
        await page.wait_for_load_state()
        await page.goto(self._origin + path)
        await page.wait_for_timeout(500)
        painted, weight = await page.evaluate(
            "[performance.getEntriesByName('first-contentful-paint')[0]?.startTime,"
            " performance.getEntries().reduce((sum, one) => sum + (one.encodedBodySize || 0), 0)]"
        )
        print(f"{path.split('?')[0][:24]:24} painted after {painted:.0f} ms, {weight / 1000:.0f} kB")
        return page

    async def take(self, page: Page, name: str) -> None:
        """Keep what the page shows."""
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(500)  # what is live is there
        whole = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        file = PICTURES / f"{name}.{self._language}.png"
        whole.quantize(128, kmeans=3, dither=Image.Dither.NONE).save(file, optimize=True)
        print(f"{file.name}: {file.stat().st_size // 1000} kB")


async def _look(album: Album, screen: str, lesson_id: int) -> None:
    await album.take(await album.page(screen, _DESK), "projector")
    hand = await album.page(f"/board/{lesson_id}", _PHONE, scale=1.5)
    await hand.locator(".tile.missing a").first.click()
    await album.take(hand, "hand")
    await album.take(await album.page("/classes/1/register?view=month", _DESK), "register")
    await album.take(await album.page("/classes/1/register?view=month", _PHONE, scale=1.5, dark=True), "register-phone")
    await album.take(await album.page("/classes/1/waiting", _DESK), "waiting")
    await album.take(await album.page("/health", _DESK), "health")


def _found(session: Session, language: str) -> tuple[str, int]:
    """A class of weeks ago, and a lesson that goes on: where a projector shows it, and its number."""
    now, chance = datetime.now(UTC).replace(microsecond=0), Random(9)
    name, title, topic = _CLASS[language]
    begun = now - timedelta(days=60)
    teacher = people.register_person(session, _TEACHER, name, begun)
    people.make_teacher(session, teacher, None)
    people.conversation_with(session, _TEACHER, begun).locale = language
    school_class = classes.create_class(session, teacher, title, "Europe/Moscow", begun, timedelta(days=365))
    school_class.language = language
    students = [_student(session, school_class, number, full_name, begun)
                for number, full_name in enumerate(_STUDENTS[language].split(", "))]  # fmt: skip
    for number in range(_LESSONS):
        at = _morning(now, _LESSONS - number)
        lesson, _ = lessons.open_lesson(
            session, school_class.id, teacher, at, timedelta(minutes=45), timedelta(minutes=5)
        )
        _attend(session, lesson, students, chance, teacher, share=0.94)
        lessons.close_lesson(session, lesson, at + timedelta(minutes=45))
    lesson, _ = lessons.open_lesson(
        session, school_class.id, teacher, now - timedelta(minutes=12), timedelta(minutes=45), timedelta(minutes=5)
    )
    lesson.title = topic
    _attend(session, lesson, students, chance, teacher, share=0.8)
    _doubt(session, lesson, next(one for one in students if session.get(Attendance, (lesson.id, one.id)) is None))
    return "/screen/" + web_access.make_screen(session, lesson, _TEACHER, now), lesson.id


def _student(session: Session, school_class: SchoolClass, number: int, name: str, then: datetime) -> Person:
    person = people.register_person(session, _FIRST + number, name, then)
    classes.join_class(session, person, school_class, then)
    return person


def _morning(now: datetime, lessons_ago: int) -> datetime:
    """Two lessons a week."""
    return (now - timedelta(days=lessons_ago * 7 // 2 + 1)).replace(hour=6, minute=30, second=0)


def _attend(
    session: Session, lesson: Lesson, students: Sequence[Person], chance: Random, teacher: Person, share: float
) -> None:
    for one in students:
        drawn = chance.random()
        if drawn < share:
            at = lesson.opened_at + timedelta(seconds=chance.uniform(5, 200 if drawn < share - 0.08 else 500))
            lessons.mark(session, lesson, one.id, at.replace(microsecond=0), 0.98, None)
        elif drawn > 1 - (1 - share) / 3:
            correct(session, lesson, one.id, teacher, Wanted(Status.EXCUSED, "illness"), lesson.opened_at)


def _doubt(session: Session, lesson: Lesson, person: Person) -> None:
    """Three notes of which the worker was not sure."""
    at = lesson.opened_at + timedelta(minutes=4)
    note = IncomingNote(person.telegram_id, 5, "file", "unique", 9000, at)
    attempt = attempts.register(
        session, note, person, Purpose.CHECK_IN, class_id=lesson.class_id, lesson=lesson, enrolment=None, received_at=at
    )
    attempt.verdict, attempt.reason, attempt.settled_at = Verdict.UNSURE, Reason.TEACHER_DECIDES, at
    attempt.score = 0.5
    session.flush()
    session.add(
        Review(
            lesson_id=lesson.id, person_id=person.id, attempt_id=attempt.id, sent_at=at, state=ReviewState.OPEN,
            created_at=at,
        )
    )  # fmt: skip


def main(languages: Sequence[str]) -> None:
    """Take them anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for language in languages or LANGUAGES:
        asyncio.run(pictures(language))


if __name__ == "__main__":
    main(sys.argv[1:])

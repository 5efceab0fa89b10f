"""A class whose notes say a number, in both languages: every lane, and what happens when something is killed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from rollcall.texts import Texts, texts_in
from sandbox.message import Message
from sandbox.person import Person
from sandbox.saying import saying
from tests import sounds
from tests.end_to_end.product import PATIENCE, Classroom, Product, answer_to, ask, running, speak, synthetic

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNT = count(1)
NAMES = {
    "ru": {"zac": "Анна Белова", "Gene2": "Борис Громов", "shelby": "Вера Ким", "klatt2": "Глеб Ёлкин"},
    "en": {
        "zac": "Anna Bell", "Gene2": "Boris Groves", "shelby": "Vera Kim", "steph2": "Gleb Fir", "klatt2": "Dora Hill",
    },
}  # fmt: skip
NUMBER = re.compile(r"\d(?: · \d){3}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Product]:
    async with running(tmp_path_factory.mktemp("numbers"), ROLLCALL_WORDS_MODEL="dummy") as product:
        yield product


def tell(product: Product, statement: str, *values: object) -> None:
    """What no chat can say of the product's database."""
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=30)) as database, database:
        database.execute(statement, values)


def require(product: Product, title: str, mode: str = "require") -> None:
    """A class that has shown that it works; it takes thirty notes by way of the chat."""
    tell(product, "UPDATE classes SET challenge = ? WHERE title = ?", mode, title)


def number_in(message: Message) -> str:
    """The digits that a message shows."""
    found = NUMBER.search(message.text)
    assert found, message.text
    return found[0].replace(" · ", "")


def another(digits: str) -> str:
    """A number of other digits."""
    return "".join(str((int(digit) + 3) % 10) for digit in digits)


def apart_from(digits: str) -> str:
    """A number without any of these digits: a shipped one is the same recording each time, and said twice by one voice
    it would be called that."""
    return "".join([digit for digit in "0123456789" if digit not in digits][:4])


def change(product: Product, digits: str) -> str:
    """The number that is open is this one."""
    tell(product, "UPDATE challenges SET items = ? WHERE used_by IS NULL", " ".join(digits))
    return digits


async def opened(product: Product, language: str, mode: str = "require") -> Classroom:
    """A class with an open lesson; its students come when they are called for."""
    classroom, title = Classroom(product, language), f"Numbers {next(COUNT)}"
    classroom.teacher.user["language_code"] = language
    await classroom.begin(title)
    require(product, title, mode)
    await open_lesson(classroom, title)
    return classroom


async def open_lesson(classroom: Classroom, title: str) -> None:
    """The teacher opens one of their classes' lessons."""
    teacher = classroom.teacher
    teacher.read_all()
    await teacher.say("/open")
    answer = await teacher.answer(PATIENCE, lambda message: message.has(title) or title in message.text)
    if answer.has(title):  # there are the classes of the tests before
        await teacher.press(title, answer)
        await teacher.answer(PATIENCE, lambda message: title in message.text)


async def student(classroom: Classroom, voice: str, t: Texts) -> Person:
    """Somebody whose voice is known."""
    one = await joined(classroom, voice, t)
    for number in (1, 2, 3):
        assert f"{number}/3" in (await speak(one, synthetic(voice, number))).text
    return one


async def joined(classroom: Classroom, voice: str, t: Texts) -> Person:
    """Somebody who has read in the consent that the words are listened to, and begins to record their voice."""
    one = classroom.product.person(voice, t.language)
    await one.follow(classroom.link)
    assert t("consent-words") in (await one.answer(PATIENCE)).text
    await one.press("consent:yes")
    await one.answer(PATIENCE)
    name = NAMES[t.language][voice]
    assert name in (await ask(one, name)).text
    await ask(one, "/enroll")
    return one


def shows(one: Person, button: str) -> Message | None:
    """The message in which the button is now: menus turn in place."""
    return next((message for message in reversed(one.inbox) if message.has(button) and not message.deleted), None)


async def shown(one: Person) -> str:
    """The number that a student asks for."""
    offer = await ask(one, "/here")
    await one.press("say:", offer)
    return number_in(await one.answer(PATIENCE))


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_each_lane_ends_where_it_should(language: str, tmp_path: Path) -> None:
    async with running(tmp_path, ROLLCALL_WORDS_MODEL="dummy") as product:
        await every_lane(product, language)


async def every_lane(product: Product, language: str) -> None:
    """Heard at once; not heard, then heard; nothing asked for, another number, then the new one."""
    t = texts_in(language)
    classroom = await opened(product, language)
    at_once = await student(classroom, "zac", t)
    digits = await shown(at_once)
    answer = await speak(at_once, saying("zac", digits, 4, whistled=True))
    assert t("status-present") in answer.text
    assert re.search(r"\d+ %", answer.text)

    silent = await student(classroom, "Gene2", t)
    digits = await shown(silent)
    answer = await speak(silent, synthetic("Gene2", 5))
    assert t("reason-words_not_heard") in answer.text
    assert number_in(answer) == digits
    assert t("status-present") in (await speak(silent, saying("Gene2", digits, 4, whistled=True))).text

    unready = await student(classroom, "shelby", t)
    answer = await speak(unready, synthetic("shelby", 5))
    assert t("reason-words_wanted") in answer.text
    digits = number_in(answer)
    spliced = another(digits)
    answer = await speak(unready, saying("shelby", spliced, 4, whistled=True))
    assert t("reason-words_other") in answer.text
    assert spliced not in answer.text.replace(" · ", "")
    assert number_in(answer) != digits
    digits = change(product, apart_from(spliced))
    assert t("status-present") in (await speak(unready, saying("shelby", digits, 6, whistled=True))).text

    await classroom.teacher.say("/report")
    present = t("counted-present", number=3)
    await classroom.teacher.answer(PATIENCE, lambda message: f"{present}: 3" in message.text)


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_what_nobody_can_make_out_is_the_teachers_to_hear(language: str, tmp_path: Path) -> None:
    """In a lesson after two unclear notes, in an enrolment after three tries; and then it counts."""
    async with running(tmp_path, ROLLCALL_WORDS_MODEL="dummy") as product:
        classroom = await opened(product, language)
        await unclear_in_a_lesson(classroom, texts_in(language))
        await unsaid_in_an_enrolment(classroom, texts_in(language))


async def unclear_in_a_lesson(classroom: Classroom, t: Texts) -> None:
    """A digit is swallowed, of the next number as well: the teacher hears the note, and confirms."""
    anna, teacher = await student(classroom, "Gene2", t), classroom.teacher
    digits = await shown(anna)
    answer = await speak(anna, saying("Gene2", digits[:3], 4, whistled=True))
    assert t("reason-words_unclear") in answer.text
    assert number_in(answer) != digits
    digits = change(classroom.product, apart_from(digits[:3]))
    assert t("words-teacher-decides") in (await speak(anna, saying("Gene2", digits[:3], 5, whistled=True))).text
    card = await teacher.answer(PATIENCE, lambda message: message.has("review:"))
    assert NAMES[t.language]["Gene2"] in card.text
    assert card.raw["voice"]["file_unique_id"], "there is something to listen to"
    await teacher.press("✅", card)
    assert t("status-present") in (await anna.answer(PATIENCE)).text


async def unsaid_in_an_enrolment(classroom: Classroom, t: Texts) -> None:
    """By the class's setting: one says the number in the second recording, another does not in three."""
    product, teacher = classroom.product, classroom.teacher
    await ask(teacher, "/class")
    for button in ("settings:1", "settings:1:sentence", "set:1:sentence:on"):
        await teacher.until(partial(shows, teacher, button), PATIENCE)
        await teacher.press(button)
    on = t("settings-sentence-on")
    await teacher.until(lambda: any(on in message.text for message in teacher.inbox) or None, PATIENCE)

    heard = await joined(classroom, "shelby", t)
    answer = await speak(heard, synthetic("shelby", 1))
    assert "1/3" in answer.text
    assert "2/3" in (await speak(heard, saying("shelby", number_in(answer), 2, whistled=True))).text
    answer = await speak(heard, synthetic("shelby", 3))
    assert "3/3" in answer.text
    assert t("claim-why-unsaid") not in answer.text

    never = await joined(classroom, "klatt2", t)
    answer = await speak(never, synthetic("klatt2", 1))
    digits = number_in(answer)
    answer = await speak(never, synthetic("klatt2", 2))
    assert t("reason-words_not_heard") in answer.text
    assert number_in(answer) == digits
    answer = await speak(never, saying("klatt2", another(digits), 3, whistled=True))
    assert t("reason-words_other") in answer.text
    assert number_in(answer) != digits
    digits = change(product, apart_from(another(digits)))
    assert "2/3" in (await speak(never, saying("klatt2", digits[:3], 4, whistled=True))).text
    answer = await speak(never, synthetic("klatt2", 5))
    assert "3/3" in answer.text
    assert t("claim-why-unsaid") in answer.text
    card = await teacher.answer(PATIENCE, lambda message: message.has("claim:"))
    assert NAMES[t.language]["klatt2"] in card.text
    assert t("claim-unsaid") in card.text
    await teacher.press("✅", card)
    assert t("claim-told-accepted") in (await never.answer(PATIENCE)).text


async def test_a_number_that_is_over_or_was_used_brings_a_new_one(product: Product) -> None:
    t = texts_in("en")
    classroom = await opened(product, "en", "require")
    late = await student(classroom, "steph2", t)
    digits = await shown(late)
    await ask(late, "/help")  # now it is written down when the number was shown
    tell(product, "UPDATE challenges SET shown_at = datetime(shown_at, '-121 seconds') WHERE used_by IS NULL")
    answer = await speak(late, saying("steph2", digits, 4, whistled=True))
    assert t("reason-words_wanted") in answer.text
    assert number_in(answer)
    wrong = apart_from(digits)
    used = change(product, another(another(another(wrong))))  # nine more, and so `wrong` is one off in every place
    answer = await speak(late, saying("steph2", wrong, 5, whistled=True))
    newest = number_in(answer)
    answer = await speak(late, saying("steph2", used, 6, whistled=True))
    assert used == newest or t("status-present") not in answer.text


async def test_a_note_of_an_earlier_lesson_marks_nobody_in_a_friends_hand(tmp_path: Path) -> None:
    t = texts_in("en")
    async with running(tmp_path, ROLLCALL_WORDS_MODEL="dummy") as product:
        classroom = await opened(product, "en")
        anna = await student(classroom, "klatt2", t)
        first = await shown(anna)
        said = saying("klatt2", first, 4, whistled=True)
        assert t("status-present") in (await speak(anna, said)).text
        await classroom.teacher.say("/close")
        await classroom.teacher.answer(PATIENCE, lambda message: message.has("reopen:"))
        await open_lesson(classroom, "Numbers")
        await shown(anna)
        digits = change(product, apart_from(first))
        again = sounds.converted(said, "-c:a", "libopus", "-b:a", "32k", "-f", "ogg")
        assert t("reason-same_recording") in (await speak(anna, again)).text
        assert t("status-present") in (await speak(anna, saying("klatt2", digits, 5, whistled=True))).text


async def test_where_it_is_only_asked_the_note_counts_and_the_report_says_what_was_heard(product: Product) -> None:
    t = texts_in("ru")
    classroom = await opened(product, "ru", "ask")
    anna = await student(classroom, "klatt2", t)
    digits = await shown(anna)
    assert t("status-present") in (await speak(anna, saying("klatt2", another(digits), 4, whistled=True))).text
    await classroom.teacher.say("/report")
    report = await classroom.teacher.answer(PATIENCE, lambda message: "Глеб" in message.text)
    assert t("report-remark-words-something_else") in report.text


async def test_without_a_recogniser_notes_count_and_say_so(
    tmp_path: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    t = texts_in("en")
    async with running(tmp_path_factory.mktemp("deaf"), ROLLCALL_WORDS_MODEL="none") as product:
        classroom = await opened(product, "en")
        anna = await student(classroom, "zac", t)
        offer = await ask(anna, "/here")
        await anna.press("say:", offer)
        assert (await anna.answer(PATIENCE)).text == t("say-anything")
        assert t("status-present") in (await speak(anna, synthetic("zac", 4))).text
        await classroom.teacher.say("/report")
        report = await classroom.teacher.answer(PATIENCE, lambda message: "Anna" in message.text)
        assert t("report-remark-words-not_checked") in report.text


async def test_whoever_is_killed_in_the_middle_the_number_holds_and_the_answer_comes_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    t = texts_in("en")
    async with running(tmp_path_factory.mktemp("killed"), ROLLCALL_WORDS_MODEL="dummy") as product:
        classroom = await opened(product, "en")
        anna = await student(classroom, "zac", t)
        digits = await shown(anna)
        sent = await anna.voice(saying("zac", digits, 4, whistled=True))
        await asyncio.sleep(0.05)  # somewhere between Telegram and the answer; where exactly must not matter
        await product.kill_everything()
        await product.start()
        answer = await answer_to(anna, sent)
        assert t("status-present") in answer.text
        assert [message for message in anna.inbox if message.reply_to == sent.id] == [answer]

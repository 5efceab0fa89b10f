"""What the bot promised teachers and students, kept through a move of the chat and through kill -9."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox.faults import Fault
from sandbox.person import Person
from tests.conftest import WaitUntil
from tests.end_to_end.product import PATIENCE, Classroom, Product, ask, link_in, running

ANNA, BORIS = "Анна Белова", "Борис Громов"


async def without_a_voice(classroom: Classroom, name: str) -> Person:
    """A student who said no to the voice and joined."""
    student = classroom.product.person(name)
    await student.follow(classroom.link)
    await student.answer(PATIENCE)
    await student.press("consent:no")
    await student.answer(PATIENCE, lambda message: message.has("without:"))
    await student.press("without:")
    await student.answer(PATIENCE)
    await ask(student, name)
    return student


async def second_teacher(product: Product, teacher: Person) -> Person:
    """A colleague who teaches the class as well: of that the chat has no word yet."""
    colleague = product.person("Ольга Петрова")
    await colleague.follow(link_in(await ask(teacher, "/invite")))
    await colleague.answer(PATIENCE)
    change(
        product,
        "INSERT INTO memberships (class_id, person_id, role, joined_at) "
        "SELECT 1, id, 'teacher', created_at FROM people WHERE telegram_id = ?",
        colleague.id,
    )
    return colleague


def change(product: Product, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=20)) as database, database:
        database.execute(statement, values)


def shifted(by: timedelta) -> str:
    """A moment from now, as SQLite keeps it."""
    return f"{datetime.now(UTC) + by:%Y-%m-%d %H:%M:%S}.000000"


def owed(product: Product) -> list[int]:
    """Whose notice is still to be said."""
    with closing(sqlite3.connect(product.data_dir / "rollcall.sqlite3", timeout=20)) as database:
        return [chat for (chat,) in database.execute("SELECT chat_id FROM closing_notices")]


async def test_a_lesson_in_a_group_that_moves_and_its_end_told_to_both_teachers_through_a_kill(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    async with running(tmp_path / "data", ROLLCALL_SPEAKER_MODEL="dummy") as product:
        telegram = product.server.telegram
        classroom = Classroom(product)
        teacher = classroom.teacher
        await classroom.begin()
        anna = await without_a_voice(classroom, ANNA)
        colleague = await second_teacher(product, teacher)
        for one in (teacher, colleague):
            one.read_all()

        # The group becomes a supergroup while the lesson is on: the board goes on there.
        group = int(telegram.add_group("9Б", {teacher.id: "creator"}, kind="group")["id"])
        await teacher.say("/open", chat=group)
        await teacher.answer(PATIENCE, lambda message: message.chat_id == group)
        new = int(telegram.groups.upgrade(group, teacher.id)["id"])
        board = await teacher.answer(PATIENCE, lambda message: message.chat_id == new)

        # The student asks while one teacher has blocked the bot: told to the other, and the student hears only that.
        await colleague.block()
        await anna.say("/here")
        await anna.answer(PATIENCE, lambda message: message.has("here:"))
        await anna.press("here:")
        assert "попросили" in (await anna.answer(PATIENCE)).text
        card = await teacher.answer(PATIENCE, lambda message: message.has("review:"))
        await colleague.unblock()
        assert (await colleague.answer(PATIENCE, lambda message: message.has("review:"))).text == card.text
        await teacher.press("review:1:yes", card)
        assert "подтвердил" in (await anna.answer(PATIENCE)).text
        await teacher.edited(board, PATIENCE, lambda message: "1 из 1" in message.text)

        # Time is up. The bot dies when one teacher has heard of it and the other has not.
        telegram.faults.add(Fault("sendMessage", kind="hang", times=99, chat_id=colleague.id))
        change(product, "UPDATE lessons SET closes_at = ?", shifted(timedelta()))
        notice = await teacher.answer(PATIENCE, lambda message: "урок закрыт, " in message.text)
        assert notice.has("report:1:lesson")
        await wait_until(lambda: owed(product) == [colleague.id])
        await product.kill_everything()
        telegram.faults.clear()
        telegram.faults.release()
        await product.start()
        heard = await colleague.answer(PATIENCE, lambda message: "урок закрыт, " in message.text)
        assert heard.text == notice.text
        assert heard.has("report:1:lesson")
        assert product.log.count("Traceback") == 0
        again = [
            message for message in teacher.inbox if "урок закрыт, " in message.text and message.chat_id == teacher.id
        ]
        assert len(again) == 1


async def test_two_students_hear_of_the_lesson_through_a_kill_and_the_missing_one_of_its_end(
    tmp_path: Path, wait_until: WaitUntil
) -> None:
    async with running(tmp_path / "data", ROLLCALL_SPEAKER_MODEL="dummy") as product:
        telegram = product.server.telegram
        classroom = Classroom(product)
        teacher = classroom.teacher
        await classroom.begin()
        anna, boris = [await without_a_voice(classroom, name) for name in (ANNA, BORIS)]
        teacher.read_all()

        # The bot dies while Telegram keeps it waiting with one of them; that one is owed the word still.
        telegram.faults.add(Fault("sendMessage", kind="hang", times=99, chat_id=boris.id))
        board = await ask(teacher, "/open 30")
        assert {ANNA, BORIS} <= set(board.text.splitlines())
        call = await anna.call(PATIENCE)
        await product.kill_everything()
        telegram.faults.clear()
        telegram.faults.release()
        await product.start()
        await boris.call(PATIENCE)
        assert call.text.splitlines()[0].split()[-1].strip(".") in board.text, "until when"

        # One checks in by the button of the call, which goes; the board names the other one alone.
        await anna.press("here:", call)
        await teacher.press("review:1:yes", await teacher.answer(PATIENCE, lambda message: message.has("review:1:yes")))
        await teacher.edited(board, PATIENCE, lambda message: {ANNA, BORIS} & set(message.text.splitlines()) == {BORIS})
        await wait_until(lambda: not call.has("here:"), PATIENCE)

        # Near the end the other one is called again, and nobody twice.
        anna.read_all()
        boris.read_all()
        minute = timedelta(minutes=1)
        change(product, "UPDATE lessons SET opened_at = ?, closes_at = ?", shifted(-30 * minute), shifted(4 * minute))
        last = await boris.call(PATIENCE)
        assert last.text.startswith("⏰ Физика 9Б")
        change(product, "UPDATE lessons SET closes_at = ?", shifted(timedelta()))
        await wait_until(lambda: not last.has("here:"), PATIENCE)
        assert not [message for message in anna.unread if message.has("mute:")]
        assert product.log.count("Traceback") == 0

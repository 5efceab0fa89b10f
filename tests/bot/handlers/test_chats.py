"""Chats that move, close, refuse and open again; teachers who are asked and told. At the bot's own door."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import delete, select, update

from bot.outbox.boards import _show
from bot.outbox.closing_notices import close_overdue
from bot.outbox.review_cards import keep_reviews
from bot.services import now
from rollcall.domain.attendance import Status
from rollcall.storage.people import conversation_with, find_person
from rollcall.storage.rights import end_teaching
from rollcall.storage.tables import TEACHER, Attempt, Attendance, ClosingNotice, Lesson, Membership, Review, ReviewCard
from rollcall.texts import texts_in
from sandbox.faults import Fault
from sandbox.person import Person
from sandbox.telegram import Call
from tests.bot.door import Door, said
from tests.bot.school import ADMIN, ANNA, CLASS_ID, MARIA, OLGA, STRANGER
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic

T = texts_in("ru")
ALWAYS = 999


@pytest.fixture
def admins() -> frozenset[int]:
    return frozenset({ADMIN})


def refuse(door: Door, method: str, detail: str, code: int = 400, chat: int | None = None) -> Fault:
    return door.telegram.faults.add(Fault(method, code=code, detail=detail, times=ALWAYS, chat_id=chat))


async def lesson_of(door: Door) -> Lesson:
    with door.services.database.session() as session:
        lesson = session.scalar(select(Lesson).where(Lesson.class_id == CLASS_ID))
        assert lesson
        return lesson


async def show(door: Door) -> Lesson:
    """A round of the task that keeps boards; where the board is then."""
    await _show(door.application, door.services, (await lesson_of(door)).id)
    return await lesson_of(door)


async def group_of(door: Door, people: dict[int, Person], kind: str = "supergroup") -> int:
    for person in people.values():
        door.telegram.open_private(person.id)
    return int(door.telegram.add_group("Родители 9Б", {MARIA: "creator"}, kind=kind)["id"])


def sent_to(calls: list[Call], chat: int) -> list[Call]:
    return [call for call in calls if str(call.values.get("chat_id")) == str(chat) and call.method.startswith("send")]


@pytest.mark.parametrize("heard_by", ["the error", "the service messages"])
async def test_a_board_follows_its_group_into_the_supergroup_it_becomes(
    door: Door, people: dict[int, Person], heard_by: str
) -> None:
    group = await group_of(door, people, "group")
    await door.ask(people[MARIA], "/open", group)
    new = int(door.telegram.groups.upgrade(group, MARIA)["id"])
    if heard_by == "the error":
        door.telegram.updates.drop()
    else:
        await door.handle()
    assert (await lesson_of(door)).board_chat_id == (group if heard_by == "the error" else new)
    lesson = await show(door)
    assert lesson.board_chat_id == new
    assert (new, lesson.board_message_id) in door.telegram.messages
    before = len(door.telegram.calls)
    assert (await show(door)).board_message_id == lesson.board_message_id
    assert [call.method for call in door.telegram.calls[before:]] == ["editMessageText"]
    # A command that was on its way when the group became another is answered in the new one.
    assert said(sent_to(await _asked(door, people[MARIA], "/close", group), new))


async def _asked(door: Door, person: Person, words: str, chat: int, topic: int | None = None) -> list[Call]:
    await person.say(words, chat=chat, topic=topic)
    return await door.handle()


async def test_board_and_summary_stay_in_the_topic_and_a_closed_one_is_told_once(
    door: Door, people: dict[int, Person]
) -> None:
    maria, forum = people[MARIA], await group_of(door, people)
    topics = door.telegram.groups
    topic = topics.open_topic(forum, 77)
    (call,) = sent_to(await _asked(door, maria, "/open", forum, topic), forum)
    assert call.values["message_thread_id"] == str(topic)
    assert (await show(door)).board_thread_id == topic
    topics.close_topic(forum, topic)
    before = len(door.telegram.calls)
    lesson = await show(door)
    assert (lesson.board_chat_id, lesson.board_thread_id) == (forum, None)
    for _ in range(2):
        await show(door)
    told = said(sent_to(door.telegram.calls[before:], forum))
    assert told.count(T("topic-closed")) == 1
    # The general one is closed as well: the teacher in private, for the answer too.
    topics.close_topic(forum)
    lesson = await show(door)
    assert lesson.board_chat_id == MARIA
    door.forge(maria, "close-now:1", forum)
    closed = said(sent_to(await door.handle(), MARIA))
    assert closed[0] == T("group-closed")
    assert (
        T("closed", title="Физика", attended=0, students=1, present=0, late=0, absent=1, flagged=0).splitlines()[0]
        in (closed[1])
    )


async def test_a_board_whose_topic_is_deleted_or_whose_group_threw_us_out_is_seen_elsewhere(
    door: Door, people: dict[int, Person]
) -> None:
    forum = await group_of(door, people)
    topic = door.telegram.groups.open_topic(forum, 78)
    await _asked(door, people[MARIA], "/open", forum, topic)
    door.telegram.groups.delete_topic(forum, topic)
    lesson = await show(door)
    assert (lesson.board_chat_id, lesson.board_thread_id) == (forum, None)
    door.telegram.groups.kick(forum, MARIA)
    await door.handle()
    assert (await show(door)).board_chat_id == MARIA


async def test_an_anonymous_admin_hears_in_the_groups_language_how_to_ask(
    door: Door, people: dict[int, Person]
) -> None:
    group = await group_of(door, people)
    await people[MARIA].say_as_group("/open", group)
    (call,) = sent_to(await door.handle(), group)
    assert call.values["text"] == T("asked-by-a-group")
    assert "https://t.me/" in str(call.values["reply_markup"])
    with door.services.database.session() as session:
        (conversation_with(session, MARIA, now())).locale = "en"
    await people[MARIA].say_as_group("/report", group)
    (call,) = sent_to(await door.handle(), group)
    assert call.values["text"] == texts_in("en")("asked-by-a-group")
    channel = int(door.telegram.add_group("Новости школы", {MARIA: "creator"}, kind="channel")["id"])
    await people[MARIA].post("/open", channel)
    (call,) = sent_to(await door.handle(), channel)
    assert call.values["text"] == texts_in("en")("asked-by-a-channel")
    await people[MARIA].post("Завтра контрольная", channel)
    assert await door.handle() == []


@pytest.mark.parametrize("detail", ["IMAGE_PROCESS_FAILED", "not enough rights to send photos to the chat"])
async def test_a_refused_chart_comes_as_a_file_and_takes_nothing_with_it(
    door: Door, people: dict[int, Person], detail: str
) -> None:
    refuse(door, "sendPhoto", detail)
    await people[MARIA].say("/report")
    calls = sent_to(await door.handle(), MARIA)
    names = [message["document"]["file_name"] for message in door.telegram.messages.values() if "document" in message]
    assert [name.rpartition(".")[2] for name in names] == ["png", "xlsx"]
    assert "export:" in str(calls[-1].values.get("reply_markup"))
    assert T("sorry") not in said(calls)


async def test_without_chart_and_spreadsheet_the_text_and_the_buttons_come(
    door: Door, people: dict[int, Person]
) -> None:
    refuse(door, "sendPhoto", "PHOTO_INVALID_DIMENSIONS")
    refuse(door, "sendDocument", "not enough rights to send documents to the chat")
    await people[MARIA].say("/report")
    calls = sent_to(await door.handle(), MARIA)
    texts = said([call for call in calls if call.method == "sendMessage"])
    assert "Анна Ан" in texts[0]
    assert texts[1:] == [T("report-no-chart") + "\n" + T("report-no-spreadsheet")]
    assert "export:" in str(calls[-1].values["reply_markup"])
    assert (await door.press(people[MARIA], f"export-as:{CLASS_ID}:all:csv"))[-1] == T("report-file-refused")


async def the_note(door: Door, people: dict[int, Person]) -> None:
    """The note that the review is about, as Telegram has it."""
    sent = await people[ANNA].voice(synthetic("zac", 1))
    door.telegram.updates.drop()
    with door.services.database.session() as session:
        values = {"file_id": sent.message["voice"]["file_id"], "message_id": sent.id}
        session.execute(update(Attempt).values(**values))
    door.telegram.open_private(MARIA)


async def test_a_teacher_who_takes_no_voice_messages_hears_the_note_another_way_or_why_not(
    door: Door, people: dict[int, Person]
) -> None:
    await the_note(door, people)
    door.telegram.voiceless.add(MARIA)
    await keep_reviews(door.application, door.services)
    (card,) = [one for (chat, _), one in door.telegram.messages.items() if chat == MARIA]
    assert door.telegram.files.get(card["document"]["file_id"]).data == synthetic("zac", 1)
    assert "Анна Ан" in card["caption"]
    assert "review:1:yes" in str(card["reply_markup"])
    # Not even as a file: why there is nothing to hear.
    with door.services.database.session() as session:
        session.execute(delete(ReviewCard))
    refuse(door, "getFile", "wrong file_id or the file is temporarily unavailable")
    await keep_reviews(door.application, door.services)
    assert T("review-voice-refused") in said(sent_to(door.telegram.calls, MARIA))[-1]


async def test_a_quoted_note_that_is_gone_is_answered_all_the_same(door: Door, people: dict[int, Person]) -> None:
    note = await people[STRANGER].voice(synthetic("zac", 2))
    await people[STRANGER].delete(note)
    assert said(await door.handle()) == [T("join-first")]


async def test_a_teacher_who_cannot_be_reached_is_asked_once_their_chat_works_again(
    door: Door, people: dict[int, Person]
) -> None:
    maria, anna = people[MARIA], people[ANNA]
    await the_note(door, people)
    await maria.block()
    await door.handle()
    text = (await door.press(anna, "here:1"))[-1]
    assert text.startswith("✋")
    assert text.endswith(T("here-noted-later", title="", time="").partition(":")[2].strip())
    await keep_reviews(door.application, door.services)
    assert not [one for one in door.telegram.messages if one[0] == MARIA]
    await maria.unblock()
    await door.handle()
    await keep_reviews(door.application, door.services)
    assert [one for one in door.telegram.messages if one[0] == MARIA]
    assert (await door.press(anna, "here:1"))[-1].endswith(T("here-noted", title="", time="").partition(":")[2].strip())


@pytest.mark.parametrize(
    ("code", "detail"), [(400, "chat not found"), (403, "user is deactivated"), (500, "")], ids=["gone", "off", "down"]
)
async def test_no_fault_of_a_teachers_chat_is_told_to_the_student_or_loses_the_tap(
    door: Door,
    people: dict[int, Person],
    code: int,
    detail: str,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: WaitUntil,
) -> None:
    monkeypatch.setattr("bot.outbox.asking._WAITED_FOR", 0.3)
    monkeypatch.setattr("bot.outbox.cards._PATIENCE", 0.6)
    for method in ("sendMessage", "sendVoice", "copyMessage", "sendDocument"):
        refuse(door, method, detail, code, MARIA)
    texts = await door.press(people[ANNA], "here:1")
    assert len(texts) - texts.count("") >= 1
    assert T("sorry") not in texts
    assert texts[-1].endswith(T("here-noted-later", title="", time="").partition(":")[2].strip())
    with door.services.database.session() as session:
        assert (session.get_one(Review, 1)).state == "open"
    # Any message of the teacher says that the chat works.
    door.telegram.faults.clear()

    async def is_asked() -> bool:
        await door.ask(people[MARIA], "/help")
        await keep_reviews(door.application, door.services)
        with door.services.database.session() as session:
            return bool((session.get_one(ReviewCard, (1, MARIA))).message_id)

    await wait_until(is_asked)


async def test_without_a_teacher_the_student_hears_so_and_a_new_one_gets_the_waiting_card(
    door: Door, people: dict[int, Person]
) -> None:
    await the_note(door, people)
    with door.services.database.session() as session:
        maria = find_person(session, MARIA)
        assert maria
        session.execute(delete(Membership).where(Membership.person_id == maria.id, Membership.role == TEACHER))
    text = (await door.press(people[ANNA], "here:1"))[-1]
    assert text.endswith(T("here-noted-nobody", title="", time="").partition(":")[2].strip())
    with door.services.database.session() as session:
        olga = find_person(session, OLGA)
        assert olga
        session.add(Membership(class_id=CLASS_ID, person_id=olga.id, role=TEACHER, joined_at=now()))
    door.telegram.open_private(OLGA)
    await keep_reviews(door.application, door.services)
    assert [one for (chat, _), one in door.telegram.messages.items() if chat == OLGA and "reply_markup" in one]


@pytest.mark.parametrize("language", ["ru", "en"])
async def test_who_waits_for_confirmation_is_in_report_and_summary_and_not_who_uses_no_voice(
    door: Door, people: dict[int, Person], language: str
) -> None:
    t = texts_in(language)
    with door.services.database.session() as session:
        (conversation_with(session, MARIA, now())).language = language
    with_a_voice = await _report_of(door, people[MARIA], language)
    with door.services.database.session() as session:
        session.execute(update(Review).values(attempt_id=None))
        session.execute(delete(Attempt))
    without = await _report_of(door, people[MARIA], language)
    assert without == with_a_voice
    text, caption, cells = without
    assert f"Анна Ан — {t('status-absent')} · {t('report-waiting')}" in text
    assert t("report-waiting-count", number=1) in text
    assert caption == "⏳ " + t("report-waiting-count", number=1)
    assert t("report-waiting") in cells
    assert t("report-row-waiting") in cells
    assert t("closed-waiting", number=1) in (await door.press(people[MARIA], "close-now:1"))[-1].splitlines()


async def _report_of(door: Door, teacher: Person, language: str) -> tuple[str, str, list[str]]:
    await teacher.say("/report")
    calls = sent_to(await door.handle(), teacher.id)
    text = next(str(call.values["text"]) for call in calls if call.method == "sendMessage")
    caption = next(str(call.values.get("caption")) for call in calls if call.method == "sendPhoto")
    sheet = list(door.telegram.messages.values())[-1]["document"]
    book = openpyxl.load_workbook(io.BytesIO(door.telegram.files.get(sheet["file_id"]).data))
    cells = [str(cell.value) for page in book.worksheets for row in page.iter_rows() for cell in row]
    made = cells.index(texts_in(language)("report-row-made")) + 1
    return text, caption, [*cells[:made], *cells[made + 1 :]]  # the moment is another each time


async def test_a_rejected_student_is_offered_no_dead_button_and_the_teacher_may_think_again(
    door: Door, people: dict[int, Person]
) -> None:
    maria, anna = people[MARIA], people[ANNA]
    await the_note(door, people)
    await keep_reviews(door.application, door.services)
    await door.press(maria, "review:1:no")
    assert await door.ask(anna, "/here") == [T("here-was-rejected")]
    (card,) = [one for (chat, _), one in door.telegram.messages.items() if chat == MARIA]
    data = [button["callback_data"] for row in card["reply_markup"]["inline_keyboard"] for button in row]
    assert data == ["review:1:confirm"]
    told = await door.press(maria, data[0])
    assert any("Физика" in text and T("status-present") in text for text in told), told
    with door.services.database.session() as session:
        review = session.get_one(Review, 1)
        mark = session.get_one(Attendance, (review.lesson_id, review.person_id))
        assert mark.status is Status.PRESENT
        assert mark.confirmed_by
    # And back again: the mark is what it was, a second press changes nothing.
    for _ in range(2):
        await door.press(maria, "review:1:reject")
    with door.services.database.session() as session:
        mark = session.get_one(Attendance, (review.lesson_id, review.person_id))
        assert mark.status is Status.FLAGGED
        assert mark.confirmed_by is None
        session.get_one(Review, 1).decided_at = now() - timedelta(hours=25)
    assert T("review-too-late") in await door.press(maria, "review:1:confirm")


async def test_a_lesson_whose_time_is_up_is_told_to_every_teacher_whatever_becomes_of_one_chat(
    door: Door, people: dict[int, Person]
) -> None:
    for account in (MARIA, OLGA):
        door.telegram.open_private(account)
    with door.services.database.session() as session:
        olga = find_person(session, OLGA)
        assert olga
        session.add(Membership(class_id=CLASS_ID, person_id=olga.id, role=TEACHER, joined_at=now()))
        past = update(Lesson).where(Lesson.class_id == CLASS_ID).values(closes_at=now() - timedelta(seconds=1))
        session.execute(past)
    await people[MARIA].block()
    await close_overdue(door.application, door.services)
    (notice,) = sent_to(door.telegram.calls, OLGA)
    assert "Физика" in str(notice.values["text"])
    assert f"report:{CLASS_ID}:lesson" in _buttons(notice)
    await people[MARIA].unblock()
    await door.handle()
    for _ in range(2):
        await close_overdue(door.application, door.services)
    assert [said([call])[0] for call in sent_to(door.telegram.calls, MARIA)] == [str(notice.values["text"])] * 2
    assert len(sent_to(door.telegram.calls, OLGA)) == 1


async def test_nothing_is_owed_any_more_to_whoever_does_not_teach_any_more(
    door: Door, people: dict[int, Person]
) -> None:
    forum = await group_of(door, people)
    topic = door.telegram.groups.open_topic(forum, 79)
    await _asked(door, people[MARIA], "/open", forum, topic)
    door.telegram.groups.close_topic(forum, topic)
    door.telegram.groups.close_topic(forum)
    with door.services.database.session() as session:
        maria = find_person(session, MARIA)
        assert maria
        session.add(ClosingNotice(lesson_id=1, chat_id=MARIA, created_at=now()))
        end_teaching(session, maria, None, now())
    before = len(door.telegram.calls)
    assert (await show(door)).board_chat_id is None
    await close_overdue(door.application, door.services)
    assert not sent_to(door.telegram.calls[before:], MARIA)


def _buttons(call: Call) -> list[str]:
    markup: Any = call.values["reply_markup"]
    rows = json.loads(markup)["inline_keyboard"] if isinstance(markup, str) else markup["inline_keyboard"]
    return [str(button.get("callback_data")) for row in rows for button in row]

"""Links that end, rights that end, and too much of something: at the bot's own door."""

from __future__ import annotations

import asyncio
import json
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.gate import Guarded
from bot.outbox.staff_notices import keep_staff
from bot.services import now
from rollcall.domain.limits import GUESSES, Limit
from rollcall.domain.verdict import Reason
from rollcall.storage.people import find_person, make_teacher, set_step
from rollcall.storage.tables import Attempt, Invite, Lesson, Membership, SchoolClass, StaffNotice
from rollcall.texts import texts_in
from rollcall.usecases.dialogue import ENROLLING
from rollcall.usecases.teaching import unteach
from sandbox.person import Person
from tests.bot.door import Door, said
from tests.bot.school import ADMIN, ANNA, CLASS_ID, MARIA, PAVEL, STRANGER
from tests.conftest import WaitUntil
from tests.end_to_end.product import synthetic

T = texts_in("ru")
SECOND = timedelta(seconds=1)
LINK = re.compile(r"\?start=(\S+)")


@pytest.fixture
def admins() -> frozenset[int]:
    return frozenset({ADMIN})


async def link_of(door: Door, teacher: Person) -> str:
    (card,) = await door.press(teacher, f"class:{CLASS_ID}")
    link = LINK.search(card)
    assert link, card
    return link[1]


async def is_member(door: Door, account: int) -> bool:
    with door.services.database.session() as session:
        person = find_person(session, account)
        return person is not None and session.get(Membership, (CLASS_ID, person.id)) is not None


async def test_a_new_join_link_makes_the_old_one_useless(door: Door, people: dict[int, Person]) -> None:
    teacher, stranger = people[MARIA], people[STRANGER]
    old = await link_of(door, teacher)
    assert len(old.removeprefix("join-")) >= 22
    assert T("join-hello", title="Физика") in (await door.ask(stranger, f"/start {old}"))[0]
    await door.press(stranger, "consent:yes")
    (renewed,) = await door.press(teacher, f"newlink:{CLASS_ID}")
    new = await link_of(door, teacher)
    assert new != old
    assert new in renewed
    # Whoever was under way with the old one does not get in with it either.
    assert await door.ask(stranger, "Имя Фамилия") == [T("join-unknown")]
    assert not await is_member(door, STRANGER)
    assert await door.ask(stranger, f"/start {old}") == [T("join-unknown")]
    await door.ask(stranger, f"/start {new}")
    await door.press(stranger, "consent:yes")
    await door.ask(stranger, "Имя Фамилия")
    assert await is_member(door, STRANGER)


async def test_a_join_link_ends_by_a_button_and_by_its_time(door: Door, people: dict[int, Person]) -> None:
    teacher, stranger = people[MARIA], people[STRANGER]
    link = await link_of(door, teacher)
    await door.press(teacher, f"endlink:{CLASS_ID}")
    assert await door.ask(stranger, f"/start {link}") == [T("join-unknown")]
    (card,) = await door.press(teacher, f"class:{CLASS_ID}")
    assert T("link-none") in card
    await door.press(teacher, f"newlink:{CLASS_ID}")
    link = await link_of(door, teacher)
    with door.services.database.session() as session:
        school_class = session.get_one(SchoolClass, CLASS_ID)
        assert school_class.join_code_expires_at is not None
        school_class.join_code_expires_at -= door.services.settings.join_link_valid + SECOND
    assert await door.ask(stranger, f"/start {link}") == [T("join-unknown")]


async def test_an_invitation_is_revoked_by_its_button(door: Door, people: dict[int, Person]) -> None:
    admin, stranger = people[ADMIN], people[STRANGER]
    await admin.say("/invite")
    (call,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    token = LINK.search(str(call.values["text"]))
    assert token
    handles = re.findall(r"uninvite:[0-9a-f]{16}", str(call.values["reply_markup"]))
    assert len(handles) == 2
    for handle in handles:
        assert (await door.press(admin, handle))[0].startswith(T("invite-revoked"))
    assert await door.ask(stranger, f"/start {token[1]}") == [T("invite-unusable")]
    assert await door.ask(stranger, "/newclass Чужой") == [T("not-a-teacher")]


async def test_whoever_does_not_teach_any_more_reaches_nothing_until_invited_again(
    door: Door, people: dict[int, Person]
) -> None:
    admin, stranger = people[ADMIN], people[STRANGER]
    invitation = LINK.search((await door.ask(admin, "/invite"))[0])
    assert invitation
    await door.ask(stranger, f"/start {invitation[1]}")
    assert (
        T("newclass-made", title="Своё", link="…").partition("\n")[0] in (await door.ask(stranger, "/newclass Своё"))[0]
    )
    await door.ask(stranger, "/open")
    with door.services.database.session() as session:
        person = find_person(session, STRANGER)
        assert person
        lesson = session.scalar(select(Lesson).where(Lesson.opened_by == person.id))
        assert lesson
        assert lesson.board_chat_id == STRANGER
    asked = await door.press(admin, f"unteach:{person.id}")
    assert asked == [T("unteach-ask", name=person.full_name)]
    assert await door.press(admin, f"unteach-yes:{person.id}") == [T("unteach-done", name=person.full_name)]
    before = len(door.telegram.calls)
    await keep_staff(door.application, door.services)
    (word,) = [call for call in door.telegram.calls[before:] if call.method.lower() == "sendmessage"]
    assert (str(word.values["chat_id"]), word.values["text"]) == (str(STRANGER), T("staff-told-no-teacher"))
    # Neither by a command, nor by an old button, nor by the invitation of then; and no board is kept for them.
    assert await door.ask(stranger, "/report") == [T("not-a-teacher")]
    assert await door.press(stranger, f"report:{lesson.class_id}:all") == [T("not-a-teacher")]
    assert await door.ask(stranger, f"/start {invitation[1]}") == [T("invite-unusable")]
    with door.services.database.session() as session:
        assert (session.get_one(Lesson, lesson.id)).board_chat_id is None
    again = LINK.search((await door.ask(admin, "/invite"))[0])
    assert again
    await door.ask(stranger, f"/start {again[1]}")
    assert "Своё" in (await door.ask(stranger, "/classes"))[0]


async def test_who_is_removed_and_invited_again_before_it_was_said_hears_nothing_of_it(
    door: Door, people: dict[int, Person]
) -> None:
    with door.services.database.session() as session:
        maria = find_person(session, MARIA)
        assert maria
        assert unteach(session, ADMIN, maria.id, {ADMIN}, now())
        make_teacher(session, maria, None)
    before = len(door.telegram.calls)
    await keep_staff(door.application, door.services)
    assert T("staff-told-no-teacher") not in said(door.telegram.calls[before:])
    with door.services.database.session() as session:
        assert session.scalars(select(StaffNotice).where(StaffNotice.chat_id == MARIA)).all() == []


async def test_admins_are_no_teachers_to_be_removed(door: Door, people: dict[int, Person]) -> None:
    await people[ADMIN].say("/teachers")
    (call,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert len(re.findall("unteach:", str(call.values["reply_markup"]))) == 3
    assert await door.press(people[ADMIN], "unteach-yes:1") == [T("teacher-gone")]


async def test_long_lists_come_in_pages_that_telegram_takes(door: Door, people: dict[int, Person]) -> None:
    teacher = people[PAVEL]
    for number in range(45):
        await door.ask(teacher, f"/newclass {number:02} {'щ' * 61}")
    await teacher.say("/classes")
    shown = ""
    for page in range(3):
        if page:
            door.forge(teacher, f"classes:{page}")
        (call,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
        assert (f"classes:{page + 1}" in str(call.values["reply_markup"])) == (page < 2)
        shown += str(call.values["text"])
    assert len(re.findall(r"щ{61}", shown)) == 45


async def test_guessing_links_ends_after_a_few_and_a_right_one_costs_nothing(
    door: Door, people: dict[int, Person]
) -> None:
    stranger = people[STRANGER]
    link = await link_of(door, people[MARIA])
    for number in range(GUESSES.burst):
        key, prefix = [("join-unknown", "join"), ("invite-unusable", "teach")][number % 2]
        assert await door.ask(stranger, f"/start {prefix}-guess{number}") == [T(key)]
    slower = T("too-many-links", minutes=6)
    assert await door.ask(stranger, "/start join-one-more") == [slower]
    assert await door.ask(stranger, f"/start {link}") == [slower], "not even whether it is right is told"
    anna = people[ANNA]
    for _ in range(GUESSES.burst + 5):
        assert await door.ask(anna, f"/start {link}") != [slower]


async def test_too_many_messages_are_told_once(
    door: Door, people: dict[int, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Limit("messages", 3, timedelta(minutes=5))
    for handler in door.application.handlers[0]:
        if isinstance(handler.callback, Guarded):
            monkeypatch.setitem(vars(handler.callback.permission), "limit", small)
    stranger = people[STRANGER]
    assert all([await door.ask(stranger, "/help") for _ in range(3)])
    assert await door.ask(stranger, "/help") == [T("slow-down-minutes", minutes=5)]
    assert await door.ask(stranger, "/help") == []
    assert await door.ask(people[ANNA], "/help") != []


async def test_each_note_beyond_the_limit_is_answered_and_no_worker_hears_it(
    door: Door, people: dict[int, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Limit("notes", 1, timedelta(minutes=5))
    for handler in door.application.handlers[0]:
        if isinstance(handler.callback, Guarded):
            monkeypatch.setitem(vars(handler.callback.permission), "limit", small)
    anna, stranger = people[ANNA], people[STRANGER]
    with door.services.database.session() as session:
        set_step(session, ANNA, ENROLLING, {"enrolment": "e"}, (session.get_one(SchoolClass, 1)).created_at)
    await anna.voice(synthetic("zac", 1))
    assert said(await door.handle()) == []
    for number in (2, 3):
        note = await anna.voice(synthetic("zac", number))
        calls = await door.handle()
        assert said(calls)[0].startswith(T("reason-too_many"))
        assert len(said(calls)) == 1
        assert str(note.id) in str([call.values for call in calls])
    with door.services.database.session() as session:
        refused = select(func.count()).where(Attempt.reason == Reason.TOO_MANY, Attempt.job_entry.is_(None))
        assert session.scalar(refused) == 2
    for _ in range(2):
        await stranger.voice(synthetic("zac", 4))
        assert len(said(await door.handle())) == 1


async def test_while_the_queue_is_full_no_note_is_fetched_and_its_sender_is_told_once(
    door: Door, people: dict[int, Person], monkeypatch: pytest.MonkeyPatch, wait_until: WaitUntil
) -> None:
    monkeypatch.setattr("bot.queueing._A_MOMENT", 0.0)
    monkeypatch.setattr("bot.queueing._AGAIN_FIRST", 0.1)
    monkeypatch.setattr("bot.queueing._AGAIN_MOST", 0.1)
    services = door.services
    with services.database.session() as session:
        set_step(session, ANNA, ENROLLING, {"enrolment": "f"}, (session.get_one(SchoolClass, 1)).created_at)
    most: Any = await services.redis.config_get("maxmemory")
    try:
        await services.redis.config_set("maxmemory", 1)
        services.queue._looked_at = float("-inf")
        note = await people[ANNA].voice(synthetic("zac", 5))
        before = len(door.telegram.calls)
        handling = asyncio.create_task(door.handle())
        await wait_until(lambda: T("queue-full") in said(door.telegram.calls[before:]))
        await asyncio.sleep(0.5)
        assert not handling.done()
    finally:
        await services.redis.config_set("maxmemory", most["maxmemory"])
    calls = await handling
    assert said(calls) == [T("queue-full")]
    methods = [call.method.lower() for call in calls]
    assert methods.count("getfile") == 1
    assert methods.index("getfile") > methods.index("sendmessage")
    await services.marks.write()
    with services.database.session() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.message_id == note.id)).one()
        assert attempt.job_entry is not None
        assert attempt.waiting_message_id is not None, "goes when the answer comes"


async def test_a_word_about_the_full_queue_that_telegram_does_not_take_holds_up_no_note(
    door: Door, people: dict[int, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # how later versions of the library tell times
    monkeypatch.setattr("bot.queueing._A_MOMENT", 0.0)
    monkeypatch.setattr("bot.queueing._AGAIN_FIRST", 0.1)
    services = door.services
    with services.database.session() as session:
        set_step(session, ANNA, ENROLLING, {"enrolment": "g"}, (session.get_one(SchoolClass, 1)).created_at)
    most: Any = await services.redis.config_get("maxmemory")
    try:
        await services.redis.config_set("maxmemory", 1)
        services.queue._looked_at = float("-inf")
        await people[ANNA].voice(synthetic("zac", 6))
        door.telegram.faults.flood("sendMessage", 3)
        started = time.monotonic()
        handling = asyncio.create_task(door.handle())
        await door.telegram.until_called("sendMessage", after=started)
    finally:
        await services.redis.config_set("maxmemory", most["maxmemory"])
    services.queue._looked_at = float("-inf")
    methods = [call.method.lower() for call in await handling]
    assert "sendmessage" not in methods[methods.index("sendmessage") + 1 : methods.index("getfile")]


async def test_two_invitations_are_told_apart_by_whom_they_are_for(door: Door, people: dict[int, Person]) -> None:
    admin = people[ADMIN]
    first = await labels(door, admin, "/invite")
    assert not any("Белова" in label for label in first)
    assert any("Белова Анна" in label for label in await labels(door, admin, "Белова Анна"))
    second = await labels(door, admin, "/invite Громов Борис Александрович Длиннейший")
    assert {name for name in ("Белова Анна", "Громов") for label in second if name in label} == {
        "Белова Анна",
        "Громов",
    }
    assert all(len(label) <= 40 for label in second)


async def test_of_an_invitation_that_was_used_no_name_is_kept(door: Door, people: dict[int, Person]) -> None:
    token = LINK.search((await door.ask(people[ADMIN], "/invite"))[0])
    assert token
    await door.ask(people[ADMIN], "Белова Анна")
    await door.ask(people[STRANGER], f"/start {token[1]}")
    with door.services.database.session() as session:
        assert set(session.scalars(select(Invite.note))) == {None}
    assert (await door.ask(people[ADMIN], "Белова Ирина"))[0] == T("hint-teacher"), "the question was answered"


async def labels(door: Door, person: Person, words: str) -> list[str]:
    """What is on the buttons of the answer."""
    await person.say(words)
    (call,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    rows = json.loads(call.values["reply_markup"])["inline_keyboard"]
    return [button["text"] for row in rows for button in row]

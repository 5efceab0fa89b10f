"""What a text leads to: a button, a private chat, the same sentence again."""

from __future__ import annotations

import json

from bot.outbox.answers import text_for
from rollcall.domain.verdict import Purpose, Reason, Verdict
from rollcall.storage.tables import Attempt, Person
from rollcall.texts import texts_in
from sandbox.person import Person as Account
from sandbox.telegram import Call
from tests.bot.door import Door
from tests.bot.school import ANNA, MARIA, STRANGER

T = texts_in("ru")


async def test_help_in_a_group_is_one_line_and_leaves_the_groups_menu_alone(
    door: Door, people: dict[int, Account]
) -> None:
    for number in (MARIA, ANNA, STRANGER):
        group = int(door.telegram.add_group("9Б", {number: "member"})["id"])
        await people[number].say("/help", chat=group)
        calls = await door.handle()
        assert not [call for call in calls if call.method.lower() == "setmycommands"]
        (answer,) = [call for call in calls if call.method.lower() == "sendmessage"]
        assert answer.values["text"] == T("help-group")
        assert _links(answer) == ["https://t.me/rollcall_sandbox_bot"]


async def test_whoever_set_a_bot_up_without_administrators_is_told_their_number(
    door: Door, people: dict[int, Account]
) -> None:
    (told,) = await door.ask(people[STRANGER], "/start")
    assert str(STRANGER) in told
    assert "ROLLCALL_ADMINS" in told
    assert str(ANNA) not in (await door.ask(people[ANNA], "/start"))[0]


async def test_a_teacher_who_writes_plain_words_is_shown_what_to_press(door: Door, people: dict[int, Account]) -> None:
    await people[MARIA].say("покажи отчёт")
    (answer,) = [call for call in await door.handle() if call.method.lower() == "sendmessage"]
    assert [one["callback_data"] for row in _rows(answer) for one in row] == ["open:1", "classes:0", "report-classes"]


def test_the_same_step_again_asks_for_the_same_sentence() -> None:
    def asked(step: int, verdict: Verdict, reason: Reason, enrolment: str = "e") -> str:
        number = step - 1 if verdict is Verdict.ACCEPTED else None
        attempt = Attempt(
            purpose=Purpose.ENROL, verdict=verdict, reason=reason, enrolment=enrolment, note_number=number
        )
        return text_for(attempt, Person(full_name="Анна"), None, None, step, T).split("«")[1]

    second = asked(2, Verdict.ACCEPTED, Reason.GOOD_NOTE)
    assert asked(2, Verdict.REFUSED, Reason.TOO_QUIET) == asked(2, Verdict.REFUSED, Reason.NOISY) == second
    assert asked(3, Verdict.ACCEPTED, Reason.GOOD_NOTE) != second
    assert len({asked(2, Verdict.ACCEPTED, Reason.GOOD_NOTE, f"e{number}") for number in range(20)}) > 10


def _rows(call: Call) -> list[list[dict[str, str]]]:
    markup = call.values["reply_markup"]
    rows: list[list[dict[str, str]]] = (json.loads(markup) if isinstance(markup, str) else markup)["inline_keyboard"]
    return rows


def _links(call: Call) -> list[str]:
    return [one["url"] for row in _rows(call) for one in row]

"""What a person can send that no button or link of ours holds."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import JSON, insert, literal, select
from sqlalchemy.exc import DBAPIError
from telegram.constants import MessageLimit

from bot.messages.links import PAYLOAD
from bot.messages.replies import fitted, keyboard
from bot.services import now
from bot.transport.errors import out_of_reach
from rollcall.report.text import units
from rollcall.storage.database import Database
from rollcall.storage.migrate import migrate
from rollcall.storage.tables import Person, SchoolClass
from tests.bot.buttons import matches, target_number


@pytest.mark.parametrize(
    ("data", "number"),
    [
        ("class:7", 7),
        ("class:2147483647", 2147483647),
        ("class:2147483648", 0),
        ("class:99999999999999999999", 0),
        ("class:٣", None),
        ("class:7\n", None),
        ("class:-7", None),
        ("class:", None),
        ("class", None),
        ("", None),
    ],
)
def test_a_buttons_number_is_one_that_the_database_can_hold(data: str, number: int | None) -> None:
    found = [target_number(match, guarded) for match, guarded in matches(data)]
    assert found == ([] if number is None else [number])


@pytest.mark.parametrize("payload", ["join-\0", "join-٣", "join-a\n", "join-" + "a" * 60, "", "join-\ud800"])
def test_what_no_link_holds_is_no_payload(payload: str) -> None:
    assert not PAYLOAD.fullmatch(payload)


@pytest.mark.postgres
async def test_a_value_that_postgresql_refuses_is_not_tried_again(postgres_url: str) -> None:
    database = Database(postgres_url)
    await migrate(database)
    statements: list[Any] = [
        select(SchoolClass).where(SchoolClass.id == 10**17),
        select(SchoolClass).where(SchoolClass.join_code == "a\0b"),
        select(SchoolClass).where(SchoolClass.join_code == "a\ud800"),
        insert(Person).values(telegram_id=5, full_name="a" * 500, is_teacher=False, created_at=now()),
        select(literal({"snr": float("nan")}, JSON)),
    ]
    for statement in statements:
        # The driver refuses half a character itself, before the server hears of it.
        with pytest.raises((DBAPIError, UnicodeEncodeError)) as caught, database.session() as session:
            session.execute(statement)
        assert not (isinstance(caught.value, DBAPIError) and out_of_reach(caught.value))
    await database.close()


@pytest.mark.parametrize("line", ["a" * 50, "👩‍🏫" * 20, "x" * 9000])
def test_an_answer_fits_into_a_message_whatever_it_lists(line: str) -> None:
    text = fitted("\n".join([line] * 200))
    assert units(text) <= MessageLimit.MAX_TEXT_LENGTH
    assert text.endswith("…")
    assert text.startswith(line[:50])
    assert fitted("short") == "short"


def test_a_keyboard_has_no_more_rows_than_telegram_takes() -> None:
    made = keyboard([[("Физика", f"class:{number}")] for number in range(500)])
    assert made is not None
    assert len(made.inline_keyboard) == 100

from __future__ import annotations

import pytest
from telegram import Message

from bot.messages.links import payload_in
from sandbox.telegram import Telegram

CODE = "aB3-x_Yz0123456789QwEr"
BOT = "rollcall_sandbox_bot"


def written(text: str, hidden: str | None = None) -> Message:
    telegram = Telegram()
    user = telegram.add_user({"id": 7, "is_bot": False, "first_name": "Anna"})
    telegram.open_private(7)
    entities = [{"type": "text_link", "offset": 0, "length": 4, "url": hidden}] if hidden else []
    message, _ = telegram.receive(user["id"], 7, {"text": text, "entities": entities})
    return Message.de_json(message, None)


@pytest.mark.parametrize(
    "text",
    [
        f"https://t.me/{BOT}?start=join-{CODE}",
        f"t.me/{BOT}?start=join-{CODE}",
        f"HTTPS://T.ME/{BOT.upper()}?start=join-{CODE}",
        f"https://telegram.me/{BOT}/?start=join-{CODE}",
        f"https://{BOT}.t.me/?start=join-{CODE}",
        f"tg://resolve?domain={BOT}&start=join-{CODE}",
        f"tg://resolve?start=join-{CODE}&domain={BOT}",
        f"Вот ссылка: https://t.me/{BOT}?start=join-{CODE}. До завтра!",
        f"(https://t.me/{BOT}?start=join-{CODE})",
        f"https://t.me/other_bot?start=join-{'x' * 22}\nhttps://t.me/{BOT}?start=join-{CODE}",
        f"join-{CODE}",
        CODE,
        f"Мария Ивановна дала код {CODE}, вот",
        f"«{CODE}»",
    ],
)
def test_a_link_or_its_code_is_found_wherever_it_stands(text: str) -> None:
    assert payload_in(written(text), BOT) == f"join-{CODE}"


def test_a_link_behind_a_word_and_an_invitation_are_found() -> None:
    assert payload_in(written("here", f"https://t.me/{BOT}?start=join-{CODE}"), BOT) == f"join-{CODE}"
    assert payload_in(written(f"see t.me/{BOT}?start=teach-{CODE} please"), BOT) == f"teach-{CODE}"
    assert payload_in(written(f"teach-{CODE}"), BOT) == f"teach-{CODE}"


@pytest.mark.parametrize(
    "text",
    [
        f"https://t.me/other_bot?start=join-{CODE}",
        f"tg://resolve?domain=other_bot&start=join-{CODE}",
        f"https://example.org/?start=join-{CODE}",
        f"https://example.org/{CODE}",
        f"not{BOT}.org/?start=join-{CODE}",
        f"https://t.me/{BOT}",
        f"https://t.me/{BOT}?start=hello",
        "join-us",
        "Анна Белова",
        "abcdefghijklmnopqrstuv",
        "Abcdefghijklmnopqrstuv",
        "ABCDEFGHIJKLMNOPQRSTUV",
        "a" + CODE,
    ],
)
def test_what_is_no_link_of_ours_is_left_alone(text: str) -> None:
    assert payload_in(written(text), BOT) is None

"""What people can send, and what they see."""

from __future__ import annotations

import time

import pytest
from telegram import Bot, Message, MessageOriginHiddenUser, MessageOriginUser

from sandbox.message import Sent
from sandbox.person import Person


async def last(bot: Bot) -> Message:
    """The newest message as the bot sees it."""
    (update,) = await bot.get_updates(-1)
    assert update.message is not None
    return update.message


async def test_a_person_has_a_name_and_a_language(bot: Bot, anna: Person) -> None:
    await anna.say("привет")
    message = await last(bot)
    assert message.from_user is not None
    assert message.from_user.full_name == anna.name == "Анна Белова"
    assert (message.from_user.language_code, message.from_user.username) == ("ru", "anna_b")
    assert message.chat.type == "private"


async def test_a_note_resent_or_forwarded_keeps_its_file_and_one_uploaded_anew_does_not(
    bot: Bot, anna: Person, boris: Person
) -> None:
    first = await anna.voice(b"OggS", duration=5)
    voices = [first, await anna.resend(first), await boris.forward(first), await anna.voice(b"OggS", duration=5)]
    unique = [sent.message["voice"]["file_unique_id"] for sent in voices]
    assert unique[0] == unique[1] == unique[2] != unique[3]
    message = (await bot.get_updates())[2].message
    assert message is not None
    assert isinstance(message.forward_origin, MessageOriginUser)
    assert message.forward_origin.sender_user.id == anna.id


async def test_a_forwarded_note_names_its_sender_or_only_a_name(bot: Bot, anna: Person, boris: Person) -> None:
    await anna.voice(b"OggS", forward_from=boris)
    origin = (await last(bot)).forward_origin
    assert isinstance(origin, MessageOriginUser)
    assert origin.sender_user.id == boris.id
    await anna.voice(b"OggS", forward_from="Кто-то")
    origin = (await last(bot)).forward_origin
    assert isinstance(origin, MessageOriginHiddenUser)
    assert origin.sender_user_name == "Кто-то"


async def test_a_note_can_have_waited_for_a_connection(bot: Bot, anna: Person) -> None:
    recorded = int(time.time()) - 600
    await anna.voice(b"OggS", date=recorded)
    message = await last(bot)
    assert message.date.timestamp() == recorded
    assert message.voice is not None
    assert message.voice.mime_type == "audio/ogg"


async def test_all_kinds_of_messages_reach_the_bot(bot: Bot, anna: Person, png: bytes) -> None:
    async def seen(sent: Sent, kind: str) -> object:
        message = await last(bot)
        assert message.message_id == sent.id
        return getattr(message, kind)

    assert await seen(await anna.video_note(b"mp4", duration=4), "video_note")
    assert await seen(await anna.audio(b"mp3", "audio/mpeg"), "audio")
    assert await seen(await anna.document(b"pdf", "дневник.pdf"), "document")
    assert await seen(await anna.photo(png), "photo")
    assert await seen(await anna.sticker(), "sticker")
    assert await seen(await anna.location(), "location")
    assert await seen(await anna.contact(), "contact")


async def test_a_press_carries_the_message(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    await bot.send_message(
        anna.id,
        "?",
        reply_markup={"inline_keyboard": [[{"text": "Да", "callback_data": "a:1"}]]},  # type: ignore[arg-type]
    )
    await anna.press("a:")
    query = (await bot.get_updates(-1))[0].callback_query
    assert query is not None
    assert query.data == "a:1"
    assert query.message is not None
    assert query.message.message_id == anna.inbox[0].id
    with pytest.raises(LookupError, match="no message"):
        await anna.press("b:")


async def test_an_answer_is_read_once_and_what_does_not_fit_waits(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    for text in ("раз", "два", "три"):
        await bot.send_message(anna.id, text)
    assert (await anna.answer(where=lambda message: message.text == "два")).text == "два"
    assert (await anna.answer()).text == "раз"
    assert [message.text for message in await anna.answers_until_quiet(0.05)] == ["три"]
    with pytest.raises(TimeoutError, match="no such answer"):
        await anna.answer(timeout=0.01)


async def test_nobody_reads_anothers_chat(bot: Bot, anna: Person, boris: Person) -> None:
    await anna.say("/start")
    await bot.send_message(anna.id, "тайна")
    assert boris.inbox == []

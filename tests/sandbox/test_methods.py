"""Every Bot API method once, called by python-telegram-bot's own client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    MenuButton,
    MenuButtonCommands,
    MenuButtonDefault,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, Forbidden, InvalidToken

from sandbox.editing import REACTIONS
from sandbox.person import Person
from sandbox.server import Server
from sandbox.telegram import Telegram


async def test_the_bot_knows_itself(bot: Bot, telegram: Telegram) -> None:
    assert (await bot.get_me()).username == telegram.bot["username"]
    assert await bot.log_out()
    assert await bot.close()


async def test_a_text_arrives_with_its_markup_its_keyboard_and_the_message_it_replies_to(
    bot: Bot, anna: Person
) -> None:
    sent = await anna.say("привет")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="consent:yes")]])
    told = await bot.send_message(
        anna.id,
        "<b>Анна</b> &amp; Ко: /enroll",
        parse_mode="HTML",
        reply_markup=keyboard,
        reply_parameters=ReplyParameters(sent.id),
        message_thread_id=5,
    )
    answer = await anna.answer()
    assert answer.text == told.text == "Анна & Ко: /enroll"
    assert answer.reply_to == sent.id
    assert answer.button("consent").data == answer.button("да").data == "consent:yes"
    assert [(e.type, e.offset, e.length) for e in told.entities] == [("bold", 0, 4), ("bot_command", 11, 7)]


async def test_a_reply_keyboard_belongs_to_the_chat(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    told = await bot.send_message(anna.id, "Выберите", reply_markup=ReplyKeyboardMarkup([["Русский", "English"]]))
    assert told.reply_markup is None
    assert anna.keyboard == ["Русский", "English"]


async def test_a_message_is_edited_and_an_edit_without_a_keyboard_takes_the_keyboard_away(
    bot: Bot, anna: Person
) -> None:
    await anna.say("/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("ещё", callback_data="more")]])
    told = await bot.send_message(anna.id, "пришли 1 из 6")
    await bot.edit_message_reply_markup(anna.id, told.message_id, reply_markup=keyboard)
    await bot.edit_message_text("пришли 2 из 6", anna.id, told.message_id)
    answer = await anna.answer()
    assert answer.text == "пришли 2 из 6"
    assert answer.buttons == []
    assert len(answer.versions) == 3
    assert answer.edited_at is not None
    assert answer.edited_at >= answer.at


async def test_a_caption_is_edited(bot: Bot, anna: Person, png: bytes) -> None:
    await anna.say("/start")
    told = await bot.send_photo(anna.id, png, caption="до")
    await bot.edit_message_caption(anna.id, told.message_id, caption="после")
    assert (await anna.answer()).text == "после"


async def test_messages_are_deleted(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    first, second = await bot.send_message(anna.id, "раз"), await bot.send_message(anna.id, "два")
    await bot.delete_message(anna.id, first.message_id)
    await bot.delete_messages(anna.id, [second.message_id, 10**8])
    assert [message.deleted for message in anna.inbox] == [True, True]
    assert anna.unread == []


async def test_photos_and_documents_arrive_whole(bot: Bot, anna: Person, png: bytes) -> None:
    await anna.say("/report")
    photo = await bot.send_photo(anna.id, png, caption="chart")
    document = await bot.send_document(anna.id, b"PK\x03\x04 cells", filename="отчёт.xlsx")
    assert (photo.photo[-1].width, photo.photo[-1].height) == (3, 2)
    assert await anna.download(await anna.answer()) == png
    sheet = await anna.answer()
    assert (sheet.kind, sheet.file_name) == ("document", "отчёт.xlsx")
    assert await anna.download(sheet) == b"PK\x03\x04 cells"
    assert document.document is not None
    again = await bot.send_document(anna.id, document.document.file_id)
    assert again.document is not None
    assert again.document.file_unique_id == document.document.file_unique_id


async def test_albums_arrive_item_by_item(bot: Bot, anna: Person, png: bytes) -> None:
    await anna.say("/report")
    photos = await bot.send_media_group(anna.id, [InputMediaPhoto(png, caption="a"), InputMediaPhoto(png)])
    papers = await bot.send_media_group(anna.id, [InputMediaDocument(b"1"), InputMediaDocument(b"2")])
    assert len({message.media_group_id for message in photos}) == 1
    assert [message.kind for message in anna.inbox] == ["photo", "photo", "document", "document"]
    assert papers[0].document is not None


async def test_the_bot_can_speak_too(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    told = await bot.send_voice(anna.id, b"OggS...", duration=3)
    assert told.voice is not None
    assert told.voice.duration == timedelta(seconds=3)


async def test_actions_and_reactions_are_seen(bot: Bot, anna: Person) -> None:
    sent = await anna.say("/start")
    await bot.send_chat_action(anna.id, "typing")
    await bot.set_message_reaction(anna.id, sent.id, "👀")
    await bot.set_message_reaction(anna.id, sent.id)
    assert [action.action for action in anna.actions] == ["typing"]
    assert [reaction.emoji for reaction in anna.reactions_to(sent)] == [("👀",), ()]


def test_the_allowed_reactions_are_telegrams() -> None:
    assert {emoji.value.replace("\ufe0f", "") for emoji in ReactionEmoji} == REACTIONS


async def test_a_press_is_answered_once(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Да", callback_data="forget:yes")]])
    await bot.send_message(anna.id, "Забыть?", reply_markup=keyboard)
    press = await anna.press("forget")
    await bot.answer_callback_query(press.query_id, "Забыто", show_alert=True)
    assert (await anna.answered(press))["text"] == "Забыто"
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query(press.query_id)


async def test_a_file_is_downloaded_as_it_was_sent(bot: Bot, anna: Person) -> None:
    sent = await anna.voice(b"OggS a voice", duration=4)
    file = await bot.get_file(sent.message["voice"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"OggS a voice"
    assert file.file_unique_id == sent.message["voice"]["file_unique_id"]


async def test_commands_are_kept_for_each_language(bot: Bot) -> None:
    await bot.set_my_commands([BotCommand("me", "моя посещаемость")], language_code="ru")
    assert [command.command for command in await bot.get_my_commands(language_code="ru")] == ["me"]
    assert await bot.get_my_commands() == ()
    await bot.delete_my_commands(language_code="ru")
    assert await bot.get_my_commands(language_code="ru") == ()


async def test_the_button_beside_the_text_field_is_everyones_or_a_chats(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    assert isinstance(await bot.get_chat_menu_button(anna.id), MenuButtonDefault)
    assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert isinstance(await bot.get_chat_menu_button(anna.id), MenuButtonCommands)
    assert await bot.set_chat_menu_button(anna.id, MenuButtonDefault())
    assert isinstance(await bot.get_chat_menu_button(anna.id), MenuButtonDefault)
    with pytest.raises(BadRequest, match="unsupported type"):
        await bot.set_chat_menu_button(menu_button=MenuButton("coffee"))


async def test_descriptions_are_kept(bot: Bot) -> None:
    await bot.set_my_description("Rollcall checks students in by voice")
    await bot.set_my_short_description("Roll call by voice", language_code="en")
    assert (await bot.get_my_description()).description == "Rollcall checks students in by voice"
    assert (await bot.get_my_short_description("en")).short_description == "Roll call by voice"


async def test_chats_and_members_are_known(bot: Bot, telegram: Telegram, anna: Person, boris: Person) -> None:
    await anna.say("/start")
    assert (await bot.get_chat(anna.id)).first_name == "Анна"
    group = telegram.add_group("8Б", {anna.id: "administrator"})
    assert (await bot.get_chat(group["id"])).title == "8Б"
    assert (await bot.get_chat_member(group["id"], anna.id)).status == "administrator"
    assert (await bot.get_chat_member(group["id"], boris.id)).status == "left"
    assert (await bot.get_chat_member(anna.id, anna.id)).status == "member"


async def test_messages_are_forwarded_and_copied(bot: Bot, anna: Person, boris: Person) -> None:
    await boris.say("/start")
    sent = await anna.say("мой вопрос")
    forwarded = await bot.forward_message(boris.id, anna.id, sent.id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.type == "user"
    await bot.copy_message(boris.id, anna.id, sent.id)
    assert [message.text for message in boris.inbox] == ["мой вопрос", "мой вопрос"]


@pytest.mark.parametrize(
    ("text", "options", "refusal"),
    [
        (" ", {}, "message text is empty"),
        ("я" * 4097, {}, "message is too long"),
        ("<b>x", {"parse_mode": "HTML"}, "can't parse entities"),
        ("1.", {"parse_mode": "MarkdownV2"}, "can't parse entities"),
        ("x", {"reply_parameters": ReplyParameters(1)}, "message to be replied not found"),
        ("x", {"reply_markup": {"inline_keyboard": [[{"text": "x"}]]}}, "Text buttons are unallowed"),
        (
            "x",
            {"reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "я" * 33}]]}},
            "BUTTON_DATA_INVALID",
        ),
    ],
)
async def test_a_bad_text_is_refused_as_telegram_refuses_it(
    bot: Bot, anna: Person, text: str, options: dict[str, object], refusal: str
) -> None:
    await anna.say("/start")
    with pytest.raises(BadRequest, match=r"(?i)" + refusal):
        await bot.send_message(anna.id, text, **options)  # type: ignore[arg-type]
    assert anna.inbox == []


async def test_other_bad_requests_are_refused_too(bot: Bot, anna: Person, png: bytes) -> None:
    sent = await anna.say("/start")
    told = await bot.send_message(anna.id, "раз")
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_text(" раз", anna.id, told.message_id)
    with pytest.raises(BadRequest, match=r"(?i)message to edit not found"):
        await bot.edit_message_text("два", anna.id, 1)
    with pytest.raises(BadRequest, match=r"(?i)can't be edited"):
        await bot.edit_message_text("два", anna.id, sent.id)
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(anna.id, 1)
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(99, "кто здесь")
    with pytest.raises(BadRequest, match=r"(?i)caption is too long"):
        await bot.send_photo(anna.id, png, caption="x" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)IMAGE_PROCESS_FAILED"):
        await bot.send_photo(anna.id, b"no picture")
    with pytest.raises(BadRequest, match=r"(?i)REACTION_INVALID"):
        await bot.set_message_reaction(anna.id, sent.id, "✅")
    with pytest.raises(BadRequest, match=r"(?i)wrong file identifier"):
        await bot.get_file("nothing")
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await bot.answer_callback_query("1")


async def test_who_blocks_the_bot_hears_nothing(bot: Bot, anna: Person) -> None:
    await anna.say("/start")
    await anna.block()
    with pytest.raises(Forbidden, match=r"(?i)bot was blocked by the user"):
        await bot.send_message(anna.id, "вы тут?")
    await anna.unblock()
    await bot.send_message(anna.id, "вы тут?")


async def test_a_wrong_token_and_an_unknown_method_are_refused(server: Server, bot: Bot) -> None:
    stranger = Bot("1:wrong", base_url=f"{server.url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    with pytest.raises(InvalidToken, match="Not Found"):
        await bot._post("danceForMe")

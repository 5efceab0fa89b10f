"""What a teacher passes on to a class: a picture of the join link with the words that go with it, ready to forward."""

from __future__ import annotations

import io
import logging

import segno
from telegram import Update
from telegram.error import Forbidden, TelegramError

from bot.messages.replies import keyboard, reply
from bot.services import Bot, Context
from bot.transport.pace import Stopping
from rollcall.storage.tables import SchoolClass
from rollcall.texts import Texts

_PATIENCE = 20.0
_SCALE, _BORDER = 12, 4
"""Pixels of a module, and modules of white around: read from the back row when it is put on the wall."""

_log = logging.getLogger(__name__)


def join_link(context: Context, school_class: SchoolClass) -> str:
    """The link that students follow."""
    return f"https://t.me/{context.bot.username}?start=join-{school_class.join_code}"


def qr_picture(link: str) -> bytes:
    """A PNG that a phone's camera reads."""
    picture = io.BytesIO()
    segno.make_qr(link, error="m").save(picture, kind="png", scale=_SCALE, border=_BORDER)
    return picture.getvalue()


async def send_invitation(update: Update, context: Context, school_class: SchoolClass, t: Texts) -> None:
    """A message that says everything to whoever it is forwarded to; without the picture where it is not taken."""
    chat, link = update.effective_chat, join_link(context, school_class)
    text, buttons = t("invitation", title=school_class.title, link=link), [[(t("button-join"), link)]]
    if chat is None:
        return
    try:
        await _send(context.bot, chat.id, qr_picture(link), text, buttons)
    except (Forbidden, Stopping):
        raise
    except TelegramError as error:
        _log.info("a join link's picture was not taken", extra={"error": str(error)})
        await reply(update, text, buttons, t)


async def _send(bot: Bot, chat_id: int, picture: bytes, text: str, buttons: list[list[tuple[str, str]]]) -> None:
    await bot.send_photo(
        chat_id, picture, filename="join.png", caption=text, reply_markup=keyboard(buttons), rate_limit_args=_PATIENCE
    )

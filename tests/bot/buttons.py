"""What a message has to press, and what becomes of callback data, by the handlers that the bot registers."""

from __future__ import annotations

import json
import re
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

from telegram.ext import ApplicationBuilder, CallbackQueryHandler

from bot.app import RollcallApplication
from bot.gate import Guarded, number_in
from bot.routes import add_handlers
from bot.transport.polling import Poller
from rollcall.usecases.access import WITH_NUMBERS
from sandbox.telegram import Call


def matches(data: str) -> list[tuple[re.Match[str], Guarded]]:
    """The patterns that take it, each with the handler behind it."""
    found = ((pattern.match(data), guarded) for pattern, guarded in _patterns())
    return [(match, guarded) for match, guarded in found if match is not None]


def target_number(match: re.Match[str], guarded: Guarded) -> int:
    """The row that a button names; 0 for none."""
    if guarded.permission.target not in WITH_NUMBERS:
        return 0
    return number_in(cast(Any, SimpleNamespace(match=match)), guarded.permission.target)


def buttons_of(call: Call) -> list[tuple[str, str]]:
    """What a message has to press: label and callback data, row by row."""
    markup: Any = call.values.get("reply_markup") or {}
    rows = (json.loads(markup) if isinstance(markup, str) else markup).get("inline_keyboard", [])
    return [(button["text"], button["callback_data"]) for row in rows for button in row]


@cache
def _patterns() -> list[tuple[re.Pattern[str], Guarded]]:
    application: Any = ApplicationBuilder().application_class(RollcallApplication).bot(Poller("1:a")).build()
    add_handlers(application)
    handlers = [one for one in application.handlers[0] if isinstance(one, CallbackQueryHandler)]
    return [(one.pattern, cast(Guarded, one.callback)) for one in handlers if isinstance(one.pattern, re.Pattern)]

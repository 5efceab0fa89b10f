"""Bot API methods by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.parameters import Parameters
from sandbox.telegram import Telegram

Method = Callable[[Telegram, Parameters], Awaitable[Any]]


class Registry(dict[str, Method]):
    """Decorates functions: ``send_message`` answers to ``sendMessage``, in any case, as at Telegram."""

    def __call__(self, function: Method) -> Method:
        name = function.__name__
        self[name.replace("_", "").lower()] = function
        return function

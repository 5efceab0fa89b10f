"""Telegram's flood limits, for those who want them enforced."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

from sandbox.errors import ApiError

LIMITED = frozenset(
    {
        "sendmessage",
        "sendphoto",
        "senddocument",
        "sendvoice",
        "sendmediagroup",
        "editmessagetext",
        "editmessagecaption",
        "editmessagereplymarkup",
        "forwardmessage",
        "copymessage",
    }
)
"""The methods that count, in lower case."""


class FloodLimits:
    """30 messages a second overall, 1 a second to a private chat, 20 a minute to a group."""

    def __init__(
        self,
        overall_per_second: int = 30,
        chat_per_second: int = 1,
        group_per_minute: int = 20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._overall = overall_per_second
        self._chat = chat_per_second
        self._group = group_per_minute
        self._clock = clock
        self._sent: dict[int | None, deque[float]] = defaultdict(deque)

    def spend(self, chat_id: int) -> None:
        """Count one message.

        Raises:
            ApiError: 429; the message does not count then.
        """
        group = chat_id < 0
        now = self._clock()
        windows = [(None, self._overall, 1.0), (chat_id, self._group if group else self._chat, 60.0 if group else 1.0)]
        for key, most, span in windows:
            sent = self._sent[key]
            while sent and sent[0] <= now - span:
                sent.popleft()
            if len(sent) >= most:
                wait = max(1, math.ceil(sent[0] + span - now))
                raise ApiError(429, f"retry after {wait}", retry_after=wait)
        for key, _, _ in windows:
            self._sent[key].append(now)

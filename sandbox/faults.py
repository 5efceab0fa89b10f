"""Faults on request: what a bot must survive at the real Telegram."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Literal

from sandbox.errors import ApiError

Kind = Literal["error", "garbage", "hang", "drop", "lacking", "empty", "truncated", "slow"]
"""``lacking``: the answer comes without the field that ``detail`` names. The last three are a download's: no byte,
half of them, or one by one until ``release``."""


@dataclass
class Fault:
    """One kind of trouble, for the next ``times`` calls of a method (``*`` for any, ``file`` for downloads)."""

    method: str
    kind: Kind = "error"
    code: int = 500
    detail: str = ""
    retry_after: int | None = None
    times: int = 1
    carried_out: bool = False
    """Whether the call takes effect all the same and only its answer is lost."""
    chat_id: int | None = None
    """Only calls about this chat."""
    file_id: str | None = None
    """Only calls about this file: getFile, or its download."""

    @property
    def error(self) -> ApiError:
        """The refusal of an ``error`` fault."""
        if self.retry_after is None:
            return ApiError(self.code, self.detail)
        return ApiError(429, f"retry after {self.retry_after}", retry_after=self.retry_after)


class Faults:
    """The faults that wait for their calls, first in, first met."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._released = asyncio.Event()

    def add(self, fault: Fault) -> Fault:
        """Arm a fault. Its ``times`` counts down to 0 as it is met."""
        self._waiting.append(fault)
        return fault

    def flood(self, method: str, retry_after: int, times: int = 1) -> Fault:
        """429 with a time to wait."""
        return self.add(Fault(method, retry_after=retry_after, times=times))

    def clear(self) -> None:
        """Disarm everything."""
        self._waiting.clear()

    def take(self, method: str, chat_id: str | None = None, file_id: str | None = None) -> Fault | None:
        """The fault that this call meets, if any."""
        for fault in self._waiting:
            if fault.method.lower() not in ("*", method.lower()):
                continue
            if fault.chat_id is not None and str(fault.chat_id) != chat_id:
                continue
            if fault.file_id is not None and fault.file_id != file_id:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
            return fault
        return None

    async def hang(self) -> None:
        """Keep a call waiting until ``release``."""
        await self._released.wait()

    def release(self) -> None:
        """End every hanging call; their connections drop without an answer."""
        self._released.set()
        self._released = asyncio.Event()

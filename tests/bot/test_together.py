"""What comes while a lot is in work makes up the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.together import Together


class Work:
    """Doubles numbers, when it is let; a lot with a zero fails."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, lot: Sequence[int]) -> Sequence[int]:
        self.lots.append(list(lot))
        await self.gate.wait()
        if 0 in lot:
            raise ValueError("a zero")
        return [2 * one for one in lot]


async def test_the_first_does_not_wait_for_company_and_the_others_go_together() -> None:
    work = Work()
    together = Together(work)
    first = together.begin(1)
    await asyncio.sleep(0)
    others = [together.begin(number) for number in (2, 3, 4)]
    work.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8]
    assert work.lots == [[1], [2, 3, 4]]


async def test_a_lot_has_so_many_at_most() -> None:
    work = Work()
    work.gate.set()
    together = Together(work, most=2)
    assert await asyncio.gather(*(together.begin(number) for number in range(1, 6))) == [2, 4, 6, 8, 10]
    assert work.lots == [[1, 2], [3, 4], [5]]


async def test_a_lot_that_fails_holds_up_nobody_after_it() -> None:
    work = Work()
    together = Together(work)
    first = together.begin(0)
    await asyncio.sleep(0)
    second = together.begin(5)
    work.gate.set()
    with pytest.raises(ValueError, match="zero"):
        await first
    assert await second == 10


async def test_who_gave_up_waiting_takes_nothing_from_the_others() -> None:
    work = Work()
    together = Together(work)
    impatient, patient = together.begin(1), together.begin(2)
    await asyncio.sleep(0)
    impatient.cancel()
    work.gate.set()
    assert await patient == 4

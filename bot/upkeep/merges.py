"""Two accounts of one student become one: what was made of the lost one's voice goes first, wherever it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.services import App, Services, now
from bot.upkeep.erasures import follow
from bot.upkeep.galleries import publish_each
from bot.upkeep.tries import Tries
from rollcall.usecases.erasure import Erased
from rollcall.usecases.merges import begin_owed, end_owed, merges_owed
from rollcall.usecases.students import Merging, OneStudent

End = Callable[[], Awaitable[OneStudent | None]]


class Merges:
    """What was asked for in the browser.

    Two bots at it do no harm: the erasure has one receipt, and of the rest the second finds nothing to do.
    """

    def __init__(self) -> None:
        self._tries: Tries[int] = Tries("a merge")

    async def keep(self, application: App, services: Services) -> None:
        """All that is owed; one that fails is put off alone."""
        owed = {one.old_id: one for one in await services.database.run(merges_owed)}

        async def carry_out(old_id: int) -> None:
            one = owed[old_id]
            await services.marks.write()
            begun = await services.database.run(begin_owed, one, now())
            await make_one(application, services, begun, lambda: services.database.run(end_owed, one, now()))

        await self._tries.each(services, owed, carry_out)


async def make_one(application: App, services: Services, begun: Erased | Merging | None, end: End) -> OneStudent | None:
    """Who they are; None where nothing came of it.

    Args:
        begun: what was erased in the database, where anything was.
        end: makes them one there.
    """
    if isinstance(begun, Erased):
        await follow(application, services, begun)
    one = await end() if begun is not None else None
    if one is not None:
        class_ids = {one.school_class.id, *(begun.class_ids if isinstance(begun, Erased) else ())}
        await publish_each(services, class_ids)
        for class_id in class_ids:
            services.stale_boards.touch_class(class_id)
    return one

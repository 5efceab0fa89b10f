"""Buttons that would only be refused are not shown: by the one table of permissions."""

from __future__ import annotations

from collections.abc import Callable

from bot.caller import as_teacher
from bot.messages.replies import Buttons
from bot.services import Context, now
from rollcall.domain.permissions import PERMISSIONS, Permission
from rollcall.domain.staff import Standing
from rollcall.usecases.staff import has_for_good


async def lasting(context: Context) -> bool:
    """Whether the caller teaches the class at hand for good."""
    caller, class_id = context.caller, context.class_id
    return await context.services.database.run(as_teacher(caller, has_for_good), class_id, now())


def for_standing(buttons: Buttons, *, lasting: bool) -> Buttons:
    """What somebody may do with a class.

    Args:
        lasting: whether they teach it for good; a substitute does not, nor who tries out a practice class.
    """
    return buttons if lasting else _where(buttons, lambda row: row.standing is Standing.ANY)


def in_a_group(buttons: Buttons) -> Buttons:
    """What is not for the private chat alone."""
    return _where(buttons, lambda row: not row.private)


def _where(buttons: Buttons, may: Callable[[Permission], bool]) -> Buttons:
    rows = [[(label, data) for label, data in row if _allows(data, may)] for row in buttons]
    return [row for row in rows if row]


def _allows(data: str, may: Callable[[Permission], bool]) -> bool:
    """A link is nobody's action, and so anybody's."""
    permission = PERMISSIONS.get(f"button:{data.partition(':')[0]}")
    return permission is None or may(permission)

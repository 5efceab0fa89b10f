"""The commands as the menu and /help show them."""

from __future__ import annotations

from collections.abc import Sequence

from rollcall.texts import Texts

STUDENT_COMMANDS = ("here", "enroll", "me", "mydata", "forget", "language", "cancel", "help")
TEACHER_COMMANDS = ("open", "close", "report", "classes", "newclass", "language", "cancel", "help")
GROUP_COMMANDS = ("help",)
GROUP_TEACHER_COMMANDS = ("open", "close", "help")
ADMIN_COMMANDS = ("invite", "teachers")


def command_list(texts: Texts, commands: Sequence[str] = STUDENT_COMMANDS) -> str:
    """One line per command: what it does."""
    return "\n".join(f"/{command} — {texts(f'command-{command}')}" for command in commands)

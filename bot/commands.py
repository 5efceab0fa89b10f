"""The commands as the menu and /help show them."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Message, MessageEntity

from rollcall.domain.permissions import PERMISSIONS
from rollcall.texts import Texts

STUDENT_COMMANDS = ("here", "enroll", "me", "absent", "mydata", "forget", "leave", "language", "cancel", "help")
TEACHER_COMMANDS = (
    "open", "close", "board", "report", "lessons", "class", "classes", "newclass", "web", "language", "cancel", "help",
)  # fmt: skip
GROUP_COMMANDS = ("help",)
GROUP_TEACHER_COMMANDS = ("open", "close", "help")
ADMIN_COMMANDS = ("invite", "teachers")


def commands_of(*, is_teacher: bool, is_admin: bool, is_student: bool) -> Sequence[str]:
    """The menu of somebody's private chat, for all that they are."""
    if not is_teacher:
        return STUDENT_COMMANDS
    own = TEACHER_COMMANDS + (ADMIN_COMMANDS if is_admin else ())
    return own + tuple(one for one in STUDENT_COMMANDS if one not in own) if is_student else own


def command_list(texts: Texts, commands: Sequence[str] = STUDENT_COMMANDS) -> str:
    """One line per command: what it does."""
    return "\n".join(f"/{command} — {texts(f'command-{command}')}" for command in commands)


def command_in(message: Message, username: str) -> str | None:
    """The command that a message begins with, ``/name``, if it is one of ours and meant for us."""
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0 or message.text is None:
        return None
    name, _, addressee = message.text[: first.length].lower().partition("@")
    return name if name in PERMISSIONS and addressee in ("", username.lower()) else None

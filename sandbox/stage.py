"""Where the play is seen: the chat as it happens, on the terminal and in a transcript."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sandbox.telegram import Event, Telegram

_WIDTH = 110
_SHOWN_LINES = 7
_BOT = "bot"
_WHO_WIDTH = 22
_COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_green", "bright_magenta")


@dataclass
class Outcome:
    """One thing that was played, and how it came out."""

    who: str
    what: str
    answer: str = ""
    confidence: int | None = None
    milliseconds: float | None = None
    wrong: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether everything about it was right."""
        return not self.wrong


class Stage:
    """Prints to the terminal and, in plain text, to a transcript."""

    def __init__(self, transcript: IO[str], terminal: Console | None = None) -> None:
        terminal = terminal or Console()
        if not terminal.is_terminal:
            terminal.width = _WIDTH
        self._consoles = (terminal, Console(file=transcript, width=_WIDTH, no_color=True))
        self._names: dict[int, str] = {}
        self._words: dict[int, str] = {}
        self._told: set[str] = set()

    def watch(self, telegram: Telegram) -> None:
        """Show whatever the bot does."""
        telegram.listeners.append(self._hear)

    def introduce(self, person_id: int, name: str) -> None:
        """From now on this account goes by this name."""
        self._names[person_id] = name

    def print(self, *what: RenderableType) -> None:
        """Show anything, here and in the transcript."""
        for console in self._consoles:
            console.print(*what)

    def act(self, title: str) -> None:
        """A heading between scenes."""
        self.print("", Rule(title, style="dim"))

    def said(self, person_id: int, text: str) -> None:
        """Somebody says or does something."""
        self._line(person_id, Text(text), own=True)

    def table(self, outcomes: Sequence[Outcome]) -> None:
        """Everything that was played, in one table."""
        table = Table(title="What came back", title_justify="left", show_lines=False, expand=True)
        table.add_column("who", no_wrap=True)
        table.add_column("what happened", ratio=4)
        table.add_column("what came back", ratio=6)
        table.add_column("conf.", justify="right", no_wrap=True)
        table.add_column("ms", justify="right", no_wrap=True)
        table.add_column("ok", justify="center", no_wrap=True)
        for one in outcomes:
            mark = Text("✓", style="green") if one.ok else Text("✗", style="bold red")
            percent = "" if one.confidence is None else f"{one.confidence} %"
            wait = "" if one.milliseconds is None else f"{one.milliseconds:.0f}"
            table.add_row(one.who, one.what, Text(_brief(one.answer)), percent, wait, mark)
        self.print("", table)

    def _hear(self, event: Event) -> None:
        if event.chat_id not in self._names:
            return
        payload = event.payload
        match event.kind:
            case "message":
                self._words[payload["message_id"]] = _words(payload)
                self._line(event.chat_id, Text(_described(payload)))
            case "edit" if _words(payload) != self._words.get(payload["message_id"]):
                # Buttons that only go away are not worth a line.
                self._words[payload["message_id"]] = _words(payload)
                self._line(event.chat_id, Text(f"✎ {_described(payload)}", style="dim"))
            case "reaction" if payload["emoji"]:
                self._line(event.chat_id, Text(" ".join(payload["emoji"])))
            case "callback" if payload["text"]:
                self._line(event.chat_id, Text(f"({payload['text']})"))
            case _:
                pass

    def _line(self, person_id: int, text: Text, *, own: bool = False) -> None:
        name = self._names.get(person_id, str(person_id))
        colour = _COLOURS[list(self._names).index(person_id) % len(_COLOURS)] if person_id in self._names else "white"
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column(width=8, style="dim")
        grid.add_column(width=_WHO_WIDTH, no_wrap=True)
        grid.add_column(ratio=1)
        who = Text(f"{name} →", style=f"bold {colour}") if own else Text(f"{_BOT} → {name}", style=colour)
        grid.add_row(time.strftime("%H:%M:%S"), who, self._folded(text))
        self.print(grid)

    def _folded(self, text: Text) -> Text:
        """Long texts are shown in part; those that everybody is told alike, in full only once."""
        lines = [line for line in text.plain.splitlines() if line.strip()]
        shown = _SHOWN_LINES
        if len(lines) > 2 and text.plain in self._told:
            shown = 2
        self._told.add(text.plain)
        if len(lines) > shown:
            rest = len(lines) - shown + 1
            lines = [*lines[: shown - 1], "… as above" if shown == 2 else f"… and {rest} more lines"]
        return Text("\n".join(lines), style=text.style)


def _described(message: dict[str, object]) -> str:
    kinds = {"photo": "🖼  picture", "document": "📄 file", "voice": "🎤 voice note"}
    parts = [name for kind, name in kinds.items() if kind in message]
    document = message.get("document")
    if isinstance(document, dict):
        parts = [f"📄 {document['file_name']}"]
    parts.append(_words(message))
    markup = message.get("reply_markup")
    if isinstance(markup, dict):
        parts.append("  ".join(f"[{button['text']}]" for row in markup["inline_keyboard"] for button in row))
    return "\n".join(filter(None, parts))


def _words(message: dict[str, object]) -> str:
    return str(message.get("text") or message.get("caption") or "")


def _brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 72 else line[:71].rstrip() + "…"


def open_transcript(folder: Path) -> IO[str]:
    """The transcript's file."""
    return (folder / "transcript.txt").open("w", encoding="utf-8")

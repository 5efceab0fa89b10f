"""Every text, as those read it who can meet it: rendered, in its context, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from rollcall.domain.permissions import PERMISSIONS, Role
from rollcall.texts import LANGUAGES, Texts
from tests.bot import catalogue
from tests.bot.buttons import matches
from tests.bot.catalogue import renderings, sources
from tests.bot.composed import composed
from tests.bot.conversations import Conversations, Read
from tests.bot.door import open_door
from tests.bot.reading import commands_in, faults
from tests.bot.school import ADMIN, found

ROOT = Path(__file__).parents[2]
PARAGRAPHS = {
    "start-stranger": 2, "consent-text": 3, "consent-declined": 2, "joined": 2, "joined-known-voice": 2,
    "joined-without-voice": 2, "forget-ask": 2, "leave-ask": 2, "newclass-made": 2, "class-archive-ask": 2,
    "invitation": 3, "enrol-begin": 2, "enrol-next": 2, "enrol-more": 2, "enrol-again": 2, "enrol-restart": 2,
    "follow-ask": 2, "enrol-next-louder": 2, "enrol-again-usual": 2, "enrol-done": 2,
    "about-description": 3, "staff-give-ask": 2,
    "topic-ask-again": 2, "lesson-delete-ask": 2, "merge-ask": 2,
    "roster-taken": 2, "roster-gone": 2, "roster-removed": 2, "student-move-ask": 2, "student-moved": 2,
    "enrol-number": 2, "say-agree": 2, "say-number": 2, "say-same": 3, "settings-number-ask": 2,
}  # fmt: skip
"""Messages of more than one paragraph. A paragraph that strays into any other is found out."""
LINES = {
    "archived-card": 2, "staff-one": 2, "staff-link": 2, "staff-link-until": 2,
    "start-stranger": 3, "consent-text": 6, "here-card": 2, "receipt-head": 2, "invite": 2, "invite-soon": 2,
    "newclass-made": 3, "voices-head": 2, "review-card": 2, "review-card-voice-waits": 2, "claim-card": 2,
    "absence-card": 2,
    "lesson-delete-ask": 3, "merge-ask": 3,
    "roster-compared": 2, "roster-taken": 3, "roster-gone": 4, "roster-removed": 4, "roster-names": 2,
    "enrol-number": 3, "review-card-words": 2, "say-number": 3, "say-same": 4,
}  # fmt: skip
"""And of more than one line, apart from the empty ones between paragraphs; a paragraph is a line at least."""
JOINED_FROM_PARTS = {"report-count", "report-chart-minutes", "report-excel-moment"}
"""A count whose word agrees elsewhere; a tick of an axis; a format code."""
ELSEWHERE = re.compile(
    "line-.*|join-waits|joiner-.*|students?-(?!not-enrolled).*|"
    "(about|short-reason|status-letter|register|report-(chart|column|row|sheet|excel)|receipt|tidy|keep|here|review|voices)-.*|"
    "report-(more|month|weekday|days|period|worth-a-look-more|no-chart|no-spreadsheet|file-refused)|"
    "asked-by-a-.*|button-write-to-me|(topic|group)-closed|seen-.*|edited-.*|name-changed|"
    "marked-already|sheet-none|absence-.*|appeal-.*|absent-too-many|marked-by-teacher|report-remark-corrected|namesake.*|join-not-now|name-fault-.*|claims?-.*|enrol-waits|voice-waits-.*|(me|joined)-voice-waits|"
    "board-.*|call-(by-.*|last)|closed.*|and-more|close-ask-missing|reopen-(another|too-late)|close-none|enrol-anew|invite-soon|joined-known-voice|me-enrolled|queue-(wait|full|slow)|slow-down.*|sorry|"
    "web-.*|button-pages-menu|pages-(board-which|not-here)|"
    "word-.*|open(ed)?-several|button-(open-)?several|plan-(soon.*|skipped)|button-plan-skip|lesson-(named|deleted|gone)|merge(d|-ask)|button-merge.*|topic-(removed|too-long)|"
    "roster-trouble-unavailable|roster-sheet|"
    "all-classes-(more|none)|quit-(which|voice)|"
    "export-(moodle|moodle-without|form-moodle-en|which)|start-no-admins|start-student|teachers-none|too-many-links"
)
"""Met beside these paths: in pictures and tables, after days, in a chat with a fault. Their words are still read one by
one, with every number."""
_BY_STATE = {"here-settled", "review-settled", "claim-settled", "claim-lapsed"}
"""Looked up by the kind and the state of what a teacher is asked."""
LONGEST_HALF, LONGEST_LABEL = 22, 40
"""Characters on a button that has a neighbour, and on one that has the row to itself."""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("не пользуетесь им 180 дн.. Удалить", "ru"),
        ("присутствуют 1 · опоздал 2", "ru"),
        ("Осталось 22 минут", "ru"),
        ("В архиве «Физика", "ru"),
        ("Ваш voiceprint удалён", "ru"),
        ("Подождите 5 с и продолжайте", "ru"),
        ("Which class?.", "en"),
        ("1 students", "en"),
        ("You have joined {title}.", "en"),
        ("It’s  two", "en"),
        ("<b>Anna", "en"),
        ("", "en"),
    ],
)
def test_a_proof_reader_sees_it(text: str, language: str) -> None:
    assert faults(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_reads_well_whatever_the_numbers(language: str) -> None:
    wrong = {}
    for key in sources(language).keys() - JOINED_FROM_PARTS:
        for text in renderings(key, language):
            found_here = faults(text, language)
            paragraphs = text.count("\n\n") + 1
            lines = len([line for line in text.split("\n") if line])
            if paragraphs != PARAGRAPHS.get(key, 1):
                found_here.append(f"{paragraphs} paragraphs")
            if lines != LINES.get(key, PARAGRAPHS.get(key, 1)):
                found_here.append(f"{lines} lines")
            if found_here:
                wrong[key] = found_here
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_is_as_it_was_last_read(language: str) -> None:
    kept = (catalogue.FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    assert catalogue.as_written(language) == kept, "read the change, then: python -m tests.bot.catalogue"


def test_every_message_is_used_and_every_one_used_is_there() -> None:
    there = set(sources("en"))
    named, patterns, asked = _named_in_the_code()
    within = {inner for text in sources("en").values() for inner in re.findall(r"\{ ([a-z][\w-]*) \}", text)}
    unused = [key for key in there - named - within if not any(pattern.fullmatch(key) for pattern in patterns)]
    assert sorted(set(unused) - _BY_STATE) == []
    assert sorted(asked - there) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_reads_it_can_do_what_it_says(
    language: str, tmp_path: Path, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.pace.OVERALL", 10_000)
    monkeypatch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
    monkeypatch.setattr("bot.transport.pace._GROUP", (10_000, 1.0))
    used = _listen(monkeypatch)
    url = f"sqlite:///{tmp_path / 'reading.sqlite3'}"
    async with open_door(tmp_path, url, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
        await found(door.services.database)
        read = [*await Conversations(door, language).play(), *composed(language)]
    wrong = {f"{one.after}: {one.text[:60]}": bad for one in read if (bad := _not_for(one, language))}
    assert wrong == {}
    assert "sorry" not in used
    met_nowhere = [key for key in sources(language).keys() - used if not ELSEWHERE.fullmatch(key)]
    assert sorted(met_nowhere) == [], "add a path on which it is met"


def _not_for(one: Read, language: str) -> list[str]:
    """What is wrong with a message for its reader."""
    wrong = faults(one.text, language)
    if re.match(r"[a-zа-яё]", one.text):
        wrong.append("begins with a small letter")
    paragraphs = one.text.split("\n\n")
    if len(set(paragraphs)) != len(paragraphs):
        wrong.append("says something twice")
    for command in commands_in(one.text):
        row = PERMISSIONS.get(command)
        if row is None:
            wrong.append(f"{command} is no command")
        elif one.roles and not row.allows(one.roles):
            wrong.append(f"{command} is not for this reader")
        elif not one.roles and row.private:
            wrong.append(f"{command} is not for a group")
    for buttons in one.buttons:
        for label, data in buttons:
            wrong += _wrong_button(label, data, one.roles, language, alone=len(buttons) == 1)
    return wrong


def _wrong_button(label: str, data: str, roles: frozenset[Role], language: str, *, alone: bool) -> Iterator[str]:
    yield from (f"button {label}: {fault}" for fault in faults(label, language) if data != "language:en")
    if len(label) > (LONGEST_LABEL if alone else LONGEST_HALF):
        yield f"button {label}: too long"
    if data.startswith("https://"):
        return
    handlers = matches(data)
    if len(handlers) != 1:
        yield f"button {label}: {data} leads to {len(handlers)} handlers"
    elif roles and not handlers[0][1].permission.allows(roles):
        yield f"button {label}: not for this reader"


def _listen(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The keys of all texts asked for from here on."""
    used: set[str] = set()
    asked = Texts.__call__

    def listening(self: Texts, key: str, **values: Any) -> str:
        used.add(key)
        return asked(self, key, **values)

    monkeypatch.setattr(Texts, "__call__", listening)
    return used


@cache
def _named_in_the_code() -> tuple[set[str], list[re.Pattern[str]], set[str]]:
    """Strings that may be keys, patterns of keys put together, and what is surely asked for as a key."""
    named: set[str] = set()
    asked: set[str] = set()
    patterns = []
    for page in (ROOT / "web" / "templates").rglob("*.html"):
        source = page.read_text(encoding="utf-8")
        named.update(re.findall(r"[\"']([a-z][\w-]+)[\"']", source))
        asked.update(re.findall(r"\bt\([\"']([\w-]+)[\"'][,)]", source))
    for file in [one for room in ("bot", "rollcall", "web") for one in (ROOT / room).rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                fixed = [str(part.value) if isinstance(part, ast.Constant) else "" for part in node.values]
                if re.search(r"[a-z]{3}", "".join(fixed)):
                    patterns.append(re.compile("".join(re.escape(part) or r"[\w-]+" for part in fixed)))
            elif isinstance(node, ast.Call) and node.args and _gives_texts(node.func):
                key = node.args[0]
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    asked.add(key.value)
    return named, patterns, asked


def _gives_texts(called: ast.expr) -> bool:
    name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
    return name in ("t", "texts")

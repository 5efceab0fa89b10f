"""Commands and markup in texts."""

from __future__ import annotations

import pytest

from sandbox.entities import commands, parse
from sandbox.errors import ApiError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start", [(0, 6)]),
        ("/start@rollcall_bot join-x", [(0, 19)]),
        ("👍 /me и /help", [(3, 3), (9, 5)]),
        ("км/ч, http://a/b, //", []),
    ],
)
def test_commands_are_found_and_counted_in_utf16(text: str, found: list[tuple[int, int]]) -> None:
    assert [(entity["offset"], entity["length"]) for entity in commands(text)] == found


@pytest.mark.parametrize(
    ("mode", "text", "plain", "kinds"),
    [
        (None, "  <b>x ", "<b>x", []),
        ("HTML", "<b>a <i>b</i></b> &lt;3", "a b <3", ["bold", "italic"]),
        ("HTML", '<a href="https://t.me/x?start=1">join</a>', "join", ["text_link"]),
        (
            "MarkdownV2",
            r"*a* _b_ `c\.d` [e](https://e\.f) 1\.",
            "a b c.d e 1.",
            ["bold", "italic", "code", "text_link"],
        ),
        ("Markdown", "*a* _b_", "a b", ["bold", "italic"]),
    ],
)
def test_markup_becomes_entities(mode: str | None, text: str, plain: str, kinds: list[str]) -> None:
    parsed, entities = parse(text, mode)
    assert parsed == plain
    assert [entity["type"] for entity in entities] == kinds


@pytest.mark.parametrize(
    ("mode", "text", "complaint"),
    [
        ("HTML", "<b>x", "Can't find end tag"),
        ("HTML", "x</b>", "Unexpected end tag"),
        ("HTML", "<b><i>x</b></i>", "Unmatched end tag"),
        ("HTML", "<h1>x</h1>", 'Unsupported start tag "h1"'),
        ("HTML", "2 < 3", "Unsupported start tag"),
        ("MarkdownV2", "97.5", "is reserved"),
        ("MarkdownV2", "*x", "Can't find end of Bold"),
        ("Markdown", "_x", "Can't find end of Italic"),
        ("BBCode", "x", "unsupported parse_mode"),
    ],
)
def test_broken_markup_is_refused(mode: str, text: str, complaint: str) -> None:
    with pytest.raises(ApiError, match=complaint):
        parse(text, mode)

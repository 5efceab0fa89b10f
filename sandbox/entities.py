"""Message entities: the commands Telegram finds in a text, and the markup a bot writes in HTML or MarkdownV2."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from sandbox.errors import Json, bad_request

_COMMAND = re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z][A-Za-z0-9_]{2,31})?(?![\w/])")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
_HREF = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
_HTML_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_MARKDOWN_TYPES = {
    "```": "pre",
    "__": "underline",
    "||": "spoiler",
    "*": "bold",
    "_": "italic",
    "~": "strikethrough",
    "`": "code",
}
_LINK_END = re.compile(r"\]\(((?:\\.|[^)\\])*)\)")
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def length(text: str) -> int:
    """Telegram counts UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def commands(text: str) -> list[Json]:
    """The ``bot_command`` entities of a text; python-telegram-bot's CommandHandler relies on them."""
    return [
        {"type": "bot_command", "offset": length(text[: found.start()]), "length": length(found.group())}
        for found in _COMMAND.finditer(text)
    ]


def parse(text: str, mode: str | None) -> tuple[str, list[Json]]:
    """The plain text and its entities, trimmed as Telegram trims them.

    Raises:
        ApiError: the markup is broken, or the mode unknown.
    """
    if not mode:
        return text.strip(), []
    parsers: dict[str, Callable[[str], tuple[str, list[Json]]]] = {
        "html": _parse_html,
        "markdownv2": _parse_markdown,
        "markdown": _parse_old_markdown,
    }
    if (parser := parsers.get(mode.lower())) is None:
        raise bad_request("unsupported parse_mode")
    plain, found = parser(text)
    return _trim(plain, found)


def _trim(text: str, found: list[Json]) -> tuple[str, list[Json]]:
    lead = length(text) - length(text.lstrip())
    text = text.strip()
    end = length(text)
    kept = []
    for entity in sorted(found, key=lambda e: (e["offset"], -e["length"])):
        start = max(0, entity["offset"] - lead)
        stop = min(end, entity["offset"] + entity["length"] - lead)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return text, kept


def _broken(detail: str) -> Exception:
    return bad_request(f"can't parse entities: {detail}")


def _parse_html(text: str) -> tuple[str, list[Json]]:
    plain, found, open_tags, position = "", list[Json](), list[tuple[str, int, str]](), 0
    while position < len(text):
        at = text.find("<", position)
        plain += html.unescape(text[position:] if at < 0 else text[position:at])
        if at < 0:
            break
        place = len(text[:at].encode())
        tag = _TAG.match(text, at)
        if tag is None or tag[2].lower() not in _HTML_TYPES:
            name = tag[2] if tag else ""
            raise _broken(f'Unsupported start tag "{name}" at byte offset {place}')
        name, position = tag[2].lower(), tag.end()
        if not tag[1]:
            open_tags.append((name, length(plain), tag[3]))
            continue
        if not open_tags:
            raise _broken(f"Unexpected end tag at byte offset {place}")
        opened, start, attributes = open_tags.pop()
        if opened != name:
            raise _broken(f'Unmatched end tag at byte offset {place}, expected "</{opened}>", found "</{name}>"')
        entity: Json = {"type": _HTML_TYPES[name], "offset": start, "length": length(plain) - start}
        if name == "a" and (href := _HREF.search(attributes)):
            entity["url"] = html.unescape(href[1] or href[2] or href[3])
        found.append(entity)
    if open_tags:
        raise _broken(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return plain, found


def _parse_markdown(text: str) -> tuple[str, list[Json]]:
    plain, found, marks, position = "", list[Json](), list[tuple[str, int]](), 0
    while position < len(text):
        char = text[position]
        inside_code = bool(marks) and marks[-1][0] in ("`", "```")
        if char == "\\" and position + 1 < len(text) and ord(text[position + 1]) < 127:
            plain += text[position + 1]
            position += 2
            continue
        mark = next((mark for mark in _MARKDOWN_TYPES if text.startswith(mark, position)), None)
        if mark and (not inside_code or marks[-1][0] == mark):
            position += len(mark)
            if marks and marks[-1][0] == mark:
                start = marks.pop()[1]
                found.append({"type": _MARKDOWN_TYPES[mark], "offset": start, "length": length(plain) - start})
            else:
                marks.append((mark, length(plain)))
        elif char == "[" and not inside_code:
            marks.append(("[", length(plain)))
            position += 1
        elif marks and marks[-1][0] == "[" and (link := _LINK_END.match(text, position)):
            start = marks.pop()[1]
            found.append({"type": "text_link", "offset": start, "length": length(plain) - start, "url": link[1]})
            position = link.end()
        elif char in _RESERVED and not inside_code and not (char == ">" and (not plain or plain[-1] == "\n")):
            raise _broken(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            plain += char
            position += 1
    _require_closed(text, marks)
    return plain, found


def _parse_old_markdown(text: str) -> tuple[str, list[Json]]:
    """The legacy mode: three marks that do not nest; its links stay as they are written."""
    plain, found, marks = "", list[Json](), list[tuple[str, int]]()
    for position, char in enumerate(text):
        if char not in "*_`" or (marks and marks[-1][0] != char) or (position and text[position - 1] == "\\"):
            plain += char
        elif marks:
            start = marks.pop()[1]
            found.append({"type": _MARKDOWN_TYPES[char], "offset": start, "length": length(plain) - start})
        else:
            marks.append((char, length(plain)))
    _require_closed(text, marks)
    return plain, found


def _require_closed(text: str, marks: list[tuple[str, int]]) -> None:
    if marks:
        mark, _ = marks[-1]
        kind = _MARKDOWN_TYPES.get(mark, "text_link").capitalize()
        raise _broken(f"Can't find end of {kind} entity at byte offset {len(text[: text.rfind(mark)].encode())}")

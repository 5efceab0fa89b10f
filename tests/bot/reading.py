"""Reading a text as a strict proof-reader would: what is wrong with it, in the language it is meant to be in."""

from __future__ import annotations

import re
from collections.abc import Iterator

COMMAND = re.compile(r"(?<![\w/])/([a-z]+)")
_LINK = re.compile(r"https?://\S+|@\w+|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
"""Or the number of a receipt."""
_NAMES_IN_LATIN = {
    "Telegram", "UTC", "CSV", "JSON", "Moodle", "Excel", "English", "ROLLCALL", "ADMINS", "Europe", "Moscow",
    "xlsx", "csv", "Firefox", "Linux",
}  # fmt: skip
_FOREIGN = {
    "ru": (re.compile(r"[A-Za-z]+"), _NAMES_IN_LATIN),
    "en": (re.compile(r"[а-яёА-ЯЁ]+"), {"Русский"}),
}
_PART_OF_A_FILE = re.compile(r"^• [a-z_]+ (?=— )", re.MULTILINE)
"""By its name in the file, which is nobody's language."""
_QUOTES = {"ru": ("«", "»", '“”"'), "en": ("“", "”", "«»\"'")}
_SHORTENED = {
    "ru": re.compile(r"\d (?:дн|мин|сек|с|ч|чел|шт|мес)\b|\b(?:т\. ?е|т\. ?д|т\. ?п)\."),
    "en": re.compile(r"\d (?:s|min|mins|sec|secs|h|hrs?|d)\b|\b(?:e\.g|i\.e|etc)\."),
}
_RU_NOUNS = """
    урок урока уроков, ученик ученика учеников, учитель учителя учителей, день дня дней, минуту минуты минут,
    секунду секунды секунд, знак знака знаков, опоздание опоздания опозданий, пропуск пропуска пропусков
"""
_RU_FORMS = [tuple(line.split()) for line in _RU_NOUNS.split(",")]
_RU_VERBS = {"присутствует": "присутствуют", "отсутствует": "отсутствуют", "опоздал": "опоздали"}
_EN_NOUNS = ("lesson", "student", "teacher", "day", "minute", "second", "character", "absence")


def faults(text: str, language: str) -> list[str]:
    """What is wrong; nothing, for a text that may be shown."""
    return [*_of_form(text), *_of_language(text, language), *_of_agreement(text, language)]


def commands_in(text: str) -> set[str]:
    """The commands that a text mentions, with their slashes."""
    return {f"/{name}" for name in COMMAND.findall(_LINK.sub("", text))}


def _of_form(text: str) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    for what, pattern in {
        "two full stops": r"\.\.(?!\.)|[!?…:;]\.",
        "two spaces": r" {2}",
        "a space at the end of a line": r"[ \t]$",
        "a space before a mark": r"\w [,.;:!?](?=\s|$)",
        "a value that was not put in": r"[{}]|\$[a-z]",
        "a tag": r"</?[a-z]+>",
        "an empty line too many": r"\n\s*\n\s*\n|\A\n|\n\Z",
        "a straight line of a list without words": r"^\s*[•·—]\s*$",
    }.items():
        if found := re.search(pattern, text, re.MULTILINE):
            yield f"{what}: {text[max(0, found.start() - 20) : found.end() + 20]!r}"


def _of_language(text: str, language: str) -> Iterator[str]:
    words = COMMAND.sub("", _LINK.sub("", _PART_OF_A_FILE.sub("", text)))
    pattern, allowed = _FOREIGN[language]
    if foreign := [word for word in pattern.findall(words) if word not in allowed]:
        yield f"words of another language: {foreign}"
    if found := _SHORTENED[language].search(text):
        yield f"an abbreviation: {found[0]}"
    opening, closing, wrong = _QUOTES[language]
    if used := [mark for mark in wrong if mark in words]:
        yield f"quotation marks of another language: {used}"
    depth = 0
    for character in text:
        depth += (character == opening) - (character == closing)
        if depth not in (0, 1):
            break
    if depth:
        yield "quotation marks that do not close"


def _of_agreement(text: str, language: str) -> Iterator[str]:
    if language == "en":
        for noun in _EN_NOUNS:
            for number, ending in re.findall(rf"\b(\d+) {noun}(s?)\b", text):
                if (number == "1") == bool(ending):
                    yield f"{number} {noun}{ending}"
        return
    for number, noun in re.findall(r"\b(\d+) ([а-яё]+)", text):
        for forms in _RU_FORMS:
            if noun in forms and noun != forms[_russian_form(int(number))] and not _in_another_case(text, noun):
                yield f"{number} {noun}"
    for one, several in _RU_VERBS.items():
        for verb, number in re.findall(rf"\b({one}|{several}):? (\d+)", text):
            if (verb == one) != (_russian_form(int(number)) == 0):
                yield f"{verb} {number}"


def _russian_form(number: int) -> int:
    """0 for 1, 21 and 101; 1 for 2 to 4; 2 for the others."""
    if number % 100 in range(11, 15):
        return 2
    return {1: 0, 2: 1, 3: 1, 4: 1}.get(number % 10, 2)


def _in_another_case(text: str, noun: str) -> bool:
    """After «до», «больше» and «после» the noun stands in the genitive."""
    return re.search(rf"(?:до|больше|после) \d+ {noun}", text) is not None

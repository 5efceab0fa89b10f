"""Names and titles as people type them, made fit to be shown: on one line, visible, of bounded height and length."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

LONGEST_NAME = 100
LONGEST_TITLE = 64
_MOST_MARKS = 4
"""Combining marks on one letter: every written language does with fewer; more of them climb over the lines above."""
_JOINERS = "\u200c\u200d"
"""They shape letters and emoji where they stand between two characters; they are kept nowhere else."""
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and signs in name only: nothing is seen of them."""

_IN_NAMES = " '’ʼ`´ʹ-‐‑–.,·・‧׳״"
_BETWEEN_WORDS = re.compile(r"[\s,]+")
_LINK = re.compile(r"https?:|\.(com|ru|org|net|me)\b")
_GREETINGS = frozenset(
    {"здравствуйте", "здравствуй", "здрасьте", "здрасте", "привет", "приветик", "приветствую", "добрый", "доброе",
     "доброго", "доброй", "салют", "hello", "hey", "hallo", "greetings"}
)  # fmt: skip
"""What a name never begins with."""
_NO_NAMES = frozenset(
    ("ок", "окей", "ok", "okay", "да", "нет", "yes", "no", "ага", "ладно", "хорошо", "понятно", "готово", "спасибо",
     "thanks", "thank you", "sure", "done", "hi", "hi there", "good morning", "good day", "good evening",
     "good afternoon", "не знаю", "как дела", "что делать", "start", "help", "test", "тест", "старт", "помощь")
)  # fmt: skip
_SENTENCE = re.compile(r"\b(меня зовут|моё имя|мое имя|my name is|i am|i['’]m|это я)\b")
"""The name is in it somewhere; it is asked for alone rather than guessed."""


def clean_name(text: str) -> str:
    """A person's name; empty if there is no letter in it, or if it is too short or too long."""
    name = one_visible_line(text)
    if len(name) < 2 or len(name) > LONGEST_NAME or not any(character.isalpha() for character in name):
        return ""
    return name


class NameFault(StrEnum):
    """Why a text is no full name. Each has one sentence in each language (``name-fault-<value>`` in the texts)."""

    LENGTH = "length"
    LINK = "link"
    QUESTION = "question"
    SIGNS = "signs"
    DIGITS = "digits"
    GREETING = "greeting"
    ONE_WORD = "one_word"
    """Perhaps a full name all the same: there are people of one name."""


def full_name_in(text: str) -> str | NameFault:
    """The full name that a text is, or why it is none. Any script, initials, hyphens and apostrophes are names'."""
    name = clean_name(text)
    bare = name.strip(' "«»“”„!,;:')
    words = [word for part in _BETWEEN_WORDS.split(bare.casefold()) if (word := part.strip("."))]
    if not name or not words:
        return NameFault.LENGTH
    if "/" in bare or "@" in bare or "www." in bare or _LINK.search(bare.casefold()):
        return NameFault.LINK
    if "?" in name:
        return NameFault.QUESTION
    if any(unicodedata.category(sign)[0] not in "LMNZ" and sign not in _IN_NAMES + _JOINERS for sign in bare):
        return NameFault.SIGNS
    if words[0] in _GREETINGS or " ".join(words) in _NO_NAMES or _SENTENCE.search(" ".join(words)):
        return NameFault.GREETING
    # A word and a number may be how a school names its own ("Student 12"); a number elsewhere is no part of a name.
    if any(sign.isdecimal() for sign in bare) and len(words) != 2:
        return NameFault.DIGITS
    if len(words) == 1 and not any(unicodedata.category(sign) == "Lo" for sign in bare):
        return NameFault.ONE_WORD
    return bare


def clean_title(text: str) -> str:
    """A class's title; empty if there is nothing to see in it, or if it is too long."""
    title = one_visible_line(text)
    return title if len(title) <= LONGEST_TITLE else ""


def shortened_name(text: str, fallback: str) -> str:
    """A name that nobody asked for, such as an account's: cut where it is too long, ``fallback`` where it is none."""
    return clean_name(one_visible_line(text)[:LONGEST_NAME]) or fallback


def alike(name: str) -> str:
    """The same for a name that is said again: whatever its capitals, spaces, and Ё for Е."""
    return one_visible_line(name).casefold().replace("ё", "е")


def one_visible_line(text: str) -> str:
    """Without control and formatting characters, those that turn the writing direction among them; spaces single."""
    kept: list[str] = []
    marks = 0
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if character.isspace():
            kept.append(" ")
        elif character in _JOINERS:
            kept.append(character)
        elif category[0] != "C" and character not in _INVISIBLE:
            marks = marks + 1 if category in ("Mn", "Me") else 0
            if marks <= _MOST_MARKS:
                kept.append(character)
    line, before = "".join(kept), ""
    while line != before:  # what was between two spaces, or at the end, leaves another space behind
        before, line = line, _without_loose_joiners(" ".join(line.split()))
    return unicodedata.normalize("NFC", line)


def _without_loose_joiners(line: str) -> str:
    padded = f" {line} "
    return "".join(
        character
        for before, character, after in zip(padded, line, padded[2:], strict=False)
        if character not in _JOINERS or not {before, after} & {" ", *_JOINERS}
    )

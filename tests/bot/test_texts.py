"""What people read: complete in both languages, and never more than asked for."""

import random
import re
from importlib import resources

import pytest

from bot.commands import STUDENT_COMMANDS, TEACHER_COMMANDS
from bot.messages.phrases import phrase
from rollcall.domain.names import clean_name
from rollcall.domain.verdict import Reason
from rollcall.texts import LANGUAGES, language_for, texts_in
from tests.bot.catalogue import sources


def keys_of(language: str) -> dict[str, set[str]]:
    """Every message of a language, with the values it shows. Which form a number chooses is each language's own, and
    so is which forms its words have (``words.ftl``).
    """
    found = {}
    for file in (resources.files("rollcall") / "locales" / language).iterdir():
        for entry in re.split(r"\n(?=[a-z])", file.read_text(encoding="utf-8")):
            key = re.match(r"([a-z][\w-]*) =", entry)
            if key and file.name != "words.ftl":
                found[key[1]] = set(re.findall(r"\{ \$([\w-]+) \}", entry))
    return found


def test_both_languages_say_the_same_things_about_the_same_values() -> None:
    assert keys_of("en") == keys_of("ru")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_one_sentence_of_its_own(language: str) -> None:
    sentences = [texts_in(language)(f"reason-{reason}") for reason in Reason]
    assert len(set(sentences)) == len(Reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_in_a_menu_is_explained(language: str) -> None:
    for command in {*STUDENT_COMMANDS, *TEACHER_COMMANDS}:
        assert 3 <= len(texts_in(language)(f"command-{command}")) <= 256


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", r"(?i)\b(учени[кц]|урок|студент|пар[аыуе]?\b|участник|заняти[яеюй])"),
        ("en", r"(?i)\b(students?|lessons?|sessions?|participants?)\b"),
    ],
)
def test_what_is_said_of_a_class_leaves_its_words_to_the_class(language: str, words: str) -> None:
    """By the messages of ``words.ftl``; the others are said to somebody whose class is not known, or of the words."""
    found = set()
    for key, source in sources(language).items():
        said = re.sub(r"(?m)^#.*$|^[\w-]+ =|^\s*\*?\[\w+\]|\{ [^{}]*? \}|\$[\w-]+", "", source)
        if not key.startswith(("word-", "settings-words-", "button-words-", "command-")) and re.search(words, said):
            found.add(key)
    assert found - {"start-stranger", "about-description", "unwritable"} == set()


def test_a_missing_text_or_value_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(LookupError):
        texts_in("en")("no-such-text")
    with pytest.raises(KeyError):
        texts_in("en")("joined", name="Anna")


def test_a_name_is_put_in_as_it_is() -> None:
    assert "‮<b>Анна" in texts_in("ru")("joined", name="‮<b>Анна", title="9Б")


@pytest.mark.parametrize(
    ("code", "language"), [("ru", "ru"), ("ru-RU", "ru"), ("en", "en"), ("de", "en"), (None, "en")]
)
def test_telegrams_language_code_decides(code: str | None, language: str) -> None:
    assert language_for(code) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_phrases_are_long_enough_to_enrol_with_and_rarely_repeat(language: str) -> None:
    source = random.Random(1)
    phrases = [phrase(language, source) for _ in range(200)]
    assert all(9 <= len(one.split()) <= 25 for one in phrases)
    assert len(set(phrases)) > 180


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Анна Белова", "Анна Белова"),
        ("  Анна \n Белова  ", "Анна Белова"),
        ("Jean-Luc O’Neill", "Jean-Luc O’Neill"),
        ("Анна\u202e\u0000Белова", "АннаБелова"),
        ("A", ""),
        ("12345", ""),
        ("!!!", ""),
        ("я" * 101, ""),
        ("", ""),
    ],
)
def test_a_name_is_one_clean_line_with_letters_in_it(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept

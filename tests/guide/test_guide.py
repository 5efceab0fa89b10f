"""The guide shows what the bot says today: its scenes are played again, and compared with what its pictures show."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from rollcall.texts import LANGUAGES
from tests.guide.__main__ import CHATS, GUIDE, PICTURES, played
from tests.guide.excerpt import digest
from tests.guide.pages import NAMES
from tests.guide.pages import PICTURES as PAGES
from tests.guide.picture import shown_by

ANEW = "look at the guide, then: python -m tests.guide"
LARGEST = 65_536
READERS = ("teacher", "student", "admin")


def kept(language: str) -> dict[str, Any]:
    """The chats as the pictures show them."""
    chats: dict[str, Any] = json.loads((CHATS / f"{language}.json").read_text(encoding="utf-8"))
    return chats


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_bot_still_says_what_the_pictures_show(language: str, tmp_path: Path) -> None:
    shown = {name: json.loads(json.dumps(one.as_plain())) for name, one in (await played(language, tmp_path)).items()}
    before = kept(language)
    assert list(shown) == list(before), ANEW
    for name, chat in shown.items():
        assert chat == before[name], f"{name}: {ANEW}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_picture_shows_its_chat_and_is_small(language: str) -> None:
    for name, chat in kept(language).items():
        file = PICTURES / f"{name}.{language}.png"
        assert shown_by(file) == digest(chat), f"{file.name}: {ANEW}"
        assert file.stat().st_size < LARGEST, file.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_shows_every_picture_once_and_no_other(language: str) -> None:
    pages = [(GUIDE / f"{reader}.{language}.md").read_text(encoding="utf-8") for reader in READERS]
    shown = re.findall(r"]\(pictures/([\w.-]+)\)", "".join(pages))
    assert sorted(shown) == sorted(f"{name}.{language}.png" for name in kept(language))


def test_no_picture_is_left_over() -> None:
    assert {file.name for file in PICTURES.iterdir()} == {
        f"{name}.{language}.png" for language in LANGUAGES for name in kept(language)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_guide_shows_every_page_of_the_browser_once(language: str) -> None:
    texts = [(GUIDE / f"{reader}.{language}.md").read_text(encoding="utf-8") for reader in READERS]
    shown = re.findall(r"pages/([\w.-]+\.png)", "".join(texts))
    kept_pages = {file.name for file in PAGES.iterdir() if f".{language}." in file.name}
    assert sorted(shown) == sorted(kept_pages) == sorted(f"{name}.{language}.png" for name in NAMES)
    assert all((PAGES / name).stat().st_size < LARGEST for name in shown)


def test_both_languages_tell_the_same() -> None:
    chapters = {
        (reader, language): [
            line.split(" ")[0]
            for line in (GUIDE / f"{reader}.{language}.md").read_text().splitlines()
            if line[:1] == "#"
        ]
        for reader in READERS
        for language in LANGUAGES
    }
    for reader in READERS:
        assert len({tuple(chapters[reader, language]) for language in LANGUAGES}) == 1, reader

"""The page's own files: valid, without a word of script or style in the markup, and in both languages."""

from __future__ import annotations

import re

import html5lib

from sandbox.web.page import FILES


def test_the_page_is_valid() -> None:
    html5lib.HTMLParser(strict=True).parse((FILES / "index.html").read_text())


def test_both_languages_have_every_word_and_no_word_is_for_nobody() -> None:
    words = {
        language: set(re.findall(r'^  "?([\w-]+)"?: "', (FILES / f"words-{language}.js").read_text(), re.MULTILINE))
        for language in ("ru", "en")
    }
    assert words["ru"] == words["en"]
    code = "\n".join(file.read_text() for file in FILES.glob("*.js") if not file.name.startswith("words-"))
    made = ("role-", "verdict-", "stage-", "voice-", "step")  # by what they are for
    unused = {key for key in words["ru"] if f'"{key}"' not in code and not key.startswith(made)}
    # Parts of the panel are titled by their own names; so are the two states of the product.
    assert {key for key in unused if not re.search(rf"\b{key}\b", code)} == set()


def test_the_page_has_no_word_of_script_or_style_in_its_markup() -> None:
    markup = (FILES / "index.html").read_text()
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|https?://", markup) == []

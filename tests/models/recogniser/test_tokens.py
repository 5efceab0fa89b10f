from __future__ import annotations

from pathlib import Path

import pytest

from models.recogniser.reading import Recogniser
from models.recogniser.tokens import Tokens
from rollcall.domain.spoken import spellings

TEXTS = [
    " I'm here: four, seven, one, two.",
    " Я здесь. Четыре, семь, один, два…",
    " 4712 4-7-1-2 47 12",
    "a_b\n\tç ¡ñ 日本 🙂",
    *spellings("0987", "5-3-1-9"),
]


@pytest.fixture(scope="module")
def tokens(whisper: Recogniser, models_dir: Path) -> Tokens:
    return Tokens(models_dir / "whisper-base" / "vocabulary.txt")


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_encoded_is_decoded_again(tokens: Tokens, text: str) -> None:
    assert tokens.decode(tokens.encode(text)) == text


def test_pairs_are_joined_in_the_order_in_which_they_were_learnt(tokens: Tokens) -> None:
    def pieces(text: str) -> list[str]:
        return [tokens.decode([number]) for number in tokens.encode(text)]

    # As OpenAI's own tokenizer parts them.
    assert pieces(" four, seven") == [" four", ",", " seven"]
    assert pieces(" 4 7") == [" 4", " 7"]
    assert pieces(" unbelievable") == [" unbelievable"]
    assert pieces(" четыре") == [" четы", "ре"]
    assert len(tokens.encode(" Перекличка")) < len(" Перекличка")


def test_half_a_letter_is_no_error(tokens: Tokens) -> None:
    first = tokens.encode("日")[:1]
    assert "�" in tokens.decode(first) or tokens.decode(first) == "日"
    assert tokens.decode([tokens.end, tokens.number("<|ru|>")]) == ""

"""Whisper's tokens: text into numbers and back, by its vocabulary alone.

It is a byte pair encoding (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909), and the vocabulary stands in the
order in which its pairs were joined: of the pairs of a word, that with the lowest number is joined first. Bytes stand
there as letters that can be seen, the way GPT-2 did it.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

# Words, numbers and punctuation with the space before them are encoded apart.
_WORD: Final = re.compile(r"'(?:s|t|re|ve|m|ll|d)| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
END: Final = "<|endoftext|>"


class Tokens:
    """The vocabulary."""

    def __init__(self, vocabulary: Path) -> None:
        """`vocabulary`: a token a line, in the order of their numbers."""
        self._tokens = vocabulary.read_text(encoding="utf-8").split("\n")
        self._numbers = {token: number for number, token in enumerate(self._tokens)}
        self._letters = _letters()
        self._bytes = {letter: byte for byte, letter in enumerate(self._letters)}
        self.end = self.number(END)

    def number(self, token: str) -> int:
        """Of a token as the vocabulary writes it, such as "<|ru|>"; KeyError where there is none."""
        return self._numbers[token]

    def encode(self, text: str) -> list[int]:
        """A text as tokens, as the model was trained to write it."""
        return [number for word in _WORD.findall(text) for number in self._joined(word.encode())]

    def decode(self, numbers: list[int]) -> str:
        """Tokens as text; letters that are incomplete become U+FFFD."""
        letters = "".join(self._tokens[number] for number in numbers if number < self.end)
        return bytes(self._bytes[letter] for letter in letters).decode(errors="replace")

    def _joined(self, word: bytes) -> list[int]:
        parts = [self._letters[byte] for byte in word]
        while len(parts) > 1:
            pairs = [self._numbers.get(first + second, self.end) for first, second in pairwise(parts)]
            place = min(range(len(pairs)), key=pairs.__getitem__)
            if pairs[place] >= self.end:
                break
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return [self._numbers[part] for part in parts]


@cache
def _letters() -> tuple[str, ...]:
    """The letter of each byte: its own where that can be seen, else the next one from U+0100."""
    seen = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    hidden = iter(range(256, 512))
    return tuple(chr(byte if byte in seen else next(hidden)) for byte in range(256))

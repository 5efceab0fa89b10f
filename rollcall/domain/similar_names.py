"""Names that a reader takes for one: whatever letters they are written with, in capitals or not, in whatever order.

Look-alike letters are compared as Unicode's technical standard 39 has it (https://www.unicode.org/reports/tr39/): two
texts look alike where their skeletons are the same, each letter replaced by the prototype of those that look like it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

_APOSTROPHES = frozenset("'’‘ʼ`´ʹ‛′׳\"“”„«»״")
"""Left out of a name as often as not: O'Neill, ONeill."""
_DIACRITICS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
"""Marks above and below a letter of any script, in Unicode's own blocks. Not the vowel signs of Indian scripts, nor the
marks that make another letter of a kana: those are read."""
_IGNORABLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties): nothing is seen of them."""
_CAPITAL_L = "\ue000"
"""Of Unicode's private area: in nobody's name."""
_LEFT_TO_RIGHT = "\u200e"
"""Put around some letters by Unicode's file, for the eyes of its readers."""


def skeleton(text: str) -> str:
    """The skeleton of a text: equal where two texts look the same. For comparing only, it is no text to show.

    Decomposed, without what is not seen, each character by its prototype, decomposed again (UTS 39, section 4).
    """
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).translate(_prototypes()))


@lru_cache(maxsize=5_000)
def readings(name: str) -> frozenset[str]:
    """What a name can be taken for: two names that share a reading look like one name.

    As it is written, and in small and in capital letters, since В looks like B and в like nothing else, while I looks
    like l and i does not; each word by itself, whatever their order, and all of them run together. Remembered, since a
    board tells its names apart at every change.
    """
    words = _words(name)
    found = set()
    for kind, styled in (
        ("as written", [_as_written(word) for word in words]),
        ("small", [skeleton(word.casefold()) for word in words]),
        ("capital", [skeleton(word.upper()) for word in words]),
    ):
        found |= {f"{kind}: {' '.join(sorted(styled))}", f"{kind}, together: {''.join(styled)}"}
    return frozenset(found)


def _as_written(word: str) -> str:
    """What the word is taken for by its letters as they stand: I and l are one, and neither is L (Ian is not Lan)."""
    standing = skeleton(word.title() if word.isupper() else word).replace("L", _CAPITAL_L)
    # Small letters after the capitals' prototypes are found: they have prototypes of their own, an m two letters.
    return skeleton(standing.casefold())


def look_alike(one: str, other: str) -> bool:
    """Whether a reader takes the two for one name."""
    return not readings(one).isdisjoint(readings(other))


def same_letters(one: str, other: str) -> bool:
    """Whether two names are the same but for capitals, accents and the order of the words."""
    return sorted(word.casefold() for word in _words(one)) == sorted(word.casefold() for word in _words(other))


def told_apart(names: Mapping[int, str], facts: Mapping[int, Sequence[str | None]] | None = None) -> dict[int, str]:
    """Names by number as a list shows them: those that look alike say what they differ in, or are numbered in order.

    Args:
        facts: of each, what may tell it apart, the best first: a group, a number.
    """
    shown = _numbered(names)
    for alike in _look_alikes(names):
        for facts_of_one_kind in zip(*((facts or {}).get(number, ()) for number in alike), strict=False):
            told = [fact for fact in facts_of_one_kind if fact]
            if len(set(told)) == len(alike):
                shown |= {number: f"{names[number]} ({fact})" for number, fact in zip(alike, told, strict=True)}
                break
    return shown


def _look_alikes(names: Mapping[int, str]) -> list[list[int]]:
    """The numbers of names that look alike, two at least, in order."""
    found: dict[str, list[int]] = {}
    for number, name in names.items():
        taken_for = readings(name)
        alike = next((found[one] for one in taken_for if one in found), [])
        alike.append(number)
        for one in taken_for:
            found.setdefault(one, alike)
    return [alike for alike in {id(alike): alike for alike in found.values()}.values() if len(alike) > 1]


def _numbered(names: Mapping[int, str]) -> dict[int, str]:
    """Of those that look alike the second, third … in order say so."""
    shown: dict[int, str] = {}
    seen: Counter[str] = Counter()
    for number, name in names.items():
        taken_for = readings(name)
        which = 1 + max(seen[one] for one in taken_for)
        for one in taken_for:
            seen[one] = which
        shown[number] = f"{name} ({which})" if which > 1 else name
    return shown


def _words(name: str) -> list[str]:
    """The name's words without their apostrophes and accents, Ё as Е; a hyphen parts words as a space does."""
    bare = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", name)).translate(_left_out())
    letters = (sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in bare)
    return unicodedata.normalize("NFC", "".join(letters)).split()


@cache
def _left_out() -> dict[int, None]:
    signs = [sign for first, last in (*_DIACRITICS, *_IGNORABLE) for sign in range(first, last + 1)]
    return dict.fromkeys([*signs, *map(ord, _APOSTROPHES)])


@cache
def _prototypes() -> dict[int, str | None]:
    """Each character that looks like another, and its prototype, as in Unicode's confusables.txt; none of the unseen.

    The library gives the file's lines as pairs, each from both sides. No prototype is mapped to another, so whoever has
    several partners, or is several characters, is one. Of two that have each other only, either will do.
    """
    # At first use: the table takes a tenth of a second and 12 MB, and a worker compares no names.
    from confusable_homoglyphs.confusables import confusables_data

    pairs = {
        sign.strip(_LEFT_TO_RIGHT): [one["c"].strip(_LEFT_TO_RIGHT) for one in partners]
        for sign, partners in confusables_data.items()
    }
    found = {
        sign: partner
        for sign, (partner, *more) in pairs.items()
        if len(sign) == 1 and not more and (len(partner) > 1 or len(pairs[partner]) > 1 or partner < sign)
    }
    # A prototype of several characters may hold one that lost the draw above.
    whole = {ord(sign): "".join(found.get(part, part) for part in prototype) for sign, prototype in found.items()}
    return whole | dict.fromkeys(sign for first, last in _IGNORABLE for sign in range(first, last + 1))

"""How well a class's notes say their numbers, in words: for whoever decides whether that is required."""

from __future__ import annotations

from rollcall.domain.words_lane import ENOUGH_NOTES, GOOD_SHARE, Rates
from rollcall.texts import Texts


def number_words(t: Texts, of: Rates, *, hearing: bool) -> list[str]:
    """How well the class's students are understood, and what is still missing before that can be required."""
    if not of.notes:
        words = [t("settings-number-no-rates")]
    else:
        shares = {
            "heard": of.heard, "another": of.other, "unclear": of.unclear, "silent": of.silent,
        }  # fmt: skip
        told = {name: round(100 * number / of.notes) for name, number in shares.items()}
        words = [t("settings-number-rates", notes=of.notes, **told)]
    if not of.enough:
        words.append(t("settings-number-few", least=ENOUGH_NOTES))
    elif not of.good:
        words.append(t("settings-number-bad", least=round(100 * GOOD_SHARE)))
    if not hearing:
        words.append(t("settings-number-deaf"))
    return words

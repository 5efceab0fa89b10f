"""Recognisers of speech: which there are, what is here, fetch it, load it. The way into this folder.

One is for people, Whisper, and needs the extra `words`; the other one is for tests.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from models.card import card_of
from models.errors import ModelError, UnknownModel
from models.recogniser import dummy
from models.recogniser.reading import Recogniser
from models.weights import store
from models.weights.sources import Progress, wheels_kept

CARD: Final = card_of("models.recogniser")
NAMES: Final = (CARD.name, dummy.NAME)
CUTS: Final = CARD.words
"""Where scores mean yes and no: see `rollcall.domain.spoken.Cuts`."""
_FILES: Final = (*CARD.beside, CARD)
_EXTRA: Final = "pip install 'rollcall[words]'"


def installed() -> bool:
    """Whether there is what Whisper runs on."""
    return find_spec("ctranslate2") is not None


def locate(models_dir: Path) -> Path | None:
    """The weights in the models folder, or None where something of them must be fetched first."""
    found = [store.locate(card, models_dir) for card in _FILES]
    return found[-1] if all(found) else None


def pull(models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if they are not here.

    Raises:
        WeightsUnavailable: no source could give them.
    """
    with wheels_kept():
        return [store.fetch(card, models_dir, progress) for card in _FILES][-1]


def missing(name: str, models_dir: Path) -> tuple[str, str] | None:
    """What is missing before it can be loaded, and its cure; None where nothing is.

    Raises:
        UnknownModel: no recogniser has this name.
    """
    if name not in NAMES:
        raise UnknownModel(name, NAMES)
    if name == dummy.NAME:
        return None
    if not installed():
        return "the extra words is not installed", _EXTRA
    if locate(models_dir) is None:
        return f"{name} is not here", "run rollcall models pull whisper-base"
    return None


def load(name: str, models_dir: Path) -> Recogniser:
    """The recogniser, on one thread of the CPU.

    Raises:
        UnknownModel: no recogniser has this name.
        ModelError: something of it is missing, or it cannot be read.
    """
    if lacks := missing(name, models_dir):
        raise ModelError(f"{lacks[0]}: {lacks[1]}")
    if name == dummy.NAME:
        return dummy.Dummy()
    from models.recogniser.whisper import Whisper  # CTranslate2 is an extra

    try:
        return Whisper(CARD.place(models_dir).parent, name)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{name} cannot be loaded ({type(error).__name__}): {_EXTRA}") from error

"""Operating points: where each encoder's scores mean yes, perhaps and no, and how a score becomes a probability.

The figures are the encoder's card's. Those of the encoders that are shipped are read here, as data: the code beside
them is never imported. Those of an own encoder come with it to the workers, which tell whoever has no encoder
(`learn`).

Cuts follow from the calibration: a score's log-likelihood ratio (LLR) tells how much likelier it is from the owner than
from someone else, and among other people's notes an LLR above ln(1/r) has a share of at most r. So the accept cut for a
target false accept rate r is where the LLR reaches ln(1/r). `evaluation.calibration` fits the line.
"""

from __future__ import annotations

import base64
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from rollcall.errors import UnknownEncoder

FALSE_ACCEPTS = 0.001
"""Target false accept rate: of a thousand notes by someone else, at most one is taken for the account's owner."""
_Score = TypeVar("_Score", float, NDArray[np.floating])
_UNSURE_LLR = math.log(1.0)


@dataclass(frozen=True)
class Operating:
    """An encoder's operating point, for scores as in `rollcall.domain.scoring`.

    Attributes:
        slope, offset: LLR = slope * score + offset (logistic calibration, natural logarithm).
        lead: how much the claimed identity must score above everyone else in the class.
        accept: score from which the claimed identity is accepted.
        unsure: score from which another note is asked for; below it the voice is someone else's.
        cohort_mean: float32 [dimension]; None where none was measured.
        measured: whether the figures were measured with these weights.
        whitening: float32 [dimension, dimension], as in `rollcall.domain.scoring`; None: scores go without.
        shift: float32 [dimension], of a point for telephone notes: what leads from the sum of both hearings of an
            enrolment to where these notes lie, `rollcall.domain.second_print`.
    """

    slope: float
    offset: float
    lead: float
    accept: float
    unsure: float
    cohort_mean: NDArray[np.float32] | None = field(default=None, compare=False)
    measured: bool = False
    whitening: NDArray[np.float32] | None = field(default=None, compare=False)
    shift: NDArray[np.float32] | None = field(default=None, compare=False)

    def llr(self, score: _Score) -> _Score:
        """Log-likelihood ratio of "the owner speaks" against "someone else speaks"."""
        return self.slope * score + self.offset

    def confidence(self, score: float) -> float:
        """Posterior probability in [0, 1] that the owner speaks, at even prior odds."""
        # Half the ratio's tanh is the logistic function, and cannot overflow.
        return 0.5 * (1.0 + math.tanh(self.llr(score) / 2.0))

    def score_at(self, llr: float) -> float:
        """The score with this log-likelihood ratio."""
        return (llr - self.offset) / self.slope

    def stricter(self, by: float) -> Operating:
        """The same point with every cut, and the calibration's line, moved up by some score."""
        return replace(self, accept=self.accept + by, unsure=self.unsure + by, offset=self.offset - self.slope * by)


class Figures(Protocol):
    """What an own encoder's card says: `models.card.Judgement`."""

    @property
    def slope(self) -> float: ...
    @property
    def offset(self) -> float: ...
    @property
    def lead(self) -> float: ...
    @property
    def cohort_mean(self) -> NDArray[np.float32] | None: ...


class Judged(Protocol):
    """An encoder, as far as its scores are concerned: `models.encoder.Encoder`."""

    @property
    def name(self) -> str: ...
    @property
    def weight_hash(self) -> str: ...
    @property
    def fitted(self) -> Figures | None: ...


def point_on(
    slope: float, offset: float, lead: float, cohort_mean: NDArray[np.float32] | None = None, *, measured: bool = False
) -> Operating:
    """The operating point on a line, its cuts where the target puts them."""
    line = Operating(slope, offset, lead, 0.0, 0.0, cohort_mean, measured)
    return replace(line, accept=line.score_at(math.log(1.0 / FALSE_ACCEPTS)), unsure=line.score_at(_UNSURE_LLR))


def point_of(encoder: Judged) -> Operating:
    """The operating point of an encoder that is at hand: its own card's, else that of `operating_point`.

    Raises:
        UnknownEncoder: as there.
    """
    own = encoder.fitted
    if own is None:
        return operating_point(encoder.name, encoder.weight_hash)
    return point_on(own.slope, own.offset, own.lead, own.cohort_mean, measured=True)


def operating_point(model: str, weight_hash: str) -> Operating:
    """The operating point of an encoder with these weights.

    Args:
        model: the encoder's name.
        weight_hash: SHA-256 of the weights, hexadecimal. Weights that nobody measured get their architecture's point
            for plain cosines, for a cohort mean belongs to the weights that made it.

    Raises:
        UnknownEncoder: another architecture. Its scores lie elsewhere, and no other's cuts may stand in.
    """
    if own := _learnt.get((model, weight_hash)):
        return own
    measured, plain = _shipped()
    if point := measured.get(weight_hash[:_TELLING]):
        return point
    if model not in plain:
        raise UnknownEncoder(
            f"nobody has measured where the scores of the encoder {model!r} mean yes: run rollcall models fit on "
            "recordings of your own, with the encoder's folder as --model"
        )
    return plain[model]


def narrow_point(weight_hash: str) -> Operating | None:
    """The operating point for telephone notes, compared with prints of the same band; None where nobody measured it.

    A shared channel makes strangers alike, so it has cuts, a mean voice and a whitening of its own.

    Args:
        weight_hash: SHA-256 of the weights, hexadecimal.
    """
    return _narrow().get(weight_hash[:_TELLING])


def said_of(encoder: Judged) -> bytes:
    """What `learn` takes of an encoder; nothing for one without a card of its own, whose point everybody knows."""
    own = encoder.fitted
    if own is None:
        return b""
    mean = b"" if own.cohort_mean is None else own.cohort_mean.astype("<f4").tobytes()
    line = {"slope": own.slope, "offset": own.offset, "lead": own.lead, "cohort_mean": base64.b64encode(mean).decode()}
    return json.dumps({"model": encoder.name, "weight_hash": encoder.weight_hash} | line).encode()


def learn(said: bytes) -> None:
    """Know the operating point of the workers' own encoder from now on, and of no other own one.

    Args:
        said: by `said_of`, and by one of us: whoever can make it up decides who is taken for whom.
    """
    _learnt.update(found := _heard(said) if said else {})
    for other in _learnt.keys() - found.keys():
        del _learnt[other]


_learnt: dict[tuple[str, str], Operating] = {}
"""By name and weight hash. It is the process's: every judgement in it is on the voices of one encoder."""
_TELLING = 16
"""So many digits of a weight hash are enough to know the weights that are shipped."""


@lru_cache(maxsize=1)
def _heard(said: bytes) -> dict[tuple[str, str], Operating]:
    told = json.loads(said)
    mean = np.frombuffer(base64.b64decode(told["cohort_mean"]), "<f4").astype(np.float32)
    mean.setflags(write=False)
    point = point_on(told["slope"], told["offset"], told["lead"], mean if len(mean) else None, measured=True)
    return {(told["model"], told["weight_hash"]): point}


@cache
def _shipped() -> tuple[Mapping[str, Operating], Mapping[str, Operating]]:
    """Of the cards that are shipped: the points of measured weights by the beginning of their hash, and those for plain
    cosines by the encoder's name.
    """
    measured: dict[str, Operating] = {}
    plain: dict[str, Operating] = {}
    for file in _cards():
        card = tomllib.loads(file.read_text(encoding="utf-8"))
        if line := card.get("judgement"):
            mean = _mean_voice(file.parent / "cohort.npy")
            measured[card["sha256"][:_TELLING]] = point_on(**line, cohort_mean=mean, measured=True)
        if line := card.get("plain"):
            plain[card["name"]] = _plain(**line)
    return measured, plain


@cache
def _narrow() -> Mapping[str, Operating]:
    """Of the cards that are shipped, the points for telephone notes by the beginning of the weights' hash."""
    found: dict[str, Operating] = {}
    for file in _cards():
        card = tomllib.loads(file.read_text(encoding="utf-8"))
        if line := card.get("narrow"):
            with np.load(file.parent / "narrow.npz", allow_pickle=False) as arrays:
                mean, whitening, shift = (_fixed(arrays[name]) for name in ("cohort_mean", "whitening", "shift"))
            found[card["sha256"][:_TELLING]] = replace(
                _plain(**line), cohort_mean=mean, measured=True, whitening=whitening, shift=shift
            )
    return found


def _plain(slope: float, offset: float, lead: float, **cuts: float) -> Operating:
    """A point whose cuts may lie elsewhere than the line puts them."""
    changed: Any = cuts
    return replace(point_on(slope, offset, lead), **changed)


def _cards() -> list[Path]:
    """The cards of the package of encoders, found without importing it."""
    spec = find_spec("models")
    folders = spec.submodule_search_locations if spec else None
    return [file for folder in folders or () for file in sorted(Path(folder).glob("*/card.toml"))]


def _mean_voice(file: Path) -> NDArray[np.float32]:
    return _fixed(np.load(file, allow_pickle=False))


def _fixed(kept: NDArray[np.floating]) -> NDArray[np.float32]:
    array = kept.astype(np.float32)
    array.setflags(write=False)
    return array

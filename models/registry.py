"""The encoders by name: what there is, what is here, fetch it, load it. The way into this package.

A name is one of a card's, or a path to own weights: a file, whose ending tells the architecture, or a folder, whose
card or content does.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, Protocol, cast

from models.base import CardEncoder
from models.card import CARD, EncoderCard, OwnCard, encoders, own_card, read_own
from models.device import wants_gpu
from models.encoder import Encoder
from models.errors import ModelError, UnknownModel
from models.onnx.choice import faster
from models.onnx.export import exported, hash_of, place_of
from models.weights import store
from models.weights.sources import Progress

BACKENDS = ("auto", "torch", "onnx", "onnx-int8")
_log = logging.getLogger(__name__)


class Backend(Protocol):
    """What the module `encoder` of a model's folder provides."""

    def load(self, path: Path, device: str, threads: int | None) -> CardEncoder:
        """Raises ModelError where the file is not of this architecture."""


class Runtime(Protocol):
    """What the module `runtime` of a model's folder provides."""

    def load(self, graph: bytes, weight_hash: str, precision: str, threads: int | None) -> CardEncoder: ...


class Importer(Protocol):
    """What the module `importer` of a model's folder provides."""

    def read(self, path: Path) -> bytes:
        """A checkpoint of another library as a PyTorch file. Raises ModelError where it is something else."""


class Place(NamedTuple):
    """What a name stands for.

    Attributes:
        card: of the architecture.
        path: of the weights, which need not be there.
        pinned: whether they are the card's own; others may have a card beside them.
    """

    card: EncoderCard
    path: Path
    pinned: bool


def known() -> list[EncoderCard]:
    """The models that people may choose: those of tests, which have no weights, are not among them."""
    return [card for card in encoders().values() if card.file]


def resolve(name: str, models_dir: Path) -> Place:
    """The architecture and the file that a name stands for.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        ModelError: a folder without weights, or with a card that cannot be read.
    """
    card = encoders().get(name)
    if card is None:
        return Place(*_own(name), pinned=False)
    return Place(card, card.place(models_dir), pinned=bool(card.sha256))


def locate(name: str, models_dir: Path) -> Path | None:
    """The file a model would be loaded from, or None where it must be fetched first (or own weights are missing).

    A model without weights consists of nothing but its module, and that is always here.

    Raises:
        UnknownModel, ModelError: as `resolve`.
    """
    place = resolve(name, models_dir)
    if not place.card.file:
        return Path(str(place.card.folder / "encoder.py"))
    if place.pinned:
        return store.locate(place.card, models_dir)
    return place.path if place.path.is_file() else None


def pull(name: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """The same, fetched if it is not here.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        WeightsUnavailable: no source could give the weights, or there is none.
        ModelError: own weights are not where the path says.
    """
    if path := locate(name, models_dir):
        return path
    if card := encoders().get(name):
        return store.fetch(card, models_dir, progress)
    raise ModelError(f"there is no file {name}: give the path of own weights, or one of {_names()}")


def weights_of(name: str, models_dir: Path) -> tuple[str, str]:
    """The encoder's own name and the SHA-256 of its weights, which must be here, without loading them.

    Raises:
        UnknownModel: neither a name nor a path to weights.
        ModelError: the weights are not here.
    """
    path = locate(name, models_dir)
    if path is None:
        raise ModelError(f"{name} is not here: run rollcall models pull")
    card = resolve(name, models_dir).card
    if not card.file:
        return card.name, _without_weights(card).weight_hash
    return card.name, hash_of(path)


def load(
    name: str,
    models_dir: Path,
    device: str = "auto",
    progress: Progress | None = None,
    threads: int | None = None,
    backend: str = "auto",
    *,
    with_card: bool = True,
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
        with_card: whether the card beside own weights is heeded; not where it is about to be made.

    Raises:
        UnknownModel, WeightsUnavailable: as `pull`.
        ModelError: the file is not of this architecture, its own card is of other weights, the device or the backend is
            unknown, or torch is needed and not installed.
    """
    path = pull(name, models_dir, progress)
    place = resolve(name, models_dir)
    if not place.card.file:
        return _without_weights(place.card)
    own = own_card(path) if with_card and not place.pinned else None
    encoder = _loaded(name, place.card, path, models_dir, device, threads, backend)
    if own is not None:
        _give(encoder, own, path)
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
    card = encoders().get(name)
    if card is None:
        raise UnknownModel(name, [each.name for each in known()])
    if not card.has("importer"):
        able = ", ".join(each.name for each in known() if each.has("importer"))
        raise ModelError(f"checkpoints of other libraries cannot become {name}: choose {able}")
    importer = cast(Importer, _with_torch(f"{card.package}.importer", name))
    content = importer.read(checkpoint)
    return store.keep(card, models_dir, content), hashlib.sha256(content).hexdigest()


def prepare(name: str, models_dir: Path, device: str = "auto", backend: str = "auto") -> None:
    """Write the graph that `load` would run, so that workers started later find it. The weights must be here.

    Raises:
        ModelError: as `load`.
    """
    card = resolve(name, models_dir).card
    path = locate(name, models_dir) if card.file else None
    if path is not None and _takes_onnx(card, backend, wants_gpu(device)):
        try:
            exported(card, path, models_dir, _precision(card, path, models_dir, backend))
        except ModelError:
            if backend != "auto":
                raise  # else `load` goes on with torch, and says so


def _loaded(
    name: str, card: EncoderCard, path: Path, models_dir: Path, device: str, threads: int | None, backend: str
) -> CardEncoder:
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
        module = cast(Backend, _with_torch(f"{card.package}.encoder", name))
        encoder = module.load(path, device if on_gpu else "cpu", threads)
        place = f"torch on the {'GPU' if on_gpu else 'CPU'}"
    _log.info("model %s loaded, weights %s, %s", encoder.name, encoder.weight_hash[:12], place)
    return encoder


def _without_weights(card: EncoderCard) -> CardEncoder:
    module = cast(Backend, importlib.import_module(f"{card.package}.encoder"))
    return module.load(Path(), "cpu", None)


def _give(encoder: CardEncoder, own: OwnCard, path: Path) -> None:
    """Own weights' own figures; those of other weights are worse than none."""
    mean = own.judgement.cohort_mean
    if own.sha256 != encoder.weight_hash or (mean is not None and len(mean) != encoder.dimension):
        raise ModelError(
            f"{path.parent / CARD} is of other weights than {path.name}: run rollcall models fit anew, or remove it"
        )
    encoder.fitted = own.judgement


def _with_torch(module: str, name: str) -> ModuleType:
    """A module that needs torch and what comes with it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{name} needs {error.name}, which is not installed: pip install 'rollcall[torch]' (developers: make setup)"
        ) from error


def _takes_onnx(card: EncoderCard, backend: str, on_gpu: bool) -> bool:
    if backend not in BACKENDS:
        raise ModelError(f"no backend is called {backend!r}: choose {', '.join(BACKENDS)}")
    return card.has("graph") and (backend.startswith("onnx") or (backend == "auto" and not on_gpu))


def _precision(card: EncoderCard, path: Path, models_dir: Path, backend: str) -> str:
    """As the backend says, else the faster one, where eight bits were measured with these weights: "fp32" or "int8"."""
    if backend != "auto":
        return "int8" if backend == "onnx-int8" else "fp32"
    weight_hash = hash_of(path)
    if card.ranges(weight_hash, path) is None:
        return "fp32"
    place = place_of(card, weight_hash, models_dir, "fp32").with_suffix(".choice.json")
    return faster(lambda precision: _by_onnx(card, path, models_dir, precision, threads=1), place)


def _by_onnx(card: EncoderCard, path: Path, models_dir: Path, precision: str, threads: int | None) -> CardEncoder:
    runtime = cast(Runtime, importlib.import_module(f"{card.package}.runtime"))
    return runtime.load(exported(card, path, models_dir, precision), hash_of(path), precision, threads)


def _own(name: str) -> tuple[EncoderCard, Path]:
    """The architecture of own weights, and the file itself."""
    path = Path(name).expanduser()
    return _in_folder(path) if path.is_dir() else (_architecture_of(path), path)


def _in_folder(folder: Path) -> tuple[EncoderCard, Path]:
    """As the folder's card says, else the file of a known name, else the one file that looks like weights."""
    if (folder / CARD).is_file():
        own = read_own(folder)
        if own.architecture not in encoders():
            raise ModelError(f"{folder / CARD} names no architecture of ours: choose {_names()}")
        return encoders()[own.architecture], folder / own.file
    for card in known():
        if card.member and (folder / card.member).is_file():
            return card, folder / card.member
    files = [file for file in sorted(folder.iterdir()) if file.is_file() and _fitting(file)]
    if len(files) == 1:
        return _architecture_of(files[0]), files[0]
    members = " or ".join(card.member for card in known() if card.member)
    what = f"with {len(files)} files of weights" if files else f"without {members}"
    raise ModelError(f"{folder} is a folder {what}: give a file of own weights, or a name")


def _architecture_of(path: Path) -> EncoderCard:
    fits = _fitting(path)
    if not fits:
        raise UnknownModel(str(path), [card.name for card in known()])
    return fits[max(fits, key=len)]


def _fitting(path: Path) -> dict[str, EncoderCard]:
    """The endings that the path has, and whose they are."""
    lower = str(path).lower()
    return {suffix: card for card in known() for suffix in card.suffixes if lower.endswith(suffix)}


def _names() -> str:
    return ", ".join(card.name for card in known())

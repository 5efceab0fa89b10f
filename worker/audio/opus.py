"""libopus, called directly: from Opus packets straight to 16 kHz (RFC 6716).

PyAV's wheel is maintained and bundles libopus for Linux, macOS and Windows; we load that file without importing PyAV.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.audio.mix import mixed
from worker.audio.ogg import OpusHead, OpusLink, SoundPage
from worker.audio.waveform import SAMPLE_RATE, AudioRefused

_SET_GAIN = 4034
_GRANULES_A_SAMPLE = 48_000 // SAMPLE_RATE
_MOST_BELIEVED = 60 * SAMPLE_RATE
_USUAL_PACKET = SAMPLE_RATE // 50
"""What a packet that does not decode is reckoned as."""


@dataclass(frozen=True)
class Decoded:
    """A link's sound.

    Attributes:
        samples: float32 [n] in [-1, 1], mono, 16 kHz.
        early: how much before its beginning the first is, a part of a sample: positions count at 48 kHz.
        length: how many they are, to the fraction.
        lost: samples that are missing from it, as far as can be told.
    """

    samples: NDArray[np.float32]
    early: float
    length: float
    lost: float


def decode_link(link: OpusLink, max_seconds: float) -> Decoded:
    """Everything that can be heard of a link; packets that do not decode are left out, as ffmpeg does.

    Raises:
        AudioRefused: ``too_long`` by what the packets hold, whatever a header claims; ``broken_file`` for channels that
            cannot be.
    """
    sizes = _sizes(link)
    skip = link.head.pre_skip / _GRANULES_A_SAMPLE
    if sum(sizes) - skip > max_seconds * SAMPLE_RATE:
        raise AudioRefused("too_long")
    samples = np.empty((sum(sizes), link.head.channels), np.float32)
    # An address, not an array: numpy's pointers cost a tenth of the decoding.
    start, width = samples.ctypes.data, samples.strides[0]
    end = previous = 0
    kept = missing = 0.0
    left = iter(sizes)
    with _decoder(link.head) as decode:
        for page in link.pages:
            held = 0
            for packet in page.packets:
                size = next(left)
                decoded = decode(packet, len(packet), start + (end + held) * width, size, 0) if size else 0
                missing += 0 if decoded > 0 else size or _USUAL_PACKET
                held += max(0, decoded)
            missing += _missing_before(page, previous, held)
            trimmed = _trimmed(page, previous, held)
            end += held - int(trimmed)
            kept += held - trimmed
            previous = max(page.granule, 0)
    sound = np.clip(mixed(samples[int(skip) : end]), -1.0, 1.0)
    return Decoded(sound, skip % 1, max(0.0, kept - skip), missing)


def _sizes(link: OpusLink) -> list[int]:
    """Samples in each packet, 0 where it is no Opus."""
    count = _library().opus_packet_get_nb_samples
    return [max(0, count(packet, len(packet), SAMPLE_RATE)) for page in link.pages for packet in page.packets]


def _trimmed(page: SoundPage, previous: int, held: int) -> float:
    """What the last page before an end says is padding: a part of this page and never more (RFC 7845, section 4.5)."""
    if not page.ends or page.granule < 0:
        return 0.0
    return min(float(held), max(0.0, held - (page.granule - previous) / _GRANULES_A_SAMPLE))


def _missing_before(page: SoundPage, previous: int, held: int) -> float:
    """What the pages held that are missing between the one before and this one, by the positions of both."""
    missing = (page.granule - previous) / _GRANULES_A_SAMPLE - held
    # Of positions that jump nothing can be told but that a page is missing, as long as this one perhaps.
    return 0.0 if not page.gap or missing < 0 else missing if missing < _MOST_BELIEVED else float(held)


@cache
def decoder_name() -> str:
    """Stored with every attempt: decoders differ near 8 kHz enough to move an embedding."""
    version: bytes = _library().opus_get_version_string()
    return version.decode().replace(" ", "-") + "-16k"


@contextmanager
def _decoder(head: OpusHead) -> Iterator[Callable[[bytes, int, int, int, int], int]]:
    """A decoder's function: of packet, its length, where to write, room, 0; it returns samples or an error below 0."""
    library = _library()
    error = ctypes.c_int()
    if head.mapping is None:
        kind = "opus_decoder"
        decoder = library.opus_decoder_create(SAMPLE_RATE, head.channels, ctypes.byref(error))
    else:
        kind = "opus_multistream_decoder"
        decoder = library.opus_multistream_decoder_create(
            SAMPLE_RATE, head.channels, head.streams, head.coupled, head.mapping, ctypes.byref(error)
        )
    if error.value == _BAD_ARGUMENT:
        raise AudioRefused("broken_file", "channels that cannot be")
    if error.value != 0:
        raise MemoryError("libopus makes no decoder")
    try:
        getattr(library, f"{kind}_ctl")(decoder, _SET_GAIN, ctypes.c_int(head.gain))
        function = library.opus_decode_float if head.mapping is None else library.opus_multistream_decode_float
        yield lambda *arguments: function(decoder, *arguments)
    finally:
        getattr(library, f"{kind}_destroy")(decoder)


_BAD_ARGUMENT = -1


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(_find()))
    library.opus_get_version_string.restype = ctypes.c_char_p
    library.opus_packet_get_nb_samples.argtypes = [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32]
    errors = ctypes.POINTER(ctypes.c_int)
    library.opus_decoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, errors]
    library.opus_multistream_decoder_create.argtypes = [
        ctypes.c_int32, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_char_p, errors
    ]  # fmt: skip
    for kind in ("opus_decoder", "opus_multistream_decoder"):
        getattr(library, f"{kind}_create").restype = ctypes.c_void_p
        # Without the value's type: the function is variadic, and where such arguments travel otherwise (Apple silicon),
        # ctypes goes by how many are named here.
        getattr(library, f"{kind}_ctl").argtypes = [ctypes.c_void_p, ctypes.c_int]
        destroy = getattr(library, f"{kind}_destroy")
        destroy.argtypes, destroy.restype = [ctypes.c_void_p], None
    for function in (library.opus_decode_float, library.opus_multistream_decode_float):
        function.argtypes = [
            ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_void_p, ctypes.c_int, ctypes.c_int
        ]  # fmt: skip
    return library


def _find() -> str | Path:
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        for folder in (package.with_name("av.libs"), package / ".dylibs"):
            for file in sorted(folder.glob("libopus*")):
                return file
    system = ctypes.util.find_library("opus")
    if system is None:
        raise OSError("libopus is not installed: pip install av, or install your system's libopus")
    return system

"""libopus, called directly: from Opus packets straight to mono at 16 kHz (RFC 6716).

PyAV's wheel is maintained and bundles libopus for Linux, macOS and Windows; we load that file without importing PyAV.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from worker.ogg import OpusStream
from worker.waveform import SAMPLE_RATE, AudioRefused

_LONGEST_FRAME = SAMPLE_RATE * 120 // 1000
"""An Opus packet holds at most 120 ms."""
_SET_GAIN = 4034
_GRANULE_RATE = 48_000


def decode_opus(stream: OpusStream, max_seconds: float) -> NDArray[np.float32]:
    """Float32 [n] in [-1, 1]. Stereo is mixed down by the decoder.

    Raises:
        AudioRefused: ``too_long`` by what the packets hold, whatever a header claims; ``broken_file`` for a packet that
            is not Opus.
    """
    library = _library()
    sizes = [library.opus_packet_get_nb_samples(packet, len(packet), SAMPLE_RATE) for packet in stream.packets]
    if any(size <= 0 for size in sizes):
        raise AudioRefused("broken_file", "a packet is not Opus")
    skip = stream.pre_skip * SAMPLE_RATE // _GRANULE_RATE
    if sum(sizes) - skip > max_seconds * SAMPLE_RATE:
        raise AudioRefused("too_long")
    samples = np.empty(sum(sizes), np.float32)
    error = ctypes.c_int()
    decoder = library.opus_decoder_create(SAMPLE_RATE, 1, ctypes.byref(error))
    if error.value != 0:
        raise MemoryError("libopus makes no decoder")
    try:
        library.opus_decoder_ctl(decoder, _SET_GAIN, ctypes.c_int(stream.gain))
        # An address, not an array: numpy's pointers cost a tenth of the decoding.
        target = samples.ctypes.data
        for packet, size in zip(stream.packets, sizes, strict=True):
            decoded = library.opus_decode_float(decoder, packet, len(packet), target, size, 0)
            if decoded != size:
                raise AudioRefused("broken_file", "a packet does not decode")
            target += size * samples.itemsize
    finally:
        library.opus_decoder_destroy(decoder)
    end = (
        len(samples)
        if stream.length is None
        else min(len(samples), skip + stream.length * SAMPLE_RATE // _GRANULE_RATE)
    )
    return np.clip(samples[skip:end], -1.0, 1.0)


@cache
def decoder_name() -> str:
    """Stored with every attempt: decoders differ near 8 kHz enough to move an embedding."""
    version: bytes = _library().opus_get_version_string()
    return version.decode().replace(" ", "-") + "-16k"


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(str(_find()))
    library.opus_get_version_string.restype = ctypes.c_char_p
    library.opus_packet_get_nb_samples.argtypes = [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32]
    library.opus_decoder_create.restype = ctypes.c_void_p
    library.opus_decoder_create.argtypes = [ctypes.c_int32, ctypes.c_int, ctypes.POINTER(ctypes.c_int)]
    # Without the value's type: the function is variadic, and where such arguments travel otherwise (Apple silicon),
    # ctypes goes by how many are named here.
    library.opus_decoder_ctl.argtypes = [ctypes.c_void_p, ctypes.c_int]
    library.opus_decode_float.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_int32,
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_int,
    ]
    library.opus_decoder_destroy.argtypes = [ctypes.c_void_p]
    library.opus_decoder_destroy.restype = None
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

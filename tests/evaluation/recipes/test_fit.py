"""``rollcall models fit``: on made-up voices, and on recordings with an encoder of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from evaluation.calibration import LEAD, Notes
from evaluation.experiment import Note
from evaluation.recipes.fit import LEAST_NOTES, LEAST_PEOPLE, _halves, fit, main, mean_of_people, usable
from models import registry
from models.card import EncoderCard, encoders, read_own
from models.dummy.encoder import Dummy
from models.errors import ModelError
from models.onnx.export import hash_of
from rollcall.config.settings import Settings
from rollcall.domain.operating import operating_point, point_of
from rollcall.errors import WrongUse
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import Keyring
from tests.evaluation.conftest import VOICES
from worker.judge import Judge

DIMENSION = 48


def made_up(people: int, notes: int, spread: float, near: int = 0, seed: int = 0) -> Notes:
    """Voices, each a direction, and each note so far from it; of the first, so many pairs are near to each other."""
    rng = np.random.default_rng(seed)

    def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
        return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), np.float32)

    found = {}
    voice = np.zeros(DIMENSION, np.float32)
    for number in range(people):
        direction = unit(rng.standard_normal(DIMENSION))
        voice = unit(voice + 0.5 * direction) if number % 2 and number < 2 * near else direction
        rows = unit(voice + spread * unit(rng.standard_normal((notes, DIMENSION))))
        found[f"p{number:02}"] = [Note(row, row, 4.0) for row in rows]
    return found


def test_the_cuts_lie_where_one_voice_and_two_part() -> None:
    result = fit(Dummy(), {"clean": (made_up(20, 8, 1.0), made_up(40, 1, 1.0, seed=1))})
    point = result.point
    assert point.measured
    assert 0.2 < point.unsure < point.accept < 0.95
    held_out = [outcome for fold in result.folds for outcome in fold.outcomes.values()]
    assert np.mean(np.concatenate([each.falsely_accepted for each in held_out])) <= 0.002
    assert np.mean(np.concatenate([each.accepted for each in held_out])) >= 0.7
    again = fit(Dummy(), {"clean": (made_up(20, 8, 1.0), made_up(40, 1, 1.0, seed=1))})
    assert again.point == point


def test_nobodys_trials_are_scored_from_a_mean_that_they_are_part_of() -> None:
    people, strangers = made_up(9, 6, 1.0), made_up(5, 1, 1.0, seed=1)
    one, other = _halves(Dummy(), {"clean": (people, strangers)})
    assert not one.notes["clean"][0].keys() & other.notes["clean"][0].keys()
    assert one.notes["clean"][0].keys() | other.notes["clean"][0].keys() == people.keys()
    np.testing.assert_array_equal(one.mean, mean_of_people(other.notes["clean"]))
    np.testing.assert_array_equal(other.mean, mean_of_people(one.notes["clean"]))


def test_in_the_mean_voice_everybody_counts_the_same() -> None:
    row = np.eye(2, dtype=np.float32)
    often, once = [Note(row[0], row[0], 4.0)] * 9, [Note(row[1], row[1], 4.0)]
    assert mean_of_people([{"Anna": often}, {"Boris": once}]).tolist() == [0.5, 0.5]


def test_the_lead_is_as_large_as_costs_next_to_nothing() -> None:
    apart = fit(Dummy(), {"clean": (made_up(20, 8, 0.8), {})})
    assert apart.point.lead == LEAD
    # Pairs of voices so near to each other that a lead refuses some of their owners.
    assert fit(Dummy(), {"clean": (made_up(24, 8, 0.8, near=5), {})}).point.lead == 0.02


def test_what_leaves_open_where_yes_begins_is_told() -> None:
    with pytest.raises(WrongUse, match="leaves open where yes begins: add people"):
        fit(Dummy(), {"clean": (made_up(8, 6, 0.01), {})})
    noise = {f"p{number}": own for number, own in enumerate(_shuffled(made_up(12, 8, 0.5)))}
    with pytest.raises(WrongUse, match="does not tell these people apart"):
        fit(Dummy(), {"clean": (noise, {})})


def _shuffled(notes: Notes) -> Sequence[Sequence[Note]]:
    """Everybody's notes in anybody's folder."""
    every = [note for own in notes.values() for note in own]
    order = np.random.default_rng(5).permutation(len(every)).reshape(len(notes), -1)
    return [[every[index] for index in row] for row in order]


def test_whoever_has_too_few_notes_that_can_be_heard_is_a_stranger() -> None:
    people = made_up(3, LEAST_NOTES, 1.0)
    deaf = Note(np.full(DIMENSION, np.nan, np.float32), people["p00"][0].test, 4.0)
    notes = {"clean": ({**people, "p01": [*people["p01"][1:], deaf]}, {"s": [deaf], "t": list(people["p00"][:1])})}
    members, strangers = usable(notes)["clean"]
    assert set(members) == {"p00", "p02"}
    assert set(strangers) == {"p01", "t"}
    assert len(strangers["p01"]) == LEAST_NOTES - 1


@dataclass
class Own:
    """CAM++ as somebody's own encoder, in a folder of its own."""

    folder: Path
    weights: Path
    card: EncoderCard


@pytest.fixture
def own(tmp_path: Path, real_weights: Path) -> Own:
    folder = tmp_path / "own"
    folder.mkdir()
    state = torch.load(real_weights, map_location="cpu", weights_only=True)
    torch.save(dict(state), folder / "mine.pt")
    return Own(folder, folder / "mine.pt", encoders()["campplus"])


@pytest.fixture
def eight(tmp_path: Path) -> Path:
    """All the shipped synthetic voices."""
    folder = tmp_path / "eight"
    for voice in sorted(path.parent for path in VOICES.glob("*/01.ogg")):
        shutil.copytree(voice, folder / voice.name)
    return folder


def test_an_own_encoder_is_judged_by_what_its_recordings_gave(
    settings: Settings, own: Own, eight: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaluation.recipes.one_voice._MOST", 6)
    assert main(settings, eight, str(own.folder), conditions="babble:5") == 0
    said = capsys.readouterr().out
    assert "babble:5" in said
    assert "card.toml: LLR = " in said
    card = read_own(own.folder)
    assert (card.architecture, card.file, card.sha256) == ("campplus", "mine.pt", hash_of(own.weights))

    encoder = registry.load(str(own.folder), settings.models_dir, "cpu", threads=1)
    keyring = Keyring([bytes(32)])
    galleries = GalleryReader(connect("unix:///dev/null"), keyring, encoder.name, encoder.weight_hash)
    point = Judge(encoder, galleries, keyring)._point
    assert (point.slope, point.lead, point.measured) == (card.judgement.slope, card.judgement.lead, True)
    assert point.cohort_mean is not None
    assert point.cohort_mean.shape == (192,)
    assert point != operating_point(encoder.name, encoder.weight_hash)
    by_file = registry.load(str(own.weights), settings.models_dir, "cpu", threads=1)
    assert point_of(by_file) == point

    # Other weights under the same name: the figures are not theirs, and a new fit is.
    state = torch.load(own.weights, weights_only=True)
    torch.save(dict(reversed(state.items())), own.weights)
    with pytest.raises(ModelError, match=r"card\.toml is of other weights than mine\.pt: run rollcall models fit anew"):
        registry.load(str(own.folder), settings.models_dir, "cpu")
    assert main(settings, eight, str(own.weights), conditions="babble:5") == 0
    assert registry.load(str(own.folder), settings.models_dir, "cpu").fitted is not None


def test_recordings_that_are_too_few_are_one_line(settings: Settings, own: Own, eight: Path, tmp_path: Path) -> None:
    def attempt(folder: Path, model: str = str(own.folder)) -> None:
        main(settings, folder, model, conditions="")

    with pytest.raises(WrongUse, match="is no folder"):
        attempt(tmp_path / "nowhere")
    with pytest.raises(WrongUse, match="holds no recordings"):
        attempt(own.folder)
    for number in range(LEAST_NOTES, 7):
        (eight / "zac" / f"{number:02}.ogg").unlink()
    with pytest.raises(WrongUse, match=f"7 people with {LEAST_NOTES} usable recordings or more: {LEAST_PEOPLE} are"):
        attempt(eight)
    assert not (own.folder / "card.toml").exists()


def test_a_model_that_can_have_no_own_card_is_one_line(settings: Settings, own: Own, eight: Path) -> None:
    cases = {
        "campplus": "comes with its card: give --model the path",
        "dummy": "comes with its card: give --model the path",
        "rescnn": "there are no weights at .*rescnn.pt",
        "wavlm": "no model is called 'wavlm'",
        str(own.folder.parent): "is a folder without",
    }
    for model, why in cases.items():
        with pytest.raises(WrongUse, match=why):
            main(settings, eight, model, conditions="")
    shutil.copy(own.weights, own.folder / "other.pt")
    (own.folder / "card.toml").write_text(
        'architecture = "campplus"\nfile = "mine.pt"\nsha256 = ""\n[judgement]\nslope = 1\noffset = 0\nlead = 0\n'
    )
    with pytest.raises(WrongUse, match=r"card\.toml is of mine\.pt: give other\.pt a folder of its own"):
        main(settings, eight, str(own.folder / "other.pt"), conditions="")

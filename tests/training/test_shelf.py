"""Speech is decoded once, and what cannot be trained on is left out by name."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from evaluation.degrade import opus_file
from rollcall.errors import WrongUse
from training import shelf as shelves
from training.people import split
from training.shelf import Shelf, fill
from training.sound import Sound, listen
from worker.audio.decode import decode
from worker.audio.speech import SpeechDetector


@pytest.fixture
def people(crowd: Path, tmp_path: Path) -> dict[str, list[Path]]:
    """Somebody whose files are of every kind that cannot be trained on, and one that can."""
    own = tmp_path / "Anna"
    own.mkdir()
    good = next(crowd.glob("*-1.0/01.ogg"))
    shutil.copy(good, own / "1.ogg")
    shutil.copy(good, own / "2-copy.ogg")
    samples = decode(good.read_bytes()).samples
    wav = np.round(samples * 32767).astype("<i2").tobytes()
    header = (
        f"NIST_1A\n   1024\nsample_count -i {len(wav) // 2}\nsample_rate -i 16000\nchannel_count -i 1\n"
        "sample_n_bytes -i 2\nsample_byte_format -s2 01\nsample_coding -s3 pcm\nend_head\n"
    )
    (own / "3-sphere.WAV").write_bytes(header.encode().ljust(1024) + wav)
    (own / "4-same-sphere.WAV").write_bytes(header.encode().ljust(1024, b" ") + wav)
    (own / "5-short.ogg").write_bytes(opus_file(samples[:14_000], 24))
    (own / "6-silent.ogg").write_bytes(opus_file(np.zeros(48_000, np.float32), 24))
    (own / "7-broken.ogg").write_bytes(b"OggS and no more")
    (own / "8-packed.WAV").write_bytes(header.replace("pcm", "pcm,embedded-shorten-v2.00").encode().ljust(1024) + wav)
    return {"Anna": sorted(own.iterdir())}


def test_what_cannot_be_trained_on_is_left_out_and_named(people: dict[str, list[Path]], tmp_path: Path) -> None:
    shelf = fill(people, tmp_path / "shelves", 2)
    assert [Path(piece.path).name for piece in shelf.pieces] == ["1.ogg", "3-sphere.WAV"]
    why = {Path(path).name: reason for path, reason in shelf.left_out.items()}
    assert why.pop("2-copy.ogg").startswith("the same sound as ")
    assert why.pop("4-same-sphere.WAV").endswith("3-sphere.WAV")
    assert why.pop("5-short.ogg").startswith("too short, 0.")
    assert why == {"6-silent.ogg": "silent", "7-broken.ogg": "broken file", "8-packed.WAV": "broken file"}


def test_where_nothing_can_be_trained_on_the_shelf_is_empty_and_too_few_people_are_told(
    people: dict[str, list[Path]], tmp_path: Path
) -> None:
    (name, paths) = next(iter(people.items()))
    shelf = fill({name: [path for path in paths if "silent" in path.name]}, tmp_path / "cache", 1)
    assert shelf.pieces == []
    with pytest.raises(WrongUse, match="people"):
        split(shelf.of(piece.person for piece in shelf.pieces), 0.2, 0)


def test_sphere_is_heard_as_it_was_recorded(people: dict[str, list[Path]], tmp_path: Path) -> None:
    shelf = fill(people, tmp_path / "shelves", 1)
    one, other = shelf.samples(0), shelf.samples(1)
    assert len(one) == len(other) > 16_000
    np.testing.assert_allclose(one, other, atol=2 / 32768)


def test_a_second_training_finds_what_the_first_one_heard_and_a_changed_file_is_heard_anew(
    people: dict[str, list[Path]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fill(people, tmp_path / "shelves", 1)
    heard_again: list[Path] = []

    def noted(path: Path, detector: SpeechDetector) -> Sound:
        heard_again.append(path)
        return listen(path, detector)

    monkeypatch.setattr(shelves, "listen", noted)
    assert fill(people, tmp_path / "shelves", 1).pieces == first.pieces
    assert not heard_again
    people["Anna"][0].write_bytes(people["Anna"][0].read_bytes() + b"more")
    assert fill(people, tmp_path / "shelves", 1).folder != first.folder
    assert len(heard_again) == len(people["Anna"])


def test_a_shelf_goes_to_another_process_by_name_and_not_by_its_sound(shelf: Shelf) -> None:
    sent = pickle.dumps(shelf)
    assert len(sent) < 1000
    np.testing.assert_array_equal(pickle.loads(sent).samples(3), shelf.samples(3))  # noqa: S301


def test_what_is_wanted_beyond_the_end_begins_anew(shelf: Shelf) -> None:
    size = shelf.pieces[0].size
    looped = shelf.samples(0, size - 10, 30)
    np.testing.assert_array_equal(looped, np.concatenate([shelf.samples(0)[-10:], shelf.samples(0)[:20]]))


def test_nobody_is_on_both_sides_and_the_same_seed_holds_the_same_people_out(shelf: Shelf) -> None:
    everybody = shelf.of(piece.person for piece in shelf.pieces)
    groups = split(everybody, 0.5, seed=3)
    assert not set(groups.trained) & set(groups.held_out)
    assert set(groups.trained) | set(groups.held_out) == set(everybody)
    assert len(groups.held_out) == round(0.5 * len(everybody))
    assert split(everybody, 0.5, seed=3) == groups
    assert split(everybody, 0.5, seed=4) != groups
    assert len(split(everybody, 0.0, seed=3).held_out) == 8


def test_whom_the_given_weights_were_trained_on_is_not_held_out() -> None:
    pieces = {f"p{number:02}": list(range(5)) for number in range(20)}
    heard = {f"p{number:02}" for number in range(10)}
    groups = split(pieces, 0.5, 0, heard)
    assert not heard & set(groups.held_out)
    assert heard <= set(groups.trained)


def test_who_has_few_recordings_is_trained_on_and_too_few_people_are_told() -> None:
    pieces = {f"often {number}": [0] * 5 for number in range(8)} | {"once": [0], "twice": [0, 0]}
    assert split(pieces, 0.2, seed=0).trained == ["once", "twice"]
    pieces.pop("often 3")
    with pytest.raises(WrongUse, match="7 people have 5 usable recordings or more: 8 are held out"):
        split(pieces, 0.2, seed=0)

"""The shipped voice notes are what their README says."""

from __future__ import annotations

from sandbox.cast import SHIPPED
from sandbox.media import seconds
from sandbox.voices.make import NOTES


def test_every_sentence_has_its_note_and_no_two_are_alike() -> None:
    notes = {path.relative_to(SHIPPED).as_posix(): path.read_bytes() for path in SHIPPED.glob("*/*.ogg")}
    assert set(notes) == {f"{voice}/{n:02}.ogg" for voice, said in NOTES.items() for n in range(1, len(said) + 1)}
    assert len(set(notes.values())) == len(notes) == 48
    assert len({sentence for said in NOTES.values() for sentence in said}) == 48


def test_notes_are_small_and_long_enough_to_enrol_with() -> None:
    for path in SHIPPED.glob("*/*.ogg"):
        data = path.read_bytes()
        assert len(data) < 25_000, path
        assert 5 <= (seconds(data) or 0) <= 8, path
        assert b"OpusHead" in data[:64], path

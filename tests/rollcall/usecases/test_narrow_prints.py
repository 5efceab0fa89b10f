"""The second print, for telephone notes, from the notes of an enrolment to the gallery, and everywhere a voice goes."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from rollcall.config.settings import Settings
from rollcall.domain.operating import point_on
from rollcall.domain.verdict import Reason
from rollcall.domain.voiceprint import centroid
from rollcall.queue.galleries import GalleryReader
from rollcall.queue.worker_end import connect
from rollcall.sealing.seal import KEY_FILE, KeyFile, load_keyring
from rollcall.storage import people, recordings, voiceprints
from rollcall.storage.database import Database
from rollcall.storage.generations import generation_of
from rollcall.storage.tables import EnrolmentNote, Person, StoredVoiceprint
from rollcall.usecases import erasure, key_rotation
from rollcall.usecases.erasure import Kind
from rollcall.usecases.galleries import rebuild
from rollcall.usecases.mydata import gather
from rollcall.usecases.reembed import reembed
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School

VOICE, OTHER, CALLED = np.eye(3, 192, dtype=np.float32)


@pytest.fixture
def settings(database: Database, valkey_url: str, tmp_path: Path, school: School) -> Settings:
    with connect(valkey_url) as client:
        client.flushall()
    data = tmp_path / "data"
    data.mkdir()
    KeyFile(data / KEY_FILE).write([bytes(range(32))])
    url = database.engine.url.render_as_string(hide_password=False)
    found = Settings(data_dir=data, database_url=url, redis_url=valkey_url, _env_file=None)
    school.keyring = load_keyring(found)
    return found


async def enrol(school: School, who: int, voice: np.ndarray, narrow: np.ndarray | None, *, keep: bool) -> None:
    await school.begin_enrolment(who, f"e{who}")
    notes = [await school.note(who, enrolment=f"e{who}") for _ in range(3)]
    with school.database.session() as session:
        for number, note in enumerate(notes):
            print_ = random.Random(f"{who} {number}").randbytes(600)
            result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice, narrow=narrow, print_=print_)
            apply_result(session, school.keyring, result, NINE)
        if keep:
            people.agree_to_keep_recordings(session, who, "1", "ru", NINE)
            recordings.keep(session, school.keyring, school.ids[who], {note: note.encode() for note in notes}, NINE)


def narrow_in_gallery(settings: Settings, school: School) -> dict[int, list[float]]:
    """By account, the second prints as a worker reads them."""
    with connect(settings.effective_redis_url) as client:
        found = GalleryReader(client, load_keyring(settings), "campplus", "w1").get(school.class_id).narrow
    if found is None:
        return {}
    by_id = dict(zip(found.people, found.centroids.tolist(), strict=True))
    return {who: by_id[person_id] for who, person_id in school.ids.items() if person_id in by_id}


def embedder(weight_hash: str = "w1", *, hears_narrow: bool = True, deaf_to: str = "") -> Any:
    def embed(audio: bytes) -> Any:
        narrow = CALLED if hears_narrow and audio.decode() != deaf_to else None
        return SimpleNamespace(speech_seconds=4.0, embedding=OTHER, narrow=narrow)

    return SimpleNamespace(
        model="campplus", weight_hash=weight_hash, decoder="", hears_narrow=hears_narrow, embed=embed
    )


async def test_a_gallery_carries_the_second_prints_of_those_who_have_one(settings: Settings, school: School) -> None:
    await enrol(school, ANNA, VOICE, CALLED, keep=False)
    await enrol(school, BORIS, OTHER, None, keep=False)
    await rebuild(settings)
    assert narrow_in_gallery(settings, school) == {ANNA: CALLED.tolist()}
    with school.database.session() as session:
        erasure.erase_voice(session, session.get_one(Person, school.ids[ANNA]), "1", Kind.VOICE, NINE)
        assert session.scalars(select(EnrolmentNote.person_id)).all() == [school.ids[BORIS]] * 3
    await rebuild(settings)
    assert narrow_in_gallery(settings, school) == {}


async def test_a_second_print_is_made_of_both_hearings_of_the_notes(
    settings: Settings, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    shift = np.zeros(192, np.float32)
    shift[3] = 1.0
    point = replace(point_on(20.0, -8.0, 0.0, np.zeros(192, np.float32)), shift=shift)
    monkeypatch.setattr("rollcall.usecases.galleries.narrow_point", lambda _hash: point)
    await enrol(school, ANNA, VOICE, CALLED, keep=False)
    await rebuild(settings)
    (found,) = narrow_in_gallery(settings, school).values()
    assert found == pytest.approx((VOICE + CALLED + shift) / 3**0.5, abs=1e-6)


async def test_kept_recordings_give_the_second_print_and_leave_the_first_to_the_bit(
    settings: Settings, school: School
) -> None:
    await enrol(school, ANNA, VOICE, None, keep=True)
    await enrol(school, BORIS, OTHER, None, keep=False)

    def first(session: Any) -> tuple[Any, ...]:
        stored = session.get_one(StoredVoiceprint, school.ids[ANNA])
        notes = session.scalars(select(EnrolmentNote).order_by(EnrolmentNote.id)).all()
        return (
            generation_of(session, school.class_id), stored.sealed, stored.created_at, stored.enrolment,
            [(note.attempt_id, note.embedding, note.created_at) for note in notes],
        )  # fmt: skip

    with school.database.session() as session:
        before = first(session)
    ticks: list[tuple[int, int]] = []
    found = await reembed(settings, embedder(), lambda *one: ticks.append(one))
    assert (found.done, found.narrow, found.must_enrol) == (0, 1, ()), "nobody is asked to enrol for it"
    assert ticks == [(1, 1)]
    with school.database.session() as session:
        assert first(session) == before
    assert narrow_in_gallery(settings, school) == {ANNA: CALLED.tolist()}
    assert (await reembed(settings, embedder(), lambda *_: None)).narrow == 0, "once is enough"


async def test_an_encoder_without_cuts_for_telephones_adds_nothing(settings: Settings, school: School) -> None:
    await enrol(school, ANNA, VOICE, None, keep=True)
    assert (await reembed(settings, embedder(hears_narrow=False), lambda *_: None)).narrow == 0
    assert narrow_in_gallery(settings, school) == {}


async def test_a_new_encoder_makes_both_prints_anew(settings: Settings, school: School) -> None:
    await enrol(school, ANNA, VOICE, VOICE, keep=True)
    found = await reembed(settings, embedder("w2"), lambda *_: None)
    assert (found.done, found.narrow) == (1, 0)
    with school.database.session() as session:
        _, narrow, made_by = voiceprints.both_notes_of_class(session, school.keyring, school.class_id)
    assert made_by == ("campplus", "w2")
    assert centroid(list(narrow[school.ids[ANNA]])).tolist() == CALLED.tolist()


async def test_who_withdrew_meanwhile_gets_none(settings: Settings, school: School) -> None:
    await enrol(school, ANNA, VOICE, None, keep=True)
    listening = embedder()

    def withdraws(audio: bytes) -> Any:
        with school.database.session() as session:
            people.withdraw_consent(session, ANNA, NINE)
        return SimpleNamespace(speech_seconds=4.0, embedding=OTHER, narrow=CALLED)

    listening.embed = withdraws
    assert (await reembed(settings, listening, lambda *_: None)).narrow == 0
    with school.database.session() as session:
        assert set(session.scalars(select(EnrolmentNote.narrow))) == {None}


async def test_a_change_of_keys_seals_it_anew_in_the_database_and_in_the_gallery(
    settings: Settings, school: School
) -> None:
    await enrol(school, ANNA, VOICE, CALLED, keep=False)
    await rebuild(settings)
    done = await key_rotation.rotate(settings)
    assert done.resealed["enrolment notes as telephones pass them"] == 3
    assert done.resealed["galleries"] == 4, "both heads and both prints"
    (_, old) = (await key_rotation.usage(settings)).keys
    assert not old.values
    assert await key_rotation.prune(settings) == ([old.id], [])
    assert narrow_in_gallery(settings, school) == {ANNA: CALLED.tolist()}
    with school.database.session() as session:
        notes = session.scalars(select(EnrolmentNote)).all()
        assert {tuple(voiceprints.open_narrow(load_keyring(settings), note).tolist()) for note in notes} == {
            tuple(CALLED.tolist())
        }


async def test_whose_it_is_is_told_that_it_is_there_and_no_more(settings: Settings, school: School) -> None:
    await enrol(school, ANNA, VOICE, CALLED, keep=False)
    with school.database.session() as session:
        found = gather(session, ANNA, NINE)
    assert found is not None
    assert [(note["narrow_kept"], "narrow" in note) for note in found["enrolment_notes"]] == [(True, False)] * 3

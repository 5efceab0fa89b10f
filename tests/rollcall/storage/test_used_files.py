"""After an erasure the same file is still known in its class, and nothing but a number is left of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from rollcall.domain.verdict import Reason, Verdict
from rollcall.sealing.seal import Keyring, file_key_binding
from rollcall.storage import attempts, people
from rollcall.storage.tables import Attempt, Membership, Person, SchoolClass, UsedFile
from rollcall.usecases import erasure, retention
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, School
from tests.rollcall.usecases.test_retention import PERIODS

DAY = timedelta(days=1)
SOUND = b"a fingerprint of so many bytes"


async def judged(school: School, who: int, unique: str, content: str, verdict: Verdict = Verdict.ACCEPTED) -> str:
    """A note that was settled, and the hash of its bytes."""
    note = await school.note(who, unique=unique)
    with school.database.session() as session:
        session.get_one(Attempt, note).content_hash = content
        reason = Reason.MATCH if verdict is Verdict.ACCEPTED else Reason.NOISY
        apply_result(session, school.keyring, school.result(note, verdict, reason, print_=SOUND), NINE)
    return note


async def forget(school: School, who: int, kind: erasure.Kind = erasure.Kind.VOICE) -> None:
    with school.database.session() as session:
        person = people.find_person(session, who)
        assert person
        erase = erasure.erase_voice if kind is erasure.Kind.VOICE else erasure.erase_everything
        erase(session, person, f"receipt {who}", kind, NINE)


async def seen(school: School, who: int, unique: str, content: str | None = None) -> bool:
    """Whether a file is known that comes in as a new note."""
    note = await school.note(who, unique=unique, sent_at=NINE + timedelta(minutes=2))
    with school.database.session() as session:
        attempt = session.get_one(Attempt, note)
        attempt.content_hash = content
        known = attempts.was_seen_before(session, attempt)
        session.delete(attempt)
    return known


async def test_a_file_is_known_after_its_senders_voice_was_erased_from_whomever_it_comes(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await judged(school, ANNA, "noisy", "noisy bytes", Verdict.REFUSED)
    await forget(school, ANNA)
    for who in (ANNA, BORIS):
        assert await seen(school, who, "file")
        assert await seen(school, who, "uploaded anew", "bytes")
        assert not await seen(school, who, "another", "other bytes")
        assert not await seen(school, who, "noisy", "noisy bytes"), "never judged: it may be sent again"


async def test_the_same_sound_in_another_wrapping_is_known_after_the_erasure(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA)
    for print_, verdict in ((SOUND, Verdict.REFUSED), (b"another sound", Verdict.ACCEPTED)):
        note = await school.note(BORIS, sent_at=NINE + timedelta(minutes=3))
        with school.database.session() as session:
            result = school.result(note, Verdict.ACCEPTED, Reason.MATCH, print_=print_)
            settled = apply_result(session, school.keyring, result, NINE)
            assert settled
            assert settled.attempt.verdict is verdict


async def test_whoever_left_with_everything_and_joins_again_cannot_send_the_old_files(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA, erasure.Kind.EVERYTHING)
    assert await seen(school, BORIS, "file")
    with school.database.session() as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.telegram_id == ANNA)) == 0


async def test_what_is_kept_is_no_hash_that_anybody_could_make_and_leads_to_nobody(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA)
    with school.database.session() as session:
        rows = session.scalars(select(UsedFile)).all()
        key = (session.get_one(SchoolClass, school.class_id)).file_key
    assert len(rows) == 3
    assert len({row.digest for row in rows}) == 3
    assert {(row.kept_at.hour, row.kept_at.minute) for row in rows} == {(0, 0)}
    assert key is not None
    assert set(UsedFile.__table__.columns.keys()) == {"class_id", "digest", "kept_at"}


async def test_used_files_end_with_their_class_and_after_their_time(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA)
    for after, left in ((364 * DAY, 3), (367 * DAY, 0)):
        await retention.sweep(school.database, PERIODS, NINE + after)
        with school.database.session() as session:
            assert session.scalar(select(func.count()).select_from(UsedFile)) == left
    await judged(school, BORIS, "file two", "bytes two")
    await forget(school, BORIS)
    with school.database.session() as session:
        session.execute(delete(Attempt))
        session.execute(delete(SchoolClass).where(SchoolClass.id == school.class_id))
        assert session.scalar(select(func.count()).select_from(UsedFile)) == 0


async def test_a_file_erased_in_one_class_is_new_in_another(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA)
    with school.database.session() as session:
        other = SchoolClass(title="Other", join_code="other", timezone="UTC", created_at=NINE)
        session.add(other)
        session.flush()
        session.execute(delete(Membership).where(Membership.person_id == school.ids[BORIS]))
        session.add(Membership(class_id=other.id, person_id=school.ids[BORIS], role="student", joined_at=NINE))
        number = other.id
    note = await school.note(BORIS, unique="file")
    with school.database.session() as session:
        attempt = session.get_one(Attempt, note)
        attempt.class_id = number
        assert not attempts.was_seen_before(session, attempt)


async def test_without_the_keyring_nothing_is_erased_that_would_have_to_be_remembered(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    with school.database.session() as session:
        session.info["rollcall.keyring"] = None
        person = people.find_person(session, ANNA)
        assert person
        with pytest.raises(RuntimeError, match="keyring"):
            erasure.erase_voice(session, person, "receipt", erasure.Kind.VOICE, NINE)


async def test_a_class_whose_key_is_lost_takes_its_files_and_begins_anew(school: School) -> None:
    await judged(school, ANNA, "file", "bytes")
    await forget(school, ANNA)
    with school.database.session() as session:
        lost = Keyring([b"x" * 32])
        school_class = session.get_one(SchoolClass, school.class_id)
        school_class.file_key = lost.seal(b"k" * 32, file_key_binding(school_class.id))
    assert not await seen(school, ANNA, "file")
    await judged(school, BORIS, "file two", "bytes two")
    await forget(school, BORIS)
    assert await seen(school, ANNA, "file two")

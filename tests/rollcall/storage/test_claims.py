"""A recorded voice counts at once, or waits for a teacher to stand for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import func, select

from rollcall.domain.attendance import Status
from rollcall.domain.claim import CHANGEABLE, LAPSES_AFTER, ClaimState
from rollcall.domain.review import ReviewState
from rollcall.domain.verdict import Reason, Verdict
from rollcall.sealing.seal import Keyring
from rollcall.storage import claims, classes, people, questions, voiceprints, votes
from rollcall.storage.claim_tables import ClaimLikeness, VoiceClaim
from rollcall.storage.questions import CLAIMS
from rollcall.storage.recordings import replace_voiceprint
from rollcall.storage.tables import (
    AlikeVoices,
    Attempt,
    Attendance,
    EnrolmentNote,
    Person,
    Review,
    SchoolClass,
    StoredVoiceprint,
)
from rollcall.usecases import claim_decisions, retention
from rollcall.usecases.retention import Periods
from rollcall.usecases.settlement import apply_result
from tests.rollcall.conftest import ANNA, BORIS, NINE, TEACHER, School

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""What differs in nothing from the tests on both databases but in the question."""
Voice = NDArray[np.float32]
OWN = np.array([1, 0, 0], np.float32)
WITH_A_COLD = np.array([0.8, 0.6, 0], np.float32)
FRIENDS = np.array([0, 0, 1], np.float32)
CLOSE_TO_FRIENDS = np.array([0, 0.6, 0.8], np.float32)
FOR_EVER = Periods(*[timedelta(days=3650)] * 6)
A_DAY_LATER = NINE + CHANGEABLE + timedelta(minutes=1)


async def record(school: School, who: int, voice: Voice, enrolment: str, now: datetime = NINE) -> None:
    """Three good notes."""
    await school.begin_enrolment(who, enrolment)
    for _ in range(3):
        note = await school.note(who, enrolment=enrolment)
        result = school.result(note, reason=Reason.GOOD_NOTE, voice=voice)
        with school.database.session() as session:
            apply_result(session, school.keyring, result, now)


async def gallery(school: School, class_id: int | None = None) -> dict[int, list[float]]:
    """By whose voices people are recognised in a class."""
    with school.database.session() as session:
        found = voiceprints.voiceprints_of_class(session, school.keyring, class_id or school.class_id)
        notes, _ = voiceprints.notes_of_class(session, school.keyring, class_id or school.class_id)
    assert found.keys() == notes.keys(), "a voice without a vote moves no cut"
    return {person_id: [round(float(part), 3) for part in one.centroid] for person_id, one in found.items()}


async def claims_of(school: School, who: int) -> Sequence[VoiceClaim]:
    with school.database.session() as session:
        rows = session.scalars(
            select(VoiceClaim).where(VoiceClaim.person_id == school.ids[who]).order_by(VoiceClaim.id)
        )
        return rows.all()


async def open_claim(school: School, who: int) -> VoiceClaim:
    (claim,) = [one for one in await claims_of(school, who) if one.state is ClaimState.OPEN]
    return claim


async def press(
    school: School, claim: VoiceClaim, *, accepted: bool, again: bool = False, now: datetime = NINE
) -> Sequence[int]:
    """The teacher presses a button; the classes whose galleries follow."""
    act = claim_decisions.change if again else claim_decisions.decide
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        stored = session.get_one(VoiceClaim, claim.id)
        assert teacher
        return list(act(session, school.keyring, stored, teacher, accepted=accepted, now=now))


async def pass_time(school: School, now: datetime) -> None:
    with school.database.session() as session:
        claim_decisions.lapse(session, now)
        claim_decisions.forget_decided(session, now)


async def count(school: School, table: type[EnrolmentNote | StoredVoiceprint], who: int) -> int:
    with school.database.session() as session:
        query = select(func.count()).select_from(table).where(table.person_id == school.ids[who])
        return session.scalar(query) or 0


@on_sqlite
async def test_the_same_voice_recorded_anew_counts_at_once(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, WITH_A_COLD, "two")
    assert await gallery(school) == {school.ids[ANNA]: [0.8, 0.6, 0]}
    assert await claims_of(school, ANNA) == []
    assert await count(school, EnrolmentNote, ANNA) == 3


async def test_another_voice_waits_and_the_old_one_serves_until_the_teacher_confirms(school: School) -> None:
    anna = school.ids[ANNA]
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    claim = await open_claim(school, ANNA)
    assert (claim.class_id, claim.changed, claim.enrolment) == (None, True, "two")
    assert claim.attempt_id is not None, "there is a note to listen to"
    assert await gallery(school) == {anna: [1, 0, 0]}
    assert await press(school, claim, accepted=True) == [school.class_id]
    assert await press(school, claim, accepted=False) == [], "the first decision stands"
    assert await gallery(school) == {anna: [0, 0, 1]}
    # Within a day it can be turned round, and back again.
    assert await press(school, claim, accepted=False, again=True) == [school.class_id]
    assert await gallery(school) == {anna: [1, 0, 0]}
    await press(school, claim, accepted=True, again=True)
    assert await gallery(school) == {anna: [0, 0, 1]}
    await pass_time(school, A_DAY_LATER)
    assert await press(school, claim, accepted=False, again=True, now=A_DAY_LATER) == []
    assert await gallery(school) == {anna: [0, 0, 1]}
    assert await count(school, EnrolmentNote, ANNA) == 3, "the voice that it replaced is gone"


@on_sqlite
async def test_a_rejected_voice_is_forgotten_after_a_day_and_the_old_one_stays(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    await press(school, await open_claim(school, ANNA), accepted=False)
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}
    assert await count(school, EnrolmentNote, ANNA) == 6
    await pass_time(school, A_DAY_LATER)
    assert await count(school, EnrolmentNote, ANNA) == 3
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}


@on_sqlite
async def test_recording_anew_answers_the_question_about_the_recording_before(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    await record(school, ANNA, CLOSE_TO_FRIENDS, "three")
    assert [one.state for one in await claims_of(school, ANNA)] == [ClaimState.SETTLED, ClaimState.OPEN]
    assert await count(school, EnrolmentNote, ANNA) == 6
    await record(school, ANNA, WITH_A_COLD, "four")
    assert {one.state for one in await claims_of(school, ANNA)} == {ClaimState.SETTLED}
    assert await gallery(school) == {school.ids[ANNA]: [0.8, 0.6, 0]}
    assert await count(school, EnrolmentNote, ANNA) == 3


async def test_a_newcomer_with_a_classmates_voice_has_no_vote_until_the_teacher_has_decided(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, BORIS, WITH_A_COLD, "two")
    claim = await open_claim(school, BORIS)
    assert (claim.class_id, claim.changed) == (school.class_id, False)
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}
    with school.database.session() as session:
        (like,) = claims.whom_it_sounds_like(session, claim.id, [school.class_id])
        assert like.other_id == school.ids[ANNA]
    await press(school, claim, accepted=False)
    with school.database.session() as session:
        assert not votes.is_of_use(session, school.ids[BORIS]), "he is asked to record his voice again"
    # His own voice, then, is compared with nothing of before.
    await record(school, BORIS, FRIENDS, "three")
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0], school.ids[BORIS]: [0, 0, 1]}
    assert {one.state for one in await claims_of(school, BORIS)} == {ClaimState.SETTLED}


@on_sqlite
async def test_twins_are_asked_about_once(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, BORIS, WITH_A_COLD, "two")
    await press(school, await open_claim(school, BORIS), accepted=True)
    both = {school.ids[ANNA]: [1, 0, 0], school.ids[BORIS]: [0.8, 0.6, 0]}
    assert await gallery(school) == both
    await record(school, ANNA, OWN, "three")
    await record(school, BORIS, WITH_A_COLD, "four")
    assert await gallery(school) == both
    assert [one.state for one in await claims_of(school, BORIS)] == [ClaimState.ACCEPTED]
    # A third one is another question.
    with school.database.session() as session:
        vera = people.register_person(session, 203, "Вера Лис", NINE)
        classes.join_class(session, vera, session.get_one(SchoolClass, school.class_id), NINE)
    school.ids[203] = vera.id
    await record(school, 203, OWN, "five")
    assert await gallery(school) == both
    assert len(await claims_of(school, 203)) == 1


@on_sqlite
async def test_a_decision_on_twins_that_was_a_slip_can_be_turned_round(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, BORIS, WITH_A_COLD, "two")
    claim = await open_claim(school, BORIS)
    await press(school, claim, accepted=True)
    assert await press(school, claim, accepted=False, again=True) == [school.class_id]
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}
    with school.database.session() as session:
        assert not session.scalars(select(AlikeVoices)).all(), "nothing is known of the two any more"


@on_sqlite
async def test_a_voice_that_sounds_like_a_classmates_does_not_replace_ones_own(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, BORIS, np.array([0.5, 0.866, 0], np.float32), "two")
    # It fits his own well enough, and hers.
    await record(school, BORIS, WITH_A_COLD, "three")
    claim = await open_claim(school, BORIS)
    assert (claim.class_id, claim.changed) == (None, False)
    assert (await gallery(school))[school.ids[BORIS]] == [0.5, 0.866, 0]


@on_sqlite
async def test_who_joins_with_a_voiceprint_has_no_vote_where_it_sounds_like_somebody_elses(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    with school.database.session() as session:
        teacher = people.find_person(session, TEACHER)
        assert teacher
        other = classes.create_class(session, teacher, "Химия", "UTC", NINE)
        vera = people.register_person(session, 203, "Вера Лис", NINE)
        classes.join_class(session, vera, other, NINE)
    school.ids[203] = vera.id
    await record(school, 203, WITH_A_COLD, "two")
    assert await gallery(school, other.id) == {vera.id: [0.8, 0.6, 0]}
    with school.database.session() as session:
        here = session.get_one(SchoolClass, school.class_id)
        classes.join_class(session, session.get_one(Person, vera.id), here, NINE)
        claims.take_along(session, school.keyring, vera.id, here.id, NINE)
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}
    assert await gallery(school, other.id) == {vera.id: [0.8, 0.6, 0]}
    claim = await open_claim(school, 203)
    await press(school, claim, accepted=False)
    await pass_time(school, A_DAY_LATER)
    assert await gallery(school, other.id) == {vera.id: [0.8, 0.6, 0]}, "another class's gallery is not this one's"


async def test_what_nobody_decides_lapses(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    await record(school, BORIS, WITH_A_COLD, "three")
    await pass_time(school, NINE + LAPSES_AFTER)
    await retention.sweep(school.database, FOR_EVER, NINE + LAPSES_AFTER)
    assert await count(school, EnrolmentNote, ANNA) == 6, "it is kept for as long as it may be decided"
    await pass_time(school, NINE + LAPSES_AFTER + timedelta(seconds=1))
    assert [(await claims_of(school, who))[0].state for who in (ANNA, BORIS)] == [ClaimState.LAPSED] * 2
    assert await gallery(school) == {school.ids[ANNA]: [1, 0, 0]}
    assert [await count(school, EnrolmentNote, who) for who in (ANNA, BORIS)] == [3, 0]
    assert await count(school, StoredVoiceprint, BORIS) == 0
    with school.database.session() as session:
        assert len(questions.untold(session, CLAIMS)) == 2


async def test_forgetting_a_voice_takes_what_waits_and_what_was_said_of_its_likeness(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    await record(school, BORIS, WITH_A_COLD, "three")
    claim = await open_claim(school, ANNA)
    with school.database.session() as session:
        counts = voiceprints.forget_voice(session, session.get_one(Person, school.ids[ANNA]), NINE)
        assert counts["enrolment_notes"] == 6
        assert not session.scalars(select(ClaimLikeness)).all()
    assert await count(school, EnrolmentNote, ANNA) == 0
    (left,) = await claims_of(school, ANNA)
    assert (left.state, left.enrolment, left.attempt_id) == (ClaimState.SETTLED, None, None)
    assert await press(school, claim, accepted=True) == []
    assert await gallery(school) == {}
    assert (await open_claim(school, BORIS)).class_id == school.class_id, "that is still the teacher's to say"


@on_sqlite
async def test_another_encoder_leaves_votes_as_they_are_and_ends_what_waits_beside_them(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, ANNA, FRIENDS, "two")
    await record(school, BORIS, WITH_A_COLD, "three")
    for who in (ANNA, BORIS):
        notes = [await school.note(who) for _ in range(3)]
        heard = [school.result(note, reason=Reason.GOOD_NOTE, voice=OWN, weights="w2") for note in notes]
        with school.database.session() as session:
            replace_voiceprint(session, school.keyring, school.ids[who], heard, NINE)
    assert list(await gallery(school)) == [school.ids[ANNA]]
    assert [one.state for one in await claims_of(school, ANNA)] == [ClaimState.LAPSED]
    await press(school, await open_claim(school, BORIS), accepted=True)
    assert len(await gallery(school)) == 2


@on_sqlite
async def test_a_note_of_someone_whose_voice_waits_is_the_teachers_to_judge_and_no_cause_for_doubt(
    school: School,
) -> None:
    await record(school, ANNA, OWN, "one")
    await record(school, BORIS, WITH_A_COLD, "two")
    lesson = await school.open()
    note = await school.note(BORIS, lesson_id=lesson)
    with school.database.session() as session:
        assert votes.is_withheld(session, school.class_id, school.ids[BORIS])
        apply_result(session, school.keyring, school.result(note, Verdict.UNSURE, Reason.VOICE_WAITS), NINE)
        attempt = session.get_one(Attempt, note)
        review = session.scalars(select(Review)).one()
        mark = session.get(Attendance, (lesson, school.ids[BORIS]))
        assert (attempt.reason, review.state) == (Reason.TEACHER_DECIDES, ReviewState.OPEN)
        assert mark is None or mark.status is not Status.FLAGGED
    outside = await school.note(BORIS)
    with school.database.session() as session:
        apply_result(session, school.keyring, school.result(outside, Verdict.UNSURE, Reason.VOICE_WAITS), NINE)
        assert (session.get_one(Attempt, outside)).reason is Reason.VOICE_WAITS


@on_sqlite
async def test_a_voice_sealed_with_a_lost_key_holds_nobody_up(school: School) -> None:
    await record(school, ANNA, OWN, "one")
    # The database keeps the ring that seals its audit.
    school.keyring = Keyring([bytes(range(1, 33))])
    await record(school, ANNA, FRIENDS, "two")
    assert await claims_of(school, ANNA) == []

"""One clock, Telegram's: a machine whose own is wrong judges, closes and counts as any other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import select
from telegram import Update

from bot import metrics
from bot.messages.moments import moment_of
from bot.outbox.closing_notices import close_overdue
from bot.transport.clock import begin_anew, telegram_clock
from bot.transport.timekeeping import Timekeeper
from rollcall.domain.verdict import Reason, Verdict
from rollcall.domain.voiceprint import Voiceprint
from rollcall.ops import doctor
from rollcall.queue.job import Result
from rollcall.queue.keys import CLOCK_BIAS
from rollcall.sealing.seal import voiceprint_binding
from rollcall.storage.people import find_person
from rollcall.storage.tables import Attempt, Attendance, Lesson, Review, SchoolClass, StoredVoiceprint
from rollcall.usecases.settlement import apply_result
from sandbox.person import Person
from tests.bot.door import Door, open_door
from tests.end_to_end.product import synthetic

pytestmark = pytest.mark.asyncio(loop_scope="module")
SKEWS = (20, -20, 120, -120, 600, -600)
ADMIN, ANNA, BORIS = 1, 21, 22


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> AsyncIterator[Door]:
    folder = tmp_path_factory.mktemp("clock")
    database = f"sqlite:///{folder / 'clock.sqlite3'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.transport.pace.OVERALL", 10_000)  # Telegram's limits are another test's subject
        patch.setattr("bot.transport.pace._PRIVATE", (10_000, 1.0))
        async with open_door(folder, database, valkey_url, admins=frozenset({ADMIN}), speaker_model="dummy") as door:
            yield door
            begin_anew()


async def shift(door: Door, ahead: float) -> None:
    """Telegram's clock and ours differ by so much from now on; the bot hears of it as of anything, with an answer."""
    door.telegram.ahead = ahead
    await door.application.bot.get_me()


async def enrol(door: Door, telegram_id: int) -> None:
    """Give somebody a voiceprint."""
    print_ = Voiceprint("campplus", "w1", np.array([1, 0, 0], np.float32))
    with door.services.database.session() as session:
        person = find_person(session, telegram_id)
        assert person
        sealed = door.services.keyring.seal(print_.pack(), voiceprint_binding(person.id, "campplus", "w1"))
        made = datetime.now(UTC)
        session.add(
            StoredVoiceprint(
                person_id=person.id, sealed=sealed, model="campplus", weight_hash="w1", notes=3, created_at=made
            )
        )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(door: Door) -> dict[int, Person]:
    """A teacher, a student with a voice and one without, in one class."""
    people = {number: Person(door.telegram, f"P{number}", id=number) for number in (ADMIN, ANNA, BORIS)}
    await door.ask(people[ADMIN], "/newclass Физика")
    with door.services.database.session() as session:
        code = session.scalar(select(SchoolClass.join_code))
    for number, name in ((ANNA, "Анна Белова"), (BORIS, "Борис Громов")):
        await door.ask(people[number], f"/start join-{code}")
        await door.press(people[number], "consent:yes")
        await door.ask(people[number], name)
    await enrol(door, ANNA)
    return people


@pytest.mark.parametrize("skew", SKEWS)
async def test_a_skewed_server_changes_no_verdict_no_lesson_and_no_summary(
    door: Door, people: dict[int, Person], skew: int
) -> None:
    services = door.services
    await shift(door, skew)
    await door.press(people[ADMIN], "open:1:1")
    begun = door.telegram.now()
    sent = await people[ANNA].voice(synthetic("zac", 1))
    await door.handle()
    with services.database.session() as session:
        lesson = session.scalars(select(Lesson).order_by(Lesson.id.desc()).limit(1)).one()
        assert abs(lesson.opened_at.timestamp() - begun) <= 2
        assert lesson.closes_at - lesson.opened_at == timedelta(minutes=1)
        attempt = session.scalars(select(Attempt).where(Attempt.message_id == sent.id)).one()
        assert attempt.lesson_id == lesson.id
        assert attempt.reason in (None, Reason.SEEN_BEFORE)  # the file is the same each time
        attempt.verdict = Verdict.PENDING
    judged = Result(job_id=attempt.id, verdict=Verdict.ACCEPTED, reason=Reason.MATCH, confidence=0.97)
    with services.database.session() as session:
        apply_result(session, services.keyring, judged, datetime.now(UTC))
        mark = session.get_one(Attendance, (lesson.id, attempt.person_id))
        assert mark.at is not None
        assert abs(mark.at.timestamp() - begun) <= 2
    await door.press(people[BORIS], f"here:{lesson.id}")
    with services.database.session() as session:
        review = session.scalars(select(Review).where(Review.lesson_id == lesson.id)).one()
        assert abs(review.sent_at.timestamp() - begun) <= 2
    await shift(door, skew + 50)
    await close_overdue(door.application, services)
    with services.database.session() as session:
        assert (session.get_one(Lesson, lesson.id)).closed_at is None
    await shift(door, skew + 63)
    before = len(people[ADMIN].inbox)
    await close_overdue(door.application, services)
    with services.database.session() as session:
        assert (session.get_one(Lesson, lesson.id)).closed_at == lesson.closes_at
    assert "1" in people[ADMIN].inbox[before].text
    await door.handle()


async def test_the_summary_is_of_the_lesson_that_was_closed(door: Door, people: dict[int, Person]) -> None:
    await shift(door, 0)
    await door.press(people[ADMIN], "open:1:1")
    with door.services.database.session() as session:
        lesson = session.scalars(select(Lesson).where(Lesson.closed_at.is_(None))).one()
        # One that another clock dated: it seems to have begun last.
        later = lesson.opened_at + timedelta(minutes=5)
        session.add(
            Lesson(
                class_id=1, opened_by=lesson.opened_by, opened_at=later, late_at=later, closes_at=later, closed_at=later
            )
        )
        person = find_person(session, ANNA)
        assert person
        session.add(Attendance(lesson_id=lesson.id, person_id=person.id, status="present", at=lesson.opened_at))
    summary = (await door.press(people[ADMIN], "close:1"))[0]
    assert "1" in summary.splitlines()[1], summary


async def test_a_press_that_is_tried_again_counts_from_the_same_moment(door: Door, people: dict[int, Person]) -> None:
    queue = door.application.update_queue
    await shift(door, 600)
    board = next(message for message in reversed(people[ADMIN].inbox) if message.buttons)
    door.telegram.ask(ADMIN, dict(board.raw), "open:1:1")
    (raw,) = door.telegram.updates.pending
    press = Update.de_json(raw, door.application.bot)
    await queue.put(press)
    moments = set()
    for ahead in (600, 640):
        await shift(door, ahead)
        with door.services.database.session() as session:
            moments.add(moment_of(session, press))
    assert len(moments) == 1
    assert abs(moments.pop().timestamp() - door.telegram.now() + 40) <= 2
    await queue.get()
    await door.handle()


async def test_a_skew_is_told_in_a_line_and_a_figure_and_what_headers_hide_outlives_the_bot(
    door: Door, people: dict[int, Person], caplog: pytest.LogCaptureFixture
) -> None:
    keeper = Timekeeper()
    await shift(door, -120)
    await keeper.watch(door.application, door.services)
    await keeper.watch(door.application, door.services)
    told = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [(record.__dict__["clock"], record.__dict__["seconds"]) for record in told] == [("fast", 120)]
    assert abs(metrics.CLOCK_AHEAD._value.get() + 120) <= 1
    telegram_clock().biased(300.0)
    await keeper.watch(door.application, door.services)
    begin_anew()
    await Timekeeper().recall(door.services)
    assert telegram_clock().bias == 300
    await door.services.redis.delete(CLOCK_BIAS)
    begin_anew()


@pytest.mark.parametrize(("ahead", "fact"), [(0, "agrees"), (20, "slow"), (-600, "fast")])
async def test_doctor_measures_the_clock(door: Door, ahead: int, fact: str) -> None:
    door.telegram.ahead = ahead
    finding = await doctor._clock(door.services.settings)
    assert finding.good == (ahead == 0)
    assert fact in finding.fact
    assert bool(finding.cure) == bool(ahead)

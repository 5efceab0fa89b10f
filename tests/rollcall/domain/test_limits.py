"""Limits per person: as one moment, and as a row that all bots share."""

from datetime import UTC, datetime, timedelta

from rollcall.domain.limits import LIMITS, MESSAGES, NOTES, Limit
from rollcall.storage import allowances
from rollcall.storage.database import Database

NOW = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
THREE = Limit("three", 3, 10 * SECOND)


def taken(limit: Limit, times: int, now: datetime, whole_at: datetime | None = None) -> datetime | None:
    for _ in range(times):
        found = limit.take(whole_at, now)
        assert isinstance(found, datetime), found
        whole_at = found
    return whole_at


def test_a_burst_then_one_after_another() -> None:
    whole_at = taken(THREE, 3, NOW)
    assert THREE.take(whole_at, NOW) == 10 * SECOND
    assert THREE.take(whole_at, NOW + 4 * SECOND) == 6 * SECOND
    whole_at = taken(THREE, 1, NOW + 10 * SECOND, whole_at)
    assert THREE.take(whole_at, NOW + 10 * SECOND) == 10 * SECOND
    taken(THREE, 3, NOW + 60 * SECOND, whole_at)


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    ahead = taken(THREE, 3, NOW + timedelta(hours=5))
    taken(THREE, 3, NOW, ahead)


def test_people_never_notice_and_no_account_fills_the_queue() -> None:
    # Through the whole conversation at once, and a teacher who makes and opens sixty classes in a minute.
    assert taken(MESSAGES, 300, NOW)
    # Enrolment and every refusal there is, within a lesson; but a thousand notes at once are not.
    assert taken(NOTES, 100, NOW)
    spent = taken(NOTES, 100, NOW)
    assert isinstance(NOTES.take(spent, NOW), timedelta)
    assert all(limit.refill <= timedelta(hours=1) for limit in LIMITS)


async def test_the_person_is_told_once_and_anew_after_half_a_rest(database: Database) -> None:
    async def spend(update_id: int, at: datetime) -> allowances.Exceeded | None:
        with database.session() as session:
            return allowances.spend(session, "anna", THREE, at, update_id)

    assert [await spend(number, NOW) for number in (1, 2, 3)] == [None] * 3
    assert await spend(4, NOW) == allowances.Exceeded(10 * SECOND, first=True)
    assert await spend(4, NOW) == allowances.Exceeded(10 * SECOND, first=True), "its answer had not been sent"
    assert await spend(5, NOW) == allowances.Exceeded(10 * SECOND, first=False)
    assert await spend(6, NOW + 10 * SECOND) is None
    assert await spend(7, NOW + 10 * SECOND) == allowances.Exceeded(10 * SECOND, first=False)
    later = NOW + 40 * SECOND
    assert [await spend(number, later) for number in (8, 9, 10)] == [None] * 3
    assert await spend(11, later) == allowances.Exceeded(10 * SECOND, first=True)


async def test_an_update_that_is_tried_again_counts_once(database: Database) -> None:
    with database.session() as session:
        for _ in range(10):
            assert allowances.spend(session, "anna", THREE, NOW, 1) is None
        assert allowances.exceeded(session, "anna", THREE, NOW) is None


async def test_everyone_has_their_own_allowance_of_each_kind_and_whole_ones_are_forgotten(database: Database) -> None:
    with database.session() as session:
        for update_id in range(4):
            allowances.spend(session, "anna", THREE, NOW, update_id)
        assert allowances.exceeded(session, "anna", THREE, NOW) == 10 * SECOND
        assert allowances.exceeded(session, "boris", THREE, NOW) is None
        assert allowances.exceeded(session, "anna", NOTES, NOW) is None
    with database.session() as session:
        allowances.sweep(session, NOW + timedelta(minutes=30))
        assert allowances.exceeded(session, "anna", THREE, NOW) == 10 * SECOND
        allowances.sweep(session, NOW + timedelta(hours=2))
    with database.session() as session:
        assert allowances.exceeded(session, "anna", THREE, NOW) is None

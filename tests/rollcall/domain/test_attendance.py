"""What a mark means."""

from __future__ import annotations

from rollcall.domain.attendance import STATUSES, Status, rank


def test_of_two_marks_the_one_that_serves_its_student_stays_and_a_doubt_is_not_lost() -> None:
    best_first = [Status.PRESENT, Status.LATE, Status.EXCUSED, Status.FLAGGED, Status.ABSENT]
    assert sorted(STATUSES, key=rank) == best_first


def test_every_mark_has_a_place_of_its_own() -> None:
    assert len({rank(status) for status in Status}) == len(Status)

"""The report as JSON, for other programs, as docs/exports.md describes it. What breaks readers is another schema."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from rollcall.domain.attendance import STATUSES
from rollcall.report.model import LessonHead, Mark, Report, StudentLine
from rollcall.report.standing import standing_of

SCHEMA = "rollcall.report/1"


def json_report(report: Report) -> bytes:
    """Everything that the report knows. Moments are ISO 8601 in the class's zone, shares and confidences in [0, 1]."""
    document = {
        "schema": SCHEMA,
        "made_at": _moment(report, report.made_at),
        "class": {"id": report.class_id, "title": report.class_title, "timezone": report.timezone.key},
        "period": {
            "kind": "days" if report.between else report.period.value,
            "from": report.between[0].isoformat() if report.between else None,
            "to": report.between[1].isoformat() if report.between else None,
        },
        "lessons": [_lesson(report, lesson) for lesson in report.lessons],
        "students": [_student(report, student) for student in report.students],
        "totals": {status.value: report.count(status) for status in STATUSES},
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _lesson(report: Report, lesson: LessonHead) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "opened_at": _moment(report, lesson.opened_at),
        "late_at": _moment(report, lesson.late_at),
        "closed_at": _moment(report, lesson.closed_at),
    }


def _student(report: Report, student: StudentLine) -> dict[str, Any]:
    standing = standing_of(student)
    return {
        "id": student.person_id,
        "name": student.full_name,
        "number": student.number or None,
        "group": student.group or None,
        "email": student.email or None,
        "former": student.former,
        "marks": [
            _mark(report, lesson, mark)
            for lesson, mark in zip(report.lessons, student.marks, strict=True)
            if mark is not None
        ],
        "totals": {status.value: student.count(status) for status in STATUSES},
        "attended": standing.attended,
        "lessons": standing.lessons,
        "share": round(standing.share, 4) if standing.lessons else None,
    }


def _mark(report: Report, lesson: LessonHead, mark: Mark) -> dict[str, Any]:
    return {
        "lesson": lesson.id,
        "status": mark.status.value,
        "at": _moment(report, mark.at),
        "confidence": round(mark.confidence, 4) if mark.confidence is not None and not mark.confirmed else None,
        "confirmed": mark.confirmed,
        "waiting": mark.waiting,
        "reason": mark.reason,
        "refused": [reason.value for reason in mark.told],
    }


def _moment(report: Report, moment: datetime | None) -> str | None:
    return report.local(moment).isoformat(timespec="seconds") if moment is not None else None

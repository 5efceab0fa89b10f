"""Remarks beside a mark that stands, in words: facts for the teacher, who may know why. They change nothing."""

from __future__ import annotations

from rollcall.report.model import Mark, Report
from rollcall.report.wording import clock, excuse_words
from rollcall.texts import Texts

_MANY_ENROLLED = 3
"""Where more have recorded their voice during a lesson, it was the lesson to do so: one line tells of them all."""


def remark_words(report: Report, mark: Mark, texts: Texts) -> list[str]:
    """Each remark in a few words: why somebody was excused, that a teacher gave the mark, how else it came about."""
    words = [excuse_words(mark.reason, texts)] if mark.reason is not None else []
    if mark.corrected:
        words.append(texts("report-remark-corrected"))
    return words + _fact_words(report, mark, texts)


def _fact_words(report: Report, mark: Mark, texts: Texts) -> list[str]:
    said, words = mark.remarks, []
    if said.enrolled_at is not None:
        words.append(texts("report-remark-enrolled", time=clock(report.local(said.enrolled_at))))
    if said.other_voices:
        words.append(texts("report-remark-voices", number=said.other_voices))
    if said.as_file:
        words.append(texts("report-remark-file"))
    if said.words is not None:
        words.append(texts(f"report-remark-words-{said.words}"))
    return words


def enrolled_together(report: Report) -> int:
    """How many have recorded their voice during the lesson, where they are many; else 0."""
    number = sum(mark.remarks.enrolled_at is not None for mark in report.marks)
    return number if number > _MANY_ENROLLED else 0


def remarked(report: Report) -> int:
    """How many marks have a remark that a message tells of one by one."""
    together = enrolled_together(report)
    return sum(bool((mark.without_enrolment() if together else mark).remarks) for mark in report.marks)


def brief_words(report: Report, mark: Mark, texts: Texts) -> list[str]:
    """The facts for a message: what very many share is said once, below."""
    return _fact_words(report, mark.without_enrolment() if enrolled_together(report) else mark, texts)

"""What a student can ask about themselves: /me."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from telegram import Update

from bot.messages.replies import enrol_button, reply
from bot.services import Context
from bot.tapping import call_button
from rollcall.domain.attendance import MEANINGS, STATUSES, Status, seen_by_student
from rollcall.marked import one_below_the_other
from rollcall.report.wording import count_words, status_word
from rollcall.storage.classes import moved_from
from rollcall.storage.lessons import last_lessons, mark_counts
from rollcall.storage.tables import Attendance, Lesson, Person, SchoolClass
from rollcall.storage.votes import is_of_use, waits
from rollcall.texts import Texts
from rollcall.usecases.calls import uncalled_classes

_LESSONS_SHOWN = 5


@dataclass(frozen=True)
class InClass:
    """A student in a class: how many marks of each kind, the last ones, newest first; whether they want no calls.

    Attributes:
        before: how many of each kind in the classes that they were moved here from.
    """

    school_class: SchoolClass
    counts: Mapping[Status, int]
    last: Sequence[tuple[Lesson, Attendance]]
    muted: bool
    before: Sequence[tuple[SchoolClass, Mapping[Status, int]]] = ()


@dataclass(frozen=True)
class Standing:
    """How a student stands.

    Attributes:
        enrolled: whether the voice is of use.
        waits: whether it waits for a teacher's word.
    """

    enrolled: bool
    waits: bool
    classes: Sequence[InClass]


async def me(update: Update, context: Context) -> None:
    """/me: own attendance, class by class."""
    t, person, taken = context.caller.texts, context.caller.person, context.caller.attended
    if person is None or not taken:
        await reply(update, t("join-first"))
        return
    standing = await context.services.database.run(_read, person, taken)
    voice = "me-enrolled" if standing.enrolled else "me-not-enrolled"
    if standing.waits:
        voice = "me-voice-waits"
    head = t("me-name", name=person.full_name) + "\n" + t(voice)
    text = one_below_the_other([head, *(_class_part(t, one) for one in standing.classes)], "\n\n")
    enrol = [] if standing.enrolled else enrol_button(t)
    calls = [
        [call_button(t, one.school_class, muted=one.muted, titled=len(standing.classes) > 1)]
        for one in standing.classes
        if one.school_class.call_students
    ]
    own = [[(t("button-wrong-mark"), "appeals:0"), (t("button-absent"), "absent")]]
    await reply(update, text, [*enrol, *own, *calls])


def _read(session: Session, person: Person, taken: Sequence[SchoolClass]) -> Standing:
    unheard = uncalled_classes(session, person.id)
    classes = [
        InClass(
            one,
            mark_counts(session, person, one.id),
            last_lessons(session, person, one.id, _LESSONS_SHOWN),
            one.id in unheard,
            [(old, mark_counts(session, person, old.id)) for old in moved_from(session, one.id, person.id)],
        )
        for one in taken
    ]
    return Standing(is_of_use(session, person.id), waits(session, person.id), classes)


def _class_part(t: Texts, of: InClass) -> str:
    zone = ZoneInfo(of.school_class.timezone)
    lines = [t("me-class", title=of.school_class.title, counts=_count_words(t, of.counts))]
    for lesson, mark in of.last:
        status = seen_by_student(mark.status)
        time = f" · {mark.at.astimezone(zone):%H:%M}" if mark.at else ""
        day = f"{lesson.opened_at.astimezone(zone):%d.%m.%Y}"
        lines.append(f"{MEANINGS[status].sign} {day} — {status_word(status, t)}{time}")
    for old, counts in of.before:
        if any(counts.values()):
            lines.append(t("me-class-before", title=old.title, counts=_count_words(t, counts)))
    return one_below_the_other(lines)


def _count_words(t: Texts, marks: Mapping[Status, int]) -> str:
    seen: Counter[Status] = Counter()
    for status, number in marks.items():
        seen[seen_by_student(status)] += number
    counts = {status: seen[status] for status in STATUSES if seen_by_student(status) is status}
    return " · ".join(count_words(counts, t, single=False).values())

"""The tables of weekly timetables. Days are kept as they are written, ``2026-11-29``: the class's days, not UTC's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from rollcall.storage.tables import Table

TOLD = "told"
SKIPPED = "skipped"
OPENED = "opened"


class Slot(Table):
    """A lesson that a class has each week, or every other week."""

    __tablename__ = "timetable_slots"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    """Who opens it, as long as they teach the class; else whoever has taught it longest."""
    weekday: Mapped[int]
    """Monday is 1."""
    begins: Mapped[int]
    """Minutes after midnight, by the class's clocks."""
    minutes: Mapped[int]
    weeks: Mapped[str] = mapped_column(String(8))
    """A `rollcall.domain.timetable.Weeks`."""
    topic: Mapped[str | None] = mapped_column(String(64))


class Holiday(Table):
    """Days on which a class has no lessons."""

    __tablename__ = "holidays"
    id: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), index=True)
    first: Mapped[str] = mapped_column(String(10))
    last: Mapped[str] = mapped_column(String(10))


class Term(Table):
    """From when to when a class's timetable holds; without one, always."""

    __tablename__ = "terms"
    class_id: Mapped[int] = mapped_column(ForeignKey("classes.id", ondelete="CASCADE"), primary_key=True)
    first: Mapped[str] = mapped_column(String(10))
    last: Mapped[str] = mapped_column(String(10))


class Planned(Table):
    """A slot on one day, from when its teachers are told: what has become of it. One row, so that it happens once."""

    __tablename__ = "planned_lessons"
    slot_id: Mapped[int] = mapped_column(ForeignKey("timetable_slots.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    begins_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8))
    """`TOLD`, `SKIPPED` or `OPENED`."""
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id", ondelete="SET NULL"))


class PlanNotice(Table):
    """A word still owed to a teacher: a lesson opens by itself soon. Deleted once it is said, or too late."""

    __tablename__ = "plan_notices"
    slot_id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    not_before: Mapped[datetime | None]
    """When it may be tried again: a bot is sending it, or the teacher's chat did not take it."""
    holder: Mapped[str | None] = mapped_column(String(128))
    """The bot process that is sending it."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["slot_id", "day"], ["planned_lessons.slot_id", "planned_lessons.day"], ondelete="CASCADE",
            name="fk_plan_notices_slot_id_planned_lessons",
        ),
    )  # fmt: skip

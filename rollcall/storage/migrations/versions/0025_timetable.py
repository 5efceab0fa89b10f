"""Weekly timetables, holidays, and what becomes of each lesson that they plan"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timetable_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("weeks", sa.String(length=8), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name="fk_timetable_slots_class_id_classes", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["people.id"], name="fk_timetable_slots_made_by_people", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_timetable_slots"),
    )
    op.create_index("ix_timetable_slots_class_id", "timetable_slots", ["class_id"])
    op.create_table(
        "holidays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_holidays_class_id_classes", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_holidays"),
    )
    op.create_index("ix_holidays_class_id", "holidays", ["class_id"])
    op.create_table(
        "terms",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["classes.id"], name="fk_terms_class_id_classes", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("class_id", name="pk_terms"),
    )
    op.create_table(
        "planned_lessons",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["timetable_slots.id"], name="fk_planned_lessons_slot_id_timetable_slots", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name="fk_planned_lessons_lesson_id_lessons", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("slot_id", "day", name="pk_planned_lessons"),
    )
    op.create_table(
        "plan_notices",
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.ForeignKeyConstraint(
            ["slot_id", "day"],
            ["planned_lessons.slot_id", "planned_lessons.day"],
            name="fk_plan_notices_slot_id_planned_lessons",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("slot_id", "day", "chat_id", name="pk_plan_notices"),
    )

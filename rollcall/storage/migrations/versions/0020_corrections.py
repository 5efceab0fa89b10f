"""Marks that teachers give by hand, and the words owed to students about them"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _teacher(table: str, name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column(name, sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint([name], ["people.id"], name=op.f(f"fk_{table}_{name}_people"), ondelete="SET NULL"),
    ]


def _student_in_lesson(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f(f"fk_{table}_lesson_id_lessons"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people"), ondelete="CASCADE"
        ),
    ]


def upgrade() -> None:
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=200), nullable=True))
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        *_student_in_lesson("corrections"),
        *_teacher("corrections", "made_by"),
        _moment("made_at", nullable=False),
        sa.Column("batch", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("was", sa.String(length=16), nullable=True),
        sa.Column("was_reason", sa.String(length=200), nullable=True),
        _moment("was_at"),
        sa.Column("was_confidence", sa.Double(), nullable=True),
        sa.Column("was_attempt_id", sa.String(length=36), nullable=True),
        *_teacher("corrections", "was_confirmed_by"),
        sa.Column("was_review", sa.String(length=16), nullable=True),
        _moment("undone_at"),
        *_teacher("corrections", "undone_by"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_lesson_id_person_id", "corrections", ["lesson_id", "person_id"])
    op.create_index(op.f("ix_corrections_person_id"), "corrections", ["person_id"])
    op.create_table(
        "mark_words",
        *_student_in_lesson("mark_words"),
        *_teacher("mark_words", "teacher_id"),
        sa.Column("before", sa.String(length=16), nullable=True),
        sa.Column("before_reason", sa.String(length=200), nullable=True),
        _moment("created_at", nullable=False),
        _moment("not_before"),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("lesson_id", "person_id", name=op.f("pk_mark_words")),
    )
    op.create_index(op.f("ix_mark_words_person_id"), "mark_words", ["person_id"])

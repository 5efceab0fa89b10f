"""Absences that students announce, and marks that they object to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_ABSENCE = ("open", "excused", "refused", "withdrawn")
_APPEAL = ("open", "accepted", "kept", "settled")


def _state(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=16)


def _key(table: str, name: str, to: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_{table}_{name}_{to}"), ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("state", _state("absencestate", _ABSENCE), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("absences", "class_id", "classes"),
        _key("absences", "person_id", "people"),
        _key("absences", "decided_by", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", _state("appealstate", _APPEAL), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        _key("appeals", "lesson_id", "lessons"),
        _key("appeals", "person_id", "people"),
        _key("appeals", "decided_by", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("lesson_id", "person_id", name=op.f("uq_appeals_lesson_id_person_id")),
    )
    for table, columns in (
        ("absences", ("class_id", "person_id", "state")),
        ("appeals", ("person_id", "state")),
    ):
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
    for table, question, state in (
        ("absence_cards", "absence", _state("absencestate", _ABSENCE)),
        ("appeal_cards", "appeal", _state("appealstate", _APPEAL)),
    ):
        op.create_table(
            table,
            sa.Column(f"{question}_id", sa.Integer(), nullable=False),
            sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("message_id", sa.BigInteger(), nullable=True),
            sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
            sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
            sa.Column("shown", state, nullable=False),
            _key(table, f"{question}_id", f"{question}s"),
            sa.PrimaryKeyConstraint(f"{question}_id", "chat_id", name=op.f(f"pk_{table}")),
        )

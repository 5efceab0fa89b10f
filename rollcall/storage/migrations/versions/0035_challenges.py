"""What a note has to say to be its sender's, here and now"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    modes = sa.Enum("off", "ask", "require", name="challengemode", native_enum=False, length=16)
    words = sa.Enum(
        "heard", "not_heard", "something_else", "unsure", "not_checked", name="words", native_enum=False, length=16
    )
    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("challenge", modes, nullable=False, server_default="off"))
        batch_op.add_column(sa.Column("enrol_challenge", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("challenge_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("words", words, nullable=True))
        batch_op.add_column(sa.Column("words_score", sa.Double(), nullable=True))
    op.create_table(
        "challenges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.Integer(), nullable=True),
        sa.Column("enrolment", sa.String(length=36), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("items", sa.String(length=255), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_challenges_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_challenges_lesson_id_lessons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenges")),
        sa.UniqueConstraint("lesson_id", "person_id", "number", name=op.f("uq_challenges_lesson_id_person_id_number")),
    )
    with op.batch_alter_table("challenges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenges_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenges_shown_at"), ["shown_at"], unique=False)

"""Voices that wait for a teacher's word; each voiceprint says whose notes it was made of"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATES = ("open", "accepted", "rejected", "lapsed", "settled")


def upgrade() -> None:
    op.create_table(
        "voice_claims",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("enrolment", sa.String(length=36), nullable=True),
        sa.Column("replaced", sa.String(length=36), nullable=True),
        sa.Column("attempt_id", sa.String(length=36), nullable=True),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("state", _state(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name=op.f("fk_voice_claims_class_id_classes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["people.id"], name=op.f("fk_voice_claims_decided_by_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_voice_claims_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_claims")),
    )
    with op.batch_alter_table("voice_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_voice_claims_class_id"), ["class_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_voice_claims_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_voice_claims_state", ["state"], unique=False)

    op.create_table(
        "claim_likenesses",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["voice_claims.id"], name=op.f("fk_claim_likenesses_claim_id_voice_claims"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name=op.f("fk_claim_likenesses_class_id_classes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["people.id"], name=op.f("fk_claim_likenesses_other_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("claim_id", "class_id", "other_id", name=op.f("pk_claim_likenesses")),
    )  # fmt: skip
    with op.batch_alter_table("claim_likenesses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_likenesses_other_id"), ["other_id"], unique=False)

    op.create_table(
        "claim_cards",
        sa.Column("claim_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("shown", _state(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["voice_claims.id"], name=op.f("fk_claim_cards_claim_id_voice_claims"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("claim_id", "chat_id", name=op.f("pk_claim_cards")),
    )

    # Pairs noted so far have been told of; both go on being recognised, as before.
    with op.batch_alter_table("alike_voices", schema=None) as batch_op:
        batch_op.add_column(sa.Column("two_people_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_column("told_at")

    with op.batch_alter_table("voiceprints", schema=None) as batch_op:
        batch_op.add_column(sa.Column("enrolment", sa.String(length=36), nullable=True))
    # Until now the notes of a voiceprint were known by being no younger than it; they are of one enrolment.
    op.execute(
        "UPDATE voiceprints SET enrolment = (SELECT max(enrolment) FROM enrolment_notes"
        " WHERE enrolment_notes.person_id = voiceprints.person_id"
        " AND enrolment_notes.created_at <= voiceprints.created_at)"
    )


def _state() -> sa.Enum:
    return sa.Enum(*_STATES, name="claimstate", native_enum=False, length=16)

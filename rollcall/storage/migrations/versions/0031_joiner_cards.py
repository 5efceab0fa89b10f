"""The teachers' cards about those who are not on a class's list"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_STATES = ("silent", "open", "accepted", "refused")


def _state(name: str) -> sa.Enum:
    return sa.Enum(*_STATES, name=name, native_enum=False, length=16)


def upgrade() -> None:
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", _state("joinstate"), nullable=False, server_default="open"))
        batch_op.add_column(sa.Column("decided_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_join_requests_decided_by_people"), "people", ["decided_by"], ["id"], ondelete="SET NULL"
        )
    # Until now a time was that of asking the teachers; whose line was freed had one before they said a name.
    op.execute("UPDATE join_requests SET state = 'silent' WHERE accepted IS NULL AND freed AND told_at IS NOT NULL")
    op.execute("UPDATE join_requests SET state = 'accepted' WHERE accepted")
    op.execute("UPDATE join_requests SET state = 'refused' WHERE NOT accepted")
    op.execute("UPDATE join_requests SET told_at = NULL")
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.drop_column("accepted")
        batch_op.create_index(batch_op.f("ix_join_requests_state"), ["state"], unique=False)
    op.create_table(
        "joiner_cards",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown", _state("joinstate"), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["join_requests.id"], name=op.f("fk_joiner_cards_request_id_join_requests"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("request_id", "chat_id", name=op.f("pk_joiner_cards")),
    )  # fmt: skip

"""Who holds an update, who sends an answer, where a note waits; checking in by a tap; what people chose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("job_entry", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("times_queued", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("answer_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("unanswerable", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("waiting_message_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("removed_from_chat_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("incoming_updates", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holder", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.alter_column("attempt_id", existing_type=sa.String(length=36), nullable=True)

    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("join_code_expires_at", sa.DateTime(timezone=True), nullable=True))

"""Boards in topics, cards that are asked again, a closing notice for each teacher"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("lessons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("board_thread_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("board_moves", sa.Integer(), nullable=False, server_default="0"))

    with op.batch_alter_table("review_cards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
    # Cards for teachers who had blocked the bot: until now given up for good, from now on asked again.
    op.execute(
        "UPDATE review_cards SET message_id = NULL WHERE message_id = 0"
        " AND review_id IN (SELECT id FROM reviews WHERE state = 'open')"
    )

    op.create_table(
        "closing_notices",
        sa.Column("lesson_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lessons.id"], name=op.f("fk_closing_notices_lesson_id_lessons"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "chat_id", name=op.f("pk_closing_notices")),
    )

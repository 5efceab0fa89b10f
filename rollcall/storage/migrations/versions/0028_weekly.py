"""Who misses a lot is told to teachers once a week"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_missed_in_a_row", sa.Integer(), nullable=False, server_default="3"))
        batch_op.add_column(sa.Column("told_share_below", sa.Integer(), nullable=False, server_default="75"))
        batch_op.add_column(sa.Column("told_week", sa.String(length=8), nullable=True))
    op.create_table(
        "weekly_words",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("holder", sa.String(length=128), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name=op.f("fk_weekly_words_class_id_classes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", "week", "chat_id", name=op.f("pk_weekly_words")),
    )

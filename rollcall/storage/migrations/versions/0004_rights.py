"""Limits per person; invitations that can be revoked; join codes that run out"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_LAST_DAYS = timedelta(days=30)
"""For the join codes that there are: passed on when they were to last for ever."""


def upgrade() -> None:
    op.create_table(
        "allowances",
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_update_id", sa.BigInteger(), nullable=True),
        sa.Column("told_update_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("who", "kind", name=op.f("pk_allowances")),
    )
    op.create_index(op.f("ix_allowances_whole_at"), "allowances", ["whole_at"], unique=False)

    with op.batch_alter_table("invites", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))

    classes = sa.table("classes", sa.column("join_code_expires_at", sa.DateTime(timezone=True)))
    op.execute(
        classes.update()
        .where(classes.c.join_code_expires_at.is_(None))
        .values(join_code_expires_at=datetime.now(UTC) + _LAST_DAYS)
    )

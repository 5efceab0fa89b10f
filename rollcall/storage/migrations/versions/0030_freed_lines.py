"""A line of a class's list that was claimed by somebody else is freed, and keeps the name that the list gave it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("join_requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("freed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("listed_name", sa.String(length=128), nullable=True))

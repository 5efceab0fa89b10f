"""Which bot is sending an answer; leases that are watched instead of compared with a clock"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer_holder", sa.String(length=128), nullable=True))

    with op.batch_alter_table("incoming_updates", schema=None) as batch_op:
        batch_op.alter_column("held_until", new_column_name="renewed_at", existing_type=sa.DateTime(timezone=True))

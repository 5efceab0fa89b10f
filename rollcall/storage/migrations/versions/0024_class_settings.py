"""What a class is set to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("late_after_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("lesson_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("vocabulary", sa.String(length=16), nullable=False, server_default="school"))
        batch_op.add_column(sa.Column("language", sa.String(length=8), nullable=True))

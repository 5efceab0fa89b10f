"""Enrolment notes as a telephone passes them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrolment_notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("narrow", sa.LargeBinary(), nullable=True))

"""How a class's projector names its people"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sa.Enum("full", "short", "initials", name="screennames", native_enum=False, length=16)
    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("screen_names", words, nullable=False, server_default="full"))

"""Of a class's teachers one owns it; a substitute's right ends by itself"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    # Whoever made a class is the first to teach it.
    row = sa.table(
        "memberships", sa.column("class_id"), sa.column("person_id"), sa.column("role"), sa.column("joined_at"),
        sa.column("owner", sa.Boolean()),
    )  # fmt: skip
    other = row.alias()
    first = (
        sa.select(other.c.person_id)
        .where(other.c.class_id == row.c.class_id, other.c.role == "teacher")
        .order_by(other.c.joined_at, other.c.person_id)
        .limit(1)
        .scalar_subquery()
    )
    op.execute(row.update().where(row.c.role == "teacher", row.c.person_id == first).values(owner=sa.true()))

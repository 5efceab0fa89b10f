"""Two accounts of one student, to be made one by the bot"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "merges",
        sa.Column("old_id", sa.Integer(), nullable=False),
        sa.Column("new_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.String(length=36), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_merges_{column}_{table}"), ondelete="CASCADE"
            )
            for column, table in (
                ("old_id", "people"),
                ("new_id", "people"),
                ("class_id", "classes"),
                ("asked_by", "people"),
            )
        ),
        sa.PrimaryKeyConstraint("old_id", name=op.f("pk_merges")),
    )
    with op.batch_alter_table("merges", schema=None) as batch_op:
        for column in ("new_id", "class_id", "asked_by"):
            batch_op.create_index(batch_op.f(f"ix_merges_{column}"), [column], unique=False)

"""Students whose name looks like a classmate's"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "namesakes",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name=op.f("fk_namesakes_class_id_classes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_namesakes_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", "person_id", name=op.f("pk_namesakes")),
    )
    with op.batch_alter_table("namesakes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_namesakes_person_id"), ["person_id"], unique=False)

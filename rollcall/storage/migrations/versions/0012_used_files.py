"""The files of erased notes, as numbers under a key of their class"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("classes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("file_key", sa.LargeBinary(), nullable=True))

    op.create_table(
        "used_files",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["classes.id"], name=op.f("fk_used_files_class_id_classes"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("class_id", "digest", name=op.f("pk_used_files")),
    )

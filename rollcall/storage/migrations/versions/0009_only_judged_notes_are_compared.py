"""Fingerprints of notes that were never judged, and of repetitions of others, go"""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Fingerprints of half a second or of silence resembled everybody's, and shut whole classes out.
    op.execute("UPDATE attempts SET fingerprint = NULL WHERE verdict IN ('refused', 'failed')")

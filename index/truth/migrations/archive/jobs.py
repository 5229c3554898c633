"""The jobs of a service: articles sent and not yet stored, which lie in a file of its own beside a folder's truth."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.truth.tables import Number, Words

revision = "a002"
down_revision = "a001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "jobs",
        sa.Column("number", Number, primary_key=True),
        sa.Column("id", Words, nullable=False, unique=True),
        sa.Column("ended", Words),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("told", Words, nullable=False),
        sa.Column("payload", Words),
    )

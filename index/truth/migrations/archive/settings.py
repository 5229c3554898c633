"""What lies in files beside a truth in a folder: the manifest, and what else is kept under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.truth.tables import Words

revision = "a001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "settings",
        sa.Column("name", Words, primary_key=True),
        sa.Column("value", Words, nullable=False),
    )

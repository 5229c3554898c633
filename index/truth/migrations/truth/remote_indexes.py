"""What indexes on a server keep in the truth: up to which change they go, and how many chunks have each term."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.truth.tables import Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "index_states",
        sa.Column("name", Words, primary_key=True),
        sa.Column("state", Words, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "term_counts",
        sa.Column("field", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("documents", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )

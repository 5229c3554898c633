"""A random stamp of each change, by which a change that was lost is told from another one of its number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for them; changes of before have none."""
    op.add_column("log", sa.Column("stamp", sa.BigInteger))

"""Secrets of channels, sealed."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("channels", sa.Column("sealed", Words, nullable=True))

"""What is in the trash is listed by when it went there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    where = sa.text("trashed_at IS NOT NULL")
    op.create_index("ix_assets_trashed", "assets", ["trashed_at", "id"], sqlite_where=where, postgresql_where=where)

"""What people wrote into their files; of those that were uploaded before, it is not known yet."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("contents", sa.Column("embedded", Json, nullable=True))

"""How much of a rendition that takes long is done."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Serial

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("artefacts", sa.Column("percent", Serial, nullable=True))

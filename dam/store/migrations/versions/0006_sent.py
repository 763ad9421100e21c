"""Jobs that a broker has been told of."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Utc

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("jobs", sa.Column("sent_until", Utc(), nullable=True))
    op.create_index(
        "ix_jobs_sent",
        "jobs",
        ["sent_until"],
        unique=False,
        sqlite_where=sa.text("sent_until IS NOT NULL"),
        postgresql_where=sa.text("sent_until IS NOT NULL"),
    )

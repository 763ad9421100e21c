"""What whoever runs the service wants to know: which request work is for, how long tasks take, what waits."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Serial, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_placements_needs", "placements", "id", "needs_code IS NOT NULL AND ended_at IS NULL"),
    ("ix_deliveries_open", "deliveries", "state", "state IN ('due', 'leased', 'verifying', 'held')"),
)


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("events", sa.Column("request_id", Words, nullable=True))
    op.add_column("jobs", sa.Column("request_id", Words, nullable=True))
    op.create_table(
        "timings",
        sa.Column("task", Words, nullable=False),
        sa.Column("outcome", Words, nullable=False),
        sa.Column("bucket", Serial, autoincrement=False, nullable=False),
        sa.Column("count", Serial, autoincrement=False, nullable=False),
        sa.Column("micros", Serial, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("task", "outcome", "bucket", name=op.f("pk_timings")),
    )
    for name, table, column, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, table, [column], unique=False, sqlite_where=where, postgresql_where=where)

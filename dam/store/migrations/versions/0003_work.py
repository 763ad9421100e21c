"""What happened, and work to be done."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Serial, Utc, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "answers",
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("route", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("body_sha256", Words, nullable=False),
        sa.Column("lease_until", Utc(), nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.PrimaryKeyConstraint("principal_id", "route", "key", name=op.f("pk_answers")),
    )
    op.create_index("ix_answers_lease_until", "answers", ["lease_until"], unique=False)
    op.create_table(
        "counters",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", Serial, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "events",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=True),
        sa.Column("type", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("asset_id", Words, nullable=True),
        sa.Column("data", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("number", name=op.f("uq_events_number")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_asset", "events", ["asset_id", "number"], unique=False)
    op.create_index(
        "ix_events_unnumbered",
        "events",
        ["id"],
        unique=False,
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("task", Words, nullable=False),
        sa.Column("ids", Json, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("tries", Serial, autoincrement=False, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("leased_until", Utc(), nullable=True),
        sa.Column("reason_code", Words, nullable=True),
        sa.Column("reason_detail", Words, nullable=True),
        sa.CheckConstraint("state <> 'leased' OR leased_until IS NOT NULL", name=op.f("ck_jobs_leased")),
        sa.CheckConstraint("state IN ('due', 'leased', 'set_aside')", name=op.f("ck_jobs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_index(
        "ix_jobs_leased",
        "jobs",
        ["leased_until", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index(
        "ix_jobs_set_aside",
        "jobs",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'set_aside'"),
        postgresql_where=sa.text("state = 'set_aside'"),
    )

"""Uploads in parts."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Serial, Utc, Words

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_uploads_unfinished", ["principal_id"], "finished_at IS NULL"),
    ("ix_uploads_open", ["expires_at", "id"], "state = 'open'"),
    ("ix_uploads_completing", ["updated_at", "id"], "state = 'completing'"),
    ("ix_uploads_uncleared", ["updated_at", "id"], "cleared_at IS NULL AND finished_at IS NOT NULL"),
    ("ix_uploads_cleared", ["cleared_at", "id"], "cleared_at IS NOT NULL"),
)


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "uploads",
        sa.Column("id", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("filename", Words, nullable=False),
        sa.Column("size", Serial, autoincrement=False, nullable=False),
        sa.Column("part_size", Serial, autoincrement=False, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("sha256", Words, nullable=True),
        sa.Column("asset_id", Words, nullable=True),
        sa.Column("rationale", Words, nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("handle", Words, nullable=True),
        sa.Column("accepted", Words, nullable=True),
        sa.Column("tries", Serial, autoincrement=False, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=True),
        sa.Column("reason_code", Words, nullable=True),
        sa.Column("reason_detail", Words, nullable=True),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.Column("cleared_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('open', 'completing')) = (finished_at IS NULL)", name=op.f("ck_uploads_finished")
        ),
        sa.CheckConstraint("(state = 'complete') = (number IS NOT NULL)", name=op.f("ck_uploads_complete")),
        sa.CheckConstraint(
            "state IN ('open', 'completing', 'complete', 'failed', 'expired', 'aborted')",
            name=op.f("ck_uploads_state"),
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_uploads_asset_id")),
        sa.ForeignKeyConstraint(
            ["asset_id", "number"],
            ["versions.asset_id", "versions.number"],
            name=op.f("fk_uploads_asset_id_number"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
    )
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(name, "uploads", columns, unique=False, sqlite_where=where, postgresql_where=where)

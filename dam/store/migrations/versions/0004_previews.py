"""Previews supplied by hand."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Serial, Utc, Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "rendition_overrides",
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id", "number"],
            ["versions.asset_id", "versions.number"],
            name=op.f("fk_rendition_overrides_asset_id_number"),
        ),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_rendition_overrides_sha256")),
        sa.PrimaryKeyConstraint("asset_id", "number", "recipe", name=op.f("pk_rendition_overrides")),
    )
    op.create_index("ix_rendition_overrides_sha256", "rendition_overrides", ["sha256"], unique=False)

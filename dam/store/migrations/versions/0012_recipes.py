"""Recipes of the house, each version a row."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Serial, Utc, Words

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "recipes",
        sa.Column("name", Words, nullable=False),
        sa.Column("version", Serial, autoincrement=False, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("spec", Json, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("retired_at", Utc(), nullable=True),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_recipes"),
    )

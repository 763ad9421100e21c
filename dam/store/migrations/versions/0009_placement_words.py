"""The states of placements as they were last shown, to be counted and to find them by.

They are filled by the worker, as the search index is: every asset that has a place is behind now.
"""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "placement_words",
        sa.Column("placement_id", Words, nullable=False),
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("channel_id", Words, nullable=False),
        sa.Column("word", Words, nullable=False),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_placement_words")),
    )
    op.create_index("ix_placement_words_asset", "placement_words", ["asset_id"])
    op.create_index("ix_placement_words_channel", "placement_words", ["channel_id", "word", "placement_id"])
    op.create_index("ix_placement_words_word", "placement_words", ["word", "placement_id"])
    op.execute("UPDATE assets SET indexed_seq = 0 WHERE id IN (SELECT asset_id FROM placements WHERE ended_at IS NULL)")

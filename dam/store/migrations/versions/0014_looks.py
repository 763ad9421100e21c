"""How pictures look, so that those that look alike are found."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Serial, Words

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BANDS = tuple(f"band_{number}" for number in range(16))


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "looks",
        sa.Column("sha256", Words, nullable=False),
        sa.Column("look", Words, nullable=False),
        *(sa.Column(name, Serial, autoincrement=False, nullable=False) for name in _BANDS),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name="fk_looks_sha256"),
        sa.PrimaryKeyConstraint("sha256", name="pk_looks"),
    )
    for name in _BANDS:
        op.create_index(f"ix_looks_{name}", "looks", [name])

"""Parameters of artefacts: focal points, and what is written into a copy. What was made before has none."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Words

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NONE = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # SHA-256 of "{}"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("assets", sa.Column("focal", Json, nullable=True))
    op.add_column("artefacts", sa.Column("params", Json, nullable=True))
    op.add_column("placements", sa.Column("params_sha256", Words, nullable=False, server_default=_NONE))

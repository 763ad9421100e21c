"""The words of documents leave what lists read, for a column of their own."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SQLITE = """
    UPDATE contents SET text = json_extract(embedded, '$.text'), embedded = json_remove(embedded, '$.text')
    WHERE json_type(embedded, '$.text') = 'text'
"""
_POSTGRESQL = """
    UPDATE contents SET text = embedded ->> 'text', embedded = embedded - 'text'
    WHERE jsonb_typeof(embedded -> 'text') = 'string'
"""


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("contents", sa.Column("text", Words, nullable=True))
    op.execute(_SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL)

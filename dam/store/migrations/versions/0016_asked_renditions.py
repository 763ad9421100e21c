"""Renditions that were asked for, by the version that asked: assets with the same bytes share what is made, and each
shows what was made with its own words. What there was without words and focal points stays every such asset's; what has
them belongs to the assets whose places have it.
"""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Serial, Utc, Words

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_NONE = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # SHA-256 of "{}"
_DISPLAY = (
    *("thumb-256", "preview-1024", "large-2048", "proxy-480", "sound-96"),
    *("sprite-160", "sprite-160-index", "moving-480", "peaks-4000"),
)
_KEY = ("asset_id", "number", "recipe", "recipe_version", "params_sha256")
_READ = {
    "artefacts": ("source_sha256", "recipe", "recipe_version", "params_sha256", "updated_at"),
    "versions": ("asset_id", "number", "sha256"),
    "placements": ("asset_id", "recipe", "recipe_version", "params_sha256"),
}


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "asked_renditions",
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("recipe_version", Serial, autoincrement=False, nullable=False),
        sa.Column("params_sha256", Words, nullable=False),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id", "number"],
            ["versions.asset_id", "versions.number"],
            name=op.f("fk_asked_renditions_asset_id_number"),
        ),
        sa.PrimaryKeyConstraint(*_KEY, name=op.f("pk_asked_renditions")),
    )
    op.execute(_asked())


def _asked() -> sa.Insert:
    """What there is, of the versions that have its bytes."""
    made, versions, placements = (sa.table(name, *map(sa.column, columns)) for name, columns in _READ.items())
    places = sa.exists().where(
        placements.c.asset_id == versions.c.asset_id,
        *(placements.c[name] == made.c[name] for name in _KEY[2:]),
    )
    kept = (
        sa.select(versions.c.asset_id, versions.c.number, *(made.c[name] for name in (*_KEY[2:], "updated_at")))
        .join_from(made, versions, versions.c.sha256 == made.c.source_sha256)
        .where(made.c.recipe.not_in(_DISPLAY), sa.or_(made.c.params_sha256 == _NONE, places))
    )
    asked = sa.table("asked_renditions", *map(sa.column, (*_KEY, "asked_at")))
    return sa.insert(asked).from_select([*_KEY, "asked_at"], kept)

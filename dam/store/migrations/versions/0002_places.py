"""Channels, placements, rollouts and what becomes of them."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Serial, Utc, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "channels",
        sa.Column("id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("config", Json, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("on_drift", Words, nullable=False),
        sa.Column("audit_every_s", Serial, autoincrement=False, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("revision", Serial, autoincrement=False, nullable=False),
        sa.Column("checked_at", Utc(), nullable=True),
        sa.Column("unreachable_code", Words, nullable=True),
        sa.Column("unreachable_detail", Words, nullable=True),
        sa.Column("failures", Serial, autoincrement=False, nullable=False),
        sa.Column("next_check_at", Utc(), nullable=True),
        sa.Column("removed_at", Utc(), nullable=True),
        sa.CheckConstraint("on_drift IN ('report', 'repair')", name=op.f("ck_channels_on_drift")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
    )
    op.create_index(
        "ix_channels_next_check",
        "channels",
        ["next_check_at"],
        unique=False,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_channels_name",
        "channels",
        ["name"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "placements",
        sa.Column("id", Words, nullable=False),
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("channel_id", Words, nullable=False),
        sa.Column("remote", Words, nullable=False),
        sa.Column("canonical", Words, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("recipe_version", Serial, autoincrement=False, nullable=False),
        sa.Column("pinned", Serial, autoincrement=False, nullable=True),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("fence", Serial, autoincrement=False, nullable=False),
        sa.Column("epoch", Serial, autoincrement=False, nullable=False),
        sa.Column("proof_digest", Words, nullable=True),
        sa.Column("proof_fence", Serial, autoincrement=False, nullable=True),
        sa.Column("proof_begun_at", Utc(), nullable=True),
        sa.Column("needs_code", Words, nullable=True),
        sa.Column("needs_detail", Words, nullable=True),
        sa.Column("look_at", Utc(), nullable=True),
        sa.Column("adopted_sha256", Words, nullable=True),
        sa.Column("ending", sa.Boolean(), nullable=False),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "fence >= 0 AND (proof_fence IS NULL OR proof_fence <= fence)", name=op.f("ck_placements_fence")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_placements_asset_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channels.id"], name=op.f("fk_placements_channel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    op.create_index("ix_placements_asset", "placements", ["asset_id", "id"], unique=False)
    op.create_index("ix_placements_channel", "placements", ["channel_id", "id"], unique=False)
    op.create_index(
        "ix_placements_look_at",
        "placements",
        ["look_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_placements_recipe",
        "placements",
        ["recipe", "recipe_version", "id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_placements_canonical",
        "placements",
        ["canonical"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "rollouts",
        sa.Column("number", Serial, autoincrement=True, nullable=False),
        sa.Column("cause", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("asset_id", Words, nullable=True),
        sa.Column("version", Serial, autoincrement=False, nullable=True),
        sa.Column("sha256", Words, nullable=True),
        sa.Column("started_by", Words, nullable=False),
        sa.Column("started_at", Utc(), nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("fanned_out", sa.Boolean(), nullable=False),
        sa.Column("finished_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('approval', 'rollback', 'placement', 'repin', 'recipe_change', 'repair', 'withdrawal')",
            name=op.f("ck_rollouts_cause"),
        ),
        sa.CheckConstraint("state IN ('open', 'held', 'done', 'cancelled')", name=op.f("ck_rollouts_state")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_rollouts_asset_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rollouts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rollouts_asset", "rollouts", ["asset_id", "number"], unique=False)
    op.create_index(
        "ix_rollouts_open",
        "rollouts",
        ["number"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", Words, nullable=False),
        sa.Column("placement_id", Words, nullable=False),
        sa.Column("rollout", Serial, autoincrement=False, nullable=False),
        sa.Column("action", Words, nullable=False),
        sa.Column("version", Serial, autoincrement=False, nullable=True),
        sa.Column("artefact", Words, nullable=True),
        sa.Column("before", Words, nullable=True),
        sa.Column("state", Words, nullable=False),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column("adopt", sa.Boolean(), nullable=False),
        sa.Column("fence", Serial, autoincrement=False, nullable=True),
        sa.Column("lease_until", Utc(), nullable=True),
        sa.Column("tries", Serial, autoincrement=False, nullable=False),
        sa.Column("reason_code", Words, nullable=True),
        sa.Column("reason_detail", Words, nullable=True),
        sa.CheckConstraint("action IN ('put', 'remove')", name=op.f("ck_deliveries_action")),
        sa.CheckConstraint(
            "state <> 'leased' OR (lease_until IS NOT NULL AND fence IS NOT NULL)", name=op.f("ck_deliveries_leased")
        ),
        sa.CheckConstraint(
            "state IN ('due', 'leased', 'verifying', 'held', 'done', 'failed', 'superseded', 'cancelled')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_deliveries_placement_id")),
        sa.ForeignKeyConstraint(["rollout"], ["rollouts.number"], name=op.f("fk_deliveries_rollout")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("placement_id", "rollout", name=op.f("uq_deliveries_placement_id_rollout")),
    )
    op.create_index("ix_deliveries_artefact", "deliveries", ["artefact"], unique=False)
    op.create_index("ix_deliveries_before", "deliveries", ["before"], unique=False)
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('due', 'verifying')"),
        postgresql_where=sa.text("state IN ('due', 'verifying')"),
    )
    op.create_index(
        "ix_deliveries_leased",
        "deliveries",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_index("ix_deliveries_rollout", "deliveries", ["rollout", "id"], unique=False)
    op.create_index(
        "ix_deliveries_waiting",
        "deliveries",
        ["placement_id"],
        unique=False,
        sqlite_where=sa.text("state = 'due' AND artefact IS NULL"),
        postgresql_where=sa.text("state = 'due' AND artefact IS NULL"),
    )
    op.create_table(
        "observations",
        sa.Column("id", Words, nullable=False),
        sa.Column("placement_id", Words, nullable=False),
        sa.Column("began_at", Utc(), nullable=False),
        sa.Column("until", Utc(), nullable=False),
        sa.Column("how", Words, nullable=False),
        sa.Column("digest", Words, nullable=True),
        sa.Column("foreign", sa.Boolean(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("looks", Serial, autoincrement=False, nullable=False),
        sa.Column("reason_code", Words, nullable=True),
        sa.Column("reason_detail", Words, nullable=True),
        sa.CheckConstraint("how IN ('readback', 'audit')", name=op.f("ck_observations_how")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_observations_placement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index("ix_observations_placement", "observations", ["placement_id", "id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("placement_id", Words, nullable=False),
        sa.Column("fence", Serial, autoincrement=False, nullable=False),
        sa.Column("delivery_id", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("began_at", Utc(), nullable=False),
        sa.Column("lease_until", Utc(), nullable=False),
        sa.Column("permit_until", Utc(), nullable=True),
        sa.Column("ended_at", Utc(), nullable=True),
        sa.Column("outcome", Words, nullable=True),
        sa.Column("receipt", Json, nullable=True),
        sa.CheckConstraint("outcome IN ('none', 'applied', 'unknown')", name=op.f("ck_attempts_outcome")),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id")),
        sa.ForeignKeyConstraint(["placement_id"], ["placements.id"], name=op.f("fk_attempts_placement_id")),
        sa.PrimaryKeyConstraint("placement_id", "fence", name=op.f("pk_attempts")),
    )

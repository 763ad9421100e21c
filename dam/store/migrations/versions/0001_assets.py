"""Assets and people."""

import sqlalchemy as sa
from alembic import op

from dam.store.columns import Json, Serial, Utc, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "assets",
        sa.Column("id", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("description", Words, nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("head", Serial, autoincrement=False, nullable=True),
        sa.Column("latest", Serial, autoincrement=False, nullable=False),
        sa.Column("revision", Serial, autoincrement=False, nullable=False),
        sa.Column("index_seq", Serial, autoincrement=False, nullable=False),
        sa.Column("withdrawn_at", Utc(), nullable=True),
        sa.Column("trashed_at", Utc(), nullable=True),
        sa.Column("indexed_seq", Serial, nullable=False),
        sa.CheckConstraint("head IS NULL OR (head >= 1 AND head <= latest)", name=op.f("ck_assets_head")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("key", name=op.f("uq_assets_key")),
    )
    op.create_index(
        "ix_assets_behind",
        "assets",
        ["id"],
        unique=False,
        sqlite_where=sa.text("indexed_seq < index_seq"),
        postgresql_where=sa.text("indexed_seq < index_seq"),
    )
    op.create_index("ix_assets_title", "assets", ["title"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("name", name=op.f("uq_campaigns_name")),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", Words, nullable=False),
        sa.Column("size", Serial, autoincrement=False, nullable=False),
        sa.Column("media_type", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("properties", Json, nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_contents_size")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "principals",
        sa.Column("id", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("password_hash", Words, nullable=True),
        sa.Column("disabled_at", Utc(), nullable=True),
        sa.CheckConstraint("kind IN ('person', 'service', 'guest', 'system')", name=op.f("ck_principals_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
        sa.UniqueConstraint("name", name=op.f("uq_principals_name")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failures")),
    )
    op.create_index("ix_sign_in_failures_at", "sign_in_failures", ["at"], unique=False)
    op.create_index("ix_sign_in_failures_name", "sign_in_failures", ["name", "at"], unique=False)
    op.create_table(
        "artefacts",
        sa.Column("source_sha256", Words, nullable=False),
        sa.Column("recipe", Words, nullable=False),
        sa.Column("recipe_version", Serial, autoincrement=False, nullable=False),
        sa.Column("params_sha256", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("sha256", Words, nullable=True),
        sa.Column("size", Serial, autoincrement=False, nullable=True),
        sa.Column("media_type", Words, nullable=True),
        sa.Column("width", Serial, autoincrement=False, nullable=True),
        sa.Column("height", Serial, autoincrement=False, nullable=True),
        sa.Column("reason_code", Words, nullable=True),
        sa.Column("reason_detail", Words, nullable=True),
        sa.CheckConstraint("state <> 'ready' OR sha256 IS NOT NULL", name=op.f("ck_artefacts_ready")),
        sa.CheckConstraint(
            "state IN ('pending', 'ready', 'failed', 'not_applicable')", name=op.f("ck_artefacts_state")
        ),
        sa.ForeignKeyConstraint(["source_sha256"], ["contents.sha256"], name=op.f("fk_artefacts_source_sha256")),
        sa.PrimaryKeyConstraint(
            "source_sha256", "recipe", "recipe_version", "params_sha256", name=op.f("pk_artefacts")
        ),
    )
    op.create_index(
        "ix_artefacts_pending",
        "artefacts",
        ["updated_at"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_table(
        "asset_campaigns",
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("campaign_id", Words, nullable=False),
        sa.Column("position", Serial, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_asset_campaigns_asset_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_asset_campaigns_campaign_id")),
        sa.PrimaryKeyConstraint("asset_id", "campaign_id", name=op.f("pk_asset_campaigns")),
    )
    op.create_index("ix_asset_campaigns_campaign", "asset_campaigns", ["campaign_id", "asset_id"], unique=False)
    op.create_table(
        "asset_tags",
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("tag", Words, nullable=False),
        sa.Column("position", Serial, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_asset_tags_asset_id")),
        sa.PrimaryKeyConstraint("asset_id", "tag", name=op.f("pk_asset_tags")),
    )
    op.create_index("ix_asset_tags_tag", "asset_tags", ["tag", "asset_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("scope_kind", Words, nullable=False),
        sa.Column("scope_id", Words, nullable=False),
        sa.Column("role", Words, nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'contributor', 'approver', 'manager', 'admin')", name=op.f("ck_grants_role")
        ),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_grants_principal_id")),
        sa.PrimaryKeyConstraint("principal_id", "scope_kind", "scope_id", name=op.f("pk_grants")),
    )
    op.create_table(
        "sessions",
        sa.Column("digest", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("csrf", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_sessions_principal_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
    )
    op.create_index("ix_sessions_principal", "sessions", ["principal_id"], unique=False)
    op.create_table(
        "sign_in_links",
        sa.Column("digest", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_sign_in_links_principal_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_links")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("role", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=True),
        sa.Column("last_used_at", Utc(), nullable=True),
        sa.Column("revoked_at", Utc(), nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'contributor', 'approver', 'manager', 'admin')", name=op.f("ck_tokens_role")
        ),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_tokens_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_tokens_digest")),
    )
    op.create_index("ix_tokens_principal", "tokens", ["principal_id", "id"], unique=False)
    op.create_table(
        "versions",
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("filename", Words, nullable=False),
        sa.Column("rationale", Words, nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_versions_number")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_versions_asset_id")),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_versions_sha256")),
        sa.PrimaryKeyConstraint("asset_id", "number", name=op.f("pk_versions")),
    )
    op.create_index("ix_versions_sha256", "versions", ["sha256", "asset_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", Serial, autoincrement=True, nullable=False),
        sa.Column("asset_id", Words, nullable=False),
        sa.Column("number", Serial, autoincrement=False, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("principal_id", Words, nullable=False),
        sa.Column("head_before", Serial, autoincrement=False, nullable=True),
        sa.Column("head_after", Serial, autoincrement=False, nullable=True),
        sa.Column("note", Words, nullable=False),
        sa.Column("self_approval", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('approve', 'reject', 'revoke', 'rollback', 'withdraw')", name=op.f("ck_decisions_kind")
        ),
        sa.ForeignKeyConstraint(
            ["asset_id", "number"], ["versions.asset_id", "versions.number"], name=op.f("fk_decisions_asset_id_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_version", "decisions", ["asset_id", "number", "id"], unique=False)

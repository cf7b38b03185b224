"""What listings are alike and why to look closely."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json

revision: str = "dcad5202c2d5"
down_revision: str | None = "90e8a4dd6b96"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_case = sa.table("moderation_case", sa.column("risk_points", Json))


def upgrade() -> None:
    """Bring the schema forward; why cases of before are looked at is weighed by the job that compares listings."""
    op.create_table(
        "picture_print",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("bits", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_picture_print"),
    )
    op.create_table(
        "picture_band",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["picture_print.sha256"], name="fk_picture_band_sha256"),
        sa.PrimaryKeyConstraint("band", "value", "sha256", name="pk_picture_band"),
    )
    op.create_table(
        "listing_band",
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name="fk_listing_band_listing_id"),
        sa.PrimaryKeyConstraint("band", "value", "listing_id", name="pk_listing_band"),
    )
    op.create_index("ix_listing_band_listing_id", "listing_band", ["listing_id"])
    op.create_table(
        "listing_match",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("nearness", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name="fk_listing_match_listing_id"),
        sa.ForeignKeyConstraint(["other_id"], ["listing.id"], name="fk_listing_match_other_id"),
        sa.PrimaryKeyConstraint("listing_id", "other_id", "by", name="pk_listing_match"),
    )
    op.create_index("ix_listing_match_other_id", "listing_match", ["other_id"])
    op.create_table(
        "listing_print",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name="fk_listing_print_listing_id"),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing_print"),
    )
    with op.batch_alter_table("moderation_case") as batch:
        batch.add_column(sa.Column("risk_points", Json, nullable=True))
    op.execute(sa.update(_case).values(risk_points={}))
    with op.batch_alter_table("moderation_case") as batch:
        batch.alter_column("risk_points", existing_type=Json, nullable=False)
    columns = ["company_id", "state", "decided_at"]
    op.create_index("ix_moderation_case_company_id_state_decided_at", "moderation_case", columns)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

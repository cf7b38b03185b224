"""Distribution centres: lots with their movements, origin proofs, releases, transfers, counts, what is sold there."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl
from marketplace.kernel.editions import watched_ddl

revision: str = "d3a6c1f08e57"
down_revision: str | None = "e1a64c7b3d52"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "centre",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_company_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_centre_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre")),
        sa.UniqueConstraint("place_code", name=op.f("uq_centre_place_code")),
    )
    op.create_index(op.f("ix_centre_company_id"), "centre", ["company_id"], unique=False)
    op.create_table(
        "centre_version",
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("licence_number", sa.String(length=40), nullable=True),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_version_centre_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_version_company_id")),
        sa.PrimaryKeyConstraint("centre_id", "version", name=op.f("pk_centre_version")),
    )
    op.create_table(
        "origin_proof",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=2), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("0 <= remaining AND remaining <= quantity", name=op.f("ck_origin_proof_remaining")),
        sa.CheckConstraint("issued_on <= valid_until", name=op.f("ck_origin_proof_period")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_origin_proof_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_origin_proof")),
        sa.UniqueConstraint("company_id", "kind", "number", name=op.f("uq_origin_proof_number")),
    )
    op.create_table(
        "centre_lot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("from_lot_id", sa.Uuid(), nullable=True),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("broker_id", sa.Uuid(), nullable=True),
        sa.Column("entry_number", sa.String(length=40), nullable=True),
        sa.Column("bonded_since", sa.Date(), nullable=True),
        sa.Column("bonded_until", sa.Date(), nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.Column("declaration_number", sa.String(length=40), nullable=True),
        sa.Column("declaration_line", sa.Integer(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=True),
        sa.Column("proof_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'free' OR (bonded_until IS NULL AND (NOT is_imported OR (declaration_number IS NOT NULL AND declaration_line IS NOT NULL)))",
            name=op.f("ck_centre_lot_free"),
        ),
        sa.CheckConstraint("pieces IS NULL OR pieces > 0", name=op.f("ck_centre_lot_pieces")),
        sa.CheckConstraint(
            "status <> 'bonded' OR (entry_number IS NOT NULL AND bonded_since IS NOT NULL AND bonded_until >= bonded_since AND declaration_number IS NULL)",
            name=op.f("ck_centre_lot_bonded"),
        ),
        sa.CheckConstraint("status IN ('bonded', 'free')", name=op.f("ck_centre_lot_status")),
        sa.CheckConstraint("0 <= promised AND promised <= on_hand", name=op.f("ck_centre_lot_figures")),
        sa.CheckConstraint("grams IS NULL OR grams > 0", name=op.f("ck_centre_lot_grams")),
        sa.ForeignKeyConstraint(["broker_id"], ["company.id"], name=op.f("fk_centre_lot_broker_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_lot_centre_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_lot_company_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_centre_lot_consignment_id")),
        sa.ForeignKeyConstraint(["from_lot_id"], ["centre_lot.id"], name=op.f("fk_centre_lot_from_lot_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["origin_proof.id"], name=op.f("fk_centre_lot_proof_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_lot")),
        sa.UniqueConstraint("reference", name=op.f("uq_centre_lot_reference")),
    )
    op.create_index(op.f("ix_centre_lot_bonded_until"), "centre_lot", ["bonded_until"], unique=False)
    op.create_index(op.f("ix_centre_lot_broker_id"), "centre_lot", ["broker_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_centre_id"), "centre_lot", ["centre_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_company_id"), "centre_lot", ["company_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_consignment_id"), "centre_lot", ["consignment_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_from_lot_id"), "centre_lot", ["from_lot_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_listing_id"), "centre_lot", ["listing_id"], unique=False)
    op.create_index(op.f("ix_centre_lot_proof_id"), "centre_lot", ["proof_id"], unique=False)
    op.create_table(
        "centre_arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=True),
        sa.Column("grams", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("broker_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_centre_arrival_quantity")),
        sa.CheckConstraint("pieces IS NULL OR pieces > 0", name=op.f("ck_centre_arrival_pieces")),
        sa.CheckConstraint("(state = 'received') = (lot_id IS NOT NULL)", name=op.f("ck_centre_arrival_received")),
        sa.CheckConstraint("grams IS NULL OR grams > 0", name=op.f("ck_centre_arrival_grams")),
        sa.ForeignKeyConstraint(["broker_id"], ["company.id"], name=op.f("fk_centre_arrival_broker_id")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_arrival_centre_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_centre_arrival_company_id")),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("fk_centre_arrival_consignment_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_centre_arrival_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_arrival")),
        sa.UniqueConstraint("reference", name=op.f("uq_centre_arrival_reference")),
    )
    op.create_index(op.f("ix_centre_arrival_centre_id"), "centre_arrival", ["centre_id"], unique=False)
    op.create_index(op.f("ix_centre_arrival_company_id"), "centre_arrival", ["company_id"], unique=False)
    op.create_index(op.f("ix_centre_arrival_consignment_id"), "centre_arrival", ["consignment_id"], unique=False)
    op.create_table(
        "lot_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("promised", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_lot_movement_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_movement")),
    )
    op.create_index(op.f("ix_lot_movement_lot_id"), "lot_movement", ["lot_id"], unique=False)
    op.create_index(op.f("ix_lot_movement_subject_id"), "lot_movement", ["subject_id"], unique=False)
    op.create_table(
        "lot_release",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("free_lot_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("declaration_number", sa.String(length=40), nullable=False),
        sa.Column("declaration_line", sa.Integer(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("proof_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_lot_release_quantity")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_lot_release_company_id")),
        sa.ForeignKeyConstraint(["free_lot_id"], ["centre_lot.id"], name=op.f("fk_lot_release_free_lot_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_lot_release_lot_id")),
        sa.ForeignKeyConstraint(["proof_id"], ["origin_proof.id"], name=op.f("fk_lot_release_proof_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_release")),
        sa.UniqueConstraint("free_lot_id", name=op.f("uq_lot_release_free_lot_id")),
    )
    op.create_index(op.f("ix_lot_release_lot_id"), "lot_release", ["lot_id"], unique=False)
    op.create_index(op.f("ix_lot_release_proof_id"), "lot_release", ["proof_id"], unique=False)
    op.create_table(
        "lot_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("to_centre_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("transit_reference", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("to_lot_id", sa.Uuid(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "quantity > 0 AND (received IS NULL OR received BETWEEN 0 AND quantity)",
            name=op.f("ck_lot_transfer_quantity"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_lot_transfer_lot_id")),
        sa.ForeignKeyConstraint(["to_centre_id"], ["centre.id"], name=op.f("fk_lot_transfer_to_centre_id")),
        sa.ForeignKeyConstraint(["to_lot_id"], ["centre_lot.id"], name=op.f("fk_lot_transfer_to_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_transfer")),
        sa.UniqueConstraint("reference", name=op.f("uq_lot_transfer_reference")),
    )
    op.create_index(op.f("ix_lot_transfer_lot_id"), "lot_transfer", ["lot_id"], unique=False)
    op.create_index(op.f("ix_lot_transfer_to_centre_id"), "lot_transfer", ["to_centre_id"], unique=False)
    op.create_table(
        "centre_count",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("counted_by", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_count_centre_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centre_count")),
        sa.UniqueConstraint("reference", name=op.f("uq_centre_count_reference")),
    )
    op.create_index(op.f("ix_centre_count_centre_id"), "centre_count", ["centre_id"], unique=False)
    op.create_table(
        "centre_count_line",
        sa.Column("count_id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("expected", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["count_id"], ["centre_count.id"], name=op.f("fk_centre_count_line_count_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_centre_count_line_lot_id")),
        sa.PrimaryKeyConstraint("count_id", "lot_id", name=op.f("pk_centre_count_line")),
    )
    op.create_table(
        "bond_notice",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["centre_lot.id"], name=op.f("fk_bond_notice_lot_id")),
        sa.PrimaryKeyConstraint("lot_id", "stage", name=op.f("pk_bond_notice")),
    )
    op.create_table(
        "centre_offer",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("centre_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('bonded', 'free')", name=op.f("ck_centre_offer_status")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_centre_offer_centre_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_centre_offer_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", "centre_id", name=op.f("pk_centre_offer")),
    )
    op.create_index(op.f("ix_centre_offer_centre_id"), "centre_offer", ["centre_id"], unique=False)
    for table in ("centre_version", "lot_movement", "lot_release", "bond_notice"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)
    for statement in watched_ddl("centre_offer", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Acts of those who handle cargo, stops before loading, surcharges for what came above its booking."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "d3a7c51e9b02"
down_revision: str | None = "a1d6c05f60e9"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STANDS = sa.text("state IN ('proposed', 'declined')")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "handling_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", marketplace.kernel.db.Json, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("refusal", sa.String(length=60), nullable=True),
        sa.Column("owns", marketplace.kernel.db.Json, nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departure.id"], name=op.f("fk_handling_act_departure_id_departure")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_handling_act_booking_id_booking")),
        sa.ForeignKeyConstraint(["unit_id"], ["handling_unit.id"], name=op.f("fk_handling_act_unit_id_handling_unit")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_handling_act_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_act")),
    )
    for name in ("departure_id", "booking_id", "subject", "person_id"):
        op.create_index(op.f(f"ix_handling_act_{name}"), "handling_act", [name])
    op.create_table(
        "handling_remark",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["handling_act.id"], name=op.f("fk_handling_remark_act_id_handling_act")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_handling_remark")),
    )
    op.create_index(op.f("ix_handling_remark_person_id"), "handling_remark", ["person_id"])
    op.create_table(
        "handling_file",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("is_signature", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["handling_act.id"], name=op.f("fk_handling_file_act_id_handling_act")),
        sa.PrimaryKeyConstraint("act_id", "file_id", name=op.f("pk_handling_file")),
    )
    op.create_table(
        "loading_stop",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_loading_stop_booking_id_booking")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_loading_stop")),
    )
    _surcharges()


def _surcharges() -> None:
    op.create_table(
        "freight_surcharge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("agreed_g", sa.BigInteger(), nullable=False),
        sa.Column("chargeable_g", sa.BigInteger(), nullable=False),
        sa.Column("binding", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_freight_surcharge_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_freight_surcharge_line_id_order_line")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_freight_surcharge_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["freight_contract.id"], name=op.f("fk_freight_surcharge_contract_id_freight_contract")
        ),
        sa.ForeignKeyConstraint(["payer_id"], ["company.id"], name=op.f("fk_freight_surcharge_payer_id_company")),
        sa.ForeignKeyConstraint(
            ["made_id"], ["freight_contract.id"], name=op.f("fk_freight_surcharge_made_id_freight_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_surcharge")),
    )
    for name in ("line_id", "booking_id", "contract_id", "payer_id"):
        op.create_index(op.f(f"ix_freight_surcharge_{name}"), "freight_surcharge", [name])
    op.create_index(
        "uq_freight_surcharge_line_id",
        "freight_surcharge",
        ["line_id"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

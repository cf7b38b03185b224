"""What is asked for goods that do not come, come late or are given up late, and what was charged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl
from marketplace.kernel.editions import watched_ddl

revision: str = "e4b7a1d05f38"
down_revision: str | None = "903fd43f7413"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "fee_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("per_kg_micro", sa.BigInteger(), nullable=True),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("free_days", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_fictitious", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(basis = 'per_kg') = (per_kg_micro IS NOT NULL)", name=op.f("ck_fee_rule_basis")),
        sa.CheckConstraint("grace_minutes >= 0 AND free_days >= 0", name=op.f("ck_fee_rule_times")),
        sa.CheckConstraint("share_bp BETWEEN 0 AND 10000 AND minimum_minor >= 0", name=op.f("ck_fee_rule_figures")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_rule")),
    )
    op.create_table(
        "booking_fee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("freight_minor", sa.BigInteger(), nullable=False),
        sa.Column("chargeable_g", sa.BigInteger(), nullable=False),
        sa.Column("cutoff_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("charged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waived') = (waived_at IS NOT NULL)", name=op.f("ck_booking_fee_waived")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_booking_fee_amount")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_fee_booking_id")),
        sa.ForeignKeyConstraint(["carrier_id"], ["company.id"], name=op.f("fk_booking_fee_carrier_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["freight_contract.id"], name=op.f("fk_booking_fee_contract_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_booking_fee_departure_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_booking_fee_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_booking_fee_order_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["company.id"], name=op.f("fk_booking_fee_payer_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["fee_rule.id"], name=op.f("fk_booking_fee_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_fee")),
        sa.UniqueConstraint("booking_id", "kind", name=op.f("uq_booking_fee_booking_id_kind")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_fee_reference")),
    )
    op.create_index(op.f("ix_booking_fee_departure_id"), "booking_fee", ["departure_id"], unique=False)
    op.create_index(op.f("ix_booking_fee_order_id"), "booking_fee", ["order_id"], unique=False)
    op.create_index("ix_booking_fee_payer_id_id", "booking_fee", ["payer_id", "id"], unique=False)
    op.create_index("ix_booking_fee_carrier_id_id", "booking_fee", ["carrier_id", "id"], unique=False)
    op.create_table(
        "fee_waiver",
        sa.Column("fee_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fee_id"], ["booking_fee.id"], name=op.f("fk_fee_waiver_fee_id")),
        sa.PrimaryKeyConstraint("fee_id", name=op.f("pk_fee_waiver")),
    )
    op.create_index(op.f("ix_fee_waiver_person_id"), "fee_waiver", ["person_id"], unique=False)
    dialect = op.get_bind().dialect.name
    for statement in (*insert_only_ddl("fee_rule", dialect), *watched_ddl("fee_rule", dialect)):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Rounds in which the price of a whole lorry was shared over its goods."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.columns
import marketplace.kernel.db

revision: str = "7c1e40b9a2d5"
down_revision: str | None = "9d4e1c7a35b2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "hire_round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hire_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", marketplace.kernel.columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("price_minor >= 0 AND number > 0", name=op.f("ck_hire_round_price")),
        sa.ForeignKeyConstraint(["hire_id"], ["whole_lorry.id"], name=op.f("fk_hire_round_hire_id_whole_lorry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hire_round")),
        sa.UniqueConstraint("hire_id", "number", name=op.f("uq_hire_round_hire_id_number")),
    )
    op.create_table(
        "hire_share",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("weight_minor", sa.BigInteger(), nullable=False),
        sa.Column("share_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_aboard", sa.Boolean(), nullable=False),
        sa.Column("made_id", sa.Uuid(), nullable=True),
        sa.Column("settled_at", marketplace.kernel.columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("weight_minor >= 0 AND share_minor >= 0", name=op.f("ck_hire_share_share")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_hire_share_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["freight_contract.id"], name=op.f("fk_hire_share_contract_id_freight_contract")
        ),
        sa.ForeignKeyConstraint(
            ["made_id"], ["freight_contract.id"], name=op.f("fk_hire_share_made_id_freight_contract")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["hire_round.id"], name=op.f("fk_hire_share_round_id_hire_round")),
        sa.PrimaryKeyConstraint("round_id", "booking_id", name=op.f("pk_hire_share")),
    )
    op.create_index(op.f("ix_hire_share_booking_id"), "hire_share", ["booking_id"], unique=False)
    for statement in marketplace.kernel.db.insert_only_ddl("hire_round", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

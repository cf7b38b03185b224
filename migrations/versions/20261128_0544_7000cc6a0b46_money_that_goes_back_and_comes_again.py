"""Money that goes back and comes again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "7000cc6a0b46"
down_revision: str | None = "4dc6c6d457b3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTS = sa.text("state IN ('proposed', 'done')")
_ONCE = sa.text("purpose IN ('receipt', 'payout', 'payout_return', 'sender_sent')")


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("milestone", sa.Column("ended_with_payment", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("allowance", sa.Column("why", sa.String(length=32), nullable=True))
    op.add_column("provider_booking", sa.Column("settled_minor", sa.BigInteger(), nullable=True))
    op.add_column("provider_booking", sa.Column("rate", sa.String(length=40), nullable=True))
    _house_reversals()


def _house_reversals() -> None:
    op.add_column("house_part", sa.Column("turn", sa.Integer(), server_default="0", nullable=False))
    op.drop_index("uq_house_part_once", table_name="house_part")
    op.create_index(
        "uq_house_part_once",
        "house_part",
        ["target_id", "purpose", "turn"],
        unique=True,
        sqlite_where=_ONCE,
        postgresql_where=_ONCE,
    )
    op.drop_index("uq_house_match_open", table_name="house_match")
    op.create_index(
        "uq_house_match_open",
        "house_match",
        ["entry_id"],
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    )
    op.create_table(
        "house_reversal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=False),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name=op.f("ck_house_reversal_two_people")),
        sa.CheckConstraint("state <> 'done' OR second_by IS NOT NULL", name=op.f("ck_house_reversal_agreed")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name=op.f("fk_house_reversal_entry_id")),
        sa.ForeignKeyConstraint(["match_id"], ["house_match.id"], name=op.f("fk_house_reversal_match_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_reversal")),
    )
    op.create_index(op.f("ix_house_reversal_entry_id"), "house_reversal", ["entry_id"], unique=False)
    op.create_index(op.f("ix_house_reversal_match_id"), "house_reversal", ["match_id"], unique=False)
    op.create_index(
        "uq_house_reversal_open",
        "house_reversal",
        ["match_id"],
        unique=True,
        sqlite_where=_COUNTS,
        postgresql_where=_COUNTS,
    )
    op.create_table(
        "house_part_reversal",
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("reversal_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["part_id"], ["house_part.id"], name=op.f("fk_house_part_reversal_part_id")),
        sa.ForeignKeyConstraint(
            ["reversal_id"], ["house_reversal.id"], name=op.f("fk_house_part_reversal_reversal_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_house_part_reversal_transfer_id")
        ),
        sa.PrimaryKeyConstraint("part_id", name=op.f("pk_house_part_reversal")),
    )
    op.create_index(op.f("ix_house_part_reversal_reversal_id"), "house_part_reversal", ["reversal_id"], unique=False)
    for statement in insert_only_ddl("house_part_reversal", op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

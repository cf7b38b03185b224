"""Bank statements, their entries, where house money went, and payout files as pain.001."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db
from marketplace.kernel.db import insert_only_ddl

revision: str = "1d13491f0469"
down_revision: str | None = "4ca6bf5f3d79"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=34), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("is_house", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint(
            "company_id", "number", "currency", name=op.f("uq_bank_account_company_id_number_currency")
        ),
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=True),
        sa.Column("closing_minor", sa.BigInteger(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("new_entries", sa.Integer(), nullable=False),
        sa.Column("mapping", marketplace.kernel.db.Json, nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("account_id", "digest", name=op.f("uq_bank_statement_account_id_digest")),
    )
    with op.batch_alter_table("bank_statement", schema=None) as batch_op:
        batch_op.create_index("ix_bank_statement_account_id_since", ["account_id", "since"], unique=False)

    op.create_table(
        "bank_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("bank_reference", sa.String(length=100), nullable=False),
        sa.Column("text", sa.String(length=1500), nullable=False),
        sa.Column("party_name", sa.String(length=140), nullable=False),
        sa.Column("party_account", sa.String(length=34), nullable=False),
        sa.Column("party_bic", sa.String(length=11), nullable=False),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("act_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_bank_entry_some")),
        sa.ForeignKeyConstraint(["account_id"], ["bank_account.id"], name=op.f("fk_bank_entry_account_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_entry_statement_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["incoming_transfer.id"], name=op.f("fk_bank_entry_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_entry")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_bank_entry_account_id_key")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_bank_entry_transfer_id")),
    )
    with op.batch_alter_table("bank_entry", schema=None) as batch_op:
        batch_op.create_index("ix_bank_entry_account_id_booked_on", ["account_id", "booked_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_entry_act_by"), ["act_by"], unique=False)
        batch_op.create_index("ix_bank_entry_state_id", ["state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bank_entry_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "house_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("parts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("sender", marketplace.kernel.db.Json, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("first_by", sa.Uuid(), nullable=True),
        sa.Column("second_by", sa.Uuid(), nullable=True),
        sa.Column("needs_two", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("second_by IS NULL OR second_by <> first_by", name=op.f("ck_house_match_two_people")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name=op.f("fk_house_match_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_match")),
    )
    with op.batch_alter_table("house_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_house_match_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_house_match_open",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'declined'"),
            postgresql_where=sa.text("state <> 'declined'"),
        )

    op.create_table(
        "sender_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("account", marketplace.kernel.db.Json, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_sender_return_amount")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name=op.f("fk_sender_return_entry_id")),
        sa.ForeignKeyConstraint(["file_id"], ["payout_file.id"], name=op.f("fk_sender_return_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender_return")),
        sa.UniqueConstraint("reference", name=op.f("uq_sender_return_reference")),
    )
    with op.batch_alter_table("sender_return", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sender_return_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sender_return_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_sender_return_state_id", ["state", "id"], unique=False)

    op.create_table(
        "house_part",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_house_part_some")),
        sa.ForeignKeyConstraint(["entry_id"], ["bank_entry.id"], name=op.f("fk_house_part_entry_id")),
        sa.ForeignKeyConstraint(["match_id"], ["house_match.id"], name=op.f("fk_house_part_match_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_house_part_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house_part")),
    )
    with op.batch_alter_table("house_part", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_house_part_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_house_part_match_id"), ["match_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_house_part_target_id"), ["target_id"], unique=False)
        once = sa.text("purpose IN ('receipt', 'payout', 'payout_return', 'sender_sent')")
        batch_op.create_index(
            "uq_house_part_once", ["target_id", "purpose"], unique=True, sqlite_where=once, postgresql_where=once
        )

    with op.batch_alter_table("payout_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pain001", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("pain001_sha256", sa.String(length=64), nullable=True))

    for table in ("bank_statement", "house_part"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

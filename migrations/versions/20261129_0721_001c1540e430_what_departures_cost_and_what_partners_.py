"""What departures cost, and what partners ask for it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "001c1540e430"
down_revision: str | None = "b51f9012c151"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "partner_invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_partner_invoice_company_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_partner_invoice_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_invoice")),
        sa.UniqueConstraint("company_id", "number", name=op.f("uq_partner_invoice_company_id_number")),
    )
    op.create_index("ix_partner_invoice_company_id_id", "partner_invoice", ["company_id", "id"], unique=False)
    op.create_index("ix_partner_invoice_state_id", "partner_invoice", ["state", "id"], unique=False)

    op.create_table(
        "cost_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_type_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_micro", sa.BigInteger(), nullable=False),
        sa.Column("free_hours", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("price_micro >= 0 AND free_hours >= 0", name=op.f("ck_cost_rate_price")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_cost_rate_company_id")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_cost_rate_line_id")),
        sa.ForeignKeyConstraint(["vehicle_type_id"], ["vehicle_type.id"], name=op.f("fk_cost_rate_vehicle_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_rate")),
    )
    op.create_index("ix_cost_rate_line_id_valid_from", "cost_rate", ["line_id", "valid_from"], unique=False)

    op.create_table(
        "cost_sheet",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_revenue_minor", sa.BigInteger(), nullable=True),
        sa.Column("closed_cost_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state = 'open' OR closed_at IS NOT NULL", name=op.f("ck_cost_sheet_closed")),
        sa.CheckConstraint(
            "(closed_revenue_minor IS NULL) = (closed_cost_minor IS NULL)", name=op.f("ck_cost_sheet_figures")
        ),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_cost_sheet_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", name=op.f("pk_cost_sheet")),
    )
    op.create_table(
        "partner_invoice_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("is_double", sa.Boolean(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=True),
        sa.Column("accepted_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (accepted_minor IS NULL)", name=op.f("ck_partner_invoice_line_decided")
        ),
        sa.CheckConstraint(
            "accepted_minor IS NULL OR accepted_minor BETWEEN 0 AND amount_minor",
            name=op.f("ck_partner_invoice_line_accepted"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_partner_invoice_line_amount")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_partner_invoice_line_departure_id")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["partner_invoice.id"], name=op.f("fk_partner_invoice_line_invoice_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_invoice_line")),
        sa.UniqueConstraint("invoice_id", "position", name=op.f("uq_partner_invoice_line_invoice_id_position")),
    )
    op.create_index(
        "ix_partner_invoice_line_departure_id_kind", "partner_invoice_line", ["departure_id", "kind"], unique=False
    )

    op.create_table(
        "cost_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("incurred_on", sa.Date(), nullable=True),
        sa.Column("rate_id", sa.Uuid(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("invoice_line_id", sa.Uuid(), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("bearer", sa.String(length=32), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(basis = 'planned') = (quantity IS NOT NULL)", name=op.f("ck_cost_item_quantity")),
        sa.CheckConstraint("(basis = 'planned') = (rate_id IS NOT NULL)", name=op.f("ck_cost_item_rate")),
        sa.CheckConstraint("(cause IS NULL) = (bearer IS NULL)", name=op.f("ck_cost_item_bearer")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_cost_item_amount")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_cost_item_booking_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_cost_item_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["cost_sheet.departure_id"], name=op.f("fk_cost_item_departure_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_cost_item_file_id")),
        sa.ForeignKeyConstraint(
            ["invoice_line_id"], ["partner_invoice_line.id"], name=op.f("fk_cost_item_invoice_line_id")
        ),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_cost_item_place_code")),
        sa.ForeignKeyConstraint(["rate_id"], ["cost_rate.id"], name=op.f("fk_cost_item_rate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_item")),
        sa.UniqueConstraint("invoice_line_id", name=op.f("uq_cost_item_invoice_line_id")),
    )
    op.create_index("ix_cost_item_company_id", "cost_item", ["company_id"], unique=False)
    op.create_index("ix_cost_item_departure_id", "cost_item", ["departure_id"], unique=False)

    op.create_table(
        "cost_sheet_rate",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_cost_sheet_rate_rate")),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["cost_sheet.departure_id"], name=op.f("fk_cost_sheet_rate_departure_id")
        ),
        sa.PrimaryKeyConstraint("departure_id", "currency", name=op.f("pk_cost_sheet_rate")),
    )
    op.create_table(
        "partner_invoice_note",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["partner_invoice_line.id"], name=op.f("fk_partner_invoice_note_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_partner_invoice_note")),
    )
    op.create_index("ix_partner_invoice_note_person_id", "partner_invoice_note", ["person_id"], unique=False)

    op.create_table(
        "cost_note",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["cost_item.id"], name=op.f("fk_cost_note_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_cost_note")),
    )
    op.create_index("ix_cost_note_person_id", "cost_note", ["person_id"], unique=False)
    for table in ("cost_rate", "cost_sheet_rate"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Tables of the trade: places, goods, lorries, money, orders, papers, search."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "f39f19fb1bdf"
down_revision: str | None = "15b7f3693221"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "allowance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("waived_minor", sa.BigInteger(), nullable=False),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0 AND waived_minor >= 0 AND owed_minor >= 0", name=op.f("ck_allowance_some")
        ),
        sa.CheckConstraint("waived_minor + owed_minor = amount_minor", name=op.f("ck_allowance_parts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allowance")),
        sa.UniqueConstraint("cause_id", name=op.f("uq_allowance_cause_id")),
    )
    with op.batch_alter_table("allowance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_allowance_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_allowance_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "capacity_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("pallets", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capacity_entry")),
    )
    with op.batch_alter_table("capacity_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_capacity_entry_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_capacity_entry_departure_id"), ["departure_id"], unique=False)

    op.create_table(
        "card_charge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("subject_ids", Json, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("authorised_minor", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("payment_method", sa.String(length=255), nullable=True),
        sa.Column("return_url", sa.String(length=2000), nullable=True),
        sa.Column("intent_id", sa.String(length=255), nullable=True),
        sa.Column("page_id", sa.String(length=255), nullable=True),
        sa.Column("page_url", sa.Text(), nullable=True),
        sa.Column("decline_code", sa.String(length=64), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capture_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capture_attempt", sa.Integer(), nullable=False),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_attempt", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 <= refunded_minor AND refunded_minor <= captured_minor AND captured_minor <= authorised_minor",
            name=op.f("ck_card_charge_in_order"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_charge_amount")),
        sa.CheckConstraint("capture_asked_at IS NULL OR cancel_asked_at IS NULL", name=op.f("ck_card_charge_one_end")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_charge")),
        sa.UniqueConstraint("intent_id", name=op.f("uq_card_charge_intent_id")),
        sa.UniqueConstraint("key", name=op.f("uq_card_charge_key")),
        sa.UniqueConstraint("page_id", name=op.f("uq_card_charge_page_id")),
    )
    with op.batch_alter_table("card_charge", schema=None) as batch_op:
        batch_op.create_index("ix_card_charge_state_changed_at", ["state", "changed_at"], unique=False)
        batch_op.create_index("ix_card_charge_subject_kind_subject_id", ["subject_kind", "subject_id"], unique=False)

    op.create_table(
        "category",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("drawing", sa.String(length=40), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("hs_chapters", Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint("code", name=op.f("uq_category_code")),
    )
    op.create_table(
        "closure",
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("country", "day", name=op.f("pk_closure")),
    )
    op.create_table(
        "dated_setting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dated_setting")),
        sa.UniqueConstraint("key", "valid_from", name=op.f("uq_dated_setting_key_valid_from")),
    )
    op.create_table(
        "document_series",
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last > 0", name=op.f("ck_document_series_last")),
        sa.PrimaryKeyConstraint("issuer_id", "kind", "year", name=op.f("pk_document_series")),
    )
    op.create_table(
        "fx_rate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("quote", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=False),
        sa.CheckConstraint("rate > 0", name=op.f("ck_fx_rate_rate")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fx_rate")),
        sa.UniqueConstraint("base", "quote", "effective_date", name="uq_fx_rate_pair_and_day"),
    )
    op.create_table(
        "incoming_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_incoming_transfer_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_transfer")),
    )
    with op.batch_alter_table("incoming_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_incoming_transfer_payee_id_state_id", ["payee_id", "state", "id"], unique=False)

    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_account_key")),
    )
    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_account_owner_id_currency", ["owner_id", "currency"], unique=False)
        batch_op.create_index("ix_ledger_account_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "ledger_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_transfer_key")),
    )
    with op.batch_alter_table("ledger_transfer", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_transfer_payment_id", ["payment_id"], unique=False)
        batch_op.create_index("ix_ledger_transfer_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "payment_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("rail", sa.String(length=32), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("payee_account", Json, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_terms_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_terms")),
        sa.UniqueConstraint("subject_id", "subject_kind", name=op.f("uq_payment_terms_subject_id_subject_kind")),
    )
    op.create_table(
        "payout_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout_file")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_file_reference")),
    )
    op.create_table(
        "place",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("unlocode", sa.String(length=5), nullable=True),
        sa.Column("latitude_e6", sa.Integer(), nullable=False),
        sa.Column("longitude_e6", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("latitude_e6 BETWEEN -90000000 AND 90000000", name=op.f("ck_place_latitude")),
        sa.CheckConstraint("longitude_e6 BETWEEN -180000000 AND 180000000", name=op.f("ck_place_longitude")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_kind"), ["kind"], unique=False)

    op.create_table(
        "search_stale_listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_stale_listing")),
    )
    op.create_table(
        "stock_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_entry")),
    )
    with op.batch_alter_table("stock_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_entry_listing_id"), ["listing_id"], unique=False)

    op.create_table(
        "vehicle_type",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("pallets", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_type")),
        sa.UniqueConstraint("code", name=op.f("uq_vehicle_type_code")),
    )
    op.create_table(
        "webhook_event",
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=100), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_webhook_event")),
    )
    op.create_table(
        "border_crossing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("one_side", sa.String(length=40), nullable=False),
        sa.Column("other_side", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["one_side"], ["place.code"], name=op.f("fk_border_crossing_one_side")),
        sa.ForeignKeyConstraint(["other_side"], ["place.code"], name=op.f("fk_border_crossing_other_side")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_crossing")),
        sa.UniqueConstraint("code", name=op.f("uq_border_crossing_code")),
    )
    op.create_table(
        "card_refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_refund_amount")),
        sa.ForeignKeyConstraint(["charge_id"], ["card_charge.id"], name=op.f("fk_card_refund_charge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_card_refund_key")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_card_refund_provider_id")),
    )
    with op.batch_alter_table("card_refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_refund_charge_id"), ["charge_id"], unique=False)
        batch_op.create_index("ix_card_refund_state_asked_at", ["state", "asked_at"], unique=False)

    op.create_table(
        "cart",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_cart_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cart")),
        sa.UniqueConstraint("company_id", "person_id", name=op.f("uq_cart_company_id_person_id")),
    )
    op.create_table(
        "checkout_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("return_url", sa.String(length=2000), nullable=True),
        sa.Column("refusal", Json, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'abandoned') = (refusal IS NOT NULL)", name=op.f("ck_checkout_attempt_abandoned_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_checkout_attempt_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_attempt")),
        sa.UniqueConstraint("company_id", "key", name=op.f("uq_checkout_attempt_company_id_key")),
        sa.UniqueConstraint("group_id", name=op.f("uq_checkout_attempt_group_id")),
    )
    with op.batch_alter_table("checkout_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_checkout_attempt_settled_at_created_at", ["settled_at", "created_at"], unique=False)
        batch_op.create_index("ix_checkout_attempt_state_expires_at", ["state", "expires_at"], unique=False)

    op.create_table(
        "commodity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("hs6", sa.String(length=6), nullable=False),
        sa.Column("grade", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_commodity_category_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commodity")),
        sa.UniqueConstraint("slug", name=op.f("uq_commodity_slug")),
    )
    with op.batch_alter_table("commodity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_commodity_category_id"), ["category_id"], unique=False)

    op.create_table(
        "import_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sheet", sa.String(length=100), nullable=True),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("submit", sa.Boolean(), nullable=False),
        sa.Column("sheets", Json, nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.Column("warnings", Json, nullable=False),
        sa.Column("failure", Json, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("errors_file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cursor >= 0 AND cursor <= total", name=op.f("ck_import_job_cursor")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_import_job_company_id")),
        sa.ForeignKeyConstraint(["errors_file_id"], ["stored_file.id"], name=op.f("fk_import_job_errors_file_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_import_job_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    with op.batch_alter_table("import_job", schema=None) as batch_op:
        batch_op.create_index("ix_import_job_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_job_errors_file_id"), ["errors_file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_job_file_id"), ["file_id"], unique=False)

    op.create_table(
        "issued_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("locales", sa.String(length=16), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(state = 'rendered') = (file_id IS NOT NULL)", name=op.f("ck_issued_document_file")),
        sa.CheckConstraint("(file_id IS NULL) = (pdf_sha256 IS NULL)", name=op.f("ck_issued_document_hash")),
        sa.CheckConstraint("version > 0", name=op.f("ck_issued_document_version")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_issued_document_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sa.UniqueConstraint(
            "issuer_id", "kind", "number", "version", name=op.f("uq_issued_document_issuer_id_kind_number_version")
        ),
    )
    with op.batch_alter_table("issued_document", schema=None) as batch_op:
        batch_op.create_index("ix_issued_document_file_id", ["file_id"], unique=False)
        batch_op.create_index("ix_issued_document_state_issued_at", ["state", "issued_at"], unique=False)
        batch_op.create_index(
            "ix_issued_document_subject_kind_subject_id", ["subject_kind", "subject_id"], unique=False
        )

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_ledger_entry_some")),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_entry_account_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["ledger_transfer.id"], name=op.f("fk_ledger_entry_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_entry_transfer_id"), ["transfer_id"], unique=False)

    op.create_table(
        "line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("hub_code", sa.String(length=40), nullable=False),
        sa.Column("carrier_company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["carrier_company_id"], ["company.id"], name=op.f("fk_line_carrier_company_id")),
        sa.ForeignKeyConstraint(["hub_code"], ["place.code"], name=op.f("fk_line_hub_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("code", name=op.f("uq_line_code")),
    )
    with op.batch_alter_table("line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_hub_code"), ["hub_code"], unique=False)

    op.create_table(
        "merchant",
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("registration_number", sa.String(length=64), nullable=False),
        sa.Column("licence_file_id", sa.Uuid(), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_merchant_company_id")),
        sa.ForeignKeyConstraint(["licence_file_id"], ["stored_file.id"], name=op.f("fk_merchant_licence_file_id")),
        sa.PrimaryKeyConstraint("company_id", name=op.f("pk_merchant")),
    )
    with op.batch_alter_table("merchant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merchant_licence_file_id"), ["licence_file_id"], unique=False)
        batch_op.create_index("ix_merchant_state_company_id", ["state", "company_id"], unique=False)
        batch_op.create_index(
            "uq_merchant_country_registration_number",
            ["country", "registration_number"],
            unique=True,
            sqlite_where=sa.text("state IN ('approved', 'suspended')"),
            postgresql_where=sa.text("state IN ('approved', 'suspended')"),
        )

    op.create_table(
        "order_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["buyer_id"], ["company.id"], name=op.f("fk_order_group_buyer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_group")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_order_group_checkout_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_order_group_reference")),
    )
    with op.batch_alter_table("order_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_group_buyer_id"), ["buyer_id"], unique=False)

    op.create_table(
        "payee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("account_name", sa.String(length=140), nullable=False),
        sa.Column("bank_name", sa.String(length=140), nullable=False),
        sa.Column("account_number", sa.String(length=34), nullable=False),
        sa.Column("bic", sa.String(length=11), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_payee_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payee")),
    )
    with op.batch_alter_table("payee", schema=None) as batch_op:
        batch_op.create_index("ix_payee_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_payee_state_active_from", ["state", "active_from"], unique=False)
        batch_op.create_index(
            "uq_payee_active",
            ["company_id", "currency"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.create_index(
            "uq_payee_pending",
            ["company_id", "currency"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("creditor_reference", sa.String(length=25), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=True),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("payee_id", sa.Uuid(), nullable=False),
        sa.Column("payee_account", Json, nullable=True),
        sa.Column("rail", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("charges_minor", sa.BigInteger(), nullable=False),
        sa.Column("surplus_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("slip_file_id", sa.Uuid(), nullable=True),
        sa.Column("slip_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state <> 'paid' OR paid_minor + charges_minor - surplus_minor = amount_minor",
            name=op.f("ck_payment_settled"),
        ),
        sa.CheckConstraint(
            "state = 'paid' OR (charges_minor = 0 AND surplus_minor = 0)", name=op.f("ck_payment_unsettled")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint(
            "paid_minor >= 0 AND charges_minor >= 0 AND surplus_minor >= 0", name=op.f("ck_payment_not_negative")
        ),
        sa.ForeignKeyConstraint(["slip_file_id"], ["stored_file.id"], name=op.f("fk_payment_slip_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_reference")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_payee_id_state", ["payee_id", "state"], unique=False)
        batch_op.create_index("ix_payment_payer_id_state", ["payer_id", "state"], unique=False)
        batch_op.create_index("ix_payment_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_payment_subject_id", ["subject_id"], unique=False)

    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("payee_account", Json, nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payout_amount")),
        sa.CheckConstraint("approvals_needed IN (1, 2)", name=op.f("ck_payout_approvals")),
        sa.ForeignKeyConstraint(["file_id"], ["payout_file.id"], name=op.f("fk_payout_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_reference")),
    )
    with op.batch_alter_table("payout", schema=None) as batch_op:
        batch_op.create_index("ix_payout_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_payout_file_id"), ["file_id"], unique=False)
        batch_op.create_index("ix_payout_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_payout_open",
            ["company_id", "currency", "source"],
            unique=True,
            sqlite_where=sa.text("state IN ('due', 'approved')"),
            postgresql_where=sa.text("state IN ('due', 'approved')"),
        )

    op.create_table(
        "document_party",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["issued_document.id"], name=op.f("fk_document_party_document_id")),
        sa.PrimaryKeyConstraint("document_id", "company_id", name=op.f("pk_document_party")),
    )
    with op.batch_alter_table("document_party", schema=None) as batch_op:
        batch_op.create_index("ix_document_party_company_id_document_id", ["company_id", "document_id"], unique=False)

    op.create_table(
        "document_signature",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["issued_document.id"], name=op.f("fk_document_signature_document_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_document_signature_file_id")),
        sa.PrimaryKeyConstraint("document_id", "company_id", name=op.f("pk_document_signature")),
    )
    with op.batch_alter_table("document_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_signature_file_id"), ["file_id"], unique=False)

    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("cells", Json, nullable=False),
        sa.Column("values", Json, nullable=False),
        sa.Column("errors", Json, nullable=False),
        sa.Column("warnings", Json, nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_job.id"], name=op.f("fk_import_row_import_id")),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_row")),
    )
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(
            "ix_import_row_import_id_outcome_position", ["import_id", "outcome", "position"], unique=False
        )

    op.create_table(
        "leg",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_code", sa.String(length=40), nullable=False),
        sa.Column("to_code", sa.String(length=40), nullable=False),
        sa.Column("crossing_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("carriage", sa.String(length=32), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_leg_minutes")),
        sa.ForeignKeyConstraint(["crossing_id"], ["border_crossing.id"], name=op.f("fk_leg_crossing_id")),
        sa.ForeignKeyConstraint(["from_code"], ["place.code"], name=op.f("fk_leg_from_code")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_leg_line_id")),
        sa.ForeignKeyConstraint(["to_code"], ["place.code"], name=op.f("fk_leg_to_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg")),
        sa.UniqueConstraint("line_id", "position", name=op.f("uq_leg_line_id_position")),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("commodity_id", sa.Uuid(), nullable=True),
        sa.Column("titles", Json, nullable=False),
        sa.Column("descriptions", Json, nullable=False),
        sa.Column("source_locale", sa.String(length=8), nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=2), nullable=False),
        sa.Column("grade", sa.String(length=60), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("moq", sa.BigInteger(), nullable=False),
        sa.Column("multiple", sa.BigInteger(), nullable=False),
        sa.Column("carton_units", sa.Integer(), nullable=True),
        sa.Column("carton_length_mm", sa.Integer(), nullable=True),
        sa.Column("carton_width_mm", sa.Integer(), nullable=True),
        sa.Column("carton_height_mm", sa.Integer(), nullable=True),
        sa.Column("carton_gross_g", sa.BigInteger(), nullable=True),
        sa.Column("carton_net_g", sa.BigInteger(), nullable=True),
        sa.Column("stackable", sa.Boolean(), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("hub_code", sa.String(length=40), nullable=False),
        sa.Column("price_jumped", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lead_days IS NULL OR lead_days >= 1", name=op.f("ck_listing_lead_days")),
        sa.CheckConstraint("moq >= 1 AND multiple >= 1", name=op.f("ck_listing_quantities")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_listing_category_id")),
        sa.ForeignKeyConstraint(["commodity_id"], ["commodity.id"], name=op.f("fk_listing_commodity_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_listing_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint("company_id", "sku", name=op.f("uq_listing_company_id_sku")),
    )
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_category_id"), ["category_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_listing_commodity_id"), ["commodity_id"], unique=False)
        batch_op.create_index("ix_listing_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_listing_state_id", ["state", "id"], unique=False)

    op.create_table(
        "merchant_application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("registration_number", sa.String(length=64), nullable=False),
        sa.Column("number_check", sa.String(length=40), nullable=False),
        sa.Column("proof", sa.String(length=32), nullable=False),
        sa.Column("licence_file_id", sa.Uuid(), nullable=False),
        sa.Column("licence_until", sa.Date(), nullable=True),
        sa.Column("submitted_by", sa.Uuid(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["merchant.company_id"], name=op.f("fk_merchant_application_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["licence_file_id"], ["stored_file.id"], name=op.f("fk_merchant_application_licence_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_application")),
    )
    with op.batch_alter_table("merchant_application", schema=None) as batch_op:
        batch_op.create_index("ix_merchant_application_company_id_id", ["company_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merchant_application_licence_file_id"), ["licence_file_id"], unique=False)
        batch_op.create_index("ix_merchant_application_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_merchant_application_submitted",
            ["company_id"],
            unique=True,
            sqlite_where=sa.text("state = 'submitted'"),
            postgresql_where=sa.text("state = 'submitted'"),
        )

    op.create_table(
        "milestone",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("share_bp", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("commission_minor", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "0 <= commission_minor AND commission_minor <= amount_minor", name=op.f("ck_milestone_commission")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_milestone_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint(
            "line_id", "event", "subject_id", "part", name=op.f("uq_milestone_line_id_event_subject_id_part")
        ),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_payment_id"), ["payment_id"], unique=False)
        batch_op.create_index("ix_milestone_subject_id_state", ["subject_id", "state"], unique=False)

    op.create_table(
        "payout_approval",
        sa.Column("payout_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_approval_payout_id")),
        sa.PrimaryKeyConstraint("payout_id", "person_id", name=op.f("pk_payout_approval")),
    )
    op.create_table(
        "service_pattern",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_type_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute_of_day", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("minute_of_day BETWEEN 0 AND 1439", name=op.f("ck_service_pattern_minute_of_day")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_service_pattern_weekday")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_service_pattern_line_id")),
        sa.ForeignKeyConstraint(
            ["vehicle_type_id"], ["vehicle_type.id"], name=op.f("fk_service_pattern_vehicle_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_pattern")),
        sa.UniqueConstraint("line_id", "weekday", "minute_of_day", name="uq_service_pattern_slot"),
    )
    op.create_table(
        "tariff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("per_kg_micro", sa.BigInteger(), nullable=False),
        sa.Column("minimum_minor", sa.BigInteger(), nullable=False),
        sa.Column("m3_factor", sa.Integer(), nullable=False),
        sa.Column("ldm_factor", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("m3_factor > 0 AND ldm_factor > 0", name=op.f("ck_tariff_factors")),
        sa.CheckConstraint("per_kg_micro >= 0 AND minimum_minor >= 0", name=op.f("ck_tariff_price")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_tariff_validity")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_tariff_line_id")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_tariff_to_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tariff")),
        sa.UniqueConstraint("line_id", "to_place", "valid_from", name="uq_tariff_start"),
    )
    op.create_table(
        "trade_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("merchant_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("destination", sa.String(length=40), nullable=False),
        sa.Column("plan", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("rail", sa.String(length=32), nullable=False),
        sa.Column("trade_model", sa.String(length=32), nullable=False),
        sa.Column("importer_id", sa.Uuid(), nullable=False),
        sa.Column("consignee_id", sa.Uuid(), nullable=False),
        sa.Column("payee", Json, nullable=True),
        sa.Column("commission_bp", sa.Integer(), nullable=False),
        sa.Column("tax_ids", Json, nullable=False),
        sa.Column("fx", Json, nullable=True),
        sa.Column("purchase_order_number", sa.String(length=80), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proforma_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("secured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(cancel_reason IS NOT NULL) = (state IN ('cancelled', 'rejected'))",
            name=op.f("ck_trade_order_cancelled_for_a_reason"),
        ),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_trade_order_total")),
        sa.ForeignKeyConstraint(["buyer_id"], ["company.id"], name=op.f("fk_trade_order_buyer_id")),
        sa.ForeignKeyConstraint(["group_id"], ["order_group.id"], name=op.f("fk_trade_order_group_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["company.id"], name=op.f("fk_trade_order_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_trade_order_reference")),
    )
    with op.batch_alter_table("trade_order", schema=None) as batch_op:
        batch_op.create_index("ix_trade_order_buyer_id_id", ["buyer_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_trade_order_group_id"), ["group_id"], unique=False)
        batch_op.create_index("ix_trade_order_merchant_id_id", ["merchant_id", "id"], unique=False)
        batch_op.create_index("ix_trade_order_state_confirm_by", ["state", "confirm_by"], unique=False)

    op.create_table(
        "transfer_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minor > 0", name=op.f("ck_transfer_match_some")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_transfer_match_payment_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["incoming_transfer.id"], name=op.f("fk_transfer_match_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_match")),
        sa.UniqueConstraint("transfer_id", "payment_id", name=op.f("uq_transfer_match_transfer_id_payment_id")),
    )
    with op.batch_alter_table("transfer_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transfer_match_payment_id"), ["payment_id"], unique=False)

    op.create_table(
        "cart_line",
        sa.Column("cart_id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_cart_line_quantity")),
        sa.ForeignKeyConstraint(["cart_id"], ["cart.id"], name=op.f("fk_cart_line_cart_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_cart_line_listing_id")),
        sa.PrimaryKeyConstraint("cart_id", "listing_id", name=op.f("pk_cart_line")),
    )
    op.create_table(
        "departure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("pattern_id", sa.Uuid(), nullable=True),
        sa.Column("vehicle_type_id", sa.Uuid(), nullable=False),
        sa.Column("hub_code", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("held_from", sa.String(length=32), nullable=True),
        sa.Column("departs_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cutoff_documents_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cutoff_cargo_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("border_eta", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrives_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity_grams", sa.BigInteger(), nullable=False),
        sa.Column("capacity_cm3", sa.BigInteger(), nullable=False),
        sa.Column("capacity_ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("capacity_pallets", sa.BigInteger(), nullable=False),
        sa.Column("taken_grams", sa.BigInteger(), nullable=False),
        sa.Column("taken_cm3", sa.BigInteger(), nullable=False),
        sa.Column("taken_ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("taken_pallets", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "taken_grams <= capacity_grams AND taken_cm3 <= capacity_cm3 AND taken_ldm_mm <= capacity_ldm_mm AND taken_pallets <= capacity_pallets",
            name=op.f("ck_departure_room"),
        ),
        sa.CheckConstraint(
            "taken_grams >= 0 AND taken_cm3 >= 0 AND taken_ldm_mm >= 0 AND taken_pallets >= 0",
            name=op.f("ck_departure_taken"),
        ),
        sa.ForeignKeyConstraint(["hub_code"], ["place.code"], name=op.f("fk_departure_hub_code")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_departure_line_id")),
        sa.ForeignKeyConstraint(["pattern_id"], ["service_pattern.id"], name=op.f("fk_departure_pattern_id")),
        sa.ForeignKeyConstraint(["vehicle_type_id"], ["vehicle_type.id"], name=op.f("fk_departure_vehicle_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sa.UniqueConstraint("pattern_id", "departs_at", name=op.f("uq_departure_pattern_id_departs_at")),
        sa.UniqueConstraint("reference", name=op.f("uq_departure_reference")),
    )
    with op.batch_alter_table("departure", schema=None) as batch_op:
        batch_op.create_index("ix_departure_departs_at_id", ["departs_at", "id"], unique=False)
        batch_op.create_index("ix_departure_hub_code_departs_at", ["hub_code", "departs_at"], unique=False)
        batch_op.create_index("ix_departure_line_id_departs_at", ["line_id", "departs_at"], unique=False)
        batch_op.create_index("ix_departure_state_departs_at", ["state", "departs_at"], unique=False)

    op.create_table(
        "freight_contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("payer_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.Uuid(), nullable=False),
        sa.Column("tariff_id", sa.Uuid(), nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("rail", sa.String(length=32), nullable=False),
        sa.Column("payee", Json, nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_freight_contract_total")),
        sa.ForeignKeyConstraint(["carrier_id"], ["company.id"], name=op.f("fk_freight_contract_carrier_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_freight_contract_order_id")),
        sa.ForeignKeyConstraint(["payer_id"], ["company.id"], name=op.f("fk_freight_contract_payer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freight_contract")),
        sa.UniqueConstraint("reference", name=op.f("uq_freight_contract_reference")),
    )
    with op.batch_alter_table("freight_contract", schema=None) as batch_op:
        batch_op.create_index("ix_freight_contract_carrier_id_id", ["carrier_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_freight_contract_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_freight_contract_payer_id_id", ["payer_id", "id"], unique=False)

    op.create_table(
        "listing_card",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("commodity_id", sa.Uuid(), nullable=True),
        sa.Column("origin", sa.String(length=2), nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("bases", sa.String(length=80), nullable=False),
        sa.Column("moq", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("face", Json, nullable=False),
        sa.Column("page", Json, nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_listing_card_category_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_listing_card_company_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_card_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_listing_card")),
    )
    with op.batch_alter_table("listing_card", schema=None) as batch_op:
        batch_op.create_index("ix_listing_card_category_id_listing_id", ["category_id", "listing_id"], unique=False)
        batch_op.create_index("ix_listing_card_commodity_id_listing_id", ["commodity_id", "listing_id"], unique=False)
        batch_op.create_index("ix_listing_card_company_id_listing_id", ["company_id", "listing_id"], unique=False)
        batch_op.create_index("ix_listing_card_origin_listing_id", ["origin", "listing_id"], unique=False)

    op.create_table(
        "listing_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_change_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_change")),
    )
    with op.batch_alter_table("listing_change", schema=None) as batch_op:
        batch_op.create_index(
            "uq_listing_change_pending",
            ["listing_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "listing_picture",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=160), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_listing_picture_file_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_listing_picture_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_picture")),
        sa.UniqueConstraint("listing_id", "file_id", name=op.f("uq_listing_picture_listing_id_file_id")),
    )
    with op.batch_alter_table("listing_picture", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listing_picture_file_id"), ["file_id"], unique=False)

    op.create_table(
        "merchant_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["merchant_application.id"], name=op.f("fk_merchant_decision_application_id")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["merchant.company_id"], name=op.f("fk_merchant_decision_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant_decision")),
        sa.UniqueConstraint("application_id", name=op.f("uq_merchant_decision_application_id")),
    )
    with op.batch_alter_table("merchant_decision", schema=None) as batch_op:
        batch_op.create_index("ix_merchant_decision_company_id_id", ["company_id", "id"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("listing_version", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("titles", Json, nullable=False),
        sa.Column("source_locale", sa.String(length=8), nullable=False),
        sa.Column("hs_code", sa.String(length=10), nullable=False),
        sa.Column("origin", sa.String(length=2), nullable=False),
        sa.Column("unit", sa.String(length=3), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_micro", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("packing", Json, nullable=True),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("ready_date", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_line_amount")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_order_line_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_order_line_order_id_position")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_listing_id"), ["listing_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_line_order_id"), ["order_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_line_state"), ["state"], unique=False)

    op.create_table(
        "price_ladder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("incoterm", sa.String(length=3), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("tiers", Json, nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_price_ladder_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_ladder")),
        sa.UniqueConstraint("listing_id", "currency", "incoterm", "place_code", name="uq_price_ladder_basis"),
    )
    op.create_table(
        "search_entry",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=2), nullable=False),
        sa.Column("hub_code", sa.String(length=40), nullable=False),
        sa.Column("lead_days", sa.Integer(), nullable=True),
        sa.Column("bases", sa.String(length=80), nullable=False),
        sa.Column("currencies", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_search_entry_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "stock",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("allocated", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("allocated >= 0", name=op.f("ck_stock_allocated")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_stock_held")),
        sa.CheckConstraint("on_hand - allocated - held >= 0", name=op.f("ck_stock_available")),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_on_hand")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_stock_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", name=op.f("pk_stock")),
    )
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_acceptance_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_acceptance_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_line_id"), ["line_id"], unique=False)

    op.create_table(
        "acceptance_window",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_acceptance_window_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_acceptance_window")),
    )
    with op.batch_alter_table("acceptance_window", schema=None) as batch_op:
        batch_op.create_index("ix_acceptance_window_ended_at_ends_at", ["ended_at", "ends_at"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("shipper_company_id", sa.Uuid(), nullable=False),
        sa.Column("consignee_company_id", sa.Uuid(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("ldm_mm", sa.BigInteger(), nullable=False),
        sa.Column("pallets", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rolled_to", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state <> 'held' OR expires_at IS NOT NULL", name=op.f("ck_booking_held_until")),
        sa.CheckConstraint("grams >= 0 AND cm3 >= 0 AND ldm_mm >= 0 AND pallets >= 0", name=op.f("ck_booking_load")),
        sa.CheckConstraint("part >= 1", name=op.f("ck_booking_part")),
        sa.ForeignKeyConstraint(["consignee_company_id"], ["company.id"], name=op.f("fk_booking_consignee_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_booking_departure_id")),
        sa.ForeignKeyConstraint(["rolled_to"], ["booking.id"], name=op.f("fk_booking_rolled_to")),
        sa.ForeignKeyConstraint(["shipper_company_id"], ["company.id"], name=op.f("fk_booking_shipper_company_id")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_booking_to_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("reference", name=op.f("uq_booking_reference")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_consignee_company_id", ["consignee_company_id"], unique=False)
        batch_op.create_index("ix_booking_departure_id_state", ["departure_id", "state", "expires_at"], unique=False)
        batch_op.create_index("ix_booking_shipper_company_id", ["shipper_company_id"], unique=False)
        batch_op.create_index("ix_booking_state_expires_at", ["state", "expires_at"], unique=False)
        batch_op.create_index("ix_booking_subject", ["subject"], unique=False)
        batch_op.create_index(
            "uq_booking_current",
            ["subject", "part"],
            unique=True,
            sqlite_where=sa.text(
                "state IN ('target', 'held', 'confirmed', 'cargo_received', 'loaded', 'in_transit', 'arrived', 'completed')"
            ),
            postgresql_where=sa.text(
                "state IN ('target', 'held', 'confirmed', 'cargo_received', 'loaded', 'in_transit', 'arrived', 'completed')"
            ),
        )

    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("respondent_id", sa.Uuid(), nullable=False),
        sa.Column("respondent", sa.String(length=32), nullable=False),
        sa.Column("freight_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("units_in", sa.String(length=32), nullable=True),
        sa.Column("blocks", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("offer_minor", sa.BigInteger(), nullable=True),
        sa.Column("awarded_minor", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=True),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(respondent = 'carrier') = (freight_id IS NOT NULL)", name=op.f("ck_claim_freight")),
        sa.CheckConstraint("(ended_at IS NULL) = (owner IS NOT NULL)", name=op.f("ck_claim_owned_while_open")),
        sa.CheckConstraint(
            "awarded_minor IS NULL OR awarded_minor BETWEEN 0 AND value_minor", name=op.f("ck_claim_awarded")
        ),
        sa.CheckConstraint("offer_minor IS NULL OR offer_minor BETWEEN 0 AND value_minor", name=op.f("ck_claim_offer")),
        sa.CheckConstraint("quantity > 0 AND value_minor > 0", name=op.f("ck_claim_some")),
        sa.ForeignKeyConstraint(["claimant_id"], ["company.id"], name=op.f("fk_claim_claimant_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_claim_line_id")),
        sa.ForeignKeyConstraint(["order_id"], ["trade_order.id"], name=op.f("fk_claim_order_id")),
        sa.ForeignKeyConstraint(["respondent_id"], ["company.id"], name=op.f("fk_claim_respondent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("reference", name=op.f("uq_claim_reference")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index("ix_claim_claimant_id_id", ["claimant_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_line_id"), ["line_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_claim_order_id"), ["order_id"], unique=False)
        batch_op.create_index("ix_claim_respondent_id_id", ["respondent_id", "id"], unique=False)
        batch_op.create_index("ix_claim_state_deadline_at", ["state", "deadline_at"], unique=False)

    op.create_table(
        "departure_stop",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("is_border", sa.Boolean(), nullable=False),
        sa.Column("eta", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reached_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_departure_stop_departure_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_departure_stop_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure_stop")),
        sa.UniqueConstraint("departure_id", "place_code", name=op.f("uq_departure_stop_departure_id_place_code")),
        sa.UniqueConstraint("departure_id", "position", name=op.f("uq_departure_stop_departure_id_position")),
    )
    with op.batch_alter_table("departure_stop", schema=None) as batch_op:
        batch_op.create_index("ix_departure_stop_place_code_departure_id", ["place_code", "departure_id"], unique=False)

    op.create_table(
        "freight_contract_line",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("chargeable_g", sa.BigInteger(), nullable=False),
        sa.Column("binding", sa.String(length=32), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_freight_contract_line_amount")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["freight_contract.id"], name=op.f("fk_freight_contract_line_contract_id")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_freight_contract_line_line_id")),
        sa.PrimaryKeyConstraint("contract_id", "line_id", name=op.f("pk_freight_contract_line")),
    )
    op.create_table(
        "manifest",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_manifest_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", name=op.f("pk_manifest")),
    )
    op.create_table(
        "moderation_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["listing_change.id"], name=op.f("fk_moderation_case_change_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_moderation_case_company_id")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_moderation_case_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_case")),
    )
    with op.batch_alter_table("moderation_case", schema=None) as batch_op:
        batch_op.create_index("ix_moderation_case_listing_id_id", ["listing_id", "id"], unique=False)
        batch_op.create_index("ix_moderation_case_state_id", ["state", "id"], unique=False)
        batch_op.create_index(
            "uq_moderation_case_pending",
            ["listing_id", "kind"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "order_line_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("before", sa.String(length=32), nullable=True),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_order_line_move_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line_move")),
    )
    with op.batch_alter_table("order_line_move", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_move_line_id"), ["line_id"], unique=False)

    op.create_table(
        "order_line_packing",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("cartons", sa.Integer(), nullable=False),
        sa.Column("carton_units", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("gross_g", sa.BigInteger(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("height_mm", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(length=500), nullable=False),
        sa.Column("handed_cartons", sa.Integer(), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cartons > 0 AND units >= cartons AND gross_g > 0", name=op.f("ck_order_line_packing_packed")
        ),
        sa.CheckConstraint(
            "handed_cartons >= 0 AND handed_cartons <= cartons", name=op.f("ck_order_line_packing_handed")
        ),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_order_line_packing_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_order_line_packing")),
        sa.UniqueConstraint("block", name=op.f("uq_order_line_packing_block")),
    )
    op.create_table(
        "order_line_part",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_part_quantity")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_order_line_part_line_id")),
        sa.PrimaryKeyConstraint("line_id", "state", name=op.f("pk_order_line_part")),
    )
    op.create_table(
        "seal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("affixed_by", sa.Uuid(), nullable=True),
        sa.Column("affixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_seal_departure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("departure_id", "number", name=op.f("uq_seal_departure_id_number")),
    )
    with op.batch_alter_table("seal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_departure_id"), ["departure_id"], unique=False)

    op.create_table(
        "search_price",
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("ladder", sa.Integer(), nullable=False),
        sa.Column("from_quantity", sa.BigInteger(), nullable=False),
        sa.Column("usd_micro", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["search_entry.listing_id"], name=op.f("fk_search_price_listing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("listing_id", "ladder", "from_quantity", name=op.f("pk_search_price")),
    )
    op.create_table(
        "stock_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("listing_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("shipped", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_because", sa.String(length=40), nullable=True),
        sa.CheckConstraint("0 <= shipped AND shipped <= quantity", name=op.f("ck_stock_hold_shipped")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_stock_hold_quantity")),
        sa.ForeignKeyConstraint(["listing_id"], ["stock.listing_id"], name=op.f("fk_stock_hold_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_hold")),
        sa.UniqueConstraint("subject", name=op.f("uq_stock_hold_subject")),
    )
    with op.batch_alter_table("stock_hold", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stock_hold_listing_id_state_expires_at", ["listing_id", "state", "expires_at"], unique=False
        )
        batch_op.create_index("ix_stock_hold_state_expires_at", ["state", "expires_at"], unique=False)

    op.create_table(
        "claim_evidence",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_evidence_claim_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_claim_evidence_file_id")),
        sa.PrimaryKeyConstraint("claim_id", "file_id", name=op.f("pk_claim_evidence")),
    )
    op.create_table(
        "claim_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_text_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_text")),
    )
    with op.batch_alter_table("claim_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_claim_text_claim_id"), ["claim_id"], unique=False)

    op.create_table(
        "consignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("house_waybill", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_consignment_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consignment")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_consignment_booking_id")),
        sa.UniqueConstraint("house_waybill", name=op.f("uq_consignment_house_waybill")),
    )
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("declared_cartons", sa.Integer(), nullable=False),
        sa.Column("counted_cartons", sa.Integer(), nullable=False),
        sa.Column("damaged_cartons", sa.Integer(), nullable=False),
        sa.Column("declared_grams", sa.BigInteger(), nullable=True),
        sa.Column("counted_grams", sa.BigInteger(), nullable=True),
        sa.Column("remarks", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "0 <= counted_cartons AND counted_cartons <= declared_cartons AND 0 <= damaged_cartons AND damaged_cartons <= counted_cartons",
            name=op.f("ck_discrepancy_counted"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_discrepancy_booking_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_discrepancy_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("line_id", "stage", name="uq_discrepancy_line_id_stage"),
    )
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discrepancy_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discrepancy_line_id"), ["line_id"], unique=False)

    op.create_table(
        "handling_unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("cartons", sa.Integer(), nullable=False),
        sa.Column("grams", sa.BigInteger(), nullable=False),
        sa.Column("cm3", sa.BigInteger(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=True),
        sa.Column("width_mm", sa.Integer(), nullable=True),
        sa.Column("height_mm", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(length_mm IS NULL) = (width_mm IS NULL) AND (length_mm IS NULL) = (height_mm IS NULL) AND (length_mm IS NULL OR (length_mm > 0 AND width_mm > 0 AND height_mm > 0))",
            name=op.f("ck_handling_unit_sides"),
        ),
        sa.CheckConstraint("cartons > 0 AND grams > 0 AND cm3 > 0", name=op.f("ck_handling_unit_measured")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_handling_unit_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handling_unit")),
        sa.UniqueConstraint("sscc", name=op.f("uq_handling_unit_sscc")),
    )
    with op.batch_alter_table("handling_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handling_unit_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "line_booking",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_line_booking_quantity")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_line_booking_booking_id")),
        sa.ForeignKeyConstraint(["line_id"], ["order_line.id"], name=op.f("fk_line_booking_line_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_line_booking")),
    )
    with op.batch_alter_table("line_booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_line_booking_line_id"), ["line_id"], unique=False)

    op.create_table(
        "moderation_reason",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["moderation_case.id"], name=op.f("fk_moderation_reason_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_moderation_reason")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("cartons", sa.Integer(), nullable=False),
        sa.Column("damaged_cartons", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.String(length=1000), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "cartons >= 0 AND damaged_cartons >= 0 AND damaged_cartons <= cartons", name=op.f("ck_receipt_counted")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_receipt_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    with op.batch_alter_table("receipt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receipt_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "transport_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("classifier", sa.String(length=32), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracts", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(departure_id IS NULL) <> (booking_id IS NULL)", name=op.f("ck_transport_event_about")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_transport_event_booking_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_transport_event_departure_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_transport_event_place_code")),
        sa.ForeignKeyConstraint(["retracts"], ["transport_event.id"], name=op.f("fk_transport_event_retracts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transport_event")),
        sa.UniqueConstraint("retracts", name=op.f("uq_transport_event_retracts")),
    )
    with op.batch_alter_table("transport_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_transport_event_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_transport_event_departure_id"), ["departure_id"], unique=False)

    for table in (
        "acceptance",
        "allowance",
        "capacity_entry",
        "document_signature",
        "ledger_account",
        "ledger_entry",
        "ledger_transfer",
        "manifest",
        "order_line_move",
        "payout_approval",
        "payout_file",
        "receipt",
        "seal",
        "stock_entry",
        "transfer_match",
        "transport_event",
        "webhook_event",
    ):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

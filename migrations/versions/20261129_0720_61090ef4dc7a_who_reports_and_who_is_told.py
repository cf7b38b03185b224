"""Who reports events of lorries and who is told of them: keys, posts, links, hooks, and who said what."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "61090ef4dc7a"
down_revision: str | None = "c4d81e6f02b5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "reporting_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("secret_sealed", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_reporting_key_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_key")),
        sa.UniqueConstraint("name", name=op.f("uq_reporting_key_name")),
    )
    with op.batch_alter_table("reporting_key", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reporting_key_company_id"), ["company_id"], unique=False)

    op.create_table(
        "tracking_hook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_tracking_hook_ended")),
        sa.CheckConstraint("(failures = 0) = (failing_since IS NULL)", name=op.f("ck_tracking_hook_failing")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_tracking_hook_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_hook")),
    )
    with op.batch_alter_table("tracking_hook", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tracking_hook_company_id"), ["company_id"], unique=False)

    op.create_table(
        "tracking_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_tracking_post_company_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_tracking_post_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_post")),
        sa.UniqueConstraint("company_id", "place_code", name="uq_tracking_post_company_id"),
    )
    op.create_table(
        "tracking_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("retraction_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_tracking_report_company_id")),
        sa.ForeignKeyConstraint(["key_id"], ["reporting_key.id"], name=op.f("fk_tracking_report_key_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_report")),
        sa.UniqueConstraint("company_id", "message_id", name="uq_tracking_report_company_id"),
    )
    op.create_table(
        "arrival_warning",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("promised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("estimated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_arrival_warning_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_arrival_warning")),
    )
    op.create_table(
        "tracking_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("token_sealed", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_tracking_link_booking_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_tracking_link_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tracking_link_token_hash")),
    )
    with op.batch_alter_table("tracking_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tracking_link_booking_id"), ["booking_id"], unique=False)

    op.create_table(
        "tracking_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hook_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["transport_event.id"], name=op.f("fk_tracking_delivery_event_id")),
        sa.ForeignKeyConstraint(["hook_id"], ["tracking_hook.id"], name=op.f("fk_tracking_delivery_hook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_delivery")),
        sa.UniqueConstraint("hook_id", "event_id", name="uq_tracking_delivery_hook_id"),
    )
    # SQLite adds a column without writing the table anew, which would lose its triggers.
    op.add_column("transport_event", sa.Column("reported_by", sa.Uuid(), nullable=True))
    op.create_index("ix_transport_event_recorded_at_id", "transport_event", ["recorded_at", "id"], unique=False)
    for table in ("tracking_report", "arrival_warning"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

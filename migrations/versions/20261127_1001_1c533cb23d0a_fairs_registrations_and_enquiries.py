"""Fairs, registrations and enquiries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "1c533cb23d0a"
down_revision: str | None = "113a134f40bc"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "enquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("key", sa.String(length=80), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry")),
        sa.UniqueConstraint("key", name=op.f("uq_enquiry_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_enquiry_reference")),
    )
    with op.batch_alter_table("enquiry", schema=None) as batch_op:
        batch_op.create_index("ix_enquiry_due_at", ["due_at"], unique=False)
        batch_op.create_index("ix_enquiry_state_id", ["state", "id"], unique=False)

    op.create_table(
        "enquiry_sender",
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("company", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_sender_enquiry_id")),
        sa.PrimaryKeyConstraint("enquiry_id", name=op.f("pk_enquiry_sender")),
    )
    with op.batch_alter_table("enquiry_sender", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiry_sender_person_id"), ["person_id"], unique=False)

    op.create_table(
        "enquiry_text",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enquiry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enquiry_id"], ["enquiry.id"], name=op.f("fk_enquiry_text_enquiry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_text")),
    )
    with op.batch_alter_table("enquiry_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enquiry_text_enquiry_id"), ["enquiry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enquiry_text_person_id"), ["person_id"], unique=False)

    op.create_table(
        "fair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("titles", marketplace.kernel.db.Json, nullable=False),
        sa.Column("texts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("hall_id", sa.Uuid(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("register_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("taken >= 0 AND taken <= capacity", name=op.f("ck_fair_seats")),
        sa.ForeignKeyConstraint(["hall_id"], ["hall.id"], name=op.f("fk_fair_hall_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_fair_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair")),
    )
    with op.batch_alter_table("fair", schema=None) as batch_op:
        batch_op.create_index("ix_fair_state_starts_at", ["state", "starts_at"], unique=False)

    op.create_table(
        "fair_merchant",
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["merchant.company_id"], name=op.f("fk_fair_merchant_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_merchant_fair_id")),
        sa.PrimaryKeyConstraint("fair_id", "company_id", name=op.f("pk_fair_merchant")),
    )
    with op.batch_alter_table("fair_merchant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_merchant_company_id"), ["company_id"], unique=False)

    op.create_table(
        "fair_seat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=22), nullable=False),
        sa.Column("registered_by", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fair_seat_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_seat_fair_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_seat")),
        sa.UniqueConstraint("code", name=op.f("uq_fair_seat_code")),
    )
    with op.batch_alter_table("fair_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_seat_company_id"), ["company_id"], unique=False)
        batch_op.create_index("ix_fair_seat_fair_id_state_id", ["fair_id", "state", "id"], unique=False)

    op.create_table(
        "fair_guest",
        sa.Column("seat_id", sa.Uuid(), nullable=False),
        sa.Column("fair_id", sa.Uuid(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("may_follow_up", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fair_guest_company_id")),
        sa.ForeignKeyConstraint(["fair_id"], ["fair.id"], name=op.f("fk_fair_guest_fair_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["fair_seat.id"], name=op.f("fk_fair_guest_seat_id")),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_fair_guest")),
        sa.UniqueConstraint("fair_id", "company_id", "email", name=op.f("uq_fair_guest_fair_id_company_id_email")),
    )
    with op.batch_alter_table("fair_guest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fair_guest_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""What bookings carry, what is set on a departure, what lorries and lanes allow, and plans of what rides where."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "9c4f27d1e6b8"
down_revision: str | None = "f5d07a3c91e4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "booking_cargo",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("un_number", sa.String(length=4), nullable=False),
        sa.Column("labels", marketplace.kernel.db.Json, nullable=False),
        sa.Column("packing_group", sa.String(length=3), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("food", sa.Boolean(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("stackable", sa.Boolean(), nullable=False),
        sa.Column("temp_min", sa.Integer(), nullable=True),
        sa.Column("temp_max", sa.Integer(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "temp_min IS NULL OR temp_max IS NULL OR temp_min <= temp_max", name=op.f("ck_booking_cargo_temperatures")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_cargo_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_booking_cargo")),
    )
    op.create_table(
        "booking_pin",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("pinned_by", sa.Uuid(), nullable=True),
        sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_pin_booking_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_booking_pin_departure_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_booking_pin")),
    )
    op.create_index(op.f("ix_booking_pin_departure_id"), "booking_pin", ["departure_id"], unique=False)
    op.create_table(
        "vehicle_cooling",
        sa.Column("vehicle_type_id", sa.Uuid(), nullable=False),
        sa.Column("temp_min", sa.Integer(), nullable=False),
        sa.Column("temp_max", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("temp_min <= temp_max", name=op.f("ck_vehicle_cooling_temperatures")),
        sa.ForeignKeyConstraint(
            ["vehicle_type_id"], ["vehicle_type.id"], name=op.f("fk_vehicle_cooling_vehicle_type_id")
        ),
        sa.PrimaryKeyConstraint("vehicle_type_id", name=op.f("pk_vehicle_cooling")),
    )
    op.create_table(
        "lane_cargo_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name=op.f("ck_lane_cargo_rule_validity")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_lane_cargo_rule_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lane_cargo_rule")),
    )
    op.create_index(op.f("ix_lane_cargo_rule_line_id"), "lane_cargo_rule", ["line_id"], unique=False)
    op.create_table(
        "load_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hub_code", sa.String(length=40), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("solver", sa.String(length=32), nullable=False),
        sa.Column("solver_version", sa.String(length=32), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("objective_minor", sa.BigInteger(), nullable=False),
        sa.Column("bound_minor", sa.BigInteger(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("killed", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("objective_minor <= bound_minor", name=op.f("ck_load_plan_bound")),
        sa.ForeignKeyConstraint(["hub_code"], ["place.code"], name=op.f("fk_load_plan_hub_code")),
        sa.ForeignKeyConstraint(["line_id"], ["line.id"], name=op.f("fk_load_plan_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_load_plan")),
        sa.UniqueConstraint("scope", "version", name=op.f("uq_load_plan_scope_version")),
    )
    op.create_table(
        "load_plan_row",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=True),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("facts", marketplace.kernel.db.Json, nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["before_id"], ["departure.id"], name=op.f("fk_load_plan_row_before_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_load_plan_row_booking_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_load_plan_row_departure_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["load_plan.id"], name=op.f("fk_load_plan_row_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "booking_id", name=op.f("pk_load_plan_row")),
    )
    op.create_index(op.f("ix_load_plan_row_booking_id"), "load_plan_row", ["booking_id"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Floor plans of lorries: inside and axles of vehicle types, what may be stacked, where each unit stands."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import marketplace.kernel.db

revision: str = "f5d07a3c91e4"
down_revision: str | None = "001c1540e430"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MEASURES = (
    ("inner_length_mm", sa.Integer()),
    ("inner_width_mm", sa.Integer()),
    ("inner_height_mm", sa.Integer()),
    ("front_axle_mm", sa.Integer()),
    ("front_axle_limit_g", sa.BigInteger()),
    ("rear_axle_mm", sa.Integer()),
    ("rear_axle_limit_g", sa.BigInteger()),
    ("tare_g", sa.BigInteger()),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for name, kind in _MEASURES:
        op.add_column("vehicle_type", sa.Column(name, kind, nullable=True))
    op.add_column("handling_unit", sa.Column("stackable", sa.Boolean(), nullable=True))
    op.create_table(
        "floor_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("effort", sa.String(length=32), nullable=False),
        sa.Column("failure", sa.String(length=32), nullable=True),
        sa.Column("packer", sa.String(length=20), nullable=False),
        sa.Column("packer_version", sa.String(length=20), nullable=True),
        sa.Column("task", marketplace.kernel.db.Json, nullable=False),
        sa.Column("input_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("placed", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("left_over", marketplace.kernel.db.Json, nullable=False),
        sa.Column("front_axle_g", sa.BigInteger(), nullable=True),
        sa.Column("rear_axle_g", sa.BigInteger(), nullable=True),
        sa.Column("centre_x_mm", sa.Integer(), nullable=True),
        sa.Column("centre_y_mm", sa.Integer(), nullable=True),
        sa.Column("centre_z_mm", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("placed IS NULL OR (placed >= 0 AND placed <= total)", name=op.f("ck_floor_plan_placed")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_floor_plan_departure_id_departure")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_plan")),
        sa.UniqueConstraint("departure_id", "version", name=op.f("uq_floor_plan_departure_id_version")),
    )
    op.create_table(
        "floor_position",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("x_mm", sa.Integer(), nullable=False),
        sa.Column("y_mm", sa.Integer(), nullable=False),
        sa.Column("z_mm", sa.Integer(), nullable=False),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("width_mm", sa.Integer(), nullable=False),
        sa.Column("height_mm", sa.Integer(), nullable=False),
        sa.Column("turned", sa.Boolean(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("stack", sa.Integer(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["floor_plan.id"], name=op.f("fk_floor_position_plan_id_floor_plan")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["handling_unit.id"], name=op.f("fk_floor_position_unit_id_handling_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_floor_position")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_floor_position_plan_id_number")),
        sa.UniqueConstraint("plan_id", "unit_id", "block", name=op.f("uq_floor_position_plan_id_unit_id_block")),
    )
    op.create_index(op.f("ix_floor_position_unit_id"), "floor_position", ["unit_id"])


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Hours, closures and lane rules of borders, delays, and what figures of legs were before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import Json, insert_only_ddl

revision: str = "b7e2d4f9c016"
down_revision: str | None = "61090ef4dc7a"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("leg", sa.Column("is_assumed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("leg", sa.Column("lane", sa.String(length=40), server_default="general", nullable=False))
    op.add_column(
        "departure_stop", sa.Column("wait_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "border_hours",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crossing_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("weekdays", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "opens BETWEEN 0 AND 1439 AND closes BETWEEN 1 AND 1440", name=op.f("ck_border_hours_clock")
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_border_hours_validity")),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name=op.f("ck_border_hours_weekdays")),
        sa.ForeignKeyConstraint(["crossing_id"], ["border_crossing.id"], name=op.f("fk_border_hours_crossing_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_border_hours_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_hours")),
    )
    op.create_index(op.f("ix_border_hours_crossing_id"), "border_hours", ["crossing_id"], unique=False)
    op.create_table(
        "border_closure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crossing_id", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_border_closure_span")),
        sa.ForeignKeyConstraint(["crossing_id"], ["border_crossing.id"], name=op.f("fk_border_closure_crossing_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_border_closure_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_closure")),
    )
    op.create_index(op.f("ix_border_closure_crossing_id"), "border_closure", ["crossing_id"], unique=False)
    op.create_index("ix_border_closure_state_ends_at", "border_closure", ["state", "ends_at"], unique=False)
    op.create_index(
        "uq_border_closure",
        "border_closure",
        ["crossing_id", "place_code", "starts_at", "ends_at", "reason"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "closure_delay",
        sa.Column("closure_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closure_id"], ["border_closure.id"], name=op.f("fk_closure_delay_closure_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_closure_delay_departure_id")),
        sa.PrimaryKeyConstraint("closure_id", "departure_id", name=op.f("pk_closure_delay")),
    )
    op.create_index(op.f("ix_closure_delay_departure_id"), "closure_delay", ["departure_id"], unique=False)
    op.create_table(
        "border_lane_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("crossing_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("parameters", Json, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_border_lane_rule_validity")),
        sa.ForeignKeyConstraint(["crossing_id"], ["border_crossing.id"], name=op.f("fk_border_lane_rule_crossing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_border_lane_rule")),
    )
    op.create_index(op.f("ix_border_lane_rule_crossing_id"), "border_lane_rule", ["crossing_id"], unique=False)
    op.create_table(
        "leg_history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("leg_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(length=32), nullable=False),
        sa.Column("carriage", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("is_assumed", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_leg_history_leg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leg_history")),
    )
    op.create_index(op.f("ix_leg_history_leg_id"), "leg_history", ["leg_id"], unique=False)
    for statement in insert_only_ddl("leg_history", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "sea_track",
        sa.Column("leg_id", sa.Uuid(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("points", Json, nullable=False),
        sa.ForeignKeyConstraint(["leg_id"], ["leg.id"], name=op.f("fk_sea_track_leg_id")),
        sa.PrimaryKeyConstraint("leg_id", name=op.f("pk_sea_track")),
    )


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

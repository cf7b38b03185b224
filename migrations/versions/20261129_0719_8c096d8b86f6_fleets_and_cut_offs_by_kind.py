"""Fleets with their papers, crews and rotations, and cut-offs by kind."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "8c096d8b86f6"
down_revision: str | None = "c4d81b6e05fa"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "fleet_driver",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fleet_driver_company_id")),
        sa.ForeignKeyConstraint(["contractor_id"], ["company.id"], name=op.f("fk_fleet_driver_contractor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_driver")),
        sa.UniqueConstraint("reference", name=op.f("uq_fleet_driver_reference")),
    )
    with op.batch_alter_table("fleet_driver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_driver_company_id"), ["company_id"], unique=False)

    op.create_table(
        "fleet_vehicle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("contractor_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("vehicle_type_id", sa.Uuid(), nullable=True),
        sa.Column("is_reefer", sa.Boolean(), nullable=False),
        sa.Column("euro_class", sa.Integer(), nullable=True),
        sa.Column("co2_grams_km", sa.Integer(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind <> 'trailer' OR vehicle_type_id IS NOT NULL", name=op.f("ck_fleet_vehicle_typed")),
        sa.CheckConstraint("kind = 'trailer' OR NOT is_reefer", name=op.f("ck_fleet_vehicle_reefer")),
        sa.CheckConstraint("kind IN ('tractor', 'trailer')", name=op.f("ck_fleet_vehicle_kind")),
        sa.CheckConstraint(
            "co2_grams_km IS NULL OR co2_grams_km BETWEEN 1 AND 5000", name=op.f("ck_fleet_vehicle_co2")
        ),
        sa.CheckConstraint(
            "euro_class IS NULL OR euro_class BETWEEN 1 AND 7", name=op.f("ck_fleet_vehicle_euro_class")
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fleet_vehicle_company_id")),
        sa.ForeignKeyConstraint(["contractor_id"], ["company.id"], name=op.f("fk_fleet_vehicle_contractor_id")),
        sa.ForeignKeyConstraint(
            ["vehicle_type_id"], ["vehicle_type.id"], name=op.f("fk_fleet_vehicle_vehicle_type_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_vehicle")),
        sa.UniqueConstraint("reference", name=op.f("uq_fleet_vehicle_reference")),
    )
    with op.batch_alter_table("fleet_vehicle", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_vehicle_company_id"), ["company_id"], unique=False)

    op.create_table(
        "fleet_driver_name",
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["driver_id"], ["fleet_driver.id"], name=op.f("fk_fleet_driver_name_driver_id")),
        sa.PrimaryKeyConstraint("driver_id", name=op.f("pk_fleet_driver_name")),
    )
    with op.batch_alter_table("fleet_driver_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_driver_name_person_id"), ["person_id"], unique=False)

    op.create_table(
        "fleet_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=True),
        sa.Column("driver_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(vehicle_id IS NULL) <> (driver_id IS NULL)", name=op.f("ck_fleet_paper_whose")),
        sa.CheckConstraint("valid_from IS NULL OR valid_from <= valid_until", name=op.f("ck_fleet_paper_period")),
        sa.ForeignKeyConstraint(["driver_id"], ["fleet_driver.id"], name=op.f("fk_fleet_paper_driver_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["fleet_vehicle.id"], name=op.f("fk_fleet_paper_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_paper")),
    )
    with op.batch_alter_table("fleet_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_paper_driver_id"), ["driver_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_fleet_paper_valid_until"), ["valid_until"], unique=False)
        batch_op.create_index(batch_op.f("ix_fleet_paper_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "fleet_plate",
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_fleet_plate_company_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["fleet_vehicle.id"], name=op.f("fk_fleet_plate_vehicle_id")),
        sa.PrimaryKeyConstraint("vehicle_id", "country", name=op.f("pk_fleet_plate")),
        sa.UniqueConstraint("company_id", "country", "number", name="uq_fleet_plate_number"),
    )
    op.create_table(
        "fleet_rotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["vehicle_id"], ["fleet_vehicle.id"], name=op.f("fk_fleet_rotation_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fleet_rotation")),
        sa.UniqueConstraint("reference", name=op.f("uq_fleet_rotation_reference")),
    )
    with op.batch_alter_table("fleet_rotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_rotation_vehicle_id"), ["vehicle_id"], unique=False)

    op.create_table(
        "fleet_paper_notice",
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["fleet_paper.id"], name=op.f("fk_fleet_paper_notice_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", "stage", name=op.f("pk_fleet_paper_notice")),
    )
    for statement in insert_only_ddl("fleet_paper_notice", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "crew_assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("first_stop", sa.Integer(), nullable=False),
        sa.Column("last_stop", sa.Integer(), nullable=False),
        sa.Column("tractor_id", sa.Uuid(), nullable=False),
        sa.Column("trailer_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returns_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_dangerous", sa.Boolean(), nullable=False),
        sa.Column("is_cooled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_stop >= 0 AND first_stop < last_stop", name=op.f("ck_crew_assignment_legs")),
        sa.CheckConstraint("starts_at <= ends_at AND ends_at <= returns_at", name=op.f("ck_crew_assignment_times")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_crew_assignment_departure_id")),
        sa.ForeignKeyConstraint(["tractor_id"], ["fleet_vehicle.id"], name=op.f("fk_crew_assignment_tractor_id")),
        sa.ForeignKeyConstraint(["trailer_id"], ["fleet_vehicle.id"], name=op.f("fk_crew_assignment_trailer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crew_assignment")),
    )
    with op.batch_alter_table("crew_assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crew_assignment_departure_id"), ["departure_id"], unique=False)
        batch_op.create_index("ix_crew_assignment_tractor_id_starts_at", ["tractor_id", "starts_at"], unique=False)
        batch_op.create_index("ix_crew_assignment_trailer_id_starts_at", ["trailer_id", "starts_at"], unique=False)

    op.create_table(
        "departure_cutoff",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_departure_cutoff_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", "kind", name=op.f("pk_departure_cutoff")),
    )
    op.create_table(
        "fleet_rotation_leg",
        sa.Column("rotation_id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("vehicle_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_fleet_rotation_leg_departure_id")),
        sa.ForeignKeyConstraint(["rotation_id"], ["fleet_rotation.id"], name=op.f("fk_fleet_rotation_leg_rotation_id")),
        sa.ForeignKeyConstraint(["vehicle_id"], ["fleet_vehicle.id"], name=op.f("fk_fleet_rotation_leg_vehicle_id")),
        sa.PrimaryKeyConstraint("rotation_id", "departure_id", name=op.f("pk_fleet_rotation_leg")),
        sa.UniqueConstraint("vehicle_id", "departure_id", name="uq_fleet_rotation_leg_once"),
    )
    with op.batch_alter_table("fleet_rotation_leg", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_fleet_rotation_leg_departure_id"), ["departure_id"], unique=False)

    op.create_table(
        "crew_driver",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("driver_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["crew_assignment.id"], name=op.f("fk_crew_driver_assignment_id")),
        sa.ForeignKeyConstraint(["driver_id"], ["fleet_driver.id"], name=op.f("fk_crew_driver_driver_id")),
        sa.PrimaryKeyConstraint("assignment_id", "driver_id", name=op.f("pk_crew_driver")),
    )
    with op.batch_alter_table("crew_driver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crew_driver_driver_id"), ["driver_id"], unique=False)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Declarations, transit, handovers of vehicles, cold goods and choices for held lorries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from marketplace.kernel.db import insert_only_ddl

revision: str = "903fd43f7413"
down_revision: str | None = "d3a7c51e9b02"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "departure_broker",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_departure_broker_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_departure_broker_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", "side", name=op.f("pk_departure_broker")),
    )
    op.create_index(op.f("ix_departure_broker_company_id"), "departure_broker", ["company_id"], unique=False)

    op.create_table(
        "pre_cooling",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("logger", sa.String(length=40), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_pre_cooling_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_pre_cooling_departure_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pre_cooling")),
    )
    op.create_index(op.f("ix_pre_cooling_departure_id"), "pre_cooling", ["departure_id"], unique=False)

    op.create_table(
        "reefer_reading",
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("logger", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_reefer_reading_departure_id")),
        sa.PrimaryKeyConstraint("departure_id", "logger", "at", name=op.f("pk_reefer_reading")),
    )
    op.create_table(
        "transit_movement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("regime", sa.String(length=32), nullable=False),
        sa.Column("from_place", sa.String(length=40), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("mrn", sa.String(length=35), nullable=True),
        sa.Column("guarantee", sa.String(length=32), nullable=False),
        sa.Column("guarantee_reference", sa.String(length=35), nullable=False),
        sa.Column("guarantee_minor", sa.BigInteger(), nullable=False),
        sa.Column("guarantee_currency", sa.String(length=3), nullable=False),
        sa.Column("guarantee_until", sa.Date(), nullable=False),
        sa.Column("discharge_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("guarantee_minor > 0", name=op.f("ck_transit_movement_guarantee")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_transit_movement_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_transit_movement_departure_id")),
        sa.ForeignKeyConstraint(["from_place"], ["place.code"], name=op.f("fk_transit_movement_from_place")),
        sa.ForeignKeyConstraint(["to_place"], ["place.code"], name=op.f("fk_transit_movement_to_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transit_movement")),
        sa.UniqueConstraint("mrn", name=op.f("uq_transit_movement_mrn")),
    )
    op.create_index(op.f("ix_transit_movement_departure_id"), "transit_movement", ["departure_id"], unique=False)
    op.create_index(
        "ix_transit_movement_state_discharge_by", "transit_movement", ["state", "discharge_by"], unique=False
    )

    op.create_table(
        "booking_cooling",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("set_point", sa.Integer(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.CheckConstraint("least IS NULL OR most IS NULL OR least <= most", name=op.f("ck_booking_cooling_range")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_booking_cooling_booking_id")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_booking_cooling")),
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("lodged_on", sa.Date(), nullable=False),
        sa.Column("cartons", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cartons > 0", name=op.f("ck_declaration_cartons")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_declaration_booking_id")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_declaration_company_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("booking_id", "side", name=op.f("uq_declaration_booking_id_side")),
        sa.UniqueConstraint("side", "number", name=op.f("uq_declaration_side_number")),
    )
    op.create_table(
        "held_choice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("option", sa.String(length=32), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("eta", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_booking_id", sa.Uuid(), nullable=True),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_held_choice_booking_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_held_choice_departure_id")),
        sa.ForeignKeyConstraint(["new_booking_id"], ["booking.id"], name=op.f("fk_held_choice_new_booking_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_held_choice_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_choice")),
    )
    op.create_index(op.f("ix_held_choice_booking_id"), "held_choice", ["booking_id"], unique=False)
    op.create_index(op.f("ix_held_choice_departure_id"), "held_choice", ["departure_id"], unique=False)

    op.create_table(
        "reefer_excursion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("logger", sa.String(length=40), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_reefer_excursion_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reefer_excursion")),
        sa.UniqueConstraint(
            "booking_id", "logger", "began_at", name=op.f("uq_reefer_excursion_booking_id_logger_began_at")
        ),
    )
    op.create_index(op.f("ix_reefer_excursion_booking_id"), "reefer_excursion", ["booking_id"], unique=False)

    op.create_table(
        "transit_consignment",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_transit_consignment_booking_id")),
        sa.ForeignKeyConstraint(
            ["movement_id"], ["transit_movement.id"], name=op.f("fk_transit_consignment_movement_id")
        ),
        sa.PrimaryKeyConstraint("movement_id", "booking_id", name=op.f("pk_transit_consignment")),
    )
    op.create_index(op.f("ix_transit_consignment_booking_id"), "transit_consignment", ["booking_id"], unique=False)

    op.create_table(
        "transit_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=True),
        sa.Column("remark", sa.String(length=32), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_transit_step_company_id")),
        sa.ForeignKeyConstraint(["movement_id"], ["transit_movement.id"], name=op.f("fk_transit_step_movement_id")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_transit_step_place_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transit_step")),
    )
    op.create_index(op.f("ix_transit_step_movement_id"), "transit_step", ["movement_id"], unique=False)

    op.create_table(
        "vehicle_handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("departure_id", sa.Uuid(), nullable=False),
        sa.Column("from_crew", sa.Uuid(), nullable=False),
        sa.Column("to_crew", sa.Uuid(), nullable=False),
        sa.Column("place_code", sa.String(length=40), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("odometer_km", sa.Integer(), nullable=True),
        sa.Column("seal_read", sa.String(length=40), nullable=False),
        sa.Column("new_seal", sa.String(length=40), nullable=True),
        sa.Column("seal_reason", sa.String(length=32), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(new_seal IS NULL) = (seal_reason IS NULL)", name=op.f("ck_vehicle_handover_seal")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_vehicle_handover_company_id")),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"], name=op.f("fk_vehicle_handover_departure_id")),
        sa.ForeignKeyConstraint(["from_crew"], ["crew_assignment.id"], name=op.f("fk_vehicle_handover_from_crew")),
        sa.ForeignKeyConstraint(["place_code"], ["place.code"], name=op.f("fk_vehicle_handover_place_code")),
        sa.ForeignKeyConstraint(["to_crew"], ["crew_assignment.id"], name=op.f("fk_vehicle_handover_to_crew")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_handover")),
    )
    op.create_index(op.f("ix_vehicle_handover_departure_id"), "vehicle_handover", ["departure_id"], unique=False)

    op.create_table(
        "amendment_due",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["declaration_id"], ["declaration.id"], name=op.f("fk_amendment_due_declaration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment_due")),
    )
    op.create_index(op.f("ix_amendment_due_declaration_id"), "amendment_due", ["declaration_id"], unique=False)

    op.create_table(
        "declaration_amendment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=35), nullable=False),
        sa.Column("cartons", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_declaration_amendment_company_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_declaration_amendment_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_amendment")),
        sa.UniqueConstraint("declaration_id", "number", name=op.f("uq_declaration_amendment_declaration_id_number")),
    )
    op.create_index(
        op.f("ix_declaration_amendment_declaration_id"), "declaration_amendment", ["declaration_id"], unique=False
    )
    for table in ("transit_step", "vehicle_handover", "pre_cooling", "reefer_reading", "held_choice"):
        for statement in insert_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a city goes back by restoring its backup."""
    raise NotImplementedError

"""Figures of the kinds of lorries, which the operator corrects as papers of better sources come in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.rules.freight import check_load
from marketplace.logistics.rules.lines import errors_of_code
from marketplace.logistics.services import network


@dataclass(frozen=True, slots=True)
class Figures:
    """What a kind of lorry is called and holds, hundredths of a TEU, where the figures come from; whether it cools."""

    name: str
    capacity: Load
    teu_hundredths: int
    source: str
    is_reefer: bool = False


def add(session: Session, *, actor: Actor, code: str, figures: Figures, now: datetime) -> UUID:
    """Add a kind of lorry and return its id; Refused ``code`` for one that is taken, or that no trail can bear."""
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    if errors := errors_of_code(code):
        raise Refused.fields(*errors)
    taken = sa.select(VehicleType.id).where(VehicleType.code == code)
    if session.scalars(taken).first() is not None:
        raise Refused.field("code", "taken", "a code of its own")
    type_id = network.add_vehicle_type(
        session,
        code=code,
        name=figures.name,
        capacity=figures.capacity,
        source=figures.source,
        teu_hundredths=figures.teu_hundredths,
        is_reefer=figures.is_reefer,
    )
    facts = {"code": code, "teu_hundredths": figures.teu_hundredths, "grams": figures.capacity.grams}
    audit.record(
        session,
        actor=actor,
        action="vehicle_type.added",
        subject="vehicle_type",
        subject_id=type_id,
        facts=facts,
        now=now,
    )
    return type_id


def correct(session: Session, *, actor: Actor, type_id: UUID, figures: Figures, now: datetime) -> None:
    """Let a kind of lorry have other figures from now on: departures that are there keep the room they promised."""
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    check_load(figures.capacity)
    row = session.get(VehicleType, type_id)
    if row is None:
        raise NotFound("vehicle_type")
    row.name, row.source, row.teu_hundredths = figures.name, figures.source, figures.teu_hundredths
    row.grams, row.cm3 = figures.capacity.grams, figures.capacity.cm3
    row.ldm_mm, row.pallets = figures.capacity.ldm_mm, figures.capacity.pallets
    row.is_reefer = figures.is_reefer
    session.flush()
    facts = {"teu_hundredths": figures.teu_hundredths, "grams": row.grams, "cm3": row.cm3, "pallets": row.pallets}
    audit.record(
        session,
        actor=actor,
        action="vehicle_type.corrected",
        subject="vehicle_type",
        subject_id=type_id,
        facts=facts,
        now=now,
    )

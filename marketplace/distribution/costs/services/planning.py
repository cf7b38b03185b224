"""Plan what a departure costs, from the rates of its line."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.costs.models import CostItem, CostSheet
from marketplace.distribution.costs.queries import lorries, sheets
from marketplace.distribution.costs.queries.lorries import Lorry
from marketplace.distribution.costs.rules import planning as rules
from marketplace.distribution.costs.rules.planning import Basis, SheetState
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import insert_if_new, write
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import LorryChanged


def plan(session: Session, *, departure_id: UUID, actor: Actor, now: datetime) -> int:
    """Plan a departure's costs by the rates of the day on which it leaves, in place of what was planned before.

    Return how many costs that are. Conflict ``sheet_closed``. NotFound for an unknown departure.
    """
    lorry = lorries.lorry(session, departure_id=departure_id)
    trip = lorries.trip(session, lorry=lorry)
    header = open_sheet(session, lorry=lorry, now=now)
    header.km, header.planned_at, header.is_planned = trip.km, now, True
    session.execute(
        sa.update(CostItem)
        .where(CostItem.departure_id == lorry.id, CostItem.basis == Basis.PLANNED, CostItem.voided_at.is_(None))
        .values(voided_at=now)
    )
    known = [row.rate for row in lorries.rates(session, line_id=lorry.line_id)]
    made, unknown = rules.plan(rules.in_force(known, vehicle_id=lorry.vehicle_id, day=lorry.day), trip)
    rows = [
        {
            "id": new_id(),
            "departure_id": lorry.id,
            "basis": Basis.PLANNED,
            "kind": one.rate.kind,
            "amount_minor": one.amount.minor,
            "currency": one.amount.currency,
            "company_id": one.rate.company_id or lorry.carrier_company_id,
            "rate_id": one.rate.id,
            "quantity": one.quantity,
            "entered_at": now,
        }
        for one in made
    ]
    if rows:
        write(session, CostItem, rows)
    session.flush()
    facts = {"items": len(rows), "unknown": len(unknown), "currency": header.currency}
    note(session, departure_id, "plan", facts, actor=actor, now=now)
    return len(rows)


def plan_first(session: Session, *, lorry: Lorry, now: datetime) -> None:
    """Plan a departure before the first cost of it is entered; one that takes bookings yet is planned by the clock."""
    if lorry.id in lorries.unplanned(session, departure_id=lorry.id):
        plan(session, departure_id=lorry.id, actor=SYSTEM, now=now)


def on_lorry_changed(session: Session, event: LorryChanged) -> None:
    """Plan the costs anew by the rates of the lorry that drives now, where they were planned before."""
    planned = sa.select(CostSheet.state).where(CostSheet.departure_id == event.departure_id, CostSheet.is_planned)
    if session.scalar(planned) is SheetState.OPEN:
        plan(session, departure_id=event.departure_id, actor=SYSTEM, now=event.at)


def open_sheet(session: Session, *, lorry: Lorry, now: datetime) -> CostSheet:
    """Return the locked sheet of a departure, made where there is none; Conflict ``sheet_closed``."""
    insert_if_new(
        session,
        CostSheet,
        departure_id=lorry.id,
        currency=lorries.line_currency(session, line_id=lorry.line_id),
        priced_on=lorry.day,
        state=SheetState.OPEN,
        planned_at=now,
        is_planned=False,
    )
    header = sheets.header(session, departure_id=lorry.id)
    if header.state is SheetState.CLOSED:
        raise Conflict("sheet_closed", departure=lorry.reference)
    return header


def note(
    session: Session, departure_id: UUID, act: str, facts: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    """Write an act on a sheet into the audit."""
    audit.record(
        session,
        actor=actor,
        action=f"cost_sheet.{act}",
        subject="departure",
        subject_id=departure_id,
        facts=facts,
        now=now,
    )

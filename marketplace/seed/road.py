"""What is on the road in the demo: a lorry that is declared, under transit and watched by a logger; all fictitious."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.running import running
from marketplace.logistics.road.models.customs import DepartureBroker
from marketplace.logistics.road.queries.lorries import cargo_of
from marketplace.logistics.road.rules.declared import Side
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Security, Step
from marketplace.logistics.road.services import cooling, declaring, moving
from marketplace.logistics.road.services.moving import NewMovement
from marketplace.logistics.rules.states import BookingState, DepartureState

_UNDER_WAY: Final = (DepartureState.AT_BORDER, DepartureState.CLEARED, DepartureState.DEPARTED, DepartureState.HELD)
_LOGGER: Final = "DEMO-LOGGER-1"
# Tenths of °C, a reading each quarter of an hour.
_TENTHS: Final = (41, 42, 44, 47, 52, 58, 61, 57, 50, 45, 42, 40)
_STEP: Final = timedelta(minutes=15)
_DAYS: Final = timedelta(days=10)


def put_on_road(session: Session, *, operator: Actor, carrier: Actor, broker: Actor, now: datetime) -> None:
    """Declare a lorry that is under way, take it through transit and read its logger; twice is once."""
    if session.scalar(sa.select(sa.func.count()).select_from(DepartureBroker)):
        return
    found = _under_way(session, now)
    if found is None:
        return
    for side in Side:
        declaring.name_broker(
            session, actor=operator, departure_id=found.id, side=side, company_id=broker.company, now=now
        )
    for place, row in enumerate(cargo_of(session, departure_id=found.id)):
        if row.cartons:
            declaring.lodge(
                session,
                actor=broker,
                booking_id=row.booking_id,
                side=Side.EXPORT,
                number=f"DEMO{now.year}{place:08d}",
                lodged_on=found.departs_at.date(),
                cartons=row.cartons,
                now=now,
            )
    _transit(session, broker, found, now)
    lines = [f"{(now - _STEP * (len(_TENTHS) - place)).isoformat()},{each / 10}" for place, each in enumerate(_TENTHS)]
    content = "\n".join(("time,°C", *lines)).encode()
    cooling.upload(session, actor=carrier, departure_id=found.id, content=content, logger=_LOGGER, now=now)


def _under_way(session: Session, now: datetime) -> DepartureRow | None:
    """Return a lorry of the demo's carrier that is on its way over a border."""
    for state in _UNDER_WAY:
        for row in running(session, now=now, state=state).items:
            aboard = any(one.state is BookingState.IN_TRANSIT for one in cargo_of(session, departure_id=row.id))
            if aboard and any(stop.is_border for stop in row.stops):
                return row
    return None


def _transit(session: Session, broker: Actor, row: DepartureRow, now: datetime) -> UUID:
    by = max(row.arrives_at, now) + _DAYS
    secured = Security(Guarantee.SINGLE, "DEMO-G-1", 250_000_00, "CNY", (by + _DAYS).date())
    wanted = NewMovement(
        regime=Regime.GMS,
        from_place=row.stops[0].place.code,
        to_place=row.stops[-1].place.code,
        security=secured,
        discharge_by=by,
    )
    made = moving.draft(session, actor=broker, departure_id=row.id, wanted=wanted, now=now)
    for taken in (Step.LODGE, Step.ACCEPT, Step.RELEASE):
        mrn = f"DEMO{now.year}GMS00001"
        moving.step(session, actor=broker, movement_id=made, taken=taken, mrn=mrn, now=now)
    return made

"""Record that a lorry goes on with another tractor and other drivers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import LorrySwapped, SealsAdded
from marketplace.logistics.fleet.services import relieving
from marketplace.logistics.fleet.services.relieving import Relief
from marketplace.logistics.models.cargo import Seal
from marketplace.logistics.queries.departures import DepartureRow, departure
from marketplace.logistics.road.models.lorries import VehicleHandover
from marketplace.logistics.road.rules.swapping import UNPLANNED, SealReason, SwapCause, check_odometer, check_seal
from marketplace.logistics.road.services import access
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting

_ON_THE_ROAD: Final = (
    DepartureState.DEPARTED,
    DepartureState.AT_BORDER,
    DepartureState.CLEARED,
    DepartureState.HELD,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A handover: where (a stop that was reached), why, who goes on, and what is read on the doors and the clock.

    Without ``tractor_id`` the crew goes on that is assigned from this stop.
    """

    place_code: str
    cause: SwapCause
    seal_number: str
    tractor_id: UUID | None = None
    driver_ids: tuple[UUID, ...] = ()
    new_seal: str = ""
    seal_reason: SealReason | None = None
    odometer_km: int | None = None
    happened_at: datetime | None = None
    returns_at: datetime | None = None


def swap(session: Session, *, actor: Actor, departure_id: UUID, given: Swap, now: datetime) -> UUID:
    """Hand a lorry over to another crew and return the handover's id; again where the other tractor breaks down.

    NotFound ``departure`` for anybody but the operator and its carrier, who takes of its own fleet alone. Refused by
    field, with what a crew lacks or drives meanwhile; Conflict ``not_on_the_road``, ``no_seal``, ``no_crew``.
    """
    hat = access.must_be(session, Hat.OPERATOR, Hat.CARRIER, actor=actor, departure_id=departure_id).hat
    lorry = acting.locked(session, departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    if row.state not in _ON_THE_ROAD:
        raise Conflict("not_on_the_road", departure=departure_id)
    at_stop = _reached(row, given.place_code)
    happened = tracking.checked(given.happened_at, field="happened_at", now=now, since=row.stops[at_stop].reached_at)
    check_odometer(given.odometer_km)
    new_seal = check_seal(
        _present(session, departure_id), read=given.seal_number, new=given.new_seal, reason=given.seal_reason
    )
    if given.tractor_id is None:
        before, after = relieving.planned(session, departure_id=departure_id, at_stop=at_stop)
    else:
        before, after = relieving.relieve(
            session,
            actor=actor,
            departure_id=departure_id,
            at_stop=at_stop,
            relief=Relief(
                given.tractor_id,
                given.driver_ids,
                given.returns_at,
                actor.company if hat is Hat.CARRIER else None,
            ),
            happened_at=happened,
            now=now,
        )
    made = VehicleHandover(
        id=new_id(),
        departure_id=departure_id,
        from_crew=before,
        to_crew=after,
        place_code=given.place_code,
        cause=given.cause,
        odometer_km=given.odometer_km,
        seal_read=given.seal_number.strip(),
        new_seal=new_seal,
        seal_reason=given.seal_reason if new_seal else None,
        company_id=actor.company,
        happened_at=happened,
        recorded_at=now,
    )
    session.add(made)
    if new_seal:
        session.add(
            Seal(
                id=new_id(),
                departure_id=departure_id,
                number=new_seal,
                affixed_by=actor.person_id,
                affixed_at=happened,
            )
        )
        events.record(session, SealsAdded(at=now, departure_id=departure_id))
    session.flush()
    if given.cause in UNPLANNED:
        _note(session, departure_id, Status.DELAYED, given.place_code, happened, now)
    _note(session, departure_id, Status.EN_ROUTE, given.place_code, happened, now)
    swapped = LorrySwapped(
        at=now,
        departure_id=departure_id,
        subjects=acting.subjects_aboard(session, lorry),
        cause=str(given.cause),
        place_code=given.place_code,
    )
    events.record(session, swapped)
    audit.record(
        session,
        actor=actor,
        action="departure.swapped",
        subject="departure",
        subject_id=departure_id,
        facts={"handover": made.id, "from": before, "to": after, "cause": str(given.cause), "new_seal": bool(new_seal)},
        now=now,
    )
    return made.id


def _reached(row: DepartureRow, place_code: str) -> int:
    """Return the position of a stop that was reached and that is not the last; Refused ``place`` for any other."""
    reached = [stop.place.code for stop in row.stops[:-1] if stop.reached_at is not None]
    if place_code not in reached:
        raise Refused.field("place", "choice", ", ".join(reached))
    return reached.index(place_code)


def _present(session: Session, departure_id: UUID) -> str:
    """Return the number of the seal that was put on last."""
    found = session.scalars(
        sa.select(Seal.number)
        .where(Seal.departure_id == departure_id)
        .order_by(Seal.affixed_at.desc(), Seal.id.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        raise Conflict("no_seal", departure=departure_id)
    return found


def _note(
    session: Session, departure_id: UUID, code: Status, place_code: str, happened: datetime, now: datetime
) -> None:
    tracking.note(session, code=code, departure_id=departure_id, place_code=place_code, event_at=happened, now=now)

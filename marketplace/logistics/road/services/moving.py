"""Take goods through customs transit: draft a movement, and record what customs did with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import TransitMoved
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.queries.departures import DepartureRow, departure
from marketplace.logistics.road.models.customs import TransitConsignment, TransitMovement, TransitStep
from marketplace.logistics.road.rules import transit as rules
from marketplace.logistics.road.rules.declared import check_number
from marketplace.logistics.road.rules.transit import Regime, Remark, Security, Step, TransitState
from marketplace.logistics.road.services import access, numbers
from marketplace.logistics.road.services.access import Hat
from marketplace.logistics.rules.states import TAKES_CARGO, BookingState, DepartureState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting

_OVER: Final = (DepartureState.STRIPPED, DepartureState.SETTLED, DepartureState.CANCELLED)
_ABOARD: Final = (BookingState.LOADED, BookingState.IN_TRANSIT)
# While the lorry is at its hub, what is to ride on it is listed as well.
_TO_RIDE: Final = (BookingState.CONFIRMED, BookingState.CARGO_RECEIVED, *_ABOARD)
# What the papers of the lorry say of a movement changes with these.
_TOLD: Final = (Step.ACCEPT, Step.RELEASE, Step.CANCEL)
_BROUGHT: Final = (BookingState.ARRIVED, BookingState.COMPLETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMovement:
    """A movement as it is drafted: from one stop of the way to a later one, until when, secured by what."""

    regime: Regime
    from_place: str
    to_place: str
    security: Security
    discharge_by: datetime
    booking_ids: Collection[UUID] | None = None  # None: all that is aboard


def draft(session: Session, *, actor: Actor, departure_id: UUID, wanted: NewMovement, now: datetime) -> UUID:
    """Draft a movement for consignments of a departure and return its id.

    NotFound ``departure`` for anybody but the operator and its brokers; Refused by field: a regime that does not hold
    in a country of the way, a guarantee that ends before the planned discharge, bookings that are not aboard;
    Conflict ``transit_over``.
    """
    access.must_be(session, Hat.OPERATOR, Hat.BROKER, actor=actor, departure_id=departure_id)
    acting.lock(session, departure_id=departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    if row.state in _OVER:
        raise Conflict("transit_over", departure=departure_id)
    first, last = _span(row, wanted.from_place, wanted.to_place)
    way = row.stops[first : last + 1]
    rules.check_way(wanted.regime, [stop.place.country for stop in way])
    zone = ZoneInfo(way[-1].place.zone)
    starts_on = way[0].eta.astimezone(ZoneInfo(way[0].place.zone)).date()
    given = wanted.security
    kept = check_number(given.reference, field="guarantee_reference")
    rules.check_security(
        wanted.regime, given, starts_on=starts_on, discharge_by=wanted.discharge_by.astimezone(zone).date()
    )
    made = TransitMovement(
        id=new_id(),
        departure_id=departure_id,
        regime=wanted.regime,
        from_place=wanted.from_place,
        to_place=wanted.to_place,
        state=TransitState.DRAFT,
        guarantee=given.kind,
        guarantee_reference=kept,
        guarantee_minor=given.minor,
        guarantee_currency=given.currency,
        guarantee_until=given.until,
        discharge_by=wanted.discharge_by,
        company_id=actor.company,
        created_at=now,
    )
    session.add(made)
    session.flush()
    listed = _listed(session, row, wanted.booking_ids)
    session.add_all(TransitConsignment(movement_id=made.id, booking_id=booking_id) for booking_id in listed)
    session.flush()
    facts = {"transit": made.id, "regime": str(wanted.regime), "bookings": [str(each) for each in listed]}
    audit.record(
        session,
        actor=actor,
        action="transit.drafted",
        subject="departure",
        subject_id=departure_id,
        facts=facts,
        now=now,
    )
    return made.id


def step(
    session: Session,
    *,
    actor: Actor,
    movement_id: UUID,
    taken: Step,
    mrn: str = "",
    place_code: str | None = None,
    remark: Remark | None = None,
    happened_at: datetime | None = None,
    now: datetime,
) -> TransitState:
    """Record what happened to a movement and return its state.

    NotFound ``transit`` for anybody but the operator and brokers of its departure; Refused by field; Conflict ``state``
    naming what may happen, ``guarantee_over`` for a release after the guarantee's last day, ``transit_empty`` where
    nothing is listed, ``transit_not_aboard`` naming what is listed and not on the lorry when it is lodged or released.
    """
    row = _locked(session, actor, movement_id)
    rules.check_step(taken, mrn=mrn, place=place_code or "", remark=remark)
    state = rules.TRANSIT.apply(row.state, taken)
    lorry = departure(session, departure_id=row.departure_id, now=now)
    stops = {stop.place.code: stop.place for stop in lorry.stops}
    if place_code is not None and place_code not in stops:
        raise Refused.field("place", "choice", ", ".join(stops))
    before = sa.select(sa.func.max(TransitStep.happened_at)).where(TransitStep.movement_id == movement_id)
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=session.scalars(before).one())
    if taken is Step.ACCEPT:
        country = stops[row.from_place].country
        row.mrn = numbers.give(
            session, movement_id=row.id, regime=row.regime, mrn=mrn, country=country, year=happened.year
        )
    if taken in (Step.LODGE, Step.RELEASE):
        _check_aboard(session, movement_id, lorry, happened)
    if taken is Step.RELEASE and _day(happened, stops[row.from_place].zone) > row.guarantee_until:
        raise Conflict("guarantee_over", until=row.guarantee_until.isoformat())
    row.state = state
    session.add(
        TransitStep(
            id=new_id(),
            movement_id=movement_id,
            step=taken,
            place_code=place_code,
            remark=remark if taken is Step.REMARK else None,
            happened_at=happened,
            recorded_at=now,
            company_id=actor.company,
        )
    )
    session.flush()
    if taken in _TOLD:
        events.record(session, TransitMoved(at=now, departure_id=row.departure_id, movement_id=movement_id))
    audit.record(
        session,
        actor=actor,
        action=f"transit.{taken}",
        subject="departure",
        subject_id=row.departure_id,
        facts={"transit": movement_id, "state": str(state)},
        now=now,
    )
    return state


def _locked(session: Session, actor: Actor, movement_id: UUID) -> TransitMovement:
    """Return a movement, locked after its departure: nothing of it is taken off meanwhile."""
    wanted = sa.select(TransitMovement.departure_id).where(TransitMovement.id == movement_id)
    departure_id = session.scalars(wanted).one_or_none()
    if departure_id is None:
        raise NotFound("transit")
    try:
        access.must_be(session, Hat.OPERATOR, Hat.BROKER, actor=actor, departure_id=departure_id)
    except NotFound:
        raise NotFound("transit") from None
    acting.lock(session, departure_id=departure_id)
    return session.scalars(
        sa.select(TransitMovement)
        .where(TransitMovement.id == movement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _check_aboard(session: Session, movement_id: UUID, lorry: DepartureRow, happened: datetime) -> None:
    """Refuse a list that is empty, or of which something is not on the lorry, or was not when it happened."""
    listed = session.execute(
        sa.select(Booking.reference, Booking.departure_id, Booking.state, Booking.to_place)
        .join(TransitConsignment, TransitConsignment.booking_id == Booking.id)
        .where(TransitConsignment.movement_id == movement_id)
        .order_by(Booking.reference)
    ).all()
    if not listed:
        raise Conflict("transit_empty", transit=movement_id)
    # What is noted late happened before the lorry brought the goods to their place.
    reached = {stop.place.code: stop.reached_at for stop in lorry.stops}
    missing = [
        one.reference
        for one in listed
        if one.departure_id != lorry.id
        or not (
            one.state in _ABOARD
            or (one.state in _BROUGHT and (at := reached.get(one.to_place)) is not None and happened <= at)
        )
    ]
    if missing:
        raise Conflict("transit_not_aboard", transit=movement_id, bookings=", ".join(missing))


def _span(row: DepartureRow, from_place: str, to_place: str) -> tuple[int, int]:
    codes = [stop.place.code for stop in row.stops]
    if from_place not in codes[:-1]:
        raise Refused.field("from_stop", "choice", ", ".join(codes[:-1]))
    first = codes.index(from_place)
    if to_place not in codes[first + 1 :]:
        raise Refused.field("to_stop", "choice", ", ".join(codes[first + 1 :]))
    return first, codes.index(to_place)


def _listed(session: Session, row: DepartureRow, wanted: Collection[UUID] | None) -> tuple[UUID, ...]:
    """Return the bookings that a movement lists, those that ride or are to ride; Refused ``bookings``."""
    states = _TO_RIDE if row.state in TAKES_CARGO else _ABOARD
    aboard = session.scalars(
        sa.select(Booking.id).where(Booking.departure_id == row.id, Booking.state.in_(states)).order_by(Booking.id)
    ).all()
    if wanted is None:
        return tuple(aboard)
    if not wanted or set(wanted) - set(aboard):
        raise Refused.field("bookings", "not_aboard")
    return tuple(sorted(set(wanted)))


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()

"""Offer a range of a departure to another carrier, which takes it or not, mans it, and reports from it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import DepartureCancelled
from marketplace.logistics.fleet.events import HaulMoved, HaulSaid
from marketplace.logistics.fleet.models import Haul
from marketplace.logistics.fleet.queries import crews as crew_queries
from marketplace.logistics.fleet.queries import fleets
from marketplace.logistics.fleet.queries import hauls as queries
from marketplace.logistics.fleet.rules import hauls as rules
from marketplace.logistics.fleet.rules.assigning import Span, span_of
from marketplace.logistics.fleet.rules.hauls import HAUL, STANDING, HaulState
from marketplace.logistics.fleet.services import crews
from marketplace.logistics.fleet.services.crews import Crew
from marketplace.logistics.queries.departures import DepartureRow, departure
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import DepartureState
from marketplace.logistics.services import tracking
from marketplace.logistics.services.departures import acting

_OVER: Final = frozenset(
    {DepartureState.ARRIVED, DepartureState.STRIPPED, DepartureState.SETTLED, DepartureState.CANCELLED}
)
_ON_THE_WAY: Final = frozenset(
    {DepartureState.DEPARTED, DepartureState.AT_BORDER, DepartureState.CLEARED, DepartureState.HELD}
)


@dataclass(frozen=True, slots=True)
class Reported:
    """An event of Recommendation 24 at a stop of a haul."""

    code: Status
    place_code: str
    event_at: datetime | None


def offer(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    company_id: UUID,
    first_stop: int | None,
    last_stop: int | None,
    now: datetime,
) -> UUID:
    """Offer a carrier a range of a departure (positions; from the hub, to the end where left out); return the haul.

    By the operator or the carrier of the line, who stays answerable for the whole; NotFound ``departure`` for anybody
    else. Refused ``carrier`` that is none or the line's own, ``from_stop`` and ``to_stop``; Conflict ``haul_taken``
    where a leg is offered or taken already, ``crew_legs`` where another's crew drives it, ``departure_over``.
    """
    row = _locked(session, actor, departure_id, now)
    carriers = {each.id for each in accounts.companies_of_kind(session, kind=CompanyKind.CARRIER)}
    if company_id not in carriers or company_id == row.carrier_company_id:
        raise Refused.field("carrier", "choice", "another carrier")
    span = span_of([stop.eta for stop in row.stops], first_stop, last_stop)
    if row.stops[span.first + 1].reached_at is not None:
        raise Refused.field("from_stop", "choice", "a stop ahead of the lorry")
    standing = [each for each in queries.hauls_of(session, departure_id=departure_id) if each.stands]
    if rules.overlap(span, [span_of_haul(row, each) for each in standing]):
        raise Conflict("haul_taken", departure=departure_id)
    _refuse_crews(session, departure_id, span, company_id)
    made = Haul(
        id=new_id(),
        departure_id=departure_id,
        company_id=company_id,
        first_stop=span.first,
        last_stop=span.last,
        state=HaulState.OFFERED,
        offered_by=actor.company,
        offered_at=now,
        answered_at=None,
    )
    session.add(made)
    session.flush()
    _say(session, made, now)
    _audit(session, actor, "offered", made, now)
    return made.id


def answer(session: Session, *, actor: Actor, haul_id: UUID, takes: bool, now: datetime) -> None:
    """Take a haul that was offered to one's company, or decline it; NotFound for any other.

    Conflict by state for one that is answered, ``departure_over``, ``crew_legs`` where another's crew drives it by now.
    """
    row, seen = _own(session, actor, haul_id, now)
    if takes:
        if seen.state in _OVER:
            raise Conflict("departure_over", departure=seen.id)
        _refuse_crews(session, seen.id, _span(seen, row), row.company_id)
    _move(session, actor, row, "accept" if takes else "decline", now)


def withdraw(session: Session, *, actor: Actor, haul_id: UUID, now: datetime) -> None:
    """Take back an offer, or a haul that nobody drives yet, by the operator or the carrier of the line.

    Conflict ``haul_manned`` while a crew of it stands.
    """
    found = queries.haul(session, haul_id=haul_id)
    try:
        _locked(session, actor, found.departure_id, now)
    except NotFound:
        raise NotFound("haul") from None
    row = session.get_one(Haul, haul_id, populate_existing=True)
    if any(_company_of(session, crew.tractor_id) == row.company_id for crew in _crews_in(session, row)):
        raise Conflict("haul_manned", haul=haul_id)
    _move(session, actor, row, "withdraw", now)


def man(session: Session, *, actor: Actor, haul_id: UUID, crew: Crew, now: datetime) -> UUID:
    """Let own tractor and drivers drive an accepted haul, or a part of it; return the crew.

    The trailer is an own one, or one that is on the departure already and goes on behind another tractor. Papers are
    asked for the countries of the range and to the day on which the crew is back. Refused and Conflict as for any crew;
    Conflict ``haul_not_accepted``.
    """
    actor.must(Permission.PARTNER_FLEET_KEEP)
    row, seen = _own(session, actor, haul_id, now)
    if row.state is not HaulState.ACCEPTED:
        raise Conflict("haul_not_accepted", haul=haul_id)
    span = _span(seen, row)
    first, last = rules.within(span, crew.first_stop, crew.last_stop)
    if errors := rules.errors_of(span, first, last, [stop.place.code for stop in seen.stops]):
        raise Refused.fields(*errors)
    standing = crew_queries.crews_of(session, departure_ids=[seen.id]).get(seen.id, ())
    return crews.put_on(
        session,
        actor=actor,
        departure_id=seen.id,
        crew=replace(crew, first_stop=first, last_stop=last),
        keeper_id=actor.company,
        shared=frozenset(each.trailer_id for each in standing),
        now=now,
    )


def report(session: Session, *, actor: Actor, haul_id: UUID, said: Reported, now: datetime) -> UUID:
    """Note an event at a stop of an accepted haul, while the lorry is under way; return the event.

    Refused ``place`` outside the haul, ``event_at`` that is yet to come or before it left; Conflict
    ``haul_not_accepted``, ``not_on_the_road``.
    """
    row, seen = _own(session, actor, haul_id, now)
    if row.state is not HaulState.ACCEPTED:
        raise Conflict("haul_not_accepted", haul=haul_id)
    if seen.state not in _ON_THE_WAY:
        raise Conflict("not_on_the_road", departure=seen.id)
    places = [stop.place.code for stop in seen.stops[row.first_stop : row.last_stop + 1]]
    if said.place_code not in places:
        raise Refused.field("place", "choice", ", ".join(places))
    happened = tracking.checked(said.event_at, field="event_at", now=now, since=seen.stops[0].reached_at)
    return tracking.note(
        session,
        code=said.code,
        departure_id=seen.id,
        place_code=said.place_code,
        event_at=happened,
        reported_by=actor.company,
        now=now,
    )


def on_departure_cancelled(session: Session, event: DepartureCancelled) -> None:
    """Take back the hauls of a departure that does not run."""
    standing = sa.select(Haul).where(Haul.departure_id == event.departure_id, Haul.state.in_(STANDING))
    for row in session.scalars(standing.order_by(Haul.id)):
        row.state, row.answered_at = HaulState.WITHDRAWN, event.at
        session.flush()
        _say(session, row, event.at)


def span_of_haul(row: DepartureRow, haul: queries.HaulRow) -> Span:
    """Return the stops and times of a haul."""
    return span_of([stop.eta for stop in row.stops], haul.first_stop, haul.last_stop)


def _span(row: DepartureRow, haul: Haul) -> Span:
    return span_of([stop.eta for stop in row.stops], haul.first_stop, haul.last_stop)


def _locked(session: Session, actor: Actor, departure_id: UUID, now: datetime) -> DepartureRow:
    """Return the departure of somebody who may give its legs away."""
    row = departure(session, departure_id=departure_id, now=now)
    is_own = actor.may(Permission.PARTNER_FLEET_KEEP) and actor.company == row.carrier_company_id
    if not (is_own or actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE)):
        raise NotFound("departure")
    acting.lock(session, departure_id=departure_id)
    row = departure(session, departure_id=departure_id, now=now)
    if row.state in _OVER:
        raise Conflict("departure_over", departure=departure_id)
    return row


def _own(session: Session, actor: Actor, haul_id: UUID, now: datetime) -> tuple[Haul, DepartureRow]:
    found = queries.haul(session, haul_id=haul_id)
    if found.company_id != actor.company:
        raise NotFound("haul")
    acting.lock(session, departure_id=found.departure_id)
    row = session.get_one(Haul, haul_id, populate_existing=True)
    return row, departure(session, departure_id=found.departure_id, now=now)


def _crews_in(session: Session, haul: Haul) -> tuple[crew_queries.CrewRow, ...]:
    standing = crew_queries.crews_of(session, departure_ids=[haul.departure_id]).get(haul.departure_id, ())
    return tuple(crew for crew in standing if crew.span.first < haul.last_stop and haul.first_stop < crew.span.last)


def _refuse_crews(session: Session, departure_id: UUID, span: Span, company_id: UUID) -> None:
    """Refuse legs that a crew of anybody else drives."""
    for crew in crew_queries.crews_of(session, departure_ids=[departure_id]).get(departure_id, ()):
        if span.shares_legs(crew.span) and _company_of(session, crew.tractor_id) != company_id:
            raise Conflict("crew_legs", crew=crew.id)


def _company_of(session: Session, vehicle_id: UUID) -> UUID:
    return fleets.vehicles_by_id(session, vehicle_ids=(vehicle_id,))[vehicle_id].company_id


def _move(session: Session, actor: Actor, row: Haul, action: str, now: datetime) -> None:
    was, row.state = row.state, HAUL.apply(row.state, action)
    row.answered_at = now
    session.flush()
    if HaulState.ACCEPTED in (was, row.state):
        events.record(session, HaulMoved(at=now, departure_id=row.departure_id, haul_id=row.id))
    _say(session, row, now)
    _audit(session, actor, str(row.state), row, now)


def _say(session: Session, row: Haul, now: datetime) -> None:
    events.record(session, HaulSaid(at=now, haul_id=row.id, state=str(row.state)))


def _audit(session: Session, actor: Actor, act: str, row: Haul, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"haul.{act}",
        subject="departure",
        subject_id=row.departure_id,
        facts={"haul": row.id, "carrier": row.company_id, "legs": f"{row.first_stop}-{row.last_stop}"},
        now=now,
    )

"""Acts on ranges of departures that another carrier drives, for pages and API alike."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.edge.acts import fleet
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fleet as crew_requests
from marketplace.edge.requests import hauls as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound, Refused
from marketplace.logistics.fleet.queries import hauls as queries
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.queries.fleets import DriverRow, VehicleRow
from marketplace.logistics.fleet.queries.hauls import HaulRow, RideRow
from marketplace.logistics.fleet.services import hauls
from marketplace.logistics.fleet.services.hauls import Reported
from marketplace.logistics.queries import departures
from marketplace.logistics.queries.departures import DepartureRow, StopRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.tracing.rules.vocabulary import REPORTED


@dataclass(frozen=True, slots=True)
class Seen:
    """A haul as its carrier sees it: the stops of its range, what rides on it, and the carrier's own crews."""

    haul: HaulRow
    reference: str
    departure: DepartureRow
    offered_by: str
    stops: tuple[StopRow, ...]
    rides: tuple[RideRow, ...]
    has_dangerous: bool
    crews: tuple[CrewRow, ...]
    vehicles: dict[UUID, VehicleRow]
    drivers: dict[UUID, DriverRow]
    trailers: tuple[VehicleRow, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A departure with the ranges of it that were offered to other carriers."""

    departure: DepartureRow
    hauls: tuple[HaulRow, ...]
    names: dict[UUID, str]


def given(departure_id: UUID) -> Given:
    """Return the hauls of a departure, for the operator and the carrier of its line; NotFound for anybody else."""
    session, actor = reading(), require_actor()
    row = departures.departure(session, departure_id=departure_id, now=clock.now())
    is_own = actor.company_kind == CompanyKind.CARRIER and actor.company == row.carrier_company_id
    if not (is_own or actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE)):
        raise NotFound("departure")
    found = queries.hauls_of(session, departure_id=departure_id)
    return Given(row, found, fleet.keepers(queries.companies_of(found)))


def carriers(row: DepartureRow) -> tuple[CompanyRow, ...]:
    """Return the carriers that a range of a departure can be offered to."""
    found = accounts.companies_of_kind(reading(), kind=CompanyKind.CARRIER)
    return tuple(each for each in found if each.id != row.carrier_company_id)


def own() -> tuple[tuple[HaulRow, DepartureRow], ...]:
    """Return what was offered to the asker's company, each with its departure, the latest first."""
    session, now = reading(), clock.now()
    found = queries.of_company(session, company_id=require_actor().company)
    return tuple((row, departures.departure(session, departure_id=row.departure_id, now=now)) for row in found)


def seen(haul_id: UUID) -> Seen:
    """Return a haul of the asker's company; NotFound for any other. What rides is known while it stands."""
    session, actor = reading(), require_actor()
    row = queries.haul(session, haul_id=haul_id)
    if row.company_id != actor.company:
        raise NotFound("haul")
    manned = fleet.manned(row.departure_id)
    departure = manned.departure
    mine = tuple(crew for crew in manned.crews if manned.vehicles[crew.tractor_id].company_id == actor.company)
    trailers = {crew.trailer_id: manned.vehicles[crew.trailer_id] for crew in manned.crews} if row.stands else {}
    return Seen(
        haul=row,
        reference=departure.reference,
        departure=departure,
        offered_by=fleet.keepers({row.offered_by})[row.offered_by],
        stops=departure.stops[row.first_stop : row.last_stop + 1],
        rides=queries.rides(session, departure=departure, first_stop=row.first_stop) if row.stands else (),
        has_dangerous=manned.has_dangerous and row.stands,
        crews=mine,
        vehicles=manned.vehicles,
        drivers=manned.drivers,
        trailers=tuple(trailers.values()),
    )


def offer(session: Session, departure_id: UUID, body: requests.OfferBody) -> UUID:
    """Offer a range of a departure to a carrier; return the haul."""
    row = departures.departure(session, departure_id=departure_id, now=clock.now())
    return hauls.offer(
        session,
        actor=require_actor(),
        departure_id=departure_id,
        company_id=body.carrier,
        first_stop=fleet.position(row, "from_stop", body.from_stop),
        last_stop=fleet.position(row, "to_stop", body.to_stop),
        now=clock.now(),
    )


def answer(session: Session, haul_id: UUID, *, takes: bool) -> None:
    """Take a haul, or decline it."""
    hauls.answer(session, actor=require_actor(), haul_id=haul_id, takes=takes, now=clock.now())


def withdraw(session: Session, haul_id: UUID) -> UUID:
    """Take a haul back; return its departure."""
    hauls.withdraw(session, actor=require_actor(), haul_id=haul_id, now=clock.now())
    return queries.haul(session, haul_id=haul_id).departure_id


def man(session: Session, haul_id: UUID, body: crew_requests.CrewBody) -> UUID:
    """Let own people and tractor drive a haul; return the crew."""
    row = queries.haul(session, haul_id=haul_id)
    if row.company_id != require_actor().company:
        raise NotFound("haul")
    departure = departures.departure(session, departure_id=row.departure_id, now=clock.now())
    with fleet.naming_ticks(body):
        return hauls.man(
            session,
            actor=require_actor(),
            haul_id=haul_id,
            crew=fleet.crew_of(session, departure, body),
            now=clock.now(),
        )


def report(session: Session, haul_id: UUID, body: requests.EventBody) -> UUID:
    """Note an event at a stop of a haul; return it."""
    codes = {int(code): code for code in REPORTED}
    if body.code not in codes:
        raise Refused.field("code", "choice", ", ".join(str(int(code)) for code in Status if code in REPORTED))
    said = Reported(codes[body.code], body.place, body.event_at)
    return hauls.report(session, actor=require_actor(), haul_id=haul_id, said=said, now=clock.now())

"""Acts on fleets, crews and rotations, and what those who keep them see; shared by pages and API."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow, MemberRow
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.services import dangerous
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import fleet as requests
from marketplace.files.services import Upload
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.fleet.queries import crews as crew_queries
from marketplace.logistics.fleet.queries import cutoffs, fleets, rotations
from marketplace.logistics.fleet.queries.crews import CrewRow
from marketplace.logistics.fleet.queries.fleets import DriverRow, TypeRow, VehicleRow
from marketplace.logistics.fleet.queries.rotations import RotationRow
from marketplace.logistics.fleet.rules.papers import Kind, Paper, PaperKind
from marketplace.logistics.fleet.rules.vehicles import parse_plates
from marketplace.logistics.fleet.services import crews, papers, types
from marketplace.logistics.fleet.services import fleets as keeping
from marketplace.logistics.fleet.services import rotations as chaining
from marketplace.logistics.fleet.services.crews import Crew
from marketplace.logistics.fleet.services.fleets import Build
from marketplace.logistics.fleet.services.types import Figures
from marketplace.logistics.queries import bookings, running
from marketplace.logistics.queries import departures as departure_queries
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.rules.states import BookingState

# As many as a list to choose from holds.
MOST: Final = 500
_ONWARD: Final = timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Manned:
    """A departure with its crews by leg, and what is known of the goods booked on it."""

    departure: DepartureRow
    crews: tuple[CrewRow, ...]
    vehicles: dict[UUID, VehicleRow]
    drivers: dict[UUID, DriverRow]
    has_dangerous: bool


def add_vehicle(session: Session, body: requests.VehicleBody) -> UUID:
    """Enter a vehicle of the asker's company."""
    build = Build(body.kind, body.vehicle_type, body.is_reefer, body.euro_class, body.co2_grams_km)
    return keeping.add_vehicle(
        session,
        actor=require_actor(),
        build=build,
        plates=parse_plates(body.plates),
        contractor_id=body.contractor,
        now=clock.now(),
    )


def add_driver(session: Session, body: requests.DriverBody) -> UUID:
    """Enter a driver of the asker's company."""
    return keeping.add_driver(
        session,
        actor=require_actor(),
        name=body.name,
        country=body.country,
        phone=body.phone,
        person_id=body.person,
        contractor_id=body.contractor,
        now=clock.now(),
    )


def retire_vehicle(session: Session, vehicle_id: UUID) -> None:
    """Assign a vehicle no more."""
    keeping.retire_vehicle(session, actor=require_actor(), vehicle_id=vehicle_id, now=clock.now())


def retire_driver(session: Session, driver_id: UUID) -> None:
    """Assign a driver no more, and forget the name."""
    keeping.retire_driver(session, actor=require_actor(), driver_id=driver_id, now=clock.now())


def show_paper(
    session: Session,
    body: requests.PaperBody,
    *,
    vehicle_id: UUID | None = None,
    driver_id: UUID | None = None,
    received: Sequence[Upload] = (),
) -> UUID:
    """Keep a paper of a vehicle or a driver, with the scan that came with the form where one did."""
    file_id = files.keep(session, received[0]) if received else body.file_id
    return papers.show(
        session,
        actor=require_actor(),
        paper=Paper(body.kind, body.country, body.valid_from, body.valid_until),
        number=body.number,
        vehicle_id=vehicle_id,
        driver_id=driver_id,
        file_id=file_id,
        now=clock.now(),
    )


def withdraw_paper(session: Session, paper_id: UUID) -> None:
    """Let a paper count no more."""
    papers.withdraw(session, actor=require_actor(), paper_id=paper_id, now=clock.now())


def own_vehicles(asked: requests.Fleet, *, size: int = fleets.PAGE) -> Page[VehicleRow]:
    """Return the vehicles of the asker's company."""
    company_id, kind = require_actor().company, _vehicle_kind(asked.kind)
    return fleets.vehicles(reading(), company_id=company_id, kind=kind, cursor=asked.cursor, size=size)


def own_drivers(cursor: str | None = None, *, size: int = fleets.PAGE) -> Page[DriverRow]:
    """Return the drivers of the asker's company."""
    return fleets.drivers(reading(), company_id=require_actor().company, cursor=cursor, size=size)


def all_vehicles(asked: requests.Fleet) -> Page[VehicleRow]:
    """Return the vehicles of every keeper, for the operator."""
    return fleets.vehicles(reading(), kind=_vehicle_kind(asked.kind), cursor=asked.cursor)


def all_drivers(cursor: str | None = None) -> Page[DriverRow]:
    """Return the drivers of every keeper, for the operator."""
    return fleets.drivers(reading(), cursor=cursor)


def contractors() -> tuple[CompanyRow, ...]:
    """Return the carriers that the asker's may hire from."""
    mine = require_actor().company
    carriers = accounts.companies_of_kind(reading(), kind=CompanyKind.CARRIER)
    return tuple(each for each in carriers if each.id != mine)


def members() -> tuple[MemberRow, ...]:
    """Return the members of the asker's company."""
    return accounts.members_of(reading(), company_id=require_actor().company)


def keepers(company_ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of companies by id."""
    found = accounts.get_companies(reading(), company_ids=company_ids)
    return {company_id: row.name for company_id, row in found.items()}


def manned(departure_id: UUID) -> Manned:
    """Return a departure with who drives it."""
    session = reading()
    row = departure_queries.departure(session, departure_id=departure_id, now=clock.now())
    found = crew_queries.crews_of(session, departure_ids=[departure_id]).get(departure_id, ())
    vehicle_ids = {each for crew in found for each in (crew.tractor_id, crew.trailer_id)}
    driver_ids = {each for crew in found for each in crew.driver_ids}
    return Manned(
        row,
        found,
        fleets.vehicles_by_id(session, vehicle_ids=vehicle_ids),
        fleets.drivers_by_id(session, driver_ids=driver_ids),
        _has_dangerous(session, departure_id),
    )


def assign(session: Session, departure_id: UUID, body: requests.CrewBody, *, carrier_id: UUID | None = None) -> UUID:
    """Let a crew drive a departure; goods aboard that are known to be dangerous count as if it had been ticked.

    ``carrier_id``: a carrier assigns what it keeps itself to departures of its own lines.
    """
    row = departure_queries.departure(session, departure_id=departure_id, now=clock.now())
    with naming_ticks(body):
        return crews.assign(
            session,
            actor=require_actor(),
            departure_id=departure_id,
            crew=crew_of(session, row, body),
            now=clock.now(),
            carrier_id=carrier_id,
        )


@contextmanager
def naming_ticks(body: requests.CrewBody) -> Generator[None]:
    """Refuse, beside the member of a crew that does not fit, what was ticked and makes it unfit."""
    try:
        yield
    except Refused as refused:
        ticked = [replace(each, field=tick) for each in refused.errors for tick in _ticks(body, each)]
        if not ticked:
            raise
        raise Refused.fields(*refused.errors, *ticked) from refused


def _ticks(body: requests.CrewBody, error: FieldError) -> Iterator[str]:
    if body.is_cooled and error.code == "reefer_needed":
        yield "is_cooled"
    if body.is_dangerous and PaperKind.DANGEROUS_CERTIFICATE.value in error.facts.get("paper_kinds", ()):
        yield "is_dangerous"


def crew_of(session: Session, row: DepartureRow, body: requests.CrewBody) -> Crew:
    """Return a crew as it was sent, by positions of stops; for dangerous goods where such are aboard."""
    return Crew(
        tractor_id=body.tractor,
        trailer_id=body.trailer,
        driver_ids=tuple(body.drivers),
        first_stop=position(row, "from_stop", body.from_stop),
        last_stop=position(row, "to_stop", body.to_stop),
        returns_at=body.returns_at,
        is_dangerous=body.is_dangerous or _has_dangerous(session, row.id),
        is_cooled=body.is_cooled,
    )


def withdraw(session: Session, assignment_id: UUID) -> UUID:
    """Take a crew off its departure and return which."""
    departure_id = crew_queries.departure_of(session, assignment_id=assignment_id)
    crews.withdraw(session, actor=require_actor(), assignment_id=assignment_id, now=clock.now())
    return departure_id


def departure_of(assignment_id: UUID) -> UUID:
    """Return which departure a crew that stands drives; NotFound for any other."""
    return crew_queries.departure_of(reading(), assignment_id=assignment_id)


def rotation(rotation_id: UUID) -> RotationRow:
    """Return a rotation."""
    return rotations.rotation(reading(), rotation_id=rotation_id, now=clock.now())


def many_rotations(cursor: str | None) -> Page[RotationRow]:
    """Return every rotation, the latest first."""
    return rotations.rotations(reading(), now=clock.now(), cursor=cursor)


def chain(session: Session, body: requests.RotationBody) -> UUID:
    """Begin a rotation."""
    return chaining.chain(
        session, actor=require_actor(), vehicle_id=body.vehicle, departure_ids=body.departures, now=clock.now()
    )


def extend(session: Session, rotation_id: UUID, body: requests.ExtendBody) -> None:
    """Go on with a rotation."""
    chaining.extend(
        session, actor=require_actor(), rotation_id=rotation_id, departure_ids=body.departures, now=clock.now()
    )


def shorten(session: Session, rotation_id: UUID, departure_id: UUID) -> None:
    """Take a departure out of a rotation."""
    chaining.shorten(
        session, actor=require_actor(), rotation_id=rotation_id, departure_id=departure_id, now=clock.now()
    )


def onward(after: datetime) -> tuple[DepartureRow, ...]:
    """Return the departures that leave within ten days after an instant, the first at the front."""
    since = after.date()
    found = running.running(reading(), now=clock.now(), since=since, until=(after + _ONWARD).date(), size=MOST)
    return tuple(row for row in found.items if row.departs_at >= after)


def add_type(session: Session, body: requests.NewTypeBody) -> UUID:
    """Add a kind of lorry and return its id."""
    figures = Figures(body.name, body.capacity, int(body.teu * 100), body.source, body.is_reefer)
    return types.add(session, actor=require_actor(), code=body.code, figures=figures, now=clock.now())


def correct_type(session: Session, type_id: UUID, body: requests.TypeBody) -> None:
    """Let a kind of lorry have other figures."""
    figures = Figures(body.name, body.capacity, int(body.teu * 100), body.source, body.is_reefer)
    types.correct(session, actor=require_actor(), type_id=type_id, figures=figures, now=clock.now())


def vehicle_types() -> tuple[TypeRow, ...]:
    """Return the kinds of lorries."""
    return fleets.types(reading())


def cutoffs_of(row: DepartureRow) -> list[tuple[str, datetime]]:
    """Return every cut-off of a departure by kind, those of documents and of cargo among them, earliest first."""
    found = {str(kind): at for kind, at in cutoffs.cutoffs_of(reading(), departure_id=row.id).items()}
    found |= {"documents": row.cutoff_documents_at, "cargo": row.cutoff_cargo_at}
    return sorted(found.items(), key=lambda each: (each[1], each[0]))


def _vehicle_kind(kind: Kind | None) -> Kind | None:
    if kind is Kind.DRIVER:
        raise Refused.field("kind", "choice", f"{Kind.TRACTOR}, {Kind.TRAILER}")
    return kind


def position(row: DepartureRow, field: str, code: str | None) -> int | None:
    """Return where on the way a stop is, None where none is named; Refused for a place that is no stop."""
    if code is None:
        return None
    codes = [stop.place.code for stop in row.stops]
    if code not in codes:
        raise Refused.field(field, "choice", ", ".join(codes))
    return codes.index(code)


def _has_dangerous(session: Session, departure_id: UUID) -> bool:
    booked = bookings.bookings_on(session, departure_id=departure_id)
    subjects = {row.subject for row in booked if row.state is not BookingState.TARGET}
    return bool(dangerous.known(session, line_ids=subjects)) if subjects else False

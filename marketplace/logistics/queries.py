"""Departures, their room, what is booked on them, and ways to send a load."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Breach
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.pages import Page, decode_cursor, page_of
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.cargo import HandlingUnit, Manifest, Receipt, TransportEvent
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure, DepartureStop
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.rules import freight, timetable
from marketplace.logistics.rules.cargo import manifest_hash
from marketplace.logistics.rules.states import (
    CARRIED,
    CURRENT,
    TAKING,
    BookingState,
    Classifier,
    DepartureState,
)
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow

Key = TypeVar("Key")

PAGE: Final = 24
_MOST_OPTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class StopRow:
    """A place on the way of a departure, with the instant it is planned or was reached."""

    place: PlaceRow
    eta: datetime
    reached_at: datetime | None
    is_border: bool


@dataclass(frozen=True, slots=True)
class DepartureRow:
    """A departure as everybody sees it; ``room`` is what can still be booked."""

    id: UUID
    reference: str
    state: DepartureState
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    carrier_company_id: UUID
    hub_code: str
    departs_at: datetime
    cutoff_documents_at: datetime
    cutoff_cargo_at: datetime
    border_eta: datetime | None
    arrives_at: datetime
    capacity: Load
    room: Load
    stops: tuple[StopRow, ...]

    def is_bookable(self, now: datetime) -> bool:
        """Tell whether a booking is taken at this instant, room aside."""
        until = timetable.bookable_until(
            cutoff_documents_at=self.cutoff_documents_at, cutoff_cargo_at=self.cutoff_cargo_at
        )
        return self.state is DepartureState.OPEN and now < until


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking with the times of its departure; ``arrives_at`` is at its own place."""

    id: UUID
    reference: str
    subject: UUID
    part: int
    departure_id: UUID
    departure_reference: str
    departure_state: DepartureState
    to_place: str
    load: Load
    state: BookingState
    expires_at: datetime | None
    departs_at: datetime
    arrives_at: datetime
    cutoff_cargo_at: datetime
    rolled_to: UUID | None
    shipper_company_id: UUID
    consignee_company_id: UUID


@dataclass(frozen=True, slots=True)
class TariffRow:
    """A tariff as valid at an instant."""

    id: UUID
    line_id: UUID
    to_place: str
    rates: freight.Rates
    note: str


@dataclass(frozen=True, slots=True)
class OptionRow:
    """A departure that takes a load, and the freight; None where the line has no tariff to that place."""

    departure_id: UUID
    reference: str
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    hub_code: str
    to_place: str
    departs_at: datetime
    cutoff_documents_at: datetime
    cutoff_cargo_at: datetime
    arrives_at: datetime
    zones: tuple[str, str]
    chargeable_g: int
    binding: freight.Binding
    freight: Money | None
    tariff_id: UUID | None
    carrier_company_id: UUID
    room: Load


@dataclass(frozen=True, slots=True)
class TransportRow:
    """A fact or forecast of the journey (UN/ECE Rec. 24)."""

    id: UUID
    code: int
    classifier: Classifier
    place_code: str | None
    event_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ReceivedRow:
    """What a hub took in of a booking."""

    cartons: int
    grams: int
    cm3: int


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """What the consignee's side counted at once."""

    id: UUID
    cartons: int
    damaged_cartons: int
    remarks: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What is on a sealed lorry, with the SHA-256 of its canonical JSON."""

    content: Mapping[str, Any]
    sha256: str
    frozen_at: datetime


@dataclass(frozen=True, slots=True)
class Want:
    """A load that is to go from a hub to a place and is ready at an instant."""

    hub_code: str
    to_place: str
    load: Load
    ready_at: datetime


def options(
    session: Session, *, hub_code: str, to_place: str, load: Load, after: datetime, now: datetime
) -> tuple[OptionRow, ...]:
    """Return the departures from a hub to a place that take a load ready at ``after``, by arrival."""
    found = options_for(session, wants={hub_code: (hub_code, to_place, load, after)}, now=now)[hub_code]
    return tuple(row for row in found if load.fits(row.room))


def options_for(
    session: Session, *, wants: Mapping[Key, tuple[str, str, Load, datetime]], now: datetime
) -> dict[Key, tuple[OptionRow, ...]]:
    """Return, for many loads at once, the departures that each could go with, by arrival, room or not.

    ``wants`` gives hub, destination, load and the instant it is ready. Two queries, however many loads.
    """
    asked = {key: Want(*want) for key, want in wants.items()}
    if not asked:
        return {}
    lapsed = _lapsed(now)
    stop = aliased(DepartureStop)
    rows = session.execute(
        sa.select(stop.place_code, stop.eta, Departure, Line, Tariff, *_room(lapsed))
        .join(Departure, Departure.id == stop.departure_id)
        .join(Line, Line.id == Departure.line_id)
        .outerjoin(Tariff, sa.and_(Tariff.line_id == Line.id, Tariff.to_place == stop.place_code, *_valid(now)))
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
        .where(
            Departure.hub_code.in_({want.hub_code for want in asked.values()}),
            stop.place_code.in_({want.to_place for want in asked.values()}),
            stop.position > 0,
            Departure.state == DepartureState.OPEN,
            Departure.cutoff_documents_at > now,
            Departure.cutoff_cargo_at > max(now, min(want.ready_at for want in asked.values())),
        )
        .order_by(stop.eta, Departure.id)
    ).all()
    codes = {code for want in asked.values() for code in (want.hub_code, want.to_place)}
    zones = {code: place.zone for code, place in reference.places_by_code(session, codes).items()}
    return {
        key: tuple(
            _option(row, want.load, zones)
            for row in rows
            if (row[2].hub_code, row[0]) == (want.hub_code, want.to_place) and row[2].cutoff_cargo_at > want.ready_at
        )[:_MOST_OPTIONS]
        for key, want in asked.items()
    }


def departures(
    session: Session,
    *,
    after: datetime,
    now: datetime,
    to: str | None = None,
    hub_code: str | None = None,
    cursor: str | None = None,
    size: int = PAGE,
) -> Page[DepartureRow]:
    """Return the departures that leave after an instant, from a hub and to a place where these are given."""
    wanted = _departures(now).where(Departure.departs_at > after, Departure.state != DepartureState.CANCELLED)
    if hub_code is not None:
        wanted = wanted.where(Departure.hub_code == hub_code)
    if to is not None:
        serves = sa.select(DepartureStop.departure_id).where(
            DepartureStop.place_code == to, DepartureStop.position > 0, ~DepartureStop.is_border
        )
        wanted = wanted.where(Departure.id.in_(serves))
    if cursor is not None:
        at, last = _position(cursor)
        later = sa.and_(Departure.departs_at == at, Departure.id > last)
        wanted = wanted.where(sa.or_(Departure.departs_at > at, later))
    rows = session.execute(wanted.order_by(Departure.departs_at, Departure.id).limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row[0].departs_at.isoformat(), str(row[0].id)))
    stops = _stops(session, [row[0].id for row in page.items])
    return page.map(lambda row: _departure(row, stops))


def departure(session: Session, *, departure_id: UUID, now: datetime) -> DepartureRow:
    """Return one departure, also a cancelled one; NotFound for an unknown one."""
    row = session.execute(_departures(now).where(Departure.id == departure_id)).one_or_none()
    if row is None:
        raise NotFound("departure")
    return _departure(row, _stops(session, [departure_id]))


def destinations(session: Session) -> tuple[str, ...]:
    """Return the codes of the places that some departure reaches as more than a border."""
    return tuple(
        session.scalars(
            sa.select(DepartureStop.place_code)
            .where(DepartureStop.position > 0, ~DepartureStop.is_border)
            .distinct()
            .order_by(DepartureStop.place_code)
        )
    )


def hubs(session: Session) -> tuple[str, ...]:
    """Return the codes of the hubs that lines start from."""
    return tuple(session.scalars(sa.select(Line.hub_code).distinct().order_by(Line.hub_code)))


def bookings(session: Session, *, subjects: Iterable[UUID]) -> dict[UUID, tuple[BookingRow, ...]]:
    """Return every booking of these subjects, the present one last; a subject without any is missing."""
    return _by_subject(session, Booking.subject.in_(set(subjects)))


def bookings_on(session: Session, *, departure_id: UUID) -> tuple[BookingRow, ...]:
    """Return what is booked on a departure and not given up, targets included."""
    found = _by_subject(session, sa.and_(Booking.departure_id == departure_id, Booking.state.in_(CURRENT)))
    return tuple(row for rows in found.values() for row in rows)


def bookings_of_carrier(session: Session, *, carrier_id: UUID) -> tuple[BookingRow, ...]:
    """Return the confirmed bookings on a carrier's lines that are not delivered yet, by departure."""
    wanted = (
        booking_rows()
        .join(Line, Line.id == Departure.line_id)
        .where(Line.carrier_company_id == carrier_id, Booking.state.in_(CARRIED))
        .order_by(Departure.departs_at, Booking.id)
    )
    return tuple(booking_row(row) for row in session.execute(wanted))


def booking(session: Session, *, booking_id: UUID) -> BookingRow:
    """Return one booking; NotFound for an unknown one. Who may see it is the caller's to decide."""
    row = session.execute(booking_rows().where(Booking.id == booking_id)).one_or_none()
    if row is None:
        raise NotFound("booking")
    return booking_row(row)


def booking_rows() -> sa.Select[*tuple[Any, ...]]:
    """Return the statement whose rows ``booking_row`` reads."""
    stop = aliased(DepartureStop)
    return (
        sa.select(
            Booking, Departure.reference, Departure.state, Departure.departs_at, Departure.cutoff_cargo_at, stop.eta
        )
        .join(Departure, Departure.id == Booking.departure_id)
        .join(stop, sa.and_(stop.departure_id == Departure.id, stop.place_code == Booking.to_place))
    )


def booking_row(row: Sequence[Any]) -> BookingRow:
    """Return the row of one booking."""
    found, departure_reference, departure_state, departs_at, cutoff_cargo_at, arrives_at = row
    return BookingRow(
        id=found.id,
        reference=found.reference,
        subject=found.subject,
        part=found.part,
        departure_id=found.departure_id,
        departure_reference=departure_reference,
        departure_state=departure_state,
        to_place=found.to_place,
        load=found.load,
        state=found.state,
        expires_at=found.expires_at,
        departs_at=departs_at,
        arrives_at=arrives_at,
        cutoff_cargo_at=cutoff_cargo_at,
        rolled_to=found.rolled_to,
        shipper_company_id=found.shipper_company_id,
        consignee_company_id=found.consignee_company_id,
    )


def tariff(session: Session, *, line_id: UUID, to_place: str, now: datetime) -> TariffRow | None:
    """Return the tariff of a line to a place as valid now."""
    found = session.scalars(
        sa.select(Tariff).where(Tariff.line_id == line_id, Tariff.to_place == to_place, *_valid(now)).limit(1)
    ).one_or_none()
    return None if found is None else TariffRow(found.id, line_id, to_place, _rates(found), found.note)


def timeline(session: Session, *, booking_ids: Iterable[UUID]) -> dict[UUID, tuple[TransportRow, ...]]:
    """Return what happened and is expected to each booking, its departure's events included, by time.

    What was withdrawn is left out, the withdrawal as well.
    """
    withdrawn = sa.select(TransportEvent.retracts).where(TransportEvent.retracts.is_not(None))
    about = sa.or_(
        TransportEvent.booking_id == Booking.id,
        sa.and_(TransportEvent.departure_id == Booking.departure_id, Booking.state.in_(CURRENT)),
    )
    rows = session.execute(
        sa.select(Booking.id, TransportEvent)
        .join(TransportEvent, about)
        .where(Booking.id.in_(set(booking_ids)), TransportEvent.retracts.is_(None), TransportEvent.id.not_in(withdrawn))
        .order_by(TransportEvent.event_at, TransportEvent.id)
    ).all()
    found: dict[UUID, list[TransportRow]] = {}
    for booking_id, event in rows:
        found.setdefault(booking_id, []).append(
            TransportRow(event.id, event.code, event.classifier, event.place_code, event.event_at, event.recorded_at)
        )
    return {booking_id: tuple(events) for booking_id, events in found.items()}


def received(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, ReceivedRow]:
    """Return what the hub counted, weighed and measured of each booking; one without cargo is missing."""
    sums = [sa.func.sum(getattr(HandlingUnit, name)) for name in ("cartons", "grams", "cm3")]
    rows = session.execute(
        sa.select(HandlingUnit.booking_id, *sums)
        .where(HandlingUnit.booking_id.in_(booking_ids))
        .group_by(HandlingUnit.booking_id)
    )
    return {booking_id: ReceivedRow(*map(int, found)) for booking_id, *found in rows}


def receipts(session: Session, *, booking_ids: Collection[UUID]) -> dict[UUID, tuple[ReceiptRow, ...]]:
    """Return what the consignees' side counted of each booking, earliest first."""
    found: dict[UUID, list[ReceiptRow]] = {}
    for row in session.scalars(sa.select(Receipt).where(Receipt.booking_id.in_(booking_ids)).order_by(Receipt.id)):
        found.setdefault(row.booking_id, []).append(
            ReceiptRow(row.id, row.cartons, row.damaged_cartons, row.remarks, row.received_at)
        )
    return {booking_id: tuple(rows) for booking_id, rows in found.items()}


def manifest(session: Session, *, departure_id: UUID) -> ManifestRow | None:
    """Return the frozen manifest of a sealed departure."""
    found = session.get(Manifest, departure_id)
    return None if found is None else ManifestRow(found.content, found.sha256, found.frozen_at)


def events_of(session: Session, *, departure_id: UUID) -> tuple[TransportRow, ...]:
    """Return what happened and is expected to a departure, in the order it was learned."""
    rows = session.scalars(
        sa.select(TransportEvent).where(TransportEvent.departure_id == departure_id).order_by(TransportEvent.id)
    )
    return tuple(
        TransportRow(row.id, row.code, row.classifier, row.place_code, row.event_at, row.recorded_at) for row in rows
    )


def _misloaded(session: Session) -> list[Breach]:
    """Return sealed departures on which something else rides than their manifest says, or whose hash is another."""
    aboard: dict[UUID, set[str]] = {}
    rode = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)
    for departure_id, booking_reference in session.execute(
        sa.select(Booking.departure_id, Booking.reference)
        .join(Manifest, Manifest.departure_id == Booking.departure_id)
        .where(Booking.state.in_(rode))
    ):
        aboard.setdefault(departure_id, set()).add(booking_reference)
    found: list[Breach] = []
    for row in session.scalars(sa.select(Manifest)):
        listed = {one["booking"] for one in row.content["consignments"]}
        if listed != aboard.get(row.departure_id, set()):
            found.append(Breach("8 manifest", "departure", row.departure_id, "what is aboard is not what is listed"))
        if manifest_hash(row.content) != row.sha256:
            found.append(Breach("2 manifest", "departure", row.departure_id, "the manifest is not what was frozen"))
    return found


def breaches(session: Session) -> list[Breach]:
    """Return departures whose room is not what entries or bookings add up to, or that carry what no manifest lists."""
    return [
        *_unequal(session, CapacityEntry, sa.true(), "entries"),
        *_unequal(session, Booking, Booking.state.in_(TAKING), "bookings"),
        *_misloaded(session),
        *(
            Breach("3 capacity", "departure", row.id, "more is taken than there is room")
            for row in session.execute(
                sa.select(Departure.id).where(sa.or_(*(_taken(name) > _capacity(name) for name in DIMENSIONS)))
            )
        ),
    ]


def _unequal(session: Session, entity: Any, counted: sa.ColumnElement[bool], what: str) -> list[Breach]:
    sums = (
        sa.select(entity.departure_id, *(sa.func.sum(getattr(entity, name)).label(name) for name in DIMENSIONS))
        .where(counted)
        .group_by(entity.departure_id)
        .subquery()
    )
    differs = sa.or_(*(sa.func.coalesce(sums.c[name], 0) != _taken(name) for name in DIMENSIONS))
    rows = session.scalars(sa.select(Departure.id).outerjoin(sums, sums.c.departure_id == Departure.id).where(differs))
    return [Breach("3 capacity", "departure", departure_id, f"taken is not the sum of {what}") for departure_id in rows]


def _capacity(name: str) -> Any:
    return getattr(Departure, f"capacity_{name}")


def _taken(name: str) -> Any:
    return getattr(Departure, f"taken_{name}")


def _lapsed(now: datetime) -> sa.Subquery:
    """Sum what holds keep whose time is over: free again, though nobody has released it yet."""
    return (
        sa.select(
            Booking.departure_id,
            *(sa.cast(sa.func.sum(getattr(Booking, name)), sa.BigInteger).label(name) for name in DIMENSIONS),
        )
        .where(Booking.state == BookingState.HELD, Booking.expires_at <= now)
        .group_by(Booking.departure_id)
        .subquery()
    )


def _room(lapsed: sa.Subquery) -> list[sa.ColumnElement[int]]:
    return [_capacity(name) - _taken(name) + sa.func.coalesce(lapsed.c[name], 0) for name in DIMENSIONS]


def _departures(now: datetime) -> sa.Select[*tuple[Any, ...]]:
    lapsed = _lapsed(now)
    return (
        sa.select(Departure, Line, *_room(lapsed))
        .join(Line, Line.id == Departure.line_id)
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
    )


def _departure(row: Sequence[Any], stops: Mapping[UUID, tuple[StopRow, ...]]) -> DepartureRow:
    found, line, *room = row
    return DepartureRow(
        id=found.id,
        reference=found.reference,
        state=found.state,
        line_code=line.code,
        line_name=line.name,
        line_names=line.names,
        carrier_company_id=line.carrier_company_id,
        hub_code=found.hub_code,
        departs_at=found.departs_at,
        cutoff_documents_at=found.cutoff_documents_at,
        cutoff_cargo_at=found.cutoff_cargo_at,
        border_eta=found.border_eta,
        arrives_at=found.arrives_at,
        capacity=Load(*(getattr(found, f"capacity_{name}") for name in DIMENSIONS)),
        room=Load(*room),
        stops=stops[found.id],
    )


def _stops(session: Session, departure_ids: Sequence[UUID]) -> dict[UUID, tuple[StopRow, ...]]:
    rows = session.scalars(
        sa.select(DepartureStop)
        .where(DepartureStop.departure_id.in_(departure_ids))
        .order_by(DepartureStop.departure_id, DepartureStop.position)
    ).all()
    places = reference.places_by_code(session, (row.place_code for row in rows))
    found: dict[UUID, list[StopRow]] = {}
    for row in rows:
        stop = StopRow(places[row.place_code], row.eta, row.reached_at, row.is_border)
        found.setdefault(row.departure_id, []).append(stop)
    return {departure_id: tuple(stops) for departure_id, stops in found.items()}


def _option(row: Sequence[Any], load: Load, zones: Mapping[str, str]) -> OptionRow:
    to_place, eta, found, line, tariff_found, *room = row
    rates = _rates(tariff_found) if tariff_found is not None else None
    factors = (rates.m3_factor, rates.ldm_factor) if rates is not None else freight.STANDARD_FACTORS
    weight = freight.chargeable(load, m3_factor=factors[0], ldm_factor=factors[1])
    return OptionRow(
        departure_id=found.id,
        reference=found.reference,
        line_code=line.code,
        line_name=line.name,
        line_names=line.names,
        hub_code=found.hub_code,
        to_place=to_place,
        departs_at=found.departs_at,
        cutoff_documents_at=found.cutoff_documents_at,
        cutoff_cargo_at=found.cutoff_cargo_at,
        arrives_at=eta,
        zones=(zones[found.hub_code], zones[to_place]),
        chargeable_g=weight.grams,
        binding=weight.binding,
        freight=freight.freight(weight, rates) if rates is not None else None,
        tariff_id=tariff_found.id if tariff_found is not None else None,
        carrier_company_id=line.carrier_company_id,
        room=Load(*room),
    )


def _rates(found: Tariff) -> freight.Rates:
    return freight.Rates(
        per_kg=UnitPrice(found.per_kg_micro, found.currency),
        minimum=Money(found.minimum_minor, found.currency),
        m3_factor=found.m3_factor,
        ldm_factor=found.ldm_factor,
    )


def _valid(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Tariff.valid_from <= now, sa.or_(Tariff.valid_to.is_(None), Tariff.valid_to > now)


def _position(cursor: str) -> tuple[datetime, UUID]:
    at, last = decode_cursor(cursor, str, str)
    try:
        instant = datetime.fromisoformat(at)
        found = instant.astimezone(UTC), UUID(last)
    except (ValueError, OverflowError):
        raise Refused.field("cursor", "cursor", "the value of `next` of the page before") from None
    return found


def _by_subject(session: Session, which: sa.ColumnElement[bool]) -> dict[UUID, tuple[BookingRow, ...]]:
    order = (Booking.subject, Booking.part, Booking.state.in_(CURRENT), Booking.created_at, Booking.id)
    found: dict[UUID, list[BookingRow]] = {}
    for row in session.execute(booking_rows().where(which).order_by(*order)):
        found.setdefault(row[0].subject, []).append(booking_row(row))
    return {subject: tuple(rows) for subject, rows in found.items()}

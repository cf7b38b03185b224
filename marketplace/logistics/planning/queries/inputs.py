"""Read what a planner is given: a hub's open departures until an instant, and the bookings that may still move."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.fleet.queries.cooling import cooled
from marketplace.logistics.fleet.rules.vehicles import COOLS
from marketplace.logistics.floor import queries as floors
from marketplace.logistics.floor.queries import Short
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.planning.models import BookingCargo, BookingPin
from marketplace.logistics.planning.queries.natures import lanes_of, nature
from marketplace.logistics.planning.rules.instance import Floor, Instance, Lorry, Parcel
from marketplace.logistics.planning.rules.segregation import Nature, seen_by
from marketplace.logistics.pricing.models import TariffTerms, WholeLorry
from marketplace.logistics.queries.room import lapsed_holds, room_columns
from marketplace.logistics.queries.tariffs import rates_of, valid_at
from marketplace.logistics.road.queries import declarations
from marketplace.logistics.rules.freight import chargeable, freight
from marketplace.logistics.rules.states import BookingState, DepartureState

# What a plan may move: promised for good or aimed at. What a checkout holds stays until it is one or nothing.
MOVABLE = (BookingState.TARGET, BookingState.CONFIRMED, BookingState.CARGO_RECEIVED)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which departures are planned together: of a hub, of one line or all, that leave until an instant."""

    hub_code: str
    line_id: UUID | None
    until: datetime

    @property
    def name(self) -> str:
        """What runs are numbered by."""
        return f"{self.hub_code}/{self.line_id or '*'}"


@dataclass(frozen=True, slots=True)
class Input:
    """An instance with the currency of its values."""

    instance: Instance
    currency: str


def read(session: Session, *, scope: Scope, now: datetime) -> Input:
    """Return what there is to plan now: of departures past their cut-off, what has no place on their floor.

    Values are the freight that the tariffs of today ask; a booking may ride with its own carrier only, and earlier
    than it is booked only when its cargo is at the hub already.
    """
    departures = _departures(session, scope, now)
    keys = [row.id for row in departures]
    short = floors.short(session, hub_code=scope.hub_code)
    left = {booking_id for each in short.values() for booking_id in each.booking_ids}
    bookings = session.execute(
        sa.select(Booking, BookingCargo, BookingPin.departure_id)
        .outerjoin(BookingCargo, BookingCargo.booking_id == Booking.id)
        .outerjoin(BookingPin, BookingPin.booking_id == Booking.id)
        .where(
            sa.or_(Booking.departure_id.in_(keys), Booking.id.in_(left)),
            Booking.state.in_(MOVABLE),
        )
        .order_by(Booking.created_at, Booking.id)
    ).all()
    homes = {row.id: row for row in (*departures, *_closed(session, scope, short.keys() - set(keys)))}
    stops = _stops(session, keys)
    lanes = lanes_of(session, departure_ids=keys)
    asked = [rule for rules in lanes.values() for rule in rules]
    cold = cooled(session, departure_ids=keys)
    rates, currency = _rates(session, list(homes.values()), now)
    back = dict.fromkeys(keys, Load())
    for booking, _, _ in bookings:
        if booking.state is not BookingState.TARGET and booking.departure_id in back:
            back[booking.departure_id] += booking.load
    lorries = [
        Lorry(
            key=str(row.id),
            room=Load(*(max(getattr(row, name), 0) for name in DIMENSIONS)) + back[row.id],
            cutoff=_seconds(row.cutoff_cargo_at),
            reaches={_way(place, row.carrier): eta for place, eta in stops.get(row.id, {}).items()},
            temp_min=COOLS[0] if row.id in cold else None,
            temp_max=COOLS[1] if row.id in cold else None,
            lane=lanes.get(row.id, ()),
            floor=_floor(short.get(row.id)),
            papers_over=row.cutoff_documents_at <= now,
        )
        for row in departures
    ]
    # What is declared of a consignment names its lorry: it stays there until its declaration is amended by hand.
    declared = declarations.declared(session, departure_ids=keys)
    parcels = [
        _parcel(
            booking,
            cargo,
            booking.departure_id if booking.id in declared else pinned,
            homes[booking.departure_id],
            rates,
            seen_by(nature(cargo, booking.shipper_company_id), asked),
        )
        for booking, cargo, pinned in bookings
        if booking.departure_id in homes
    ]
    return Input(Instance(tuple(parcels), tuple(lorries), now.date()), currency)


def _departures(session: Session, scope: Scope, now: datetime) -> Sequence[Any]:
    lapsed = lapsed_holds(now)
    room = [column.label(name) for name, column in zip(DIMENSIONS, room_columns(lapsed), strict=True)]
    wanted = (
        _of(scope)
        .add_columns(*room)
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
        .where(
            Departure.state == DepartureState.OPEN,
            Departure.cutoff_cargo_at > now,
            Departure.departs_at <= scope.until,
            # What one company took all of is planned already.
            ~sa.exists().where(WholeLorry.departure_id == Departure.id, WholeLorry.ended_at.is_(None)),
        )
        .order_by(Departure.departs_at, Departure.id)
    )
    return session.execute(wanted).all()


def _closed(session: Session, scope: Scope, ids: Collection[UUID]) -> Sequence[Any]:
    """Return departures that take no part in the plan, but whose floor is short."""
    return session.execute(_of(scope).where(Departure.id.in_(ids))).all() if ids else ()


def _of(scope: Scope) -> sa.Select[*tuple[Any, ...]]:
    wanted = (
        sa.select(
            Departure.id,
            Departure.line_id,
            Departure.cutoff_cargo_at,
            Departure.cutoff_documents_at,
            Line.carrier_company_id.label("carrier"),
        )
        .join(Line, Line.id == Departure.line_id)
        .where(Departure.hub_code == scope.hub_code)
    )
    return wanted if scope.line_id is None else wanted.where(Departure.line_id == scope.line_id)


def _floor(short: Short | None) -> Floor | None:
    return Floor(short.placed, short.total, frozenset(map(str, short.booking_ids))) if short else None


def _stops(session: Session, keys: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    rows = session.execute(
        sa.select(DepartureStop.departure_id, DepartureStop.place_code, DepartureStop.eta).where(
            DepartureStop.departure_id.in_(keys), DepartureStop.position > 0, ~DepartureStop.is_border
        )
    )
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.departure_id, {})[row.place_code] = _seconds(row.eta)
    return found


def _rates(session: Session, departures: Sequence[Any], now: datetime) -> tuple[dict[tuple[UUID, str], Any], str]:
    """Return tariffs by line and place, and the currency that most are in: values of others count as they stand."""
    lines = {row.line_id for row in departures}
    rows = session.execute(
        sa.select(Tariff.__table__, TariffTerms.content)
        .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .where(Tariff.line_id.in_(lines), *valid_at(now))
    ).all()
    currencies = [row.currency for row in rows]
    common = max(sorted(set(currencies)), key=currencies.count, default="CNY")
    return {
        (row.line_id, row.to_place): rates_of(
            row.currency, row.per_kg_micro, row.minimum_minor, row.m3_factor, row.ldm_factor, row.content
        )
        for row in rows
    }, common


def _parcel(
    booking: Booking, cargo: BookingCargo | None, pinned: UUID | None, home: Any, rates: Any, nature: Nature
) -> Parcel:
    asked = rates.get((home.line_id, booking.to_place))
    weight = asked and chargeable(booking.load, m3_factor=asked.m3_factor, ldm_factor=asked.ldm_factor)
    ready = _seconds(cargo.ready_at) if cargo and cargo.ready_at else None
    if ready is None and booking.state is not BookingState.CARGO_RECEIVED:
        # Who brings the goods was told this cut-off: nobody has to be earlier for a plan.
        ready = _seconds(home.cutoff_cargo_at)
    return Parcel(
        key=str(booking.id),
        to=_way(booking.to_place, home.carrier),
        load=booking.load,
        value=freight(weight, asked).minor if weight else 0,
        nature=nature,
        ready=ready,
        due=_seconds(cargo.due_at) if cargo and cargo.due_at else None,
        home=str(booking.departure_id),
        pinned=str(pinned) if pinned else None,
    )


def _way(place: str, carrier: UUID) -> str:
    """Return what must be the same of a booking and a departure: where it goes, and with whom freight is agreed."""
    return f"{place}/{carrier}"


def _seconds(at: datetime) -> int:
    return int(at.timestamp())

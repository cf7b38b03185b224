"""What must hold of room and manifests."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.kernel.quantity import DIMENSIONS
from marketplace.logistics.models.cargo import Manifest
from marketplace.logistics.models.departures import Booking, CapacityEntry, Departure
from marketplace.logistics.pricing.models import WholeLorry
from marketplace.logistics.queries.room import capacity_of, taken_of
from marketplace.logistics.road.models.lorries import HeldChoice
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.rules.cargo import manifest_hash
from marketplace.logistics.rules.states import CURRENT, TAKING, BookingState

_RODE = (BookingState.LOADED, BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)
_BECAME: Final = aliased(Booking)
_ABOARD: Final = (
    sa.select(Booking.departure_id, Booking.reference)
    .join(Manifest, Manifest.departure_id == Booking.departure_id)
    .where(Booking.state.in_(_RODE))
)
_MANIFESTS: Final = sa.select(Manifest.departure_id, Manifest.content, Manifest.sha256)
_CHANGED: Final = (
    sa.select(
        HeldChoice.departure_id,
        Booking.reference,
        _BECAME.departure_id.label("onto"),
        _BECAME.reference.label("new_reference"),
        _BECAME.state,
    )
    .join(Booking, Booking.id == HeldChoice.booking_id)
    .outerjoin(_BECAME, _BECAME.id == HeldChoice.new_booking_id)
    .where(HeldChoice.option != Option.WAIT)
)


def _misloaded(session: Session) -> list[Breach]:
    """Return sealed departures on which something else rides than their manifest says, or whose hash is another."""
    aboard: dict[UUID, set[str]] = {}
    for row in session.execute(_ABOARD):
        aboard.setdefault(row.departure_id, set()).add(row.reference)
    found: list[Breach] = []
    went, came = _changed_lorries(session)
    for row in session.execute(_MANIFESTS):
        listed = {one["booking"] for one in row.content["consignments"]}
        listed = (listed | came.get(row.departure_id, set())) - went.get(row.departure_id, set())
        if listed != aboard.get(row.departure_id, set()):
            found.append(Breach("8 manifest", "departure", row.departure_id, "what is aboard is not what is listed"))
        if manifest_hash(row.content) != row.sha256:
            found.append(Breach("2 manifest", "departure", row.departure_id, "the manifest is not what was frozen"))
    return found


def _changed_lorries(session: Session) -> tuple[dict[UUID, set[str]], dict[UUID, set[str]]]:
    """Return by departure what was taken off it after it was sealed, and what was put on it while it stood."""
    went: dict[UUID, set[str]] = {}
    came: dict[UUID, set[str]] = {}
    for row in session.execute(_CHANGED):
        went.setdefault(row.departure_id, set()).add(row.reference)
        if row.state in _RODE:
            came.setdefault(row.onto, set()).add(row.new_reference)
    return went, came


def breaches(session: Session) -> list[Breach]:
    """Return departures whose room is not what entries or bookings add up to, or that carry what no manifest lists."""
    return [*_PROMISES.breaches(session), *_misloaded(session)]


def _off_entries() -> sa.Select[UUID]:
    return _unequal(CapacityEntry, sa.true())


def _off_bookings() -> sa.Select[UUID]:
    return _unequal(Booking, Booking.state.in_(TAKING), kept=True)


def _overfull() -> sa.Select[UUID]:
    return sa.select(Departure.id).where(sa.or_(*(taken_of(name) > capacity_of(name) for name in DIMENSIONS)))


def _unequal(entity: Any, counted: sa.ColumnElement[bool], *, kept: bool = False) -> sa.Select[UUID]:
    """Compare what is taken with sums of rows; ``kept``: with what is kept for who took the whole lorry."""
    sums = (
        sa.select(entity.departure_id, *(sa.func.sum(getattr(entity, name)).label(name) for name in DIMENSIONS))
        .where(counted)
        .group_by(entity.departure_id)
        .subquery()
    )
    beside = {name: getattr(WholeLorry, f"kept_{name}") if kept else sa.literal(0) for name in DIMENSIONS}
    differs = sa.or_(
        *(
            sa.func.coalesce(sums.c[name], 0) + sa.func.coalesce(beside[name], 0) != taken_of(name)
            for name in DIMENSIONS
        )
    )
    return (
        sa.select(Departure.id)
        .outerjoin(sums, sums.c.departure_id == Departure.id)
        .outerjoin(WholeLorry, sa.and_(WholeLorry.departure_id == Departure.id, WholeLorry.ended_at.is_(None)))
        .where(differs)
    )


def _too_large() -> sa.Select[UUID]:
    """Select live bookings, and targets, that their lorry could not carry if it were empty."""
    exceeds = sa.or_(*(getattr(Booking, name) > capacity_of(name) for name in DIMENSIONS))
    return (
        sa.select(Booking.id)
        .join(Departure, Departure.id == Booking.departure_id)
        .where(Booking.state.in_(CURRENT), exceeds)
    )


_PROMISES: Final = Promises(
    "3 capacity",
    Promise("booking", "it is larger than its lorry", _too_large),
    Promise("departure", "taken is not the sum of entries", _off_entries),
    Promise("departure", "taken is not the sum of bookings", _off_bookings),
    Promise("departure", "more is taken than there is room", _overfull),
)

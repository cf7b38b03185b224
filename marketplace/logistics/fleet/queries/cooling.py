"""Read which departures keep a temperature."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.logistics.fleet.models import CrewAssignment, FleetVehicle
from marketplace.logistics.fleet.rules.papers import Kind
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line


def cooled(session: Session, *, departure_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which departures keep a temperature, between ``rules.vehicles.COOLS``.

    With a trailer on it a departure does when each of its trailers is a reefer; without, as long as its line's carrier
    has a reefer that drives nothing else meanwhile.
    """
    return frozenset(session.scalars(_COOLED.where(Departure.id.in_(departure_ids))))


_Trailer, _Other = aliased(FleetVehicle), aliased(CrewAssignment)
_MANNED = sa.exists().where(CrewAssignment.departure_id == Departure.id, CrewAssignment.withdrawn_at.is_(None))
_WARM = sa.exists().where(
    CrewAssignment.departure_id == Departure.id,
    CrewAssignment.withdrawn_at.is_(None),
    FleetVehicle.id == CrewAssignment.trailer_id,
    ~FleetVehicle.is_reefer,
)
_BUSY = sa.exists().where(
    _Other.trailer_id == _Trailer.id,
    _Other.withdrawn_at.is_(None),
    _Other.starts_at < Departure.arrives_at,
    _Other.returns_at > Departure.departs_at,
)
_FREE = sa.exists().where(
    _Trailer.company_id == Line.carrier_company_id,
    _Trailer.kind == Kind.TRAILER,
    _Trailer.is_reefer,
    _Trailer.retired_at.is_(None),
    ~_BUSY,
)
_COOLED = (
    sa.select(Departure.id).join(Line, Line.id == Departure.line_id).where(sa.case((_MANNED, ~_WARM), else_=_FREE))
)

"""What was carried week by week on each line, and two counts of how few lorries would have sufficed for it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.statistics.queries.happened import LEFT
from marketplace.distribution.statistics.rules.bound import fewest, first_fit_decreasing
from marketplace.distribution.statistics.rules.months import ZONE
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import Line, VehicleType


@dataclass(frozen=True, slots=True)
class Demand:
    """What left on a line: how many lorries ran, the room of the usual one, and the loads of each week."""

    line: str
    ran: int
    lorry: Load
    weeks: tuple[tuple[Load, ...], ...]


@dataclass(frozen=True, slots=True)
class Sufficed:
    """On a line: weeks with lorries, how many ran, the lower bound, and what first-fit-decreasing fills."""

    line: str
    weeks: int
    ran: int
    bound: int
    filled: int


def sufficed(session: Session) -> tuple[Sufficed, ...]:
    """Return for each line how many of the usual lorries would have taken what left in each calendar week.

    Goods may wait for another lorry of their line within the week, and every consignment stays whole.
    """
    return tuple(
        Sufficed(
            row.line,
            len(row.weeks),
            row.ran,
            sum(fewest(week, row.lorry) for week in row.weeks),
            sum(first_fit_decreasing(week, row.lorry) for week in row.weeks),
        )
        for row in demands(session)
    )


def demands(session: Session) -> tuple[Demand, ...]:
    """Return what left on each line, by its code, week by week."""
    ran: Counter[UUID] = Counter()
    loads: dict[UUID, dict[tuple[int, int], list[Load]]] = defaultdict(lambda: defaultdict(list))
    usual: Counter[Load] = Counter()
    names: dict[UUID, str] = {}
    for row in session.execute(
        sa.select(
            Departure.line_id,
            Line.code,
            DepartureStop.reached_at,
            VehicleType.grams,
            VehicleType.cm3,
            VehicleType.ldm_mm,
            VehicleType.pallets,
        )
        .join(DepartureStop, sa.and_(DepartureStop.departure_id == Departure.id, DepartureStop.position == 0))
        .join(VehicleType, VehicleType.id == Departure.vehicle_type_id)
        .join(Line, Line.id == Departure.line_id)
        .where(DepartureStop.reached_at.is_not(None))
    ):
        line_id, code, _, *room = row
        ran[line_id] += 1
        names[line_id] = code
        usual[Load(*room)] += 1
    for line_id, left_at, *load in session.execute(
        sa.select(
            Departure.line_id,
            DepartureStop.reached_at,
            Booking.grams,
            Booking.cm3,
            Booking.ldm_mm,
            Booking.pallets,
        )
        .join(Departure, Departure.id == Booking.departure_id)
        .join(DepartureStop, sa.and_(DepartureStop.departure_id == Departure.id, DepartureStop.position == 0))
        .where(Booking.state.in_(LEFT), DepartureStop.reached_at.is_not(None))
        .order_by(Booking.id)
    ):
        if left_at is not None:
            year, week, _ = left_at.astimezone(ZONE).isocalendar()
            loads[line_id][(year, week)].append(Load(*load))
    if not ran:
        return ()
    ((lorry, _),) = usual.most_common(1)
    return tuple(
        Demand(names[line_id], ran[line_id], lorry, tuple(tuple(week) for _, week in sorted(loads[line_id].items())))
        for line_id in sorted(ran, key=lambda one: names[one])
    )

"""Drive the published history through the services, from where a run before this one was cut off."""

import heapq
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Final

import sqlalchemy as sa
from obstore.store import ObjectStore
from sqlalchemy.orm import Session

from marketplace.accounts.services.vault import Vault
from marketplace.audit import queries as audit
from marketplace.audit import services as audits
from marketplace.catalog.models import Listing
from marketplace.checkout.models import CheckoutAttempt
from marketplace.distribution.statistics import services as statistics
from marketplace.distribution.statistics.queries import closed as closes
from marketplace.distribution.statistics.rules.months import Month, month_of, months
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.models.network import Line, VehicleType
from marketplace.logistics.rules.states import BookingState, DepartureState
from marketplace.orders.models import Order
from marketplace.orders.rules.states import OrderState
from marketplace.outbox import services as outbox
from marketplace.seed.desk import Desk
from marketplace.seed.replay import cast, rides, world
from marketplace.seed.replay.plan import trips
from marketplace.seed.replay.rides import Corridor, Ride

Report = Callable[[int, int], None]

_HOUR: Final = timedelta(hours=1)
# The city is founded some weeks before its first lorry.
_FOUNDED: Final = datetime.combine(datetime(2016, 4, 1, tzinfo=UTC), time(1, 0, tzinfo=UTC))
# The act that says how many departures this history has.
_BEGUN, _SUBJECT = "replay.begun", "company"
_RECEIVED_AFTER: Final = 5 * _HOUR
# By then every lorry of a month has arrived.
_CLOSED_AFTER: Final = timedelta(days=12)
# The state of a departure after each stage that it shows.
_STAGES: Final = {
    DepartureState.DEPARTED: 3,
    DepartureState.STRIPPED: 4,
    DepartureState.SETTLED: 5,
}


def replay(vault: Vault, *, store: ObjectStore, departures: int, report: Report) -> int:
    """Make the history of so many departures, or what of it is missing; return how many lorries were under way.

    The lorries go in the order of what happens, so every stage finds what the city knew then. ValueError for a city
    that is in use otherwise, or whose history has another number of departures.
    """
    desk = Desk(vault, store, "Replay city", _FOUNDED, clock.now())
    world.found(desk)
    corridor = _corridor(reading(), desk)
    planned = [Ride(trip, corridor) for trip in trips(departures)]
    _check_same(reading(), corridor.actor(cast.OPERATOR.login), departures, desk.start)
    agenda: list[tuple[datetime, int, int, Ride]] = []
    number = count()
    for ride, stage in zip(planned, _behind(reading(), planned), strict=True):
        if stage < len(_ACTS):
            heapq.heappush(agenda, (_when(ride, stage), next(number), stage, ride))
    under_way = len(agenda)
    done = departures - under_way
    closing = _Closing(corridor, planned[0].trip.departs_at, planned[-1].trip.departs_at)
    while agenda:
        at, _, stage, ride = heapq.heappop(agenda)
        closing.until(at)
        _ACTS[stage](ride, at)
        if stage + 1 < len(_ACTS):
            heapq.heappush(agenda, (_when(ride, stage + 1), next(number), stage + 1, ride))
            continue
        done += 1
        report(done, departures)
    closing.until(None)
    in_unit_of_work(lambda session: outbox.wait_from(session, now=clock.now()))
    return under_way


_ACTS: Final[tuple[Callable[[Ride, datetime], None], ...]] = (
    Ride.order,
    Ride.prepare,
    Ride.leave,
    Ride.travel,
    Ride.end,
)


def _when(ride: Ride, stage: int) -> datetime:
    """Return when a stage of a ride begins."""
    departs_at = ride.trip.departs_at
    if stage < 3:
        return departs_at - (rides.ORDERED, rides.PREPARED, rides.LOADED)[stage]
    way = ride.way()
    return way[0][0] if stage == 3 else way[-1][0] + _RECEIVED_AFTER


def _check_same(session: Session, operator: Actor, departures: int, now: datetime) -> None:
    """Note how many departures this history has, or see that it is the one that was begun."""
    begun = [
        row for row in audit.history(session, subject=_SUBJECT, subject_id=operator.company) if row.action == _BEGUN
    ]
    if not begun:
        in_unit_of_work(
            lambda session: audits.record(
                session,
                actor=operator,
                action=_BEGUN,
                subject=_SUBJECT,
                subject_id=operator.company,
                facts={"departures": departures},
                now=now,
            )
        )
    elif begun[0].facts["departures"] != departures:
        msg = f"the history in this city has {begun[0].facts['departures']} departures"
        raise ValueError(msg)


class _Closing:
    """The months that the operator's staff close while the lorries run, each some days after its end."""

    def __init__(self, corridor: Corridor, first: datetime, last: datetime) -> None:
        """Plan those that are not closed yet."""
        self._actor = corridor.actor(cast.LOGISTICS)
        closed = closes.last_closed(reading())
        self._months = deque(months(closed.next if closed else month_of(first), month_of(last)))

    def until(self, instant: datetime | None) -> None:
        """Close what is due by an instant; all there is with None."""
        while self._months and (instant is None or _due(self._months[0]) <= instant):
            in_unit_of_work(self._close)
            self._months.popleft()

    def _close(self, session: Session) -> None:
        month = self._months[0]
        statistics.close(session, actor=self._actor, month=month, now=_due(month))


def _due(month: Month) -> datetime:
    return month.next.begins_at + _CLOSED_AFTER


def _corridor(session: Session, desk: Desk) -> Corridor:
    session.rollback()
    return Corridor(
        desk,
        {row.sku: row.id for row in session.execute(sa.select(Listing.sku, Listing.id))},
        {row.code: row.id for row in session.execute(sa.select(Line.code, Line.id))},
        {row.code: row.id for row in session.execute(sa.select(VehicleType.code, VehicleType.id))},
    )


def _behind(session: Session, planned: list[Ride]) -> list[int]:
    """Tell each ride what there is of it, and return how many of its stages are behind it."""
    attempts = (
        sa.select(CheckoutAttempt.key, Order.id)
        .join(Order, Order.group_id == CheckoutAttempt.group_id)
        .where(CheckoutAttempt.key.startswith("replay-"))
    )
    orders = {row.key: row.id for row in session.execute(attempts)}
    placed = set(session.scalars(sa.select(Order.id).where(Order.state == OrderState.PLACED)))
    known = {
        row.departs_at: row for row in session.execute(sa.select(Departure.departs_at, Departure.id, Departure.state))
    }
    received = set(
        session.scalars(sa.select(Booking.departure_id).where(Booking.state == BookingState.CARGO_RECEIVED).distinct())
    )
    found: list[int] = []
    for ride in planned:
        row, ride.order_id = known.get(ride.trip.departs_at), orders.get(ride.trip.key)
        ride.departure_id = row.id if row else None
        if row is None or ride.order_id is None or ride.order_id in placed:
            found.append(0)
            continue
        found.append(_STAGES.get(row.state) or (2 if row.id in received else 1))
    return found

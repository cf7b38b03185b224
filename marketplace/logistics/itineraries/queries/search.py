"""Find the ways by which a load can get from a place to another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.itineraries.queries.factors import factors
from marketplace.logistics.itineraries.queries.ways import Road, WayRow, ways
from marketplace.logistics.itineraries.rules.changing import CHANGE_MINUTES
from marketplace.logistics.itineraries.rules.emissions import Factor
from marketplace.logistics.itineraries.rules.scan import Changes, Connection, Journey, Timetable
from marketplace.logistics.queries import options
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import Mode
from marketplace.reference import queries as reference
from marketplace.reference.queries import FxRow

HORIZON: Final = timedelta(days=30)
CHANGE: Final = Changes(minutes=CHANGE_MINUTES)
COMPARED_IN: Final = "CNY"
MOST_RIDES: Final = 2


@dataclass(frozen=True, slots=True)
class RideRow:
    """A load on one departure; ``compared`` is its freight in the currency that all ways are compared in."""

    option: OptionRow
    way: WayRow
    compared: Money
    co2e_grams: int


@dataclass(frozen=True, slots=True)
class ItineraryRow:
    """A way by one departure, or by several with a change between them; a checkout takes ways with one change."""

    rides: tuple[RideRow, ...]
    is_earliest: bool
    is_cheapest: bool

    @property
    def is_bookable(self) -> bool:
        """Whether one departure does it alone."""
        return len(self.rides) == 1

    @property
    def is_orderable(self) -> bool:
        """Whether a checkout books it: one departure, or two with a change between them."""
        return len(self.rides) <= MOST_RIDES

    @property
    def arrives_at(self) -> datetime:
        """When the load is there, by plan."""
        return self.rides[-1].option.arrives_at

    @property
    def compared(self) -> Money:
        """All freight, in the currency of comparison."""
        first = self.rides[0].compared
        return Money(sum(ride.compared.minor for ride in self.rides), first.currency)

    @property
    def co2e_grams(self) -> int:
        """What carrying the load emits."""
        return sum(ride.co2e_grams for ride in self.rides)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """The ways that were found, by arrival, and the factors that their emissions were reckoned with."""

    itineraries: tuple[ItineraryRow, ...]
    factors: Mapping[Mode, Factor]


def itineraries(
    session: Session,
    *,
    from_code: str,
    to_code: str,
    load: Load,
    after: datetime,
    now: datetime,
    currency: str = COMPARED_IN,
) -> FoundRow:
    """Return the ways of a load that is ready at ``after`` within thirty days that no other beats in arrival and cost.

    Among them are all ways by one departure that no other such way beats, for only these can be booked. Departures
    are those that are open, before their cut-offs, have room for the load and a tariff whose currency has a rate.
    Room and states are as they are at this instant; the number of questions is the same for every road and load.
    """
    ready = max(after, now)
    offered = options.everywhere(session, load=load, after=ready, until=ready + HORIZON, now=now)
    asked = {each.freight.currency for each in offered if each.freight is not None} - {currency}
    rates = reference.fx_of(session, pairs=[(each, currency) for each in sorted(asked)], on=now.date())
    priced: dict[Connection, tuple[OptionRow, Money]] = {}
    for each in offered:
        cost = _compared(each.freight, rates, currency)
        if cost is not None:
            priced[_connection(each, cost)] = each, cost
    chosen = _chosen(tuple(priced), from_code, to_code, _minute(ready))
    known = ways(session, roads={_road(priced[ride][0]) for journey in chosen for ride in journey}, now=now)
    cheapest = min((_cost(journey) for journey in chosen), default=0)
    rows = [
        ItineraryRow(
            rides=tuple(_ride(*priced[ride], known, load) for ride in journey),
            is_earliest=journey[-1].arrives == chosen[0][-1].arrives,
            is_cheapest=_cost(journey) == cheapest,
        )
        for journey in chosen
    ]
    return FoundRow(tuple(rows), factors(session, at=now))


def _compared(freight: Money | None, rates: Mapping[tuple[str, str], FxRow], currency: str) -> Money | None:
    """Return a freight in the currency of comparison; None where there is no tariff or no rate."""
    if freight is None or freight.currency == currency:
        return freight
    rate = rates.get((freight.currency, currency))
    return None if rate is None else reference.convert(freight, rate)


def _connection(option: OptionRow, cost: Money) -> Connection:
    departs = _minute(option.cutoff_cargo_at)
    arrives = max(_minute(option.arrives_at), departs + 1)
    return Connection(option.hub_code, option.to_place, departs, arrives, option.departure_id, cost.minor)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _cost(journey: Journey) -> int:
    return sum(ride.cost for ride in journey)


def _road(option: OptionRow) -> Road:
    return option.line_code, option.to_place


def _chosen(connections: Sequence[Connection], start: str, goal: str, after: int) -> list[Journey]:
    """Return the best ways by one departure, and those with changes that none of these equals, by arrival."""
    direct = [each for each in connections if (each.from_code, each.to_code) == (start, goal)]
    alone = Timetable(direct).front(start, goal, after=after)
    changing = [
        journey
        for journey in Timetable(connections, changes=CHANGE).front(start, goal, after=after)
        if not any(one[-1].arrives <= journey[-1].arrives and _cost(one) <= _cost(journey) for one in alone)
    ]
    return sorted((*alone, *changing), key=lambda journey: (journey[-1].arrives, _cost(journey)))


def _ride(option: OptionRow, compared: Money, known: Mapping[Road, WayRow], load: Load) -> RideRow:
    way = known[_road(option)]
    return RideRow(option, way, compared, way.co2e_grams(load.grams))

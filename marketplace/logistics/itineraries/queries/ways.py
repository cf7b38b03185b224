"""Read what lines are like: by what and how far they go to a place, and how punctual they were there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.editions import kept_each
from marketplace.logistics.itineraries.queries.factors import factors
from marketplace.logistics.itineraries.rules import emissions
from marketplace.logistics.itineraries.rules.emissions import Factor, Stretch
from marketplace.logistics.itineraries.rules.spread import Spread, spread
from marketplace.logistics.itineraries.rules.ways import Form, carriage_of, form_of
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Leg, Line
from marketplace.logistics.rules.states import Carriage, Mode
from marketplace.reference import queries as reference

# A line by its code, and the place that it brings a load to.
Road = tuple[str, str]
# What was longer ago says little of the road as it is.
_REMEMBERED: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class WayRow:
    """How a line brings a load to a place; ``spread`` is None while it has too little history there."""

    stretches: tuple[Stretch, ...]
    form: Form
    carriage: Carriage
    spread: Spread | None
    factors: Mapping[Mode, Factor]

    @property
    def km(self) -> int:
        """Kilometres in all."""
        return sum(each.km for each in self.stretches)

    @property
    def is_derived(self) -> bool:
        """Whether the kilometres of a leg were derived from positions."""
        return any(each.is_derived for each in self.stretches)

    def co2e_grams(self, load_grams: int) -> int:
        """Return what carrying so many grams emits."""
        return emissions.grams_of(load_grams, self.stretches, self.factors)


def ways(session: Session, *, roads: Collection[Road], now: datetime) -> dict[Road, WayRow]:
    """Return what lines are like on the way to places; roads that no leg leads along are left out.

    Two questions, however many roads, and the factors. A process that keeps what is watched asks for legs when one was
    changed, and for arrivals once an hour: one lorry more hardly moves what a year of them says.
    """
    if not roads:
        return {}
    positions = {row.code: (row.latitude_e6, row.longitude_e6) for row in reference.places(session)}
    legs = kept_each("legs", {line for line, _ in roads}, lambda lines: _legs(session, lines))
    hour = now.replace(minute=0, second=0, microsecond=0)
    late = kept_each(("arrivals", hour), set(roads), lambda asked: _late(session, asked, since=hour - _REMEMBERED))
    used = factors(session, at=now)
    found: dict[Road, WayRow] = {}
    for line, place in roads:
        on_way = _up_to(place, legs.get(line, ()))
        if on_way:
            found[line, place] = WayRow(
                stretches=tuple(
                    emissions.stretch(
                        leg.mode,
                        leg.km,
                        positions[leg.from_code],
                        positions[leg.to_code],
                        is_assumed=leg.is_assumed,
                    )
                    for leg in on_way
                ),
                form=form_of([leg.mode for leg in on_way]),
                carriage=carriage_of([leg.carriage for leg in on_way]),
                spread=spread(late.get((line, place), ())),
                factors=used,
            )
    return found


def _legs(session: Session, lines: Collection[str]) -> dict[str, list[Any]]:
    rows = session.execute(_LEGS, {"codes": sorted(lines)})
    return {line: list(its) for line, its in groupby(rows, key=lambda row: row.line_code)}


def _late(session: Session, roads: Collection[Road], *, since: datetime) -> dict[Road, list[int]]:
    """Return by how many minutes lorries came later than planned, earlier below nothing, at the end of each road."""
    given = {"codes": sorted({line for line, _ in roads}), "places": sorted({place for _, place in roads})}
    late: dict[Road, list[int]] = {}
    for row in session.execute(_ARRIVALS, given | {"since": since}):
        late.setdefault((row.line_code, row.place_code), []).append(_minutes(row.reached_at - row.eta))
    return late


def _up_to(place: str, legs: Collection[Any]) -> list[Any]:
    """Return the legs from the hub to a place; none where the line does not call there."""
    found: list[Any] = []
    for leg in legs:
        found.append(leg)
        if leg.to_code == place:
            return found
    return []


def _minutes(late: timedelta) -> int:
    return round(late.total_seconds() / 60)


_LEGS: Final = (
    sa.select(Line.code.label("line_code"), Leg.from_code, Leg.to_code, Leg.mode, Leg.carriage, Leg.km, Leg.is_assumed)
    .join(Line, Line.id == Leg.line_id)
    .where(Line.code.in_(sa.bindparam("codes", expanding=True)))
    .order_by(Line.code, Leg.position)
)
_ARRIVALS: Final = (
    sa.select(Line.code.label("line_code"), DepartureStop.place_code, DepartureStop.eta, DepartureStop.reached_at)
    .join(Departure, Departure.id == DepartureStop.departure_id)
    .join(Line, Line.id == Departure.line_id)
    .where(
        Line.code.in_(sa.bindparam("codes", expanding=True)),
        DepartureStop.place_code.in_(sa.bindparam("places", expanding=True)),
        DepartureStop.position > 0,
        DepartureStop.reached_at.is_not(None),
        Departure.departs_at > sa.bindparam("since", type_=UtcDateTime()),
    )
)

"""Read by which two departures the lines of a cart can go, with a change at a hub between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.rules.rows import OfferRow
from marketplace.checkout.queries.bars import bars
from marketplace.checkout.rules.cargo import Bar, cargo_of
from marketplace.checkout.rules.changes import changes_of
from marketplace.checkout.rules.options import Change, Option
from marketplace.distribution.onward.rules import ready_at
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries import departures
from marketplace.logistics.queries import options as option_queries
from marketplace.logistics.queries.options import OptionRow


@dataclass(frozen=True, slots=True)
class Leg:
    """A line's way as it is looked for: from its hub to where it goes, ready at an instant or, surely, at a later."""

    hub_code: str
    to_place: str
    load: Load
    ready_at: datetime
    surely_ready: datetime


Shown = Callable[[UUID, OptionRow, Load, Bar | None], Option]


def changes(
    session: Session,
    *,
    legs: Mapping[UUID, Leg],
    offers: Mapping[UUID, OfferRow],
    shown: Shown,
    now: datetime,
) -> dict[UUID, tuple[Change, ...]]:
    """Return the ways with one change of lines, by listing; a few questions, however many lines and hubs.

    A change is at a hub that departures of the line's hub reach. ``shown`` writes a departure as the cart shows it.
    """
    hubs = set(departures.hubs(session)) & set(departures.destinations(session))
    firsts = {
        (key, hub): (leg.hub_code, hub, leg.load, leg.ready_at)
        for key, leg in legs.items()
        for hub in hubs - {leg.hub_code, leg.to_place}
    }
    surely = {(key, hub): legs[key].surely_ready for key, hub in firsts}
    there = option_queries.options_for(session, wants=firsts, surely_ready=surely, now=now)
    reached = {which: rows for which, rows in there.items() if rows}
    seconds = {
        (key, hub): (hub, legs[key].to_place, legs[key].load, ready_at(min(row.arrives_at for row in rows)))
        for (key, hub), rows in reached.items()
    }
    latest = {which: ready_at(max(row.arrives_at for row in rows)) for which, rows in reached.items()}
    onward = option_queries.options_for(session, wants=seconds, surely_ready=latest, now=now)
    every: dict[UUID, tuple[OptionRow, ...]] = {}
    for (key, hub), rows in reached.items():
        every[key] = (*every.get(key, ()), *rows, *onward.get((key, hub), ()))
    barred = bars(session, offers=offers, options=every, now=now)

    def options_of(key: UUID, rows: tuple[OptionRow, ...]) -> tuple[Option, ...]:
        return tuple(shown(key, row, legs[key].load, barred.get((key, row.departure_id))) for row in rows)

    return {
        key: changes_of(
            [one for (of, _), rows in reached.items() if of == key for one in options_of(key, rows)],
            {hub: options_of(key, rows) for (of, hub), rows in onward.items() if of == key},
            is_dangerous=cargo_of(offers[key]).is_dangerous,
        )
        for key in legs
    }

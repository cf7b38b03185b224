"""Departures under way as templates want them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from marketplace.edge.acts.operations import Operated
from marketplace.edge.journeys import name_of
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries.departures import DepartureRow, StopRow
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import Classifier, HoldCause
from marketplace.web.shared import locale, render
from marketplace.web.shared.boards import countdown, filled
from marketplace.web.shared.causes import cause_of


def meters(row: DepartureRow) -> dict[str, tuple[Any, Any]]:
    """Return used and whole room in each dimension."""
    return loads(row.capacity - row.room, row.capacity)


def loads(used: Load, capacity: Load) -> dict[str, tuple[Any, Any]]:
    """Return what is used of a room in each dimension."""
    taken, whole = _figures(used), _figures(capacity)
    return {name: (taken[name], whole[name]) for name in whole}


def listed(row: DepartureRow, now: datetime) -> dict[str, Any]:
    """Return a departure for the list of those who run it."""
    return {
        "id": row.id,
        "reference": row.reference,
        "line": row.line_names.get(locale.current(), row.line_name),
        "state": row.shown_state(now),
        "departs_at": row.departs_at,
        "papers_at": row.cutoff_documents_at,
        "papers_left": countdown(row.cutoff_documents_at, now),
        "cargo_at": row.cutoff_cargo_at,
        "cargo_left": countdown(row.cutoff_cargo_at, now),
        "zone": hub_zone(row),
        "load": meters(row),
        "filled": filled(row),
    }


def hub_zone(row: DepartureRow) -> str:
    """Return the clock of the hub."""
    return row.stops[0].place.zone


def next_zone(row: DepartureRow, place_code: str) -> str:
    """Return the clock of a place on the way, or of the next stop."""
    named = [stop for stop in row.stops if stop.place.code == place_code]
    ahead = [stop for stop in row.stops if stop.reached_at is None]
    return (named or ahead or list(row.stops))[0].place.zone


def way(row: DepartureRow, now: datetime) -> list[dict[str, Any]]:
    """Return every stop of a departure."""
    return [_stop(stop, now) for stop in row.stops]


def ends(row: DepartureRow, aboard: Collection[str]) -> list[tuple[str, str]]:
    """Return the places ahead where cargo may leave the lorry, as choices: first where some of ``aboard`` does.

    A lorry without cargo for any of them is expected at the end of its line.
    """
    places = [stop.place for stop in row.stops[1:] if not stop.is_border and stop.reached_at is None]
    places.sort(key=lambda place: place.code not in aboard)
    if not any(place.code in aboard for place in places):
        places.reverse()
    return [(place.code, place.called(locale.current())) for place in places]


def causes() -> list[tuple[str, str]]:
    """Return what may stop a lorry, as choices."""
    return [(str(cause), cause_of(cause)) for cause in HoldCause]


def later(options: Sequence[OptionRow]) -> list[tuple[str, str]]:
    """Return departures as choices, each with its day on the hub's clock."""
    return [
        (str(one.departure_id), f"{one.reference} · {render.datetime_in(one.departs_at, one.zones[0])}")
        for one in options
    ]


def waits(seen: Operated) -> list[dict[str, Any]]:
    """Return the stays at borders."""
    stops = {stop.place.code: stop.place for stop in seen.departure.stops}
    return [
        {
            "place": stops[one.place_code].called(locale.current()),
            "zone": stops[one.place_code].zone,
            "since": one.since.event_at,
            "until": one.until.event_at if one.until else None,
            "hours": one.hours,
        }
        for one in seen.waits
    ]


def log(seen: Operated) -> list[dict[str, Any]]:
    """Return what happened and is expected, latest first; how much later it was noted where that is long after."""
    stops = {stop.place.code: stop.place for stop in seen.departure.stops}
    words = {"planned": _("planned"), "estimated": _("expected")}
    found: list[dict[str, Any]] = []
    for row in sorted((*seen.events, *seen.retracted), key=lambda row: (row.event_at, row.id), reverse=True):
        place = stops.get(row.place_code or "")
        text = [name_of(row.code), place.called(locale.current()) if place else "", words.get(str(row.classifier), "")]
        if row.reported_by is not None:
            text.append(_("reported"))
        found.append(
            {
                "id": row.id,
                "at": row.event_at,
                "zone": place.zone if place else hub_zone(seen.departure),
                "text": " · ".join(part for part in text if part),
                "is_retracted": row.is_retracted,
                # The timetable is no news to withdraw, nor what is worked out from news.
                "is_news": row.classifier is Classifier.ACTUAL or row.reported_by is not None,
            }
        )
    return found


def sides(seen: Operated) -> list[dict[str, Any]]:
    """Return each stop with what was planned, expected last, and seen, by the clock there."""
    return [
        {
            "place": stop.place.called(locale.current()),
            "zone": stop.place.zone,
            "planned": times.planned,
            "estimated": times.estimated,
            "actual": times.actual,
        }
        for stop, times in zip(seen.departure.stops, seen.times, strict=True)
    ]


def _stop(stop: StopRow, now: datetime) -> dict[str, Any]:
    return {
        "place": stop.place.called(locale.current()),
        "at": stop.reached_at or stop.eta,
        "zone": stop.place.zone,
        "border": stop.is_border,
        "state": "done" if stop.reached_at is not None and stop.reached_at <= now else "ahead",
    }


def _figures(load: Load) -> dict[str, Any]:
    return {
        "kg": load.kg,
        "m3": load.m3.quantize(Decimal("0.1")),
        "ldm": load.ldm.quantize(Decimal("0.1")),
        "pallets": load.pallets,
    }

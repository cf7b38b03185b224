"""Days of lorries as templates want them."""

from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.edge.acts.boards import DAYS, DaysSeen
from marketplace.logistics.boards.queries.days import LorryDays
from marketplace.logistics.boards.rules.placing import share
from marketplace.logistics.boards.rules.strips import Span, Strip
from marketplace.web.shared import borders, locale, render
from marketplace.web.shared.causes import cause_of

# The picture of two weeks, in its own units.
WIDTH: Final = 700
STRIPS: Final[dict[Strip, Any]] = {
    Strip.HUB: _("at the hub"),
    Strip.DRIVE: _("under way"),
    Strip.BORDER: _("at the border"),
    Strip.HELD: _("held"),
    Strip.EXPECTED: _("still expected"),
}


def days(seen: DaysSeen) -> list[dict[str, Any]]:
    """Return each day by its number in the month, and where it begins on the picture."""
    found = [seen.first + timedelta(days=number) for number in range(DAYS)]
    return [{"number": day.day, "x": number * WIDTH // DAYS} for number, day in enumerate(found)]


def now(seen: DaysSeen, at: datetime) -> int | None:
    """Return where now is on the picture, None where it is on another."""
    return _x(at, seen) if seen.begin <= at < seen.end else None


def lorry(row: LorryDays, seen: DaysSeen) -> dict[str, Any]:
    """Return a lorry with its strips, in units of the picture and in words."""
    departure = row.departure
    return {
        "id": departure.id,
        "reference": departure.reference,
        "line": departure.line_names.get(locale.current(), departure.line_name),
        "state": departure.state,
        "cause": cause_of(departure.hold_cause) if departure.hold_cause else None,
        "departs_at": departure.departs_at,
        "left_at": row.left_at,
        "from_zone": departure.stops[0].place.zone,
        "arrives_at": departure.arrives_at,
        "expected_at": row.expected_at,
        "arrived_at": row.arrived_at,
        "to_zone": departure.stops[-1].place.zone,
        "wait_hours": borders.hours(row.wait_minutes) if row.wait_minutes else None,
        "rotations": row.rotations,
        "planned": [_strip(one, seen) for one in row.planned],
        "actual": [_strip(one, seen) for one in row.actual],
    }


def _strip(one: Span, seen: DaysSeen) -> dict[str, Any]:
    x = _x(one.since, seen)
    since, until = render.datetime_in(one.since, seen.zone), render.datetime_in(one.until, seen.zone)
    return {
        "kind": one.kind.value,
        "x": x,
        "width": max(1, _x(one.until, seen) - x),
        "text": f"{STRIPS[one.kind]}: {since} – {until}",
    }


def _x(at: datetime, seen: DaysSeen) -> int:
    return round(share(seen.begin, seen.end, at) * WIDTH)

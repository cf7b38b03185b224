"""Ways, events and posts as templates want them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _

from marketplace.edge.acts import tracking as acts
from marketplace.edge.acts.orders import OrderSeen
from marketplace.edge.journeys import NAMES, SURENESS, name_of
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.logistics.queries.tracking import TransportRow
from marketplace.logistics.rules.cargo import Status
from marketplace.logistics.rules.states import BookingState, Classifier
from marketplace.logistics.tracing.queries import standing
from marketplace.logistics.tracing.queries.feed import FeedRow
from marketplace.logistics.tracing.queries.links import Tracked
from marketplace.logistics.tracing.rules.hooks import DeliveryState, HookEnd
from marketplace.logistics.tracing.rules.vocabulary import REPORTED
from marketplace.reference import queries as reference
from marketplace.web.shared import locale

ENDS: Final[dict[HookEnd, Any]] = {
    HookEnd.BY_HAND: _("ended"),
    HookEnd.FAILING: _("took no event for half a day"),
    HookEnd.GONE: _("said that it is gone"),
}
DELIVERIES: Final[dict[DeliveryState, Any]] = {
    DeliveryState.PENDING: _("to be sent"),
    DeliveryState.DELIVERED: _("taken"),
    DeliveryState.FAILED: _("given up"),
}
STATES: Final[dict[BookingState, Any]] = {
    BookingState.TARGET: _("Not booked yet"),
    BookingState.HELD: _("Not booked yet"),
    BookingState.CONFIRMED: _("Booked on a lorry"),
    BookingState.CARGO_RECEIVED: _("At the hub"),
    BookingState.LOADED: _("Loaded"),
    BookingState.IN_TRANSIT: _("On its way"),
    BookingState.ARRIVED: _("Arrived"),
    BookingState.COMPLETED: _("Delivered"),
}


def way(seen: Tracked) -> list[dict[str, Any]]:
    """Return every stop up to the booking's own with its best known time, by the clock there."""
    found: list[dict[str, Any]] = []
    known = standing.times(seen.stops, seen.events)
    last = max((place for place, times in enumerate(known) if times.actual), default=-1)
    for place, (stop, times) in enumerate(zip(seen.stops, known, strict=True)):
        note = _("happened") if times.actual else _("expected") if times.estimated else _("planned")
        is_late, late = place > last and times.is_overdue(clock.now()), _("overdue")
        found.append(
            {
                "label": stop.place.called(locale.current()),
                "zone": stop.place.zone,
                "at": times.best,
                "note": f"{note}, {late}" if is_late else note,
                # A stop that nobody noted lies behind a lorry that was seen further on.
                "state": "done" if place <= last else "future",
                "border": stop.is_border,
            }
        )
        if stop.place.code == seen.to_place:
            break
    return found


def log(seen: Tracked) -> list[dict[str, Any]]:
    """Return what happened, the latest first, by the clock of its place."""
    places = {stop.place.code: stop.place for stop in seen.stops}
    found: list[dict[str, Any]] = []
    for row in seen.happened:
        place = places.get(row.place_code or "")
        text = [name_of(row.code), place.called(locale.current()) if place else ""]
        zone = (place or seen.stops[0].place).zone
        found.append({"at": row.event_at, "zone": zone, "text": " · ".join(word for word in text if word)})
    return found


def journey(seen: OrderSeen, line_id: UUID) -> list[dict[str, Any]]:
    """Return what happened on a line's way and what is expected next, the latest first.

    Of several forecasts the last counts, and none of what lies behind, or beyond where the goods leave the lorry.
    """
    events, booking = seen.journey_of(line_id), seen.booking_of(line_id)
    leaves = max((row.event_at for row in events if booking and row.place_code == booking.to_place), default=None)
    found = [row for row in events if row.classifier is Classifier.ACTUAL]
    last = max((row.event_at for row in found), default=None)
    forecasts: dict[tuple[int, str | None], TransportRow] = {}
    for row in sorted(events, key=lambda row: (row.classifier is Classifier.ESTIMATED, row.recorded_at, row.id)):
        if row.classifier is not Classifier.ACTUAL:
            forecasts[row.code, row.place_code] = row
    found += [
        row
        for row in forecasts.values()
        if (last is None or row.event_at > last) and (leaves is None or row.event_at <= leaves)
    ]
    return [_event(row, seen) for row in sorted(found, key=lambda row: (row.event_at, row.id), reverse=True)]


def _event(row: TransportRow, seen: OrderSeen) -> dict[str, Any]:
    place = seen.places.get(row.place_code or "")
    words = [name_of(row.code), place.called(locale.current()) if place else ""]
    if row.classifier is not Classifier.ACTUAL:
        words.append(str(SURENESS[row.classifier]))
        if row.event_at < clock.now():
            words.append(str(_("overdue")))
    if row.reported_by is not None:
        words.append(str(_("reported")))
    return {
        "at": row.event_at,
        "zone": place.zone if place else None,
        "text": " · ".join(word for word in words if word),
    }


def events(rows: Sequence[FeedRow]) -> list[dict[str, Any]]:
    """Return events of a company's bookings with their words."""
    places = {place.code: place for place in reference.places(reading())}
    return [
        {
            "row": row,
            "name": name_of(row.code),
            "sure": SURENESS[row.classifier],
            "place": places[row.place_code].called(locale.current()) if row.place_code in places else "",
            "zone": places[row.place_code].zone if row.place_code in places else None,
            "bookings": ", ".join(mine.reference for mine in row.bookings),
        }
        for row in rows
    ]


def codes() -> list[tuple[int, str]]:
    """Return what can be noted of a lorry, as choices."""
    return [(int(code), str(NAMES[code])) for code in Status if code in REPORTED]


def sureness() -> list[tuple[str, str]]:
    """Return how sure a note can be, as choices, what happened first."""
    return [(str(each), str(word)) for each, word in reversed(SURENESS.items())]


def places() -> list[tuple[str, str]]:
    """Return every place as a choice, by name."""
    found = [(place.code, place.called(locale.current())) for place in reference.places(reading())]
    return sorted(found, key=lambda each: each[1])


def companies() -> list[tuple[str, str]]:
    """Return the companies that may report, as choices, by name."""
    return sorted(((str(row.id), row.name) for row in acts.reporters()), key=lambda each: each[1])

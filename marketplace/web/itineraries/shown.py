"""Ways as templates want them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for

from marketplace.logistics.itineraries.queries.search import ItineraryRow, RideRow
from marketplace.reference.queries import PlaceRow
from marketplace.web.shared import freight, locale, ways


def named(places: Mapping[str, PlaceRow], codes: Sequence[str]) -> list[tuple[str, str]]:
    """Return places as choices, by name."""
    return sorted(((code, places[code].called(locale.current())) for code in codes), key=lambda choice: choice[1])


def itinerary(row: ItineraryRow, places: Mapping[str, PlaceRow]) -> dict[str, Any]:
    """Return a way with its rides; the last of them says how punctual it is."""
    last = row.rides[-1]
    km = sum(ride.way.km for ride in row.rides)
    return {
        "row": row,
        "arrives_zone": last.option.zones[1],
        "punctuality": ways.punctuality(last.way.spread, row.arrives_at, last.option.zones[1]),
        "emitted": ways.emitted(row.co2e_grams),
        "distance": ways.distance(km, [ride.way for ride in row.rides]),
        "changes": [places[ride.option.to_place].called(locale.current()) for ride in row.rides[:-1]],
        "rides": [_ride(ride, places) for ride in row.rides],
    }


def _ride(ride: RideRow, places: Mapping[str, PlaceRow]) -> dict[str, Any]:
    option = ride.option
    return {
        "option": option,
        "href": url_for("logistics.departure", departure_id=option.departure_id),
        "line": option.line_names.get(locale.current(), option.line_name),
        "kind": ways.kind(ride.way),
        "charged": freight.charged(option),
        "stops": [
            {"place": places[code].called(locale.current()), "at": at, "zone": zone, "state": "ahead"}
            for code, at, zone in (
                (option.hub_code, option.departs_at, option.zones[0]),
                (option.to_place, option.arrives_at, option.zones[1]),
            )
        ],
    }

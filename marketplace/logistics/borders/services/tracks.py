"""The ways of ships along sea legs."""

from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.logistics.borders.models import SeaTrack
from marketplace.logistics.models.network import Leg
from marketplace.reference import queries as reference


def draw(session: Session, leg: Leg) -> int:
    """Draw the way of a ship along a leg unless it is drawn; return its length in km."""
    drawn = session.scalars(sa.select(SeaTrack.km).where(SeaTrack.leg_id == leg.id)).one_or_none()
    if drawn is not None:
        return drawn
    places = reference.places_by_code(session, (leg.from_code, leg.to_code))
    start, end = places[leg.from_code], places[leg.to_code]
    # Some 0.1 s and 20 MB, for the few acts that draw a ship's way: no page and no other act pays for it.
    from searoute import searoute  # noqa: PLC0415

    ends = [[place.longitude_e6 / 1e6, place.latitude_e6 / 1e6] for place in (start, end)]
    way = cast("dict[str, Any]", searoute(*ends, units="km"))
    points = [[round(east, 6), round(north, 6)] for east, north in way["geometry"]["coordinates"]]
    km = round(way["properties"]["length"])
    insert_if_new(session, SeaTrack, leg_id=leg.id, km=km, points=points)
    return km

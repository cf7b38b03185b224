"""Read the ways to send a load: departures that take it, with the freight."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.db import UtcDateTime
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.queries.room import lapsed_holds, room_columns
from marketplace.logistics.queries.tariffs import rates_of, valid_at
from marketplace.logistics.rules import freight
from marketplace.logistics.rules.states import DepartureState
from marketplace.reference.models import Place

Key = TypeVar("Key")
_MOST_OPTIONS: Final = 20


@dataclass(frozen=True, slots=True)
class OptionRow:
    """A departure that takes a load, and the freight; None where the line has no tariff to that place."""

    departure_id: UUID
    reference: str
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    hub_code: str
    to_place: str
    departs_at: datetime
    cutoff_documents_at: datetime
    cutoff_cargo_at: datetime
    arrives_at: datetime
    zones: tuple[str, str]
    chargeable_g: int
    binding: freight.Binding
    freight: Money | None
    tariff_id: UUID | None
    carrier_company_id: UUID
    room: Load


@dataclass(frozen=True, slots=True)
class Want:
    """A load that is to go from a hub to a place and is ready at an instant."""

    hub_code: str
    to_place: str
    load: Load
    ready_at: datetime


def options(
    session: Session, *, hub_code: str, to_place: str, load: Load, after: datetime, now: datetime
) -> tuple[OptionRow, ...]:
    """Return the departures from a hub to a place that take a load ready at ``after``, by arrival."""
    found = options_for(session, wants={hub_code: (hub_code, to_place, load, after)}, now=now)[hub_code]
    return tuple(row for row in found if load.fits(row.room))


def options_for(
    session: Session,
    *,
    wants: Mapping[Key, tuple[str, str, Load, datetime]],
    now: datetime,
    surely_ready: Mapping[Key, datetime] | None = None,
) -> dict[Key, tuple[OptionRow, ...]]:
    """Return, for many loads at once, the departures that each could go with, by arrival, room or not.

    ``wants`` gives hub, destination, load and the instant it is ready; ``surely_ready`` the one by which it is so
    at the latest: departures after it are among the answer, however many go before. One query, however many loads.
    """
    asked = {key: Want(*want) for key, want in wants.items()}
    if not asked:
        return {}
    given = {
        "now": now,
        "ready_at": max(now, min(want.ready_at for want in asked.values())),
        "hubs": list({want.hub_code for want in asked.values()}),
        "places": list({want.to_place for want in asked.values()}),
    }
    rows = session.execute(_DEPARTURES, given).all()
    surely = surely_ready or {}
    return {key: _chosen(rows, want, surely.get(key, want.ready_at)) for key, want in asked.items()}


def _chosen(rows: Sequence[sa.Row[Any]], want: Want, surely_ready: datetime) -> tuple[OptionRow, ...]:
    road = (want.hub_code, want.to_place)
    fitting = [row for row in rows if (row.hub_code, row.place_code) == road and row.cutoff_cargo_at > want.ready_at]
    early = islice((row for row in fitting if row.cutoff_cargo_at <= surely_ready), _MOST_OPTIONS)
    later = islice((row for row in fitting if row.cutoff_cargo_at > surely_ready), _MOST_OPTIONS)
    by_arrival = sorted((*early, *later), key=lambda row: (row.eta, row.departure_id))
    return tuple(_option(row, want.load) for row in by_arrival)


def _departures() -> sa.Select[*tuple[Any, ...]]:
    """Select open departures with their roads, tariffs and room, as columns: carts ask for them at every look."""
    now = sa.bindparam("now", type_=UtcDateTime())
    lapsed = lapsed_holds(now)
    stop, hub, end = aliased(DepartureStop), aliased(Place), aliased(Place)
    return (
        sa.select(
            stop.place_code,
            Departure.hub_code,
            hub.zone.label("hub_zone"),
            end.zone.label("end_zone"),
            stop.eta,
            Departure.id.label("departure_id"),
            Departure.reference,
            Departure.departs_at,
            Departure.cutoff_documents_at,
            Departure.cutoff_cargo_at,
            Line.code,
            Line.name,
            sa.cast(Line.names, sa.Text).label("names"),
            Line.carrier_company_id,
            Tariff.id.label("tariff_id"),
            Tariff.currency,
            Tariff.per_kg_micro,
            Tariff.minimum_minor,
            Tariff.m3_factor,
            Tariff.ldm_factor,
            *room_columns(lapsed),
        )
        .join(Departure, Departure.id == stop.departure_id)
        .join(Line, Line.id == Departure.line_id)
        .join(hub, hub.code == Departure.hub_code)
        .join(end, end.code == stop.place_code)
        .outerjoin(Tariff, sa.and_(Tariff.line_id == Line.id, Tariff.to_place == stop.place_code, *valid_at(now)))
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
        .where(
            Departure.hub_code.in_(sa.bindparam("hubs", expanding=True)),
            stop.place_code.in_(sa.bindparam("places", expanding=True)),
            stop.position > 0,
            Departure.state == DepartureState.OPEN,
            Departure.cutoff_documents_at > now,
            Departure.cutoff_cargo_at > sa.bindparam("ready_at", type_=UtcDateTime()),
        )
        .order_by(stop.eta, Departure.id)
    )


_DEPARTURES: Final = _departures()
_names = lru_cache(maxsize=256)(json.loads)


@lru_cache(maxsize=4_096)
def _option(row: Any, load: Load) -> OptionRow:
    """Return the way for a row, by what it holds: a lorry is looked at more often than anything about it changes."""
    rates = rates_of(row) if row.tariff_id is not None else None
    factors = (rates.m3_factor, rates.ldm_factor) if rates is not None else freight.STANDARD_FACTORS
    weight = freight.chargeable(load, m3_factor=factors[0], ldm_factor=factors[1])
    return OptionRow(
        departure_id=row.departure_id,
        reference=row.reference,
        line_code=row.code,
        line_name=row.name,
        line_names=_names(row.names),
        hub_code=row.hub_code,
        to_place=row.place_code,
        departs_at=row.departs_at,
        cutoff_documents_at=row.cutoff_documents_at,
        cutoff_cargo_at=row.cutoff_cargo_at,
        arrives_at=row.eta,
        zones=(row.hub_zone, row.end_zone),
        chargeable_g=weight.grams,
        binding=weight.binding,
        freight=freight.freight(weight, rates) if rates is not None else None,
        tariff_id=row.tariff_id,
        carrier_company_id=row.carrier_company_id,
        room=Load(*row[-len(DIMENSIONS) :]),
    )

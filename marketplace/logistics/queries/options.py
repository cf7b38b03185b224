"""Read the ways to send a load: departures that take it, with the freight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.queries.room import lapsed_holds, room_columns
from marketplace.logistics.queries.tariffs import rates_of, valid_at
from marketplace.logistics.rules import freight
from marketplace.logistics.rules.states import DepartureState
from marketplace.reference import queries as reference

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
    session: Session, *, wants: Mapping[Key, tuple[str, str, Load, datetime]], now: datetime
) -> dict[Key, tuple[OptionRow, ...]]:
    """Return, for many loads at once, the departures that each could go with, by arrival, room or not.

    ``wants`` gives hub, destination, load and the instant it is ready. Two queries, however many loads.
    """
    asked = {key: Want(*want) for key, want in wants.items()}
    if not asked:
        return {}
    lapsed = lapsed_holds(now)
    stop = aliased(DepartureStop)
    rows = session.execute(
        sa.select(stop.place_code, stop.eta, Departure, Line, Tariff, *room_columns(lapsed))
        .join(Departure, Departure.id == stop.departure_id)
        .join(Line, Line.id == Departure.line_id)
        .outerjoin(Tariff, sa.and_(Tariff.line_id == Line.id, Tariff.to_place == stop.place_code, *valid_at(now)))
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
        .where(
            Departure.hub_code.in_({want.hub_code for want in asked.values()}),
            stop.place_code.in_({want.to_place for want in asked.values()}),
            stop.position > 0,
            Departure.state == DepartureState.OPEN,
            Departure.cutoff_documents_at > now,
            Departure.cutoff_cargo_at > max(now, min(want.ready_at for want in asked.values())),
        )
        .order_by(stop.eta, Departure.id)
    ).all()
    codes = {code for want in asked.values() for code in (want.hub_code, want.to_place)}
    zones = {code: place.zone for code, place in reference.places_by_code(session, codes).items()}
    return {
        key: tuple(
            _option(row, want.load, zones)
            for row in rows
            if (row[2].hub_code, row[0]) == (want.hub_code, want.to_place) and row[2].cutoff_cargo_at > want.ready_at
        )[:_MOST_OPTIONS]
        for key, want in asked.items()
    }


def _option(row: Sequence[Any], load: Load, zones: Mapping[str, str]) -> OptionRow:
    to_place, eta, found, line, tariff_found, *room = row
    rates = rates_of(tariff_found) if tariff_found is not None else None
    factors = (rates.m3_factor, rates.ldm_factor) if rates is not None else freight.STANDARD_FACTORS
    weight = freight.chargeable(load, m3_factor=factors[0], ldm_factor=factors[1])
    return OptionRow(
        departure_id=found.id,
        reference=found.reference,
        line_code=line.code,
        line_name=line.name,
        line_names=line.names,
        hub_code=found.hub_code,
        to_place=to_place,
        departs_at=found.departs_at,
        cutoff_documents_at=found.cutoff_documents_at,
        cutoff_cargo_at=found.cutoff_cargo_at,
        arrives_at=eta,
        zones=(zones[found.hub_code], zones[to_place]),
        chargeable_g=weight.grams,
        binding=weight.binding,
        freight=freight.freight(weight, rates) if rates is not None else None,
        tariff_id=tariff_found.id if tariff_found is not None else None,
        carrier_company_id=line.carrier_company_id,
        room=Load(*room),
    )

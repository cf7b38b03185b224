"""Read the ways to send a load: departures that take it, with the freight."""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.columns import UtcDateTime
from marketplace.kernel.db import instant
from marketplace.kernel.money import Money
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import Line, Tariff
from marketplace.logistics.pricing.models import TariffTerms
from marketplace.logistics.pricing.rules.made import Made, made
from marketplace.logistics.pricing.rules.terms import WholeLorry
from marketplace.logistics.queries.room import capacity_of, lapsed_holds, room_columns
from marketplace.logistics.queries.tariffs import rates_of, valid_at
from marketplace.logistics.rules import freight
from marketplace.logistics.rules.states import DepartureState
from marketplace.reference.models import Place

Key = TypeVar("Key")
_MOST_OPTIONS: Final = 20
_KEPT: Final = 4_096
_KEPT_CHOICES: Final = 256
_KEPT_ROADS: Final = 32  # the columns themselves, so few of them


@dataclass(frozen=True, slots=True)
class OptionRow:
    """A departure that takes a load, and the freight; None where the line has no tariff to that place.

    ``room`` is what is left of its ``capacity``. ``whole`` is what all of it costs; it can be had while the lorry
    ``is_empty``. ``rates`` are the figures of the tariff.
    """

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
    capacity: Load
    rates: freight.Rates | None
    made: Made | None
    whole: WholeLorry | None
    is_empty: bool
    # The same for all that differ in their room alone: of it a page says no more than that it is enough, and to what
    # share of the freight it leads.
    stamp: Hashable = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Want:
    """A load that is to go from a hub to a place and is ready at an instant."""

    hub_code: str
    to_place: str
    load: Load
    ready_at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The departures that take a load, by arrival, and what is the same object for all that differ in room alone.

    ``spaces`` has room and capacity of every departure on the road, whether it takes the load or not.
    """

    rows: tuple[OptionRow, ...] = ()
    spaces: tuple[tuple[Load, Load], ...] = ()
    stamp: Hashable = None


def options(
    session: Session, *, hub_code: str, to_place: str, load: Load, after: datetime, now: datetime
) -> tuple[OptionRow, ...]:
    """Return the departures from a hub to a place that take a load ready at ``after``, by arrival."""
    return choice(session, hub_code=hub_code, to_place=to_place, load=load, after=after, now=now).rows


def choice(
    session: Session,
    *,
    hub_code: str,
    to_place: str,
    load: Load,
    after: datetime,
    now: datetime,
    needs_room: bool = True,
) -> Choice:
    """Return the same for a page that is asked for much more often than anything of it changes.

    Goods that need no room yet go by any departure that could carry them if it were empty.
    """
    given = {"now": now, "ready_at": max(now, after), "hub": hub_code, "place": to_place}
    return _choice_of(tuple(map(tuple, session.execute(_ON_ONE_ROAD, given).all())), load, needs_room=needs_room)


def options_for(
    session: Session,
    *,
    wants: Mapping[Key, tuple[str, str, Load, datetime]],
    now: datetime,
    surely_ready: Mapping[Key, datetime] | None = None,
    with_room: bool = False,
) -> dict[Key, tuple[OptionRow, ...]]:
    """Return, for many loads at once, the first departures that each could go with, by arrival, room or not.

    ``wants`` gives hub, destination, load and the instant it is ready; ``surely_ready`` the one by which it is so
    at the latest: departures after it are among the answer, however many go before. One query, however many loads.
    """
    asked = {key: Want(*want) for key, want in wants.items()}
    if not asked:
        return {}
    given = {"now": now, "ready_at": max(now, min(want.ready_at for want in asked.values()))}
    hubs, places = {want.hub_code for want in asked.values()}, {want.to_place for want in asked.values()}
    rows = session.execute(_ON_ROADS, given | {"hubs": list(hubs), "places": list(places)})
    lorries = [_lorry(tuple(row)) for row in rows]
    surely = surely_ready or {}
    return {
        key: _chosen(
            [each for each in lorries if want.load.fits(each.room)] if with_room else lorries,
            want,
            surely.get(key, want.ready_at),
        )
        for key, want in asked.items()
    }


def everywhere(
    session: Session, *, load: Load, after: datetime, until: datetime, now: datetime
) -> tuple[OptionRow, ...]:
    """Return what takes a load ready at ``after``, from every hub to every place, of departures before ``until``.

    With room now, by arrival; without a tariff there is no freight. One query.
    """
    rows = session.execute(_ANYWHERE, {"now": now, "ready_at": max(now, after), "until": until})
    lorries = (_lorry(tuple(row)) for row in rows)
    return tuple(_option(each, load) for each in lorries if load.fits(each.room))


def _chosen(lorries: Sequence["_Lorry"], want: Want, surely_ready: datetime) -> tuple[OptionRow, ...]:
    road = (want.hub_code, want.to_place)
    fitting = [each for each in lorries if each.run.road == road and each.run.cutoff_cargo_at > want.ready_at]
    early = islice((each for each in fitting if each.run.cutoff_cargo_at <= surely_ready), _MOST_OPTIONS)
    later = islice((each for each in fitting if each.run.cutoff_cargo_at > surely_ready), _MOST_OPTIONS)
    by_arrival = sorted((*early, *later), key=lambda each: (each.run.arrives_at, each.run.departure_id))
    return tuple(_option(each, want.load) for each in by_arrival)


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


def _departures(stop: Any, *roads: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """Select open departures with their roads, tariffs and room, as plain texts and numbers: see ``_lorry``."""
    now = sa.bindparam("now", type_=UtcDateTime())
    lapsed = lapsed_holds(now)
    hub, end = aliased(Place), aliased(Place)
    return (
        sa.select(
            Departure.hub_code,
            stop.place_code,
            hub.zone,
            end.zone,
            _text(stop.eta),
            _text(Departure.id),
            Departure.reference,
            _text(Departure.departs_at),
            _text(Departure.cutoff_documents_at),
            _text(Departure.cutoff_cargo_at),
            Line.code,
            Line.name,
            _text(Line.names),
            _text(Line.carrier_company_id),
            _text(Tariff.id).label("tariff_id"),
            Tariff.currency,
            Tariff.per_kg_micro,
            Tariff.minimum_minor,
            Tariff.m3_factor,
            Tariff.ldm_factor,
            _text(TariffTerms.content),
            Departure.filled_percent,
            *(capacity_of(name) for name in DIMENSIONS),
            *room_columns(lapsed),
        )
        .join(Departure, Departure.id == stop.departure_id)
        .join(Line, Line.id == Departure.line_id)
        .join(hub, hub.code == Departure.hub_code)
        .join(end, end.code == stop.place_code)
        .outerjoin(Tariff, sa.and_(Tariff.line_id == Line.id, Tariff.to_place == stop.place_code, *valid_at(now)))
        .outerjoin(TariffTerms, TariffTerms.tariff_id == Tariff.id)
        .outerjoin(lapsed, lapsed.c.departure_id == Departure.id)
        .where(
            *roads,
            stop.position > 0,
            Departure.state == DepartureState.OPEN,
            Departure.cutoff_documents_at > now,
            Departure.cutoff_cargo_at > sa.bindparam("ready_at", type_=UtcDateTime()),
        )
        .order_by(stop.eta, Departure.id)
    )


_STOP: Final = aliased(DepartureStop)
_ON_ROADS: Final = _departures(
    _STOP,
    Departure.hub_code.in_(sa.bindparam("hubs", expanding=True)),
    _STOP.place_code.in_(sa.bindparam("places", expanding=True)),
)
# A page asks for one road; a list of one would be written into the statement anew each time.
_ON_ONE_ROAD: Final = _departures(
    _STOP, Departure.hub_code == sa.bindparam("hub"), _STOP.place_code == sa.bindparam("place")
)

_ANYWHERE: Final = _departures(
    _STOP, ~_STOP.is_border, Departure.departs_at < sa.bindparam("until", type_=UtcDateTime())
)


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """A departure's way to one of its stops, and what it costs. For the same stored columns it is the same object."""

    road: tuple[str, str]
    zones: tuple[str, str]
    arrives_at: datetime
    departure_id: UUID
    reference: str
    departs_at: datetime
    cutoff_documents_at: datetime
    cutoff_cargo_at: datetime
    line_code: str
    line_name: str
    line_names: Mapping[str, str]
    carrier_company_id: UUID
    tariff_id: UUID | None
    rates: freight.Rates | None
    whole_from_g: int | None
    filled_percent: int


@dataclass(frozen=True, slots=True, eq=False)
class _Lorry:
    """A run, the room that is left in it and what it holds in all."""

    run: _Run
    room: Load
    capacity: Load


@lru_cache(maxsize=_KEPT)
def _lorry(row: tuple[Any, ...]) -> _Lorry:
    """Return what a row holds. Lorries are looked at more often than anything about them changes."""
    many = len(DIMENSIONS)
    return _Lorry(_run(row[: -2 * many]), Load(*row[-many:]), Load(*row[-2 * many : -many]))


@lru_cache(maxsize=_KEPT)
def _run(columns: tuple[Any, ...]) -> _Run:
    hub, end, hub_zone, end_zone, arrives, departure, reference, departs, documents, cargo, *more = columns
    line_code, line_name, line_names, carrier, tariff, *rates, content, filled = more
    charged = rates_of(*rates, content=content and json.loads(content)) if tariff else None
    return _Run(
        road=(hub, end),
        zones=(hub_zone, end_zone),
        arrives_at=instant(arrives),
        departure_id=UUID(departure),
        reference=reference,
        departs_at=instant(departs),
        cutoff_documents_at=instant(documents),
        cutoff_cargo_at=instant(cargo),
        line_code=line_code,
        line_name=line_name,
        line_names=json.loads(line_names),
        carrier_company_id=UUID(carrier),
        tariff_id=UUID(tariff) if tariff else None,
        rates=charged,
        whole_from_g=freight.whole_lorry_from(charged) if charged else None,
        filled_percent=filled,
    )


@lru_cache(maxsize=_KEPT_ROADS)
def _choice_of(rows: tuple[tuple[Any, ...], ...], load: Load, *, needs_room: bool) -> Choice:
    return _choice(tuple(map(_lorry, rows)), load, needs_room=needs_room)


@lru_cache(maxsize=_KEPT_CHOICES)
def _choice(lorries: tuple[_Lorry, ...], load: Load, *, needs_room: bool) -> Choice:
    """Return the first of these departures that take the load: one that was stored anew is another lorry."""
    fitting = (each for each in lorries if load.fits(each.room if needs_room else each.capacity))
    found = tuple(_option(each, load) for each in islice(fitting, _MOST_OPTIONS))
    spaces = tuple((each.room, each.capacity) for each in lorries)
    # What is left elsewhere is told only where nothing takes the load.
    return Choice(found, spaces, _mark(tuple(each.stamp for each in found) or spaces))


@lru_cache(maxsize=_KEPT_CHOICES)
def _mark(_stamps: tuple[Hashable, ...]) -> Hashable:
    """Return an object that is the same for the same stamps: compared in no time, however many there are."""
    return object()


@lru_cache(maxsize=_KEPT)
def _option(lorry: _Lorry, load: Load) -> OptionRow:
    run = lorry.run
    factors = (run.rates.m3_factor, run.rates.ldm_factor) if run.rates else freight.STANDARD_FACTORS
    weight = freight.chargeable(load, m3_factor=factors[0], ldm_factor=factors[1])
    hub, end = run.road
    how = _made(lorry, weight, load)
    return OptionRow(
        departure_id=run.departure_id,
        reference=run.reference,
        line_code=run.line_code,
        line_name=run.line_name,
        line_names=run.line_names,
        hub_code=hub,
        to_place=end,
        departs_at=run.departs_at,
        cutoff_documents_at=run.cutoff_documents_at,
        cutoff_cargo_at=run.cutoff_cargo_at,
        arrives_at=run.arrives_at,
        zones=run.zones,
        chargeable_g=weight.grams,
        binding=weight.binding,
        freight=freight.freight(weight, run.rates) if run.rates else None,
        made=how,
        whole=run.rates.terms.whole if run.rates else None,
        is_empty=lorry.room == lorry.capacity,
        tariff_id=run.tariff_id,
        carrier_company_id=run.carrier_company_id,
        room=lorry.room,
        capacity=lorry.capacity,
        rates=run.rates,
        stamp=(run, load, how and how.shares),
    )


def _made(lorry: _Lorry, weight: freight.Chargeable, load: Load) -> Made | None:
    """Return how the freight is made; with goods that do not fit the lorry counts as full."""
    rates = lorry.run.rates
    if rates is None:
        return None
    parts = freight.components(weight, rates)
    taken = lorry.capacity - lorry.room + load
    return made(
        parts,
        rates.terms,
        whole_from_g=lorry.run.whole_from_g,
        taken=taken,
        capacity=lorry.capacity,
        filled_percent=lorry.run.filled_percent,
    )

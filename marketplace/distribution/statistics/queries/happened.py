"""Figures counted from what happened: three questions for all months asked for, however many lorries ran."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.expression import FunctionElement

from marketplace.distribution.models import LineBooking
from marketplace.distribution.onward.models import OnwardRide
from marketplace.distribution.statistics.models import ClosedRate
from marketplace.distribution.statistics.rules.cells import (
    Figures,
    GoodsCounts,
    GoodsKey,
    LorryCounts,
    LorryKey,
    Rate,
    StageCounts,
    StageKey,
    direction,
    together,
)
from marketplace.distribution.statistics.rules.months import Month, month_of, parse_month
from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.models.cargo import HandlingUnit
from marketplace.logistics.models.departures import Booking, Departure, DepartureStop
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.rules.states import BookingState
from marketplace.orders.models import Order, OrderLine
from marketplace.reference import queries as reference
from marketplace.reference.models import Place

YUAN: Final = "CNY"
# What left with its lorry; what is lost afterwards has still left.
LEFT: Final = (BookingState.IN_TRANSIT, BookingState.ARRIVED, BookingState.COMPLETED)
_CHAPTER: Final = 2


class _Minutes(FunctionElement[int]):
    """Whole minutes from one instant to a later one."""

    type = sa.BigInteger()
    inherit_cache = True


@compiles(_Minutes, "sqlite")
def _minutes_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(ROUND((julianday({last}) - julianday({first})) * 1440) AS INTEGER)"


@compiles(_Minutes, "postgresql")
def _minutes_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    first, last = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM {last} - {first}) / 60) AS BIGINT)"


def first_month(session: Session) -> Month | None:
    """Return the month in which the first lorry left; None before that."""
    found = session.scalar(sa.select(sa.func.min(DepartureStop.reached_at)).where(DepartureStop.position == 0))
    return month_of(found) if found else None


def happened(session: Session, *, wanted: Sequence[Month]) -> tuple[Figures, tuple[Rate, ...]]:
    """Return the figures of these months as they stand now, with the rates that values were brought to yuan by.

    Months follow each other. A month that was closed keeps its rates; in others the last one known by its end counts.
    """
    if not wanted:
        return Figures({}, {}, {}), ()
    goods, rates = _goods(session, wanted)
    return Figures(_lorries(session, wanted), goods, _stages(session, wanted)), rates


def _left(wanted: Sequence[Month], hub: Any) -> tuple[Any, tuple[sa.ColumnElement[bool], ...]]:
    """Return the month of a lorry as a column, and what keeps those of other months out."""
    month = (
        sa.case(*((hub.reached_at < month.next.begins_at, str(month)) for month in wanted[:-1]), else_=str(wanted[-1]))
        if len(wanted) > 1
        else sa.literal(str(wanted[0]))
    )
    within = (hub.position == 0, hub.reached_at >= wanted[0].begins_at, hub.reached_at < wanted[-1].next.begins_at)
    return month.label("month"), within


def _lorries(session: Session, wanted: Sequence[Month]) -> dict[LorryKey, LorryCounts]:
    hub, end = aliased(DepartureStop), aliased(DepartureStop)
    from_place, to_place = aliased(Place), aliased(Place)
    month, within = _left(wanted, hub)
    last = (
        sa.select(sa.func.max(DepartureStop.position))
        .where(DepartureStop.departure_id == Departure.id)
        .correlate(Departure)
        .scalar_subquery()
    )
    aboard = (
        sa.select(
            Booking.departure_id,
            *(sa.func.sum(getattr(Booking, name)).label(name) for name in ("grams", "cm3", "ldm_mm", "pallets")),
        )
        .where(Booking.state.in_(LEFT))
        .group_by(Booking.departure_id)
        .subquery()
    )
    there = sa.case((end.reached_at.is_not(None), 1), else_=0)
    in_time = sa.case((end.reached_at <= end.eta, 1), else_=0)
    rows = session.execute(
        sa.select(
            month,
            Departure.line_id,
            from_place.country,
            to_place.country,
            sa.func.count(),
            sa.func.count(aboard.c.departure_id),
            sa.func.sum(VehicleType.teu_hundredths),
            sa.func.sum(there),
            sa.func.sum(in_time),
            *(sa.func.coalesce(sa.func.sum(aboard.c[name]), 0) for name in ("grams", "cm3", "ldm_mm", "pallets")),
            *(sa.func.sum(getattr(VehicleType, name)) for name in ("grams", "cm3", "ldm_mm", "pallets")),
        )
        .select_from(Departure)
        .join(hub, hub.departure_id == Departure.id)
        .join(end, sa.and_(end.departure_id == Departure.id, end.position == last))
        .join(VehicleType, VehicleType.id == Departure.vehicle_type_id)
        .join(from_place, from_place.code == hub.place_code)
        .join(to_place, to_place.code == end.place_code)
        .outerjoin(aboard, aboard.c.departure_id == Departure.id)
        .where(*within)
        .group_by("month", Departure.line_id, from_place.country, to_place.country)
    )
    return together(
        {LorryKey(month, line_id, direction(start, stop)): LorryCounts(*map(int, counts))}
        for month, line_id, start, stop, *counts in rows
    )


def _goods(session: Session, wanted: Sequence[Month]) -> tuple[dict[GoodsKey, GoodsCounts], tuple[Rate, ...]]:
    """Count what left by line; goods that change lorry weigh on both of theirs and are worth something on the first."""
    hub = aliased(DepartureStop)
    from_place, to_place = aliased(Place), aliased(Place)
    month, within = _left(wanted, hub)
    weighed = (
        sa.select(HandlingUnit.booking_id, sa.func.sum(HandlingUnit.grams).label("grams"))
        .group_by(HandlingUnit.booking_id)
        .subquery()
    )
    chapter = sa.func.substr(OrderLine.hs_code, 1, _CHAPTER).label("chapter")
    key = (
        month,
        Departure.line_id,
        from_place.country.label("start"),
        to_place.country.label("stop"),
        chapter,
        Booking.shipper_company_id,
        Booking.consignee_company_id,
        Order.currency,
    )
    # Goods of one price are multiplied by it afterwards: an amount times a quantity may be more than a column holds.
    rows = session.execute(
        sa.select(
            *key,
            OrderLine.agreed_price_micro,
            sa.func.count(),
            sa.func.sum(weighed.c.grams),
            sa.func.coalesce(sa.func.sum(LineBooking.quantity), 0),
        )
        .select_from(Booking)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(hub, hub.departure_id == Departure.id)
        .join(weighed, weighed.c.booking_id == Booking.id)
        .outerjoin(LineBooking, LineBooking.booking_id == Booking.id)
        .outerjoin(OnwardRide, OnwardRide.id == Booking.subject)
        .join(OrderLine, OrderLine.id == sa.func.coalesce(LineBooking.line_id, OnwardRide.line_id))
        .join(Order, Order.id == OrderLine.order_id)
        .join(from_place, from_place.code == Departure.hub_code)
        .join(to_place, to_place.code == Booking.to_place)
        .where(Booking.state.in_(LEFT), *within)
        .group_by(
            "month", Departure.line_id, "start", "stop", "chapter", Booking.shipper_company_id,
            Booking.consignee_company_id, Order.currency, OrderLine.agreed_price_micro,
        )
    )  # fmt: skip
    counted = together({_key(row): _amounts(row)} for row in rows)
    rates = _rates(session, {(key.month, key.currency) for key in counted})
    by_key = {(rate.month, rate.currency): Decimal(rate.rate) for rate in rates}
    return {key: _in_yuan(key, counts, by_key) for key, counts in counted.items()}, rates


def _key(row: Sequence[Any]) -> GoodsKey:
    return GoodsKey(*row[:8])


def _amounts(row: Sequence[Any]) -> GoodsCounts:
    micro, consignments, grams, quantity = row[8:]
    value = UnitPrice(int(micro), row[7]).times(int(quantity))
    return GoodsCounts(consignments, int(grams), value.minor)


def _in_yuan(key: GoodsKey, counts: GoodsCounts, rates: dict[tuple[str, str], Decimal]) -> GoodsCounts:
    rate = rates.get((key.month, key.currency))
    if rate is None:
        return replace(counts, unrated_minor=counts.value_minor)
    return replace(counts, cny_minor=Money.rounded(Money(counts.value_minor, key.currency).amount * rate, YUAN).minor)


def _rates(session: Session, pairs: set[tuple[str, str]]) -> tuple[Rate, ...]:
    kept = {
        (row.month, row.currency): Rate(row.month, row.currency, row.rate, row.source, row.day.isoformat())
        for row in session.scalars(sa.select(ClosedRate))
    }
    found: list[Rate] = []
    for month, currency in sorted(pairs):
        rate = kept.get((month, currency))
        if rate is None:
            row = reference.fx(session, base=currency, quote=YUAN, on=parse_month(month).last_day)
            rate = Rate(month, currency, f"{row.rate:f}", row.source, row.date.isoformat()) if row else None
        if rate is not None:
            found.append(rate)
    return tuple(found)


def _stages(session: Session, wanted: Sequence[Month]) -> dict[StageKey, StageCounts]:
    hub, before, after = aliased(DepartureStop), aliased(DepartureStop), aliased(DepartureStop)
    month, within = _left(wanted, hub)
    # Where a lorry had nothing to leave it did not call: a stage ends at the next stop that was reached.
    earlier = aliased(DepartureStop)
    previous = (
        sa.select(sa.func.max(earlier.position))
        .where(
            earlier.departure_id == after.departure_id,
            earlier.position < after.position,
            earlier.reached_at.is_not(None),
        )
        .correlate(after)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            month,
            Departure.line_id,
            before.place_code.label("start"),
            after.place_code.label("stop"),
            sa.func.count(),
            sa.func.sum(_Minutes(before.reached_at, after.reached_at)),
            sa.func.sum(_Minutes(before.eta, after.eta)),
        )
        .select_from(Departure)
        .join(hub, hub.departure_id == Departure.id)
        .join(after, sa.and_(after.departure_id == Departure.id, after.reached_at.is_not(None)))
        .join(before, sa.and_(before.departure_id == Departure.id, before.position == previous))
        .where(*within)
        .group_by("month", Departure.line_id, "start", "stop")
    )
    return {
        StageKey(month, line_id, start, stop): StageCounts(*map(int, counts))
        for month, line_id, start, stop, *counts in rows
    }

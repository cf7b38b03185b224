"""What departures cost and earn, by whoever asks: months, sheets, rates, and the same as workbooks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import PARTNERS
from marketplace.distribution.costs.queries import lorries, months, sheets
from marketplace.distribution.costs.queries.lorries import LineRow, RateRow
from marketplace.distribution.costs.queries.months import Month, MonthRow
from marketplace.distribution.costs.queries.sheets import ItemRow, Sheet
from marketplace.distribution.costs.rules.margin import Margin
from marketplace.distribution.costs.rules.planning import Basis
from marketplace.distribution.costs.services import actuals, planning, rates
from marketplace.distribution.holds.services import entering
from marketplace.edge.acts import files
from marketplace.edge.acts import sheets as tables
from marketplace.edge.acts.sheets import Cell, Table
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import costs as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as stored
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.money import UnitPrice
from marketplace.kernel.pages import Page, decode_offset, encode_cursor

PAGE: Final = 50
_MONTHS: Final = 12
_LORRIES: Final = (
    "departure", "line", "leaves_on", "state", "vehicle", "currency", "planned_revenue", "planned_cost",
    "planned_margin", "revenue", "cost", "margin", "kg", "cost_per_tonne", "cost_per_teu_km", "fill_weight",
    "fill_volume", "fill_loading_metres", "fill_pallets", "without_revenue", "sheet",
)  # fmt: skip
_TOTALS: Final = (
    "line", "currency", "lorries", "without_revenue", "planned_revenue", "planned_cost", "planned_margin", "revenue",
    "cost", "margin", "kg", "cost_per_tonne",
)  # fmt: skip
_COSTS: Final = (
    "basis", "kind", "amount", "currency", "in_sheet_currency", "sheet_currency", "company", "place", "day", "quantity",
    "unit", "price", "invoice", "cause", "borne_by", "booking", "source",
)  # fmt: skip
_REVENUE: Final = ("booking", "contract", "state", "kg", "agreed", "earned", "currency", "reason")


@dataclass(frozen=True, slots=True)
class Lorries:
    """A month with a page of its lorries."""

    month: Month
    page: Page[Sheet]


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of a line with what forms offer; ``line`` is None in a city without lines."""

    line: LineRow | None
    rows: tuple[RateRow, ...]
    lines: tuple[LineRow, ...]
    vehicles: tuple[lorries.VehicleRow, ...]
    names: Mapping[UUID, str]


def look(query: requests.LorriesQuery) -> Lorries:
    """Return a month with a page of its lorries, the first to leave first."""
    month = _month(query)
    begins = decode_offset(query.cursor, size=PAGE) if query.cursor else 0
    rows = month.sheets[begins : begins + PAGE]
    more = begins + PAGE < len(month.sheets)
    return Lorries(month, Page(rows, encode_cursor(begins + PAGE) if more else None))


def many_months(query: requests.MonthQuery) -> tuple[MonthRow, ...]:
    """Return the twelve months up to the one that is asked for, the latest first."""
    return months.months(reading(), last=_first(query), count=_MONTHS, line_code=query.line)


def as_workbook(query: requests.MonthQuery) -> Response:
    """Answer with a month as a workbook: its lorries and the totals of lines."""
    month = _month(query)
    lorries_ = Table("lorries", _LORRIES, [_lorry_cells(one) for one in month.sheets])
    totals = Table("lines", _TOTALS, [_total_cells(total) for total in (*month.lines, *month.totals)])
    return tables.workbook([lorries_, totals], name=f"departure-costs-{month.first:%Y-%m}")


def lines() -> tuple[LineRow, ...]:
    """Return the lines that costs are kept for."""
    return lorries.lines(reading())


def sheet(departure_id: UUID) -> Sheet:
    """Return the cost sheet of a departure."""
    return sheets.sheet(reading(), departure_id=departure_id)


def sheet_as_workbook(departure_id: UUID) -> Response:
    """Answer with a departure's sheet as a workbook: costs, and the freight of its bookings."""
    found = sheet(departure_id)
    named = names(found.items)
    costs = Table("costs", _COSTS, [_item_cells(item, found, named) for item in found.items if not item.voided_at])
    revenue: list[list[Cell]] = [
        [
            row.booking,
            row.contract,
            row.state.value,
            row.load.kg,
            row.agreed.amount if row.agreed else Decimal(0),
            row.earned.amount if row.earned else Decimal(0),
            row.agreed.currency if row.agreed else "",
            row.free.value if row.free else "",
        ]
        for row in found.revenue
    ]
    whole = Table("sheet", _LORRIES, [_lorry_cells(found)])
    return tables.workbook([whole, costs, Table("revenue", _REVENUE, revenue)], name=f"costs-{found.lorry.reference}")


def names(items: Iterable[ItemRow]) -> Mapping[UUID, str]:
    """Return the names of the companies of costs."""
    ids = {item.company_id for item in items if item.company_id}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}


def partners() -> tuple[tuple[UUID, str], ...]:
    """Return the partner companies of the city, by kind and name."""
    found = (row for kind in sorted(PARTNERS) for row in accounts.companies_of_kind(reading(), kind=kind))
    return tuple((row.id, row.name) for row in found)


def plan(session: Session, departure_id: UUID) -> None:
    """Plan a departure's costs anew."""
    planning.plan(session, departure_id=departure_id, actor=require_actor(), now=clock.now())


def enter(session: Session, departure_id: UUID, body: requests.NewCost, *, file_id: UUID | None = None) -> UUID:
    """Enter an actual cost and return its id."""
    cost = actuals.NewCost(
        kind=body.kind,
        amount=money(body.amount, body.currency),
        incurred_on=body.incurred_on,
        company_id=body.company_id,
        place_code=body.place,
        file_id=file_id or body.file_id,
        cause=body.cause,
        booking=body.booking.upper() if body.booking else None,
        note=body.note or "",
    )
    return entering.enter(session, departure_id=departure_id, cost=cost, actor=require_actor(), now=clock.now())


def enter_by_form(departure_id: UUID, body: requests.NewCost, *, has_file: bool) -> UUID:
    """Enter an actual cost with the file in this request, if there is one."""
    upload = files.received(purpose=Purpose.SCAN) if has_file else None
    with unit_of_work() as session:
        return enter(session, departure_id, body, file_id=files.keep(session, upload) if upload else None)


def void(session: Session, item_id: UUID) -> None:
    """Take back an actual cost."""
    entering.void(session, item_id=item_id, actor=require_actor(), now=clock.now())


def close(session: Session, departure_id: UUID) -> None:
    """Close a departure's sheet."""
    actuals.close(session, departure_id=departure_id, actor=require_actor(), now=clock.now())


def reopen(session: Session, departure_id: UUID) -> None:
    """Let costs be entered again."""
    actuals.reopen(session, departure_id=departure_id, actor=require_actor(), now=clock.now())


def item_file(item_id: UUID) -> Response:
    """Answer with the file of a cost; NotFound where it has none."""
    file_id = sheets.file_of(reading(), item_id=item_id)
    if file_id is None:
        raise NotFound("file")
    return files.give(stored.get_any(reading(), file_id=file_id))


def rates_of(query: requests.RatesQuery) -> Rates:
    """Return the rates of a line, the newest first; Refused ``line`` for one that there is not."""
    session = reading()
    every = lorries.lines(session)
    line = _line(every, query.line) if query.line else next(iter(every), None)
    rows = tuple(reversed(lorries.rates(session, line_id=line.id))) if line else ()
    ids = {row.rate.company_id for row in rows if row.rate.company_id} | ({line.carrier_company_id} if line else set())
    named = {one.id: one.name for one in accounts.get_companies(session, company_ids=ids).values()}
    return Rates(line, rows, every, lorries.vehicles(session), named)


def set_rate(session: Session, body: requests.NewRate) -> UUID:
    """Let a rate hold from a day on and return its id."""
    line = _line(lorries.lines(session), body.line)
    kinds = {row.code: row.id for row in lorries.vehicles(session)}
    if body.vehicle is not None and body.vehicle not in kinds:
        raise Refused.field("vehicle", "choice", ", ".join(kinds))
    rate = rates.NewRate(
        line_id=line.id,
        vehicle_id=kinds[body.vehicle] if body.vehicle else None,
        company_id=body.company_id,
        kind=body.kind,
        unit=body.unit,
        price=UnitPrice.of(body.price, body.currency),
        free_hours=body.free_hours or 0,
        valid_from=body.valid_from,
        source=body.source,
    )
    return rates.set_rate(session, rate=rate, actor=require_actor(), now=clock.now())


def _line(every: Iterable[LineRow], code: str) -> LineRow:
    known = {row.code: row for row in every}
    if code not in known:
        raise Refused.field("line", "choice", ", ".join(known))
    return known[code]


def _first(query: requests.MonthQuery) -> date:
    return query.month or months.first_of(accounts.house_day(reading(), now=clock.now()))


def _month(query: requests.MonthQuery) -> Month:
    return months.month(reading(), first=_first(query), line_code=query.line)


def _margin_cells(margin: Margin) -> list[Cell]:
    return [margin.revenue.amount, margin.cost.amount, margin.left.amount]


def _lorry_cells(one: Sheet) -> list[Cell]:
    fill = [Decimal(share).scaleb(-1) for share in one.fill.values()]
    return [
        one.lorry.reference,
        one.lorry.line_code,
        one.lorry.day.isoformat(),
        one.lorry.state.value,
        one.lorry.vehicle,
        one.currency,
        *_margin_cells(one.expected),
        *_margin_cells(one.actual),
        one.lorry.taken.kg,
        one.per_tonne.amount if one.per_tonne else "",
        one.per_teu_km.amount if one.per_teu_km else "",
        *fill,
        "yes" if one.is_empty else "",
        one.state.value if one.is_planned else "",
    ]


def _total_cells(total: months.Total) -> list[Cell]:
    return [
        total.line_code,
        total.currency,
        total.lorries,
        total.without_revenue,
        *_margin_cells(total.expected),
        *_margin_cells(total.actual),
        Decimal(total.grams).scaleb(-3),
        total.per_tonne.amount if total.per_tonne else "",
    ]


def _item_cells(item: ItemRow, of: Sheet, named: Mapping[UUID, str]) -> list[Cell]:
    return [
        item.basis.value,
        item.kind.value,
        item.amount.amount,
        item.amount.currency,
        item.there.amount if item.there else "",
        of.currency,
        named.get(item.company_id, "") if item.company_id else "",
        item.place_code or "",
        item.incurred_on.isoformat() if item.incurred_on else "",
        Decimal(item.quantity).scaleb(-3) if item.quantity is not None else "",
        item.unit.value if item.unit else "",
        item.price.amount if item.price else "",
        item.invoice,
        item.cause.value if item.cause else "",
        item.bearer.value if item.bearer else "",
        item.booking,
        item.source if item.basis is Basis.PLANNED else "",
    ]

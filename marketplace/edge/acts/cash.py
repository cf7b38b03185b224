"""The money of the asker's company as one picture, a page of its shares, and both as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from flask import Response

from marketplace.accounts import queries as accounts
from marketplace.edge.acts import sheets
from marketplace.edge.acts.sheets import Cell, Table
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import cash as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page, decode_offset, encode_cursor
from marketplace.reports.cash import queries
from marketplace.reports.cash.queries import Figures, Picture
from marketplace.reports.cash.queries.shares import ShareRow, shares_of

PAGE: Final = 50
# The figures of a currency in the order in which they are told.
FIGURES: Final = tuple(field.name for field in fields(Figures) if field.name != "currency")
_WEEKS: Final = ("first_day", "last_day", "currency", "paid", "came", "to_pay", "to_come")
_SHARES: Final = (
    "side", "state", "amount", "currency", "due", "expected", "from", "held_until", "order", "purchase_order",
    "article", "milestone", "settled_by", "company", "payment",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture, a page of its shares, and the names of the companies of that page."""

    picture: Picture
    page: Page[ShareRow]
    names: Mapping[UUID, str]


def look(query: requests.CashFlowPage) -> Seen:
    """Return the money of the asker's company; always in as many queries."""
    found = _picture(query)
    begins = decode_offset(query.cursor, size=PAGE) if query.cursor else 0
    begins = min(max(begins, 0), len(found.shares))
    rows = _rows(found.shares[begins : begins + PAGE])
    more = begins + PAGE < len(found.shares)
    return Seen(found, Page(rows, encode_cursor(begins + PAGE) if more else None), _names(rows))


def as_workbook(query: requests.CashFlow) -> Response:
    """Answer with a workbook: figures, weeks, and every share."""
    found = _picture(query)
    return sheets.workbook([_figures(found), _weeks(found), _shares(found)], name="cash-flow")


def as_csv(query: requests.CashFlowTable) -> Response:
    """Answer with one of the tables as CSV."""
    make = {"figures": _figures, "weeks": _weeks, "shares": _shares}[query.table]
    return sheets.csv(make(_picture(query)), name=f"cash-flow-{query.table}")


def _picture(query: requests.CashFlow) -> Picture:
    return queries.picture(reading(), company_id=require_actor().company, asked=query.asked(), now=clock.now())


def _rows(milestone_ids: Sequence[UUID]) -> tuple[ShareRow, ...]:
    company_id = require_actor().company
    return shares_of(reading(), company_id=company_id, milestone_ids=milestone_ids, now=clock.now())


def _figures(found: Picture) -> Table:
    rows = [[name, _figure(one, name).amount, one.currency] for one in found.figures for name in FIGURES]
    return Table("figures", ("figure", "amount", "currency"), rows)


def _figure(one: Figures, name: str) -> Money:
    return getattr(one, name)


def _weeks(found: Picture) -> Table:
    rows: list[list[Cell]] = []
    for series in found.series:
        for week in series.weeks:
            moved = (week.moved_out, week.moved_in, week.planned_out, week.planned_in)
            days = week.first.isoformat(), week.last.isoformat()
            rows.append([*days, series.currency, *(amount.amount for amount in moved)])
        undated = series.undated_out.amount, series.undated_in.amount
        rows.append(
            ["", "", series.currency, Money.zero(series.currency).amount, Money.zero(series.currency).amount, *undated]
        )
    return Table("weeks", _WEEKS, rows)


def _shares(found: Picture) -> Table:
    every = _rows(found.shares)
    names = _names(every)
    rows: list[list[Cell]] = [
        [
            row.side.value,
            row.standing.value,
            row.amount.amount,
            row.amount.currency,
            row.due_at.isoformat() if row.due_at else "",
            row.expected_at.isoformat() if row.expected_at else "",
            row.basis.value,
            row.hold_until.isoformat() if row.hold_until else "",
            row.reference,
            row.purchase_order_number,
            row.sku,
            row.event.value,
            row.mode.value,
            names.get(row.other_id, ""),
            row.payment_reference,
        ]
        for row in every
    ]
    return Table("shares", _SHARES, rows)


def _names(rows: tuple[ShareRow, ...]) -> Mapping[UUID, str]:
    found = accounts.get_companies(reading(), company_ids={row.other_id for row in rows})
    return {company.id: company.name for company in found.values()}

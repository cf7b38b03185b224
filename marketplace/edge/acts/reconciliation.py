"""The operator's board of money that does not add up yet, a page of it or all of it as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response

from marketplace.accounts import queries as accounts
from marketplace.edge.acts import sheets
from marketplace.edge.acts.sheets import Cell, Table
from marketplace.edge.requests import reconciliation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.reports.reconciliation import queries
from marketplace.reports.reconciliation.queries import Board, ItemRow

MOST_EXPORTED: Final = 5_000
_COLUMNS: Final = (
    "kind", "reference", "state", "amount", "currency", "since", "days", "deadline", "late", "owner", "company", "page",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """The board, and the names of the companies on its page."""

    board: Board
    names: Mapping[UUID, str]


def look(query: requests.BoardPage) -> Seen:
    """Return the board; always in as many queries."""
    found = queries.board(reading(), kinds=query.kinds, late=query.late, cursor=query.cursor, now=clock.now())
    return Seen(found, _names(found.page.items))


def as_workbook(query: requests.Board) -> Response:
    """Answer with a workbook: sums and items."""
    found = _all(query)
    return sheets.workbook([_sums(found), _items(found)], name="reconciliation")


def as_csv(query: requests.Board) -> Response:
    """Answer with the items as CSV."""
    return sheets.csv(_items(_all(query)), name="reconciliation")


def _all(query: requests.Board) -> Board:
    return queries.board(reading(), kinds=query.kinds, late=query.late, size=MOST_EXPORTED, now=clock.now())


def _sums(found: Board) -> Table:
    rows: list[list[Cell]] = [
        [
            row.kind.value,
            row.count,
            row.late,
            row.amount.amount if row.amount else "",
            row.currency or "",
            row.since.isoformat(),
            row.deadline.isoformat() if row.deadline else "",
        ]
        for row in found.sums
    ]
    return Table("sums", ("kind", "count", "late", "amount", "currency", "since", "deadline"), rows)


def _items(found: Board) -> Table:
    names = _names(found.page.items)
    rows: list[list[Cell]] = [
        [
            row.kind.value,
            row.reference,
            row.state,
            row.amount.amount if row.amount else "",
            row.amount.currency if row.amount else "",
            row.since.isoformat(),
            row.days,
            row.deadline.isoformat() if row.deadline else "",
            "yes" if row.is_late else "",
            row.owner.value,
            names.get(row.company_id, "") if row.company_id else "",
            row.path,
        ]
        for row in found.page.items
    ]
    return Table("items", _COLUMNS, rows)


def _names(rows: tuple[ItemRow, ...]) -> Mapping[UUID, str]:
    found = accounts.get_companies(reading(), company_ids={row.company_id for row in rows if row.company_id})
    return {company.id: company.name for company in found.values()}

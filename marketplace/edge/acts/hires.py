"""Whole lorries, by whoever asks: those of one's company, and the operator's desk."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.accounts import queries as accounts
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.queries import HireRow, RoundRow, WaitRow
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import hires as requests
from marketplace.kernel.db import reading
from marketplace.kernel.pages import Page
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class Hire:
    """A whole lorry with how its price was shared, the latest first, and how long it waited for its hirer."""

    row: HireRow
    rounds: tuple[RoundRow, ...]
    waits: tuple[WaitRow, ...]
    waiting_fee: UUID | None
    sees_orders: bool


Find = Callable[[requests.HiresQuery], Page[HireRow]]


def mine(query: requests.HiresQuery) -> Page[HireRow]:
    """Return the whole lorries that one's company hired or lets."""
    return queries.of_company(reading(), company_id=require_actor().company, cursor=query.cursor)


def desk(query: requests.HiresQuery) -> Page[HireRow]:
    """Return all whole lorries, for the operator."""
    return queries.every(reading(), cursor=query.cursor)


def one(hire_id: UUID) -> Hire:
    """Return a whole lorry of one's company; a carrier has the freight and not the orders behind it."""
    company_id = require_actor().company
    row = queries.hire(reading(), hire_id=hire_id, company_id=company_id)
    return _hire(row, sees_orders=row.company_id == company_id)


def looked_at(hire_id: UUID) -> Hire:
    """Return any whole lorry, for the operator."""
    return _hire(queries.hire(reading(), hire_id=hire_id), sees_orders=True)


def _hire(row: HireRow, *, sees_orders: bool) -> Hire:
    session = reading()
    return Hire(
        row,
        queries.rounds(session, hire_id=row.id),
        queries.waits(session, hire_id=row.id),
        queries.waiting_fee(session, hire_id=row.id),
        sees_orders,
    )


def places(rounds: Iterable[RoundRow]) -> Mapping[str, PlaceRow]:
    """Return the places that the goods of whole lorries go to, by code."""
    return reference.places_by_code(reading(), {one.to_place for each in rounds for one in each.shares})


def names(rows: Iterable[HireRow], rounds: Iterable[RoundRow] = ()) -> Mapping[UUID, str]:
    """Return the names of the companies of whole lorries, and of who gets the goods."""
    ids = {company_id for row in rows for company_id in (row.company_id, row.carrier_id)}
    ids |= {one.consignee_id for each in rounds for one in each.shares}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}

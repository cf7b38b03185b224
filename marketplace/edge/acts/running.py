"""What runs, for those who run it: departures by line, state and day, and whose goods are aboard."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from marketplace.accounts import queries as accounts
from marketplace.distribution.onward import queries as rides
from marketplace.edge.acts.operations import Aboard
from marketplace.edge.requests import operations as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import running as queries
from marketplace.logistics.queries.departures import DepartureRow
from marketplace.logistics.queries.running import LineOfRoad
from marketplace.orders.claims import queries as claims
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries.lines import GoodsRow
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a booking carries, and whose order it belongs to."""

    goods: GoodsRow
    merchant: str


def lines() -> tuple[LineOfRoad, ...]:
    """Return the lines that lorries run on."""
    return queries.lines(reading())


def running(asked: requests.Running) -> Page[DepartureRow]:
    """Return the departures asked for; those under way and to come where neither state, day nor number is named.

    A line that there is not is refused by its field.
    """
    session, now = reading(), clock.now()
    if asked.line is not None:
        known = [line.code for line in queries.lines(session)]
        if asked.line not in known:
            raise Refused.field("line", "choice", ", ".join(known))
    return queries.running(
        session,
        now=now,
        since=asked.since,
        until=asked.until,
        line_code=asked.line,
        state=asked.state,
        is_over=None if any((asked.state, asked.since, asked.until, asked.q)) else False,
        reference=asked.q,
        latest_first=asked.sort == "latest",
        cursor=asked.cursor,
    )


def cargo_of(subjects: Collection[UUID]) -> Mapping[UUID, Cargo]:
    """Return what bookings carry, for the operator's staff; of goods that go back, or onward, their line."""
    session = reading()
    back = {row.id: row.line_id for row in claims.some(session, claim_ids=subjects).values()}
    back |= {key: row.line_id for key, row in rides.of_subjects(session, subjects=subjects).items()}
    found = line_queries.goods_of(session, line_ids={back.get(subject, subject) for subject in subjects})
    goods = {one: found[back.get(one, one)] for one in subjects if back.get(one, one) in found}
    merchants = accounts.get_companies(session, company_ids={row.merchant_id for row in goods.values()})
    return {line_id: Cargo(row, merchants[row.merchant_id].name) for line_id, row in goods.items()}


def places(codes: Iterable[str]) -> Mapping[str, PlaceRow]:
    """Return places by their codes."""
    return reference.places_by_code(reading(), codes)


def destinations(rows: Collection[Aboard]) -> Mapping[str, PlaceRow]:
    """Return the places that bookings go to, by code."""
    return places({row.booking.to_place for row in rows})

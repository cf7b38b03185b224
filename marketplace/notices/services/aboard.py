"""Letters about goods on lorries: on which they go, that one stands and goes on, who drives it now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import departures as lorries
from marketplace.logistics.road.queries.held import perishables
from marketplace.logistics.road.rules.swapping import UNPLANNED
from marketplace.logistics.rules.states import CURRENT
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.claims import queries as claimed
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.queries import orders
from marketplace.orders.queries.orders import OrderRow


@dataclass(frozen=True, slots=True)
class _About:
    """What a company is told of: orders of its own or a claim, the goods, and whether it is who sends them."""

    company_id: UUID
    facts: dict[str, Any]
    subjects: frozenset[UUID]
    sends: bool


@dataclass(frozen=True, slots=True)
class _Lorry:
    """A lorry's number, when it is at the end of its line as planned, and when each subject's goods are expected."""

    reference: str
    planned: datetime
    expected: Mapping[UUID, datetime]

    def facts_for(self, one: _About) -> dict[str, Any]:
        """Return what is told of it: when the last of a company's goods are expected."""
        times = [self.expected[subject] for subject in one.subjects if subject in self.expected]
        return one.facts | {"lorry": self.reference, "arrives_at": max(times, default=self.planned)}


def by_lorry(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides of each order by which lorry its goods go."""
    departure = lorries.departure(session, departure_id=UUID(job["departure"]), now=now)
    facts = {"lorry": departure.reference, "departs_at": departure.departs_at, "arrives_at": departure.arrives_at}
    for one in _parties(session, job):
        yield Letter(one.company_id, facts | one.facts)


def without_lorry(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell of goods that need a lorry and have none; those that were taken off their order need none."""
    (line_id,) = (UUID(each) for each in job["lines"])
    if _is_taken_off(session, line_id):
        return
    if not any(row.state in CURRENT for row in bookings.bookings(session, subjects=[line_id]).get(line_id, ())):
        for one in _parties(session, job):
            yield Letter(one.company_id, one.facts)


def held(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides of everything aboard the class of what holds the lorry, those with perishables first."""
    lorry = _lorry(session, job, now)
    fresh = perishables(session, departure_id=UUID(job["departure"]))
    about = ((one, bool(one.subjects & fresh)) for one in _parties(session, job))
    for one, is_fresh in sorted(about, key=lambda each: not each[1]):
        yield Letter(one.company_id, lorry.facts_for(one) | {"cause": job["cause"], "is_fresh": is_fresh})


def goes_on(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides of everything aboard that the lorry goes on, and when the goods are expected."""
    lorry = _lorry(session, job, now)
    for one in _parties(session, job):
        yield Letter(one.company_id, lorry.facts_for(one))


def swapped(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides of a breakdown or accident that others go on with the lorry; of any other change who sends."""
    lorry = _lorry(session, job, now)
    for one in _parties(session, job):
        if one.sends or job["cause"] in UNPLANNED:
            yield Letter(one.company_id, lorry.facts_for(one) | {"cause": job["cause"]})


def _lorry(session: Session, job: Facts, now: datetime) -> _Lorry:
    departure_id = UUID(job["departure"])
    departure = lorries.departure(session, departure_id=departure_id, now=now)
    known = standing(session, departure_id=departure_id).known
    booked = bookings.bookings_on(session, departure_id=departure_id)
    expected = {row.subject: known[row.to_place] for row in booked}
    return _Lorry(departure.reference, departure.arrives_at, expected)


def _is_taken_off(session: Session, line_id: UUID) -> bool:
    order_id = order_lines.orders_of_lines(session, line_ids=[line_id]).get(line_id)
    if order_id is None:  # goods that go back are booked for their claim
        return False
    rows = order_lines.lines_of(session, order_ids=[order_id])[order_id]
    return next(row.units for row in rows if row.id == line_id) == 0


def _parties(session: Session, job: Facts) -> Iterator[_About]:
    """Return both sides of each order of these lines, once for each company, whatever it has aboard."""
    found = order_lines.orders_of_lines(session, line_ids=[UUID(each) for each in job["lines"]])
    mine: dict[UUID, list[OrderRow]] = {}
    for row in orders.by_id(session, order_ids=set(found.values())).values():
        if row.ended_at is None:
            mine.setdefault(row.buyer_id, []).append(row)
            mine.setdefault(row.merchant_id, []).append(row)
    for company_id, rows in mine.items():
        references = ", ".join(sorted(row.reference for row in rows))
        path = f"/orders/{rows[0].id}" if len(rows) == 1 else "/orders"
        own = {row.id for row in rows}
        yield _About(
            company_id,
            {"orders": references, "path": path, "is_return": False},
            frozenset(line_id for line_id, order_id in found.items() if order_id in own),
            sends=any(row.merchant_id == company_id for row in rows),
        )
    # Goods that go back are booked for their claim, and called by it.
    for claim in claimed.some(session, claim_ids=[UUID(each) for each in job["lines"]]).values():
        about = {"orders": claim.reference, "path": f"/claims/{claim.id}", "is_return": True}
        if claim.ended_at is None:
            for company_id in (claim.claimant_id, claim.respondent_id):
                yield _About(company_id, about, frozenset({claim.id}), sends=company_id == claim.claimant_id)

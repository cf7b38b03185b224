"""Letters about goods on lorries: on which they go, that one stands and goes on, who drives it now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.onward import queries as rides
from marketplace.distribution.onward.rules import RideState
from marketplace.distribution.onward.services import delays
from marketplace.logistics.queries import bookings
from marketplace.logistics.queries import departures as lorries
from marketplace.logistics.road.queries.held import perishables
from marketplace.logistics.road.rules.swapping import UNPLANNED
from marketplace.logistics.rules.states import CURRENT
from marketplace.logistics.tracing.queries.standing import standing
from marketplace.notices.rules import local
from marketplace.notices.services.letters import Facts, Letter
from marketplace.orders.claims import queries as claimed
from marketplace.orders.queries import lines as order_lines
from marketplace.orders.queries import orders
from marketplace.orders.queries.orders import OrderRow

_NEXT = 3


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
    facts = {
        "lorry": departure.reference,
        "departs_at": departure.departs_at,
        "arrives_at": departure.arrives_at,
        "why": job.get("why", ""),
    }
    if facts["why"] == delays.LATE_FIRST:
        facts["others"] = _others(session, job, now)
    for one in _parties(session, job):
        yield Letter(one.company_id, facts | one.facts)


def _others(session: Session, job: Facts, now: datetime) -> str:
    """Return the next lorries that goods may go on by instead, each with when it is there and what it costs today."""
    (line_id,) = (UUID(each) for each in job["lines"])
    found = delays.choices(session, line_id=line_id, now=now)[:_NEXT]
    return "; ".join(
        " · ".join([one.reference, local(one.arrives_at, one.zones[1]), *([str(one.freight)] if one.freight else [])])
        for one in found
    )


def without_lorry(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell of goods that need a lorry and have none; those that were taken off their order need none."""
    (line_id,) = (UUID(each) for each in job["lines"])
    if _is_taken_off(session, line_id):
        return
    if not any(row.state in CURRENT for row in bookings.bookings(session, subjects=[line_id]).get(line_id, ())):
        for one in _parties(session, job):
            yield Letter(one.company_id, one.facts)


def without_second(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell both sides of goods whose first lorry stands and that nothing takes on; not once another was found."""
    if _lost(session, job):
        for one in _parties(session, job):
            yield Letter(one.company_id, one.facts)


def waits_for_second(session: Session, job: Facts, _now: datetime) -> Iterator[Letter]:
    """Tell the operator's people who run the lorries to choose another."""
    lost = _lost(session, job)
    found = order_lines.orders_of_lines(session, line_ids=lost)
    references = sorted(row.reference for row in orders.by_id(session, order_ids=set(found.values())).values())
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR) if references else ():
        yield Letter(house.id, {"orders": ", ".join(references), "path": "/operator/rides"})


def _lost(session: Session, job: Facts) -> list[UUID]:
    found = rides.of_lines(session, line_ids=[UUID(each) for each in job["lines"]])
    return [line_id for line_id, ride in found.items() if ride.state is RideState.LOST]


def late_for_second(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides that the first lorry comes too late for the second, while that stands."""
    late = _late(session, job, now)
    for one in _parties(session, {"lines": [job["line"]]}) if late else ():
        yield Letter(one.company_id, one.facts | late)


def at_risk(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell the operator's people who run the lorries the same."""
    late = _late(session, job, now)
    found = order_lines.orders_of_lines(session, line_ids=[UUID(job["line"])])
    references = sorted(row.reference for row in orders.by_id(session, order_ids=set(found.values())).values())
    for house in accounts.companies_of_kind(session, kind=CompanyKind.OPERATOR) if late else ():
        yield Letter(house.id, late | {"orders": ", ".join(references), "path": "/operator/rides"})


def _late(session: Session, job: Facts, now: datetime) -> dict[str, Any]:
    """Return for which second lorry goods come too late, and when they come; nothing where they do not any more."""
    line_id, departure_id = UUID(job["line"]), UUID(job["departure"])
    found = delays.misses(session, line_id=line_id)
    if found is None or found.second.departure_id != departure_id:
        return {}
    departure = lorries.departure(session, departure_id=departure_id, now=now)
    return {"lorry": departure.reference, "until": departure.cutoff_cargo_at, "arrives_at": found.expected_at}


def held(session: Session, job: Facts, now: datetime) -> Iterator[Letter]:
    """Tell both sides of everything aboard the class of what holds the lorry, those with perishables first."""
    lorry = _lorry(session, job, now)
    fresh = {*rides.lines_of(session, subjects=perishables(session, departure_id=UUID(job["departure"]))).values()}
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
    line_of = rides.lines_of(session, subjects=[row.subject for row in booked])
    expected = {line_of[row.subject]: known[row.to_place] for row in booked}
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

"""Ask whether something may be bought: nothing asks for approval, it is approved, or a case waits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.approvals.models import ApprovalCase
from marketplace.approvals.queries import cases as case_queries
from marketplace.approvals.queries import people, policies
from marketplace.approvals.rules.asking import Asked, asked_for
from marketplace.approvals.rules.cases import OPEN, CaseState, Why
from marketplace.approvals.rules.content import (
    Amended,
    CaseKind,
    Moved,
    Purchase,
    hash_of,
    moved,
    purchase_of,
    range_of,
    to_json,
)
from marketplace.approvals.rules.facts import About, Facts, Grown, Rates, Sort, Who, pairs
from marketplace.approvals.rules.limits import Spent, period_of
from marketplace.approvals.rules.ranges import Offered, Range, within
from marketplace.approvals.services import cases
from marketplace.approvals.services.policies import locked
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.reference import queries as reference
from marketplace.reference.rules import zone_of

# What was ordered since an instant, and what waits for its payment: orders hand it in.
SpentSince = Callable[[datetime], Sequence[Spent]]


@dataclass(frozen=True, slots=True)
class Voided:
    """A case that the request put an end to, and what moved in it."""

    case_id: UUID
    reference: str
    moved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request stands: without a case nothing asks for approval; ``is_approved``: it may be placed by the case."""

    case_id: UUID | None = None
    reference: str = ""
    is_approved: bool = False
    voided: tuple[Voided, ...] = ()


def ask(
    session: Session,
    *,
    actor: Actor,
    wanted: Callable[[], Purchase],
    about: Callable[[], About],
    spent: SpentSince,
    subject: UUID,
    unit_id: UUID | None,
    beside: Mapping[str, str],
    now: datetime,
) -> Answer:
    """Ask for exactly the purchase that is wanted; an approval of it is held for ``subject`` from here on.

    Rules and limits are those of the unit that it is for, whoever buys; a case for another unit is void. Open cases of
    the actor for some of the same goods are void: what was asked for has moved. ``beside`` is kept with the case as it
    was said last, and binds nothing. One query for a company without rules and limits, the same number for every other.
    Conflict ``approvers_missing``.
    """
    if not locked(session, company_id=actor.company):
        return Answer()
    purchase = wanted()
    found = _open(session, actor, hash_of(CaseKind.PURCHASE, to_json(purchase)), now)
    voided: tuple[Voided, ...] = ()
    if found is not None and found.unit_id != unit_id:
        # What was agreed to for one unit's money is not agreed to for another's.
        parts = (Moved.UNIT.value,)
        cases.void(session, row=found, why=Why.CHANGED, now=now, moved=list(parts))
        voided, found = (Voided(found.id, found.reference, parts),), None
    voided += _void_others(session, actor, purchase, found, now)
    if found is not None and found.state is CaseState.APPROVED:
        cases.take(session, row=found, subject=subject)
        return Answer(found.id, found.reference, is_approved=True, voided=voided)
    told = about()
    who = Who(person_id=actor.person, roles=frozenset(actor.roles), unit_id=unit_id)
    company = accounts.get_company(session, company_id=actor.company)
    zone = zone_of(company.country)
    sorts = {
        Sort(part.merchant_id, told.categories.get(line.item_id), line.to)
        for part in purchase.parts
        for line in part.goods
    }
    facts = Facts(
        who=who,
        totals=purchase.totals,
        goods=tuple(sorts),
        days_left=_days(told.departs_at, now, zone),
    )
    asked = _asked(session, actor, facts, spent, without=[found.id] if found else [], now=now, zone=zone)
    if asked is None:
        if found is not None:
            cases.void(session, row=found, why=Why.NOT_NEEDED, now=now)
        return Answer(voided=voided)
    leaves = told.departs_at and told.departs_at.astimezone(ZoneInfo(zone)).date()
    allowed = _range_around(session, actor, purchase.offered(leaves), unit_id, now)
    if allowed is not None:
        if found is not None:
            cases.void(session, row=found, why=Why.NOT_NEEDED, now=now)
        cases.take(session, row=allowed, subject=subject)
        return Answer(allowed.id, allowed.reference, is_approved=True, voided=voided)
    if found is not None:
        found.beside = dict(beside)
        session.flush()
        return Answer(found.id, found.reference, voided=voided)
    case = cases.open_case(
        session,
        actor=actor,
        content=purchase,
        totals=purchase.totals,
        unit_id=who.unit_id,
        asked=asked,
        now=now,
        beside=beside,
    )
    return Answer(case.id, case.reference, voided=voided)


def ask_range(
    session: Session,
    *,
    actor: Actor,
    wanted: Range,
    about: About,
    merchants: frozenset[UUID],
    spent: SpentSince,
    now: datetime,
) -> Answer:
    """Ask for anything inside a range, of one of these merchants; what it comes to at most counts as its amount.

    Refused names each field of a range that holds nothing; Conflict ``approvers_missing``.
    """
    company = accounts.get_company(session, company_id=actor.company)
    zone = zone_of(company.country)
    wanted.check(today=now.astimezone(ZoneInfo(zone)).date())
    if not locked(session, company_id=actor.company):
        return Answer()
    found = _open(session, actor, hash_of(CaseKind.RANGE, to_json(wanted)), now)
    if found is not None:
        return Answer(found.id, found.reference, is_approved=found.state is CaseState.APPROVED)
    who = _who(session, actor)
    facts = Facts(
        who=who,
        totals=(wanted.most,),
        goods=tuple(Sort(each, about.categories.get(wanted.item_id), wanted.to or None) for each in merchants),
        days_left=_days(about.departs_at, now, zone),
    )
    asked = _asked(session, actor, facts, spent, without=[], now=now, zone=zone)
    if asked is None:
        return Answer()
    case = cases.open_case(
        session, actor=actor, content=wanted, totals=facts.totals, unit_id=who.unit_id, asked=asked, now=now
    )
    return Answer(case.id, case.reference)


def wants(
    session: Session,
    *,
    actor: Actor,
    unit_id: UUID | None,
    grown: Callable[[], Grown],
    spent: SpentSince,
    now: datetime,
) -> bool:
    """Tell whether rules or limits want approval of what is added to what was placed; no case is begun.

    Rules are asked about the whole, so that small steps come to what one great one does; limits about what is added.
    What stays within what was approved asks nothing.
    """
    if not locked(session, company_id=actor.company):
        return False
    found = grown()
    if found.is_approved:
        return False
    zone = zone_of(accounts.get_company(session, company_id=actor.company).country)
    facts = Facts(
        who=Who(person_id=actor.person, roles=frozenset(actor.roles), unit_id=unit_id),
        totals=found.whole,
        goods=found.goods,
        days_left=_days(found.departs_at, now, zone),
        added=found.added,
    )
    return _asked(session, actor, facts, spent, without=[], now=now, zone=zone) is not None


def ask_change(
    session: Session,
    *,
    actor: Actor,
    unit_id: UUID | None,
    wanted: Callable[[], tuple[Amended, Grown]],
    placed_by: UUID | None,
    spent: SpentSince,
    now: datetime,
) -> Answer:
    """Ask for other terms of an order, where rules or limits want what was bought with it approved.

    ``placed_by``: who bought it, where the other side proposed; whoever may approve that alone approves by accepting.
    None where the actor proposes himself. Conflict ``approvers_missing``.
    """
    if not locked(session, company_id=actor.company):
        return Answer()
    content, grown = wanted()
    company = accounts.get_company(session, company_id=actor.company)
    zone = zone_of(company.country)
    facts = Facts(
        who=Who(person_id=actor.person, roles=frozenset(actor.roles), unit_id=unit_id),
        totals=grown.whole,
        goods=grown.goods,
        days_left=_days(grown.departs_at, now, zone),
        added=grown.added,
    )
    asked = _asked(session, actor, facts, spent, without=[], now=now, zone=zone)
    if asked is None:
        return Answer()
    today = now.astimezone(ZoneInfo(zone)).date()
    if placed_by is not None and _decides_alone(session, actor, asked, placed_by, today):
        return Answer()
    found = _open(session, actor, hash_of(CaseKind.CHANGE, to_json(content)), now)
    if found is None:
        found = cases.open_case(
            session, actor=actor, content=content, totals=content.totals, unit_id=unit_id, asked=asked, now=now
        )
    return Answer(found.id, found.reference, is_approved=found.state is CaseState.APPROVED)


def _decides_alone(session: Session, actor: Actor, asked: Asked, requester_id: UUID, today: date) -> bool:
    """Tell whether somebody could give every approval that is asked for what another bought."""
    table = people.tables(session, company_id=actor.company, today=today).of(requester_id)
    return actor.person != requester_id and all(
        step.count == 1 and table.seat_for(actor.person, step, (), today=today) for step in asked.steps
    )


def departure_gone(
    session: Session,
    *,
    actor: Actor,
    departure_id: UUID,
    items: frozenset[UUID] | None,
    facts: dict[str, str],
    now: datetime,
) -> tuple[Voided, ...]:
    """Void the actor's open purchases that were to go by a departure which takes them no more.

    ``items``: it still takes others than these; None: it takes nothing at all.
    """
    voided: list[Voided] = []
    for row in _purchases(session, actor):
        gone = [line for line in purchase_of(row.content).lines if line.departure_id == departure_id]
        if any(items is None or line.item_id in items for line in gone):
            cases.void(session, row=row, why=Why.DEPARTURE_FULL, now=now, **facts)
            voided.append(Voided(row.id, row.reference, ("departures",)))
    return tuple(voided)


def _open(session: Session, actor: Actor, content_hash: str, now: datetime) -> ApprovalCase | None:
    """Return the actor's open case for a content, locked; one whose time is over ends here."""
    try:
        found = cases.find(session, company_id=actor.company, requester_id=actor.person, content_hash=content_hash)
    except NotFound:
        return None
    return None if cases.lapse(session, case_id=found.id, now=now) else found


def _range_around(
    session: Session, actor: Actor, offered: Offered | None, unit_id: UUID | None, now: datetime
) -> ApprovalCase | None:
    """Return the actor's approved range in which a purchase lies and that nothing was bought by yet, locked."""
    if offered is None:
        return None
    ranges = session.scalars(
        sa.select(ApprovalCase)
        .where(
            ApprovalCase.company_id == actor.company,
            ApprovalCase.requester_id == actor.person,
            ApprovalCase.kind == CaseKind.RANGE,
            ApprovalCase.state == CaseState.APPROVED,
            case_queries.is_untaken(),
            ApprovalCase.due_at > now,
        )
        .order_by(ApprovalCase.due_at, ApprovalCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    mine = (row for row in ranges if row.unit_id == unit_id)
    return next((row for row in mine if not within(range_of(row.content), offered)), None)


def _void_others(
    session: Session, actor: Actor, purchase: Purchase, same: ApprovalCase | None, now: datetime
) -> tuple[Voided, ...]:
    voided: list[Voided] = []
    for row in _purchases(session, actor):
        before = purchase_of(row.content)
        if (same is not None and row.id == same.id) or before.items.isdisjoint(purchase.items):
            continue
        parts = tuple(each.value for each in moved(before, purchase))
        cases.void(session, row=row, why=Why.CHANGED, now=now, moved=list(parts))
        voided.append(Voided(row.id, row.reference, parts))
    return tuple(voided)


def _purchases(session: Session, actor: Actor) -> Sequence[ApprovalCase]:
    """Return the actor's open purchases that no checkout holds, locked in order."""
    return session.scalars(
        sa.select(ApprovalCase)
        .where(
            ApprovalCase.company_id == actor.company,
            ApprovalCase.requester_id == actor.person,
            ApprovalCase.kind == CaseKind.PURCHASE,
            ApprovalCase.state.in_(OPEN),
            case_queries.is_untaken(),
        )
        .order_by(ApprovalCase.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _who(session: Session, actor: Actor) -> Who:
    unit_id = people.unit_of(session, company_id=actor.company, person_id=actor.person)
    return Who(person_id=actor.person, roles=frozenset(actor.roles), unit_id=unit_id)


def _asked(
    session: Session,
    actor: Actor,
    facts: Facts,
    spent: SpentSince,
    *,
    without: Sequence[UUID],
    now: datetime,
    zone: str,
) -> Asked | None:
    rules = policies.rules_of(session, company_id=actor.company)
    limits = [each for each in policies.limits_of(session, company_id=actor.company) if each.binds(facts.who)]
    counted: list[Spent] = []
    if limits:
        since = min(period_of(limit.period, now, zone)[0] for limit in limits)
        counted += spent(since)
        counted += case_queries.pending(session, company_id=actor.company, now=now, without=without)
    amounts: list[Money] = [*facts.totals, *(amount for each in counted for amount in each.amounts)]
    into = {rule.currency for rule in rules} | {limit.amount.currency for limit in limits}
    return asked_for(rules, limits, facts, counted, _rates(session, into, amounts, now), now=now, zone=zone)


def _rates(session: Session, into: set[str], amounts: Sequence[Money], now: datetime) -> Rates:
    wanted = pairs(into, amounts)
    if not wanted:
        return {}
    return {pair: row.rate for pair, row in reference.fx_of(session, pairs=wanted, on=now.date()).items()}


def _days(departs_at: datetime | None, now: datetime, zone: str) -> int | None:
    if departs_at is None:
        return None
    local = ZoneInfo(zone)
    return (departs_at.astimezone(local).date() - now.astimezone(local).date()).days

"""Approval inside a company, by whoever asks: the desk, a case, rules, limits, delegations."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import MemberRow, UnitRow, closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.queries import cases, people, policies
from marketplace.approvals.queries.cases import CaseRow
from marketplace.approvals.queries.people import DelegationRow
from marketplace.approvals.rules.cases import OPEN, CaseState
from marketplace.approvals.rules.content import Amended, Goods, Purchase
from marketplace.approvals.rules.limits import HolderKind, Limit
from marketplace.approvals.rules.policy import Rule, Step, hidden_by
from marketplace.approvals.services import cases as services
from marketplace.approvals.services import delegations as delegating
from marketplace.approvals.services import policies as changing
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.rows import CategoryRow
from marketplace.checkout.queries import approving as placing
from marketplace.checkout.rules.cart import bundle_key
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import approvals as requests
from marketplace.edge.requests.checkout import WHOLE
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.logistics.queries import departures as lorries
from marketplace.logistics.queries.departures import DepartureName
from marketplace.orders.queries import orders
from marketplace.payments.queries import trading
from marketplace.payments.rules.terms import Mode
from marketplace.reference import queries as reference
from marketplace.reference.queries import PlaceRow


@dataclass(frozen=True, slots=True)
class Desk:
    """Cases as the asker sees them, with the names of people, and the company's clock."""

    page: Page[CaseRow]
    names: Mapping[UUID, str]
    zone: str


@dataclass(frozen=True, slots=True)
class CaseSeen:
    """A case with all that somebody needs to decide it.

    ``decides``: the asker may decide it now; ``waits_for``: who may. ``order_ids``: what was placed by it.
    """

    row: CaseRow
    names: Mapping[UUID, str]
    companies: Mapping[UUID, str]
    departures: Mapping[UUID, DepartureName]
    places: Mapping[str, PlaceRow]
    unit: UnitRow | None
    zone: str
    waits_for: tuple[UUID, ...]
    decides: bool
    withdraws: bool
    order_ids: tuple[UUID, ...]
    # Who sells and is paid where it is not the merchant: the trading company, by merchant.
    sellers: Mapping[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules and limits of a company with the names of what they name; ``hidden``: rules that nothing reaches."""

    rules: tuple[Rule, ...]
    limits: tuple[Limit, ...]
    hidden: Mapping[UUID, UUID]
    names: Mapping[UUID, str]
    companies: Mapping[UUID, str]
    units: tuple[UnitRow, ...]

    def holder(self, limit: Limit) -> str:
        """Return the name of whose limit it is; a role is its own."""
        if limit.kind is HolderKind.ROLE:
            return limit.holder
        known = self.names if limit.kind is HolderKind.PERSON else {unit.id: unit.name for unit in self.units}
        return known.get(UUID(limit.holder), "")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a rule or limit of the asker's company can name."""

    members: tuple[MemberRow, ...]
    approvers: tuple[MemberRow, ...]
    units: tuple[UnitRow, ...]
    merchants: tuple[tuple[UUID, str], ...]
    categories: tuple[CategoryRow, ...]
    places: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True)
class Delegations:
    """Who stands in for whom, with names."""

    rows: tuple[DelegationRow, ...]
    names: Mapping[UUID, str]


def desk(query: requests.Desk) -> Desk:
    """Return the cases to decide, one's own, or all of the company."""
    session, actor, now = reading(), require_actor(), clock.now()
    if query.show == "decide":
        today = closures.day_of(session, company_id=actor.company, now=now)
        page = cases.to_decide(
            session, company_id=actor.company, person_id=actor.person, today=today, cursor=query.cursor
        )
    else:
        mine = actor.person if query.show == "mine" else None
        page = cases.cases(session, company_id=actor.company, requester_id=mine, cursor=query.cursor)
    names = accounts.names_of(session, person_ids={row.requester_id for row in page.items})
    return Desk(page, names, clocks(session, [actor.company])[actor.company])


def see(case_id: UUID) -> CaseSeen:
    """Return a case of the asker's company; NotFound for another's. The number of queries does not depend on it."""
    session, actor, now = reading(), require_actor(), clock.now()
    row = cases.case(session, company_id=actor.company, case_id=case_id)
    today = closures.day_of(session, company_id=actor.company, now=now)
    waits = row.waits_for(people.tables(session, company_id=actor.company, today=today), today=today)
    content = row.content
    bought = content if isinstance(content, Purchase) else Purchase(parts=())
    known = {part.merchant_id for part in bought.parts} | {each.carrier_id for each in bought.carriage}
    order_ids = _orders_of(session, actor, row)
    sellers = _sellers(session, bought, order_ids)
    companies = accounts.get_companies(session, company_ids=known | set(sellers.values()))
    units = accounts.units_of(session, company_id=actor.company)
    leads = row.requester_id == actor.person or actor.may(Permission.COMPANY_APPROVAL_RULES)
    return CaseSeen(
        row=row,
        names=accounts.names_of(session, person_ids=_people(row) | waits),
        companies={each.id: each.name for each in companies.values()},
        departures=lorries.named(
            session, departure_ids={line.departure_id for line in bought.lines if line.departure_id}
        ),
        places={place.code: place for place in reference.places(session)},
        unit=next((unit for unit in units if unit.id == row.unit_id), None),
        zone=clocks(session, [actor.company])[actor.company],
        waits_for=tuple(sorted(waits)),
        decides=actor.person in waits and row.due_at > now,
        withdraws=leads and row.state in OPEN and row.taken_by is None,
        order_ids=order_ids,
        sellers=sellers,
    )


def _sellers(session: Session, bought: Purchase, order_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Return who sells what is bought of merchants through the trading company: that of its orders, or that of now."""
    through = {part.merchant_id for part in bought.parts if part.terms.get("mode") == Mode.OPERATOR_SELLS}
    if not through:
        return {}
    sold = {row.merchant_id: row.seller_id for row in orders.by_id(session, order_ids=order_ids).values()}
    trader_id = trading.trading_company(session)
    found = {merchant_id: sold.get(merchant_id, trader_id) for merchant_id in through}
    return {merchant_id: seller_id for merchant_id, seller_id in found.items() if seller_id is not None}


def _orders_of(session: Session, actor: Actor, row: CaseRow) -> tuple[UUID, ...]:
    if isinstance(row.content, Amended):
        return (row.content.order_id,)
    return _placed(session, actor, row.taken_by) if row.consumed_at is not None and row.taken_by else ()


def decide(session: Session, case_id: UUID, body: requests.Decision) -> CaseState:
    """Say yes or no; return where the case stands then."""
    return services.decide(
        session,
        actor=require_actor(),
        case_id=case_id,
        verdict=body.said,
        content_hash=body.content_hash,
        note=body.note or "",
        now=clock.now(),
    )


def withdraw(case_id: UUID) -> None:
    """Take a request back."""
    in_unit_of_work(lambda session: services.withdraw(session, actor=require_actor(), case_id=case_id, now=clock.now()))


def policy() -> Policy:
    """Return the rules and limits of the asker's company."""
    session, company_id = reading(), require_actor().company
    rules = policies.rules_of(session, company_id=company_id)
    limits = policies.limits_of(session, company_id=company_id)
    merchants = {merchant for rule in rules for merchant in rule.condition.merchants}
    steps = [step for rule in rules for tier in rule.tiers for step in tier.steps]
    steps += [step for limit in limits for step in limit.steps]
    named = {person for step in steps for person in step.people}
    named |= {person for rule in rules for person in rule.condition.people}
    named |= {UUID(limit.holder) for limit in limits if limit.kind is HolderKind.PERSON}
    companies = accounts.get_companies(session, company_ids=merchants)
    return Policy(
        rules=rules,
        limits=limits,
        hidden=hidden_by(rules),
        names=accounts.names_of(session, person_ids=named),
        companies={each.id: each.name for each in companies.values()},
        units=accounts.units_of(session, company_id=company_id),
    )


def choices(rule: Rule | None = None) -> Choices:
    """Return what a rule or limit can name: of merchants those that the company bought from, and the rule's own."""
    session, company_id = reading(), require_actor().company
    members = accounts.members_of(session, company_id=company_id)
    may = people.members(session, company_id=company_id)
    known = orders.merchants_of(session, buyer_id=company_id) | (rule.condition.merchants if rule else frozenset())
    companies = accounts.get_companies(session, company_ids=known)
    return Choices(
        members=members,
        approvers=tuple(member for member in members if member.person_id in may),
        units=accounts.units_of(session, company_id=company_id),
        merchants=tuple(sorted(((each.id, each.name) for each in companies.values()), key=lambda each: each[1])),
        categories=goods.categories(session),
        places=_destinations(session),
    )


def put_rule(session: Session, body: requests.Rule, rule_id: UUID | None = None) -> tuple[UUID, str | None]:
    """Add a rule or change one; return its id, and the name of an earlier one that leaves nothing to it."""
    _check_named("categories", body.categories, {row.code for row in goods.categories(session)}, "categories")
    _check_named("destinations", body.destinations, {place.code for place in _destinations(session)}, "places")
    return changing.put_rule(
        session,
        actor=require_actor(),
        rule_id=rule_id,
        name=body.name,
        condition=body.condition(),
        currency=body.currency,
        tiers=body.values(),
        now=clock.now(),
    )


def move_rule(session: Session, rule_id: UUID, body: requests.Position) -> None:
    """Put a rule at a place in the order."""
    changing.move_rule(session, actor=require_actor(), rule_id=rule_id, position=body.position, now=clock.now())


def end_rule(session: Session, rule_id: UUID) -> None:
    """Take a rule out."""
    changing.end_rule(session, actor=require_actor(), rule_id=rule_id, now=clock.now())


def put_limit(session: Session, body: requests.Limit) -> UUID:
    """Set a limit, in the place of what was set before; return its id."""
    kind, holder, period = body.whose
    return changing.put_limit(
        session,
        actor=require_actor(),
        kind=kind,
        holder=holder,
        period=period,
        amount=body.money(),
        steps=body.values(),
        now=clock.now(),
    )


def end_limit(session: Session, limit_id: UUID) -> None:
    """Lift a limit."""
    changing.end_limit(session, actor=require_actor(), limit_id=limit_id, now=clock.now())


def delegations() -> Delegations:
    """Return the delegations of the company to who sets its rules, else those one gave or was given."""
    session, actor = reading(), require_actor()
    mine = None if actor.may(Permission.COMPANY_APPROVAL_RULES) else actor.person
    rows = people.delegations_of(session, company_id=actor.company, person_id=mine)
    named = {person for row in rows for person in (row.person_id, row.delegate_id)}
    return Delegations(rows, accounts.names_of(session, person_ids=named))


def delegate(session: Session, body: requests.Delegation) -> UUID:
    """Say who decides in whose place for a while."""
    actor = require_actor()
    return delegating.delegate(
        session,
        actor=actor,
        person_id=body.person_id or actor.person,
        delegate_id=body.delegate_id,
        first_day=body.first_day,
        last_day=body.last_day,
        now=clock.now(),
    )


def end_delegation(session: Session, delegation_id: UUID) -> None:
    """Take a delegation back."""
    delegating.end(session, actor=require_actor(), delegation_id=delegation_id, now=clock.now())


@dataclass(frozen=True, slots=True)
class Approval:
    """By whom an order was approved, for the buyer's own people: case, and names with when; empty ones were erased.

    ``covers``: up to what goods and freight of all that was bought together may come by that approval. ``whole``: what
    they come to now, where goods were added to the order since; nothing else asked for an approval.
    """

    case_id: UUID
    reference: str
    by: tuple[tuple[UUID, str, datetime], ...]
    covers: tuple[Money, ...] = ()
    whole: tuple[Money, ...] = ()

    @property
    def is_outgrown(self) -> bool:
        """Whether what was added brought it beyond what the approval covers."""
        most = {amount.currency: amount for amount in self.covers}
        return any(amount.currency not in most or amount > most[amount.currency] for amount in self.whole)


@dataclass(frozen=True, slots=True)
class ChangeApproval:
    """The case by which a change was approved inside the buyer's company."""

    case_id: UUID
    reference: str
    change_id: UUID


def of_changes(session: Session, *, company_id: UUID, change_ids: Collection[UUID]) -> dict[UUID, ChangeApproval]:
    """Return the approvals of changes, by change; nothing of another company's."""
    found = cases.used_by(session, company_id=company_id, subjects=change_ids) if change_ids else ()
    return {row.taken_by: ChangeApproval(row.id, row.reference, row.taken_by) for row in found if row.taken_by}


def approval_of(session: Session, *, company_id: UUID, case_id: UUID, has_grown: bool = False) -> Approval:
    """Return the approval by which a group of orders was placed; ``has_grown``: goods were added to one of them."""
    row = cases.case(session, company_id=company_id, case_id=case_id)
    said = cases.approved_by(session, company_id=company_id, case_id=case_id)
    names = accounts.names_of(session, person_ids={each.person_id for each in said})
    return Approval(
        case_id,
        row.reference,
        tuple((each.person_id, names.get(each.person_id, ""), each.decided_at) for each in said),
        row.totals,
        placing.placed(session, group_id=row.taken_by).amounts if has_grown and row.taken_by else (),
    )


def typed(case_id: UUID) -> dict[str, Any]:
    """Return what a checkout form is filled with, so that it asks for exactly what an own case is about.

    By the names of the form's fields: ``departure.<listing>``, ``payment.<bundle>``, the unit, the order numbers.
    """
    session, actor = reading(), require_actor()
    row = cases.case(session, company_id=actor.company, case_id=case_id)
    if not isinstance(row.content, Purchase) or isinstance(row.content, Amended):
        return {}
    values = {f"departure.{line.item_id}": _goes_by(line) for line in row.content.lines if line.departure_id}
    for part in row.content.parts:
        terms = part.terms
        key = bundle_key(part.merchant_id, terms["incoterm"], terms["place"], terms["currency"], lies=terms.get("lies"))
        sold_on = [Mode.OPERATOR_SELLS.value] if terms["mode"] == Mode.OPERATOR_SELLS else []
        values[f"payment.{key}"] = " ".join([terms["rail"], terms["plan"], *sold_on])
    if row.unit_id is not None:
        values["unit_id"] = str(row.unit_id)
    numbers = set(row.beside.values())
    if len(numbers) == 1 and len(row.beside) == len(row.content.parts):
        values["purchase_order_number"] = numbers.pop()
    else:
        values |= {f"purchase_order_numbers.{key}": number for key, number in row.beside.items()}
    return values


def _goes_by(line: Goods) -> str:
    """Return what a line goes by as the form sends it: a departure, all of it, or two with a change between them."""
    if "whole_lorry" in line.promised:
        return f"{WHOLE}{line.departure_id}"
    return "+".join([str(line.departure_id), *filter(None, [line.promised.get("onward")])])


def _destinations(session: Session) -> tuple[PlaceRow, ...]:
    return tuple(place for place in reference.places(session) if place.kind != "border_side")


def _check_named(field: str, named: Iterable[str], known: set[str], what: str) -> None:
    errors = [
        FieldError(f"{field}.{number}", "unknown", f"{what} of this city")
        for number, code in enumerate(named)
        if code not in known
    ]
    if errors:
        raise Refused.fields(*errors)


def _people(row: CaseRow) -> frozenset[UUID]:
    steps: tuple[Step, ...] = row.steps
    said = {person for each in row.decisions for person in (each.person_id, each.seat)}
    return frozenset({row.requester_id, *said, *(person for step in steps for person in step.people)})


def _placed(session: Session, actor: Actor, group_id: UUID) -> tuple[UUID, ...]:
    return orders.group(session, company_id=actor.company, group_id=group_id).order_ids

"""What the API says of approvals."""

import json
from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.plans import StageAnswer
from marketplace.approvals.queries.cases import CaseRow
from marketplace.approvals.queries.people import DelegationRow
from marketplace.approvals.rules import limits, policy
from marketplace.approvals.rules.asking import Cause
from marketplace.approvals.rules.content import Purchase
from marketplace.approvals.rules.ranges import Range
from marketplace.approvals.services import asking
from marketplace.edge.acts.approvals import CaseSeen, Policy
from marketplace.payments.rules import plans


class Step(Answer):
    """Who may approve, by role or by id, and how many of them must."""

    roles: list[str]
    people: list[UUID]
    count: int

    @classmethod
    def of(cls, step: policy.Step) -> "Step":
        """Write a step."""
        return cls(roles=sorted(step.roles), people=sorted(step.people), count=step.count)


class Tier(Answer):
    """From an amount on, these steps follow each other; without steps nobody is asked."""

    from_amount: Amount
    steps: list[Step]


class Rule(Answer):
    """A rule; its place in the order counts from 1. ``hidden_by``: an earlier rule that leaves nothing to it."""

    id: UUID
    position: int
    name: str
    currency: str
    categories: list[str]
    merchants: list[UUID]
    destinations: list[str]
    units: list[UUID]
    roles: list[str]
    people: list[UUID]
    departs_within: int | None
    tiers: list[Tier]
    hidden_by: UUID | None

    @classmethod
    def of(cls, rule: policy.Rule, position: int, found: Policy) -> "Rule":
        """Write a rule."""
        condition = rule.condition
        return cls(
            id=rule.id,
            position=position,
            name=rule.name,
            currency=rule.currency,
            categories=sorted(condition.categories),
            merchants=sorted(condition.merchants),
            destinations=sorted(condition.destinations),
            units=sorted(condition.units),
            roles=sorted(condition.roles),
            people=sorted(condition.people),
            departs_within=condition.departs_within,
            tiers=[
                Tier(
                    from_amount=Amount.of(rule.from_amount(tier)),
                    steps=[Step.of(step) for step in tier.steps],
                )
                for tier in rule.tiers
            ],
            hidden_by=found.hidden.get(rule.id),
        )


class RuleSaved(Answer):
    """A rule that was saved; ``hidden_by`` warns of an earlier one, by its name, that leaves nothing to it."""

    id: UUID
    hidden_by: str | None


class Limit(Answer):
    """What a person, each holder of a role, or a unit may spend in a period; ``holder``: an id, or the role."""

    id: UUID
    kind: str
    holder: str
    period: str
    amount: Amount
    steps: list[Step]

    @classmethod
    def of(cls, limit: limits.Limit) -> "Limit":
        """Write a limit."""
        return cls(
            id=limit.id,
            kind=limit.kind.value,
            holder=limit.holder,
            period=limit.period.value,
            amount=Amount.of(limit.amount),
            steps=[Step.of(step) for step in limit.steps],
        )


class Delegation(Answer):
    """Who decides in whose place, from a day to a day, both included."""

    id: UUID
    person_id: UUID
    delegate_id: UUID
    first_day: str
    last_day: str
    ended_at: Instant | None

    @classmethod
    def of(cls, row: DelegationRow) -> "Delegation":
        """Write a delegation."""
        return cls(
            id=row.id,
            person_id=row.person_id,
            delegate_id=row.delegate_id,
            first_day=row.first_day.isoformat(),
            last_day=row.last_day.isoformat(),
            ended_at=row.ended_at,
        )


class Why(Answer):
    """A rule or limit that asks; with ``no_rate`` it does for want of an exchange rate. A limit says what was used."""

    kind: Literal["rule", "limit"]
    id: UUID
    name: str
    no_rate: bool
    amount: Amount | None
    used: Amount | None

    @classmethod
    def of(cls, cause: Cause) -> "Why":
        """Write a cause."""
        return cls(
            kind=cause.kind.value,
            id=cause.id,
            name=cause.name,
            no_rate=cause.no_rate,
            amount=Amount.of(cause.amount) if cause.amount else None,
            used=Amount.of(cause.used) if cause.used is not None else None,
        )


class CaseInList(Answer):
    """A case: who asked for what it comes to, and how it stands until when."""

    id: UUID
    reference: str
    kind: str
    state: str
    requester_id: UUID
    requester: str
    totals: list[Amount]
    opened_at: Instant
    due_at: Instant
    used_at: Instant | None

    @classmethod
    def of(cls, row: CaseRow, name: str) -> "CaseInList":
        """Write a case."""
        return cls(**_facts(row, name))


class Goods(Answer):
    """One line of a purchase on its departure."""

    listing_id: UUID
    sku: str
    titles: dict[str, str]
    quantity: int
    unit: str
    unit_price: Amount
    amount: Amount
    departure_id: UUID | None
    departure: str | None
    departs_at: Instant | None
    to: str


class Part(Answer):
    """What is bought of one merchant, on which terms, and the milestones of its plan (requests of before say none).

    ``seller`` sells it and is paid: the merchant, or the operator's trading company.
    """

    merchant_id: UUID
    merchant: str
    seller_id: UUID
    seller: str
    terms: dict[str, str]
    stages: list[StageAnswer]
    lines: list[Goods]


class Carriage(Answer):
    """Freight that the company owes a carrier."""

    carrier_id: UUID
    carrier: str
    amount: Amount


class WithinRange(Answer):
    """What may be bought: so many units at most, landed at so much at most each, leaving by a day."""

    item_id: UUID
    title: str
    unit: str
    most_quantity: int
    most_price: Amount
    until: str
    to: str


class Said(Answer):
    """What somebody said; ``seat_id`` is in whose place, often one's own."""

    step: int
    person_id: UUID
    name: str
    seat_id: UUID
    verdict: str
    note: str
    decided_at: Instant


class Case(CaseInList):
    """A case with all that decides it; ``content_hash`` is what one says yes or no to, ``waits_for`` who may now."""

    content_hash: str
    parts: list[Part]
    carriage: list[Carriage]
    range: WithinRange | None
    causes: list[Why]
    steps: list[Step]
    step: int
    decisions: list[Said]
    waits_for: list[UUID]
    may_decide: bool
    reason: dict[str, Any] | None
    order_ids: list[UUID]

    @classmethod
    def seen(cls, seen: CaseSeen) -> "Case":
        """Write a case as the asker sees it."""
        row = seen.row
        content = row.content
        return cls(
            **_facts(row, seen.names.get(row.requester_id, "")),
            content_hash=row.content_hash,
            parts=_parts(content, seen) if isinstance(content, Purchase) else [],
            carriage=_carriage(content, seen) if isinstance(content, Purchase) else [],
            range=_range(content) if isinstance(content, Range) else None,
            causes=[Why.of(cause) for cause in row.causes],
            steps=[Step.of(step) for step in row.steps],
            step=row.step + 1,
            decisions=[
                Said(
                    step=each.step + 1,
                    person_id=each.person_id,
                    name=seen.names.get(each.person_id, ""),
                    seat_id=each.seat,
                    verdict=each.verdict.value,
                    note=each.note,
                    decided_at=each.decided_at,
                )
                for each in row.decisions
            ],
            waits_for=list(seen.waits_for),
            may_decide=seen.decides,
            reason=dict(row.reason) if row.reason else None,
            order_ids=list(seen.order_ids),
        )


class AskedFor(Answer):
    """The case of a request, and whether it is approved already; no id where nothing asks for approval."""

    id: UUID | None
    reference: str
    is_approved: bool

    @classmethod
    def of(cls, found: asking.Answer) -> "AskedFor":
        """Write how a request stands."""
        return cls(id=found.case_id, reference=found.reference, is_approved=found.is_approved)


class Decided(Answer):
    """How a case stands after one's word."""

    state: str


def _facts(row: CaseRow, name: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "reference": row.reference,
        "kind": row.kind.value,
        "state": row.state.value,
        "requester_id": row.requester_id,
        "requester": name,
        "totals": [Amount.of(total) for total in row.totals],
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "used_at": row.consumed_at,
    }


def _parts(content: Purchase, seen: CaseSeen) -> list[Part]:
    return [
        Part(
            merchant_id=part.merchant_id,
            merchant=seen.companies.get(part.merchant_id, ""),
            seller_id=seen.sellers.get(part.merchant_id, part.merchant_id),
            seller=seen.companies.get(seen.sellers.get(part.merchant_id, part.merchant_id), ""),
            terms={name: value for name, value in part.terms.items() if name not in ("payee", "agreed")},
            stages=_stages(part.terms),
            lines=[
                Goods(
                    listing_id=line.item_id,
                    sku=line.sku,
                    titles=line.titles,
                    quantity=line.quantity,
                    unit=line.unit,
                    unit_price=Amount.of(line.unit_price),
                    amount=Amount.of(line.amount),
                    departure_id=line.departure_id,
                    departure=departure.reference if departure else None,
                    departs_at=departure.departs_at if departure else None,
                    to=line.to,
                )
                for line in part.goods
                for departure in [seen.departures.get(line.departure_id) if line.departure_id else None]
            ],
        )
        for part in content.parts
    ]


def _stages(terms: Mapping[str, str]) -> list[StageAnswer]:
    if "agreed" not in terms:
        return []
    return [StageAnswer.of(stage) for stage in plans.from_json(json.loads(terms["agreed"])).stages]


def _carriage(content: Purchase, seen: CaseSeen) -> list[Carriage]:
    return [
        Carriage(
            carrier_id=each.carrier_id,
            carrier=seen.companies.get(each.carrier_id, ""),
            amount=Amount.of(each.amount),
        )
        for each in content.carriage
    ]


def _range(content: Range) -> WithinRange:
    return WithinRange(
        item_id=content.item_id,
        title=content.title,
        unit=content.unit,
        most_quantity=content.most_quantity,
        most_price=Amount.of(content.most_price),
        until=content.until.isoformat(),
        to=content.to,
    )

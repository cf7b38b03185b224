"""The rules and limits of a company that count now."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.approvals.models import ApprovalRule, SpendingLimit
from marketplace.approvals.rules.asking import steps_of
from marketplace.approvals.rules.limits import Limit
from marketplace.approvals.rules.policy import Condition, Rule, Tier
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money


def rules_of(session: Session, *, company_id: UUID) -> tuple[Rule, ...]:
    """Return the rules of a company in their order."""
    rows = session.scalars(
        sa.select(ApprovalRule)
        .where(ApprovalRule.company_id == company_id, ApprovalRule.ended_at.is_(None))
        .order_by(ApprovalRule.position, ApprovalRule.id)
        .execution_options(populate_existing=True)
    )
    return tuple(_rule(row) for row in rows)


def rule(session: Session, *, company_id: UUID, rule_id: UUID) -> Rule:
    """Return a rule that counts; NotFound."""
    found = next((each for each in rules_of(session, company_id=company_id) if each.id == rule_id), None)
    if found is None:
        raise NotFound("approval_rule")
    return found


def limits_of(session: Session, *, company_id: UUID) -> tuple[Limit, ...]:
    """Return the limits of a company, by kind, holder and period."""
    rows = session.scalars(
        sa.select(SpendingLimit)
        .where(SpendingLimit.company_id == company_id, SpendingLimit.ended_at.is_(None))
        .order_by(SpendingLimit.kind, SpendingLimit.holder, SpendingLimit.period)
        .execution_options(populate_existing=True)
    )
    return tuple(_limit(row) for row in rows)


def limit(session: Session, *, company_id: UUID, limit_id: UUID) -> Limit:
    """Return a limit that counts; NotFound."""
    found = next((each for each in limits_of(session, company_id=company_id) if each.id == limit_id), None)
    if found is None:
        raise NotFound("spending_limit")
    return found


def condition_to_json(condition: Condition) -> dict[str, Any]:
    """Return a condition as JSON values, the same for the same condition."""
    return {
        "categories": sorted(condition.categories),
        "merchants": sorted(map(str, condition.merchants)),
        "destinations": sorted(condition.destinations),
        "units": sorted(map(str, condition.units)),
        "roles": sorted(condition.roles),
        "people": sorted(map(str, condition.people)),
        "departs_within": condition.departs_within,
    }


def _condition(kept: Mapping[str, Any]) -> Condition:
    return Condition(
        categories=frozenset(kept["categories"]),
        merchants=frozenset(map(UUID, kept["merchants"])),
        destinations=frozenset(kept["destinations"]),
        units=frozenset(map(UUID, kept["units"])),
        roles=frozenset(kept["roles"]),
        people=frozenset(map(UUID, kept["people"])),
        departs_within=kept["departs_within"],
    )


def _rule(row: ApprovalRule) -> Rule:
    return Rule(
        id=row.id,
        name=row.name,
        condition=_condition(row.condition),
        currency=row.currency,
        tiers=tuple(Tier(from_minor=tier["from"], steps=steps_of(tier["steps"])) for tier in row.tiers),
    )


def _limit(row: SpendingLimit) -> Limit:
    return Limit(
        id=row.id,
        kind=row.kind,
        holder=row.holder,
        period=row.period,
        amount=Money(row.amount_minor, row.currency),
        steps=steps_of(row.steps),
    )

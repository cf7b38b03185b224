"""Whether a request needs approval, why, and by whom: rules and limits together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from marketplace.approvals.rules.facts import Facts, Rates
from marketplace.approvals.rules.limits import Limit, Spent, exceeded
from marketplace.approvals.rules.policy import Rule, Step, applying
from marketplace.kernel.money import Money


class CauseKind(StrEnum):
    """What asks for approval."""

    RULE = "rule"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A rule or limit that asks; ``no_rate`` says that it does for want of an exchange rate.

    A limit says its amount and what was used of it before.
    """

    kind: CauseKind
    id: UUID
    name: str
    no_rate: bool
    amount: Money | None = None
    used: Money | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """Why approval is needed, and the steps that follow each other."""

    causes: tuple[Cause, ...]
    steps: tuple[Step, ...]


def asked_for(
    rules: Sequence[Rule],
    limits: Sequence[Limit],
    facts: Facts,
    spent: Sequence[Spent],
    rates: Rates,
    *,
    now: datetime,
    zone: str,
) -> Asked | None:
    """Return what a request needs, None for nothing: the rules that apply to its goods, and every limit it passes.

    Steps that several ask for are asked for once.
    """
    causes: list[Cause] = []
    steps: list[Step] = []
    for found in applying(rules, facts, rates):
        if found.tier.steps:
            rule = found.rule
            causes.append(Cause(kind=CauseKind.RULE, id=rule.id, name=rule.name, no_rate=found.amount is None))
            steps.extend(step for step in found.tier.steps if step not in steps)
    for excess in exceeded(limits, facts, spent, rates, now=now, zone=zone):
        limit = excess.limit
        causes.append(
            Cause(
                kind=CauseKind.LIMIT,
                id=limit.id,
                name=limit.period.value,
                no_rate=excess.used is None or _lacks_rate(limit, facts, rates),
                amount=limit.amount,
                used=excess.used,
            )
        )
        steps.extend(step for step in limit.steps if step not in steps)
    return Asked(tuple(causes), tuple(steps)) if causes else None


def _lacks_rate(limit: Limit, facts: Facts, rates: Rates) -> bool:
    into = limit.amount.currency
    return any(total.currency != into and (total.currency, into) not in rates for total in facts.new)


_STEPS: Final[TypeAdapter[tuple[Step, ...]]] = TypeAdapter(tuple[Step, ...])
_CAUSES: Final[TypeAdapter[tuple[Cause, ...]]] = TypeAdapter(tuple[Cause, ...])


def steps_to_json(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Return steps as JSON values, the same for the same steps."""
    return [
        {"roles": sorted(step.roles), "people": sorted(map(str, step.people)), "count": step.count} for step in steps
    ]


def steps_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return the steps that were kept."""
    return _STEPS.validate_python(kept)


def causes_to_json(causes: Sequence[Cause]) -> list[dict[str, Any]]:
    """Return causes as JSON values."""
    return _CAUSES.dump_python(tuple(causes), mode="json")


def causes_of(kept: Sequence[Mapping[str, Any]]) -> tuple[Cause, ...]:
    """Return the causes that were kept."""
    return _CAUSES.validate_python(kept)

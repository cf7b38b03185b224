"""The rules of a company, in order: for each of the goods the first that applies says who approves, by the amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.approvals.rules.facts import Facts, Rates, Sort, total_in
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money

MOST_RULES: Final = 50
MOST_TIERS: Final = 6
MOST_STEPS: Final = 4
MOST_NAMED: Final = 20
MOST_APPROVERS: Final = 5
MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who may approve, by role or by name, and how many of them must."""

    roles: frozenset[str] = frozenset()
    people: frozenset[UUID] = frozenset()
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From an amount on, in minor units of the rule's currency, these steps follow each other; none: no approval."""

    from_minor: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a rule applies to goods; an empty part asks for nothing, and all parts must hold.

    ``departs_within``: the first departure is at most so many days away.
    """

    categories: frozenset[str] = frozenset()
    merchants: frozenset[UUID] = frozenset()
    destinations: frozenset[str] = frozenset()
    units: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    people: frozenset[UUID] = frozenset()
    departs_within: int | None = None

    def holds(self, facts: Facts, goods: Sort) -> bool:
        """Tell whether these goods of a request are what this is about."""
        who = facts.who
        return (
            (not self.categories or goods.category in self.categories)
            and (not self.merchants or goods.merchant_id in self.merchants)
            and (not self.destinations or goods.destination in self.destinations)
            and (not self.units or who.unit_id in self.units)
            and (not self.roles or bool(self.roles & who.roles))
            and (not self.people or who.person_id in self.people)
            and (
                self.departs_within is None or (facts.days_left is not None and facts.days_left <= self.departs_within)
            )
        )

    def covers(self, other: "Condition") -> bool:
        """Tell whether whatever the other is about is something that this is about, too."""
        parts: tuple[tuple[frozenset[object], frozenset[object]], ...] = (
            (frozenset(self.categories), frozenset(other.categories)),
            (frozenset(self.merchants), frozenset(other.merchants)),
            (frozenset(self.destinations), frozenset(other.destinations)),
            (frozenset(self.units), frozenset(other.units)),
            (frozenset(self.roles), frozenset(other.roles)),
            (frozenset(self.people), frozenset(other.people)),
        )
        if any(mine and not (theirs and theirs <= mine) for mine, theirs in parts):
            return False
        return self.departs_within is None or (
            other.departs_within is not None and other.departs_within <= self.departs_within
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with its tiers, the lowest first; below the first tier's amount it does not apply."""

    id: UUID
    name: str
    condition: Condition
    currency: str
    tiers: tuple[Tier, ...]

    def from_amount(self, tier: Tier) -> Money:
        """Return from which amount on a tier holds."""
        return Money(tier.from_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Found:
    """The rule that applies, its tier, and the amount in its currency; None where no rate was known."""

    rule: Rule
    tier: Tier
    amount: Money | None


def applying(rules: Sequence[Rule], facts: Facts, rates: Rates) -> tuple[Found, ...]:
    """Return for the goods of a request the rules that apply, in their order: of each of the goods the first that does.

    The amount is that of the whole request, so that goods under a mild rule take nothing away from a strict one. Where
    a rate is missing a rule applies with its highest tier.
    """
    found = {one.rule.id: one for goods in facts.goods if (one := _first(rules, facts, goods, rates)) is not None}
    return tuple(found[rule.id] for rule in rules if rule.id in found)


def _first(rules: Sequence[Rule], facts: Facts, goods: Sort, rates: Rates) -> Found | None:
    for rule in rules:
        if not rule.condition.holds(facts, goods):
            continue
        amount = total_in(rule.currency, facts.totals, rates)
        if amount is None:
            return Found(rule, rule.tiers[-1], None)
        reached = [tier for tier in rule.tiers if tier.from_minor <= amount.minor]
        if reached:
            return Found(rule, reached[-1], amount)
    return None


def hidden_by(rules: Sequence[Rule]) -> dict[UUID, UUID]:
    """Return the rules that nothing can reach, each with an earlier one that takes all that it is about."""
    found: dict[UUID, UUID] = {}
    for index, rule in enumerate(rules):
        earlier = next((each for each in rules[:index] if _takes_all(each, rule)), None)
        if earlier is not None:
            found[rule.id] = earlier.id
    return found


def _takes_all(earlier: Rule, later: Rule) -> bool:
    lowest, wanted = earlier.tiers[0].from_minor, later.tiers[0].from_minor
    reached = lowest == 0 or (earlier.currency == later.currency and lowest <= wanted)
    return reached and earlier.condition.covers(later.condition)


def check_tiers(tiers: Sequence[Tier], *, approvers: frozenset[str], people: frozenset[UUID]) -> None:
    """Refuse tiers that do not rise, and steps for which nobody, or too few, are named.

    ``approvers``: roles that may approve, ``people``: members who may.
    """
    errors: list[FieldError] = []
    if not tiers:
        errors.append(FieldError("tiers", "required", "at least one tier"))
    if len(tiers) > MOST_TIERS:
        errors.append(FieldError("tiers", "too_long", f"at most {MOST_TIERS} entries"))
    for number, tier in enumerate(tiers):
        field = f"tiers.{number}"
        if tier.from_minor < 0:
            errors.append(FieldError(f"{field}.from", "too_small", "0 or more"))
        elif number and tier.from_minor <= tiers[number - 1].from_minor:
            errors.append(FieldError(f"{field}.from", "tiers_rise", "an amount above that of the tier before"))
        errors += step_errors(tier.steps, f"{field}.steps", approvers=approvers, people=people)
    if errors:
        raise Refused.fields(*errors)


def step_errors(
    steps: Sequence[Step], field: str, *, approvers: frozenset[str], people: frozenset[UUID]
) -> list[FieldError]:
    """Return what is wrong with steps, under the name of their field."""
    errors: list[FieldError] = []
    if len(steps) > MOST_STEPS:
        errors.append(FieldError(field, "too_long", f"at most {MOST_STEPS} entries"))
    for number, step in enumerate(steps):
        at = f"{field}.{number}"
        if not step.roles and not step.people:
            errors.append(FieldError(f"{at}.people", "nobody_named", "a role, or members who may approve"))
        if step.roles - approvers:
            errors.append(FieldError(f"{at}.roles", "choice", ", ".join(sorted(approvers))))
        if step.people - people:
            errors.append(FieldError(f"{at}.people", "approver", "members who may approve"))
        most = MOST_APPROVERS if step.roles else min(MOST_APPROVERS, max(1, len(step.people)))
        if not 1 <= step.count <= most:
            errors.append(FieldError(f"{at}.count", "range", f"1 to {most}"))
    return errors

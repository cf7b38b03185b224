"""Forms of rules and limits: their fields to and from what the API takes.

A tier is ``bands.0.from``; its steps are ``bands.0.steps.0.roles``, ``.people`` and ``.count``. Tiers and steps that
nothing was said of are left out.
"""

from collections.abc import Mapping
from typing import Any, Final

from marketplace.approvals.rules.limits import Limit
from marketplace.approvals.rules.policy import MOST_STEPS, MOST_TIERS, Rule, Step

# How many empty ones a form offers at least.
_TIERS: Final = 2
_STEPS: Final = 2
LISTS: Final = ("categories", "merchants", "destinations", "units", "roles", "people")


def rule_of(form: Any) -> dict[str, Any]:
    """Return the body of a rule from its form."""
    tiers = [_tier(form, number) for number in range(MOST_TIERS)]
    while tiers and not any(tiers[-1].values()):
        tiers.pop()
    return {
        "name": form.get("name", ""),
        "currency": form.get("currency", ""),
        "departs_within": form.get("departs_within"),
        **{name: form.getlist(name) for name in LISTS},
        "tiers": tiers,
    }


def limit_of(form: Any) -> dict[str, Any]:
    """Return the body of a limit from its form; ``whose`` is kind and holder with a colon between."""
    kind, _colon, holder = form.get("whose", "").partition(":")
    return {
        "kind": kind,
        "holder": holder,
        "period": form.get("period", ""),
        "amount": form.get("amount", ""),
        "currency": form.get("currency", ""),
        "steps": _steps(form, "steps"),
    }


def rule_values(rule: Rule) -> dict[str, Any]:
    """Return what the form of a rule is filled with."""
    condition = rule.condition
    values: dict[str, Any] = {
        "name": rule.name,
        "currency": rule.currency,
        "departs_within": "" if condition.departs_within is None else str(condition.departs_within),
        **{name: sorted(map(str, getattr(condition, name))) for name in LISTS},
    }
    for number, tier in enumerate(rule.tiers):
        values[f"bands.{number}.from"] = f"{rule.from_amount(tier).amount:f}"
        values |= _step_values(f"bands.{number}.steps", tier.steps)
    return values


def limit_values(limit: Limit) -> dict[str, Any]:
    """Return what the form of a limit is filled with."""
    return {
        "whose": f"{limit.kind}:{limit.holder}",
        "period": limit.period.value,
        "amount": f"{limit.amount.amount:f}",
        "currency": limit.amount.currency,
        **_step_values("steps", limit.steps),
    }


def typed(form: Any) -> dict[str, Any]:
    """Return a form that came back: what may be named several times as lists."""
    return {
        name: form.getlist(name) if name in LISTS or name.endswith((".roles", ".people")) else form.get(name)
        for name in form
    }


def shape(values: Mapping[str, Any], limit: int = MOST_TIERS) -> list[int]:
    """Return how many steps the form offers for each of its tiers: of each one more than are filled."""
    tiers = 1 + max((_number(name, 1) for name in _filled(values, "bands.")), default=-1)
    return [steps_shown(values, f"bands.{number}.steps") for number in range(min(limit, max(_TIERS, tiers + 1)))]


def steps_shown(values: Mapping[str, Any], at: str) -> int:
    """Return how many steps a form offers at a place."""
    place = at.count(".") + 1
    filled = 1 + max((_number(name, place) for name in _filled(values, f"{at}.")), default=-1)
    return min(MOST_STEPS, max(_STEPS, filled + 1))


def _filled(values: Mapping[str, Any], at: str) -> list[str]:
    """Return what was said at a place; how many of nobody must approve says nothing."""
    return [name for name, value in values.items() if name.startswith(at) and value and not name.endswith(".count")]


def _number(name: str, place: int) -> int:
    parts = name.split(".")
    return int(parts[place]) if len(parts) > place and parts[place].isdigit() else 0


def _tier(form: Any, number: int) -> dict[str, Any]:
    steps = _steps(form, f"bands.{number}.steps")
    amount = form.get(f"bands.{number}.from", "").strip()
    # The first tier begins at nothing where nothing is said; a later one has to say.
    return {"from": "0" if number == 0 and not amount and steps else amount, "steps": steps}


def _steps(form: Any, at: str) -> list[dict[str, Any]]:
    found = [
        {
            "roles": form.getlist(f"{at}.{number}.roles"),
            "people": form.getlist(f"{at}.{number}.people"),
            "count": form.get(f"{at}.{number}.count") or "1",
        }
        for number in range(MOST_STEPS)
    ]
    return [step for step in found if step["roles"] or step["people"]]


def _step_values(at: str, steps: tuple[Step, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, step in enumerate(steps):
        values[f"{at}.{number}.roles"] = sorted(step.roles)
        values[f"{at}.{number}.people"] = sorted(map(str, step.people))
        values[f"{at}.{number}.count"] = str(step.count)
    return values

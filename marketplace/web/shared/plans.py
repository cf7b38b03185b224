"""Payment plans as words."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from marketplace.payments.rules.local_methods import NAMES, LocalMethod
from marketplace.payments.rules.plans import AgreedPlan, Counted, Offer, Stage, from_json
from marketplace.payments.rules.replanning import is_amended
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Plan, Rail

# A text without facts keeps its doubled per cent signs until it is told that there are none.
_NOTHING: Final[dict[str, str]] = {}
LOCAL_METHODS: Final[Mapping[LocalMethod | None, str]] = {**NAMES}


def event_of(event: MilestoneEvent) -> str:
    """Return when a share falls due, as words."""
    words = {
        MilestoneEvent.DEPOSIT: _("deposit"),
        MilestoneEvent.READY: _("when ready"),
        MilestoneEvent.HANDED_OVER: _("at hand-over"),
        MilestoneEvent.EXPORT_RELEASED: _("when released for export"),
        MilestoneEvent.BORDER_CROSSED: _("over the border"),
        MilestoneEvent.DELIVERED: _("on delivery"),
        MilestoneEvent.ACCEPTED: _("on acceptance"),
    }
    return words[event]


def share_of(basis_points: int, event: MilestoneEvent) -> str:
    """Return a share and what makes it due, as words."""
    return _("%(share)s %% %(event)s", share=percent(basis_points), event=event_of(event))


def percent(basis_points: int) -> str:
    """Return a share as the reader writes numbers."""
    return format_decimal((Decimal(basis_points) / 100).normalize())


def days_of(stage: Stage) -> str:
    """Return how long the payer has, as words."""
    if stage.counted is Counted.CALENDAR:
        return ngettext("within %(num)s day", "within %(num)s days", stage.days)
    return ngettext("within %(num)s working day", "within %(num)s working days", stage.days)


def words(plan: AgreedPlan, mode: Mode, *, with_days: bool = True) -> str:
    """Return a plan's milestones as one line; where a provider holds the money nobody has days to pay."""
    return rest(plan.stages, mode, with_days=with_days)


def rest(stages: Sequence[Stage], mode: Mode, *, with_days: bool = True) -> str:
    """Return milestones as one line."""
    if mode is Mode.PROVIDER_HELD or not with_days:
        return " · ".join(share_of(stage.basis_points, stage.event) for stage in stages)
    return " · ".join(f"{share_of(stage.basis_points, stage.event)}, {days_of(stage)}" for stage in stages)


def of_terms(terms: Mapping[str, str]) -> str:
    """Return the plan of terms that somebody approves, as words; requests of before name its code alone."""
    if "agreed" not in terms:
        return next((name for code, name in presets().items() if code == terms["plan"]), terms["plan"])
    plan = from_json(json.loads(terms["agreed"]))
    if not plan.name and not is_amended(plan):
        return title(plan)
    return f"{title(plan)} ({words(plan, Mode(terms['mode']))})"


def presets() -> dict[Plan, str]:
    """Return what the plans are called that every merchant has."""
    return {
        Plan.DEPOSIT_30_70: _("30 %% deposit, 70 %% at hand-over to the hub") % _NOTHING,
        Plan.ACCEPTANCE_100: _("100 %% on acceptance") % _NOTHING,
        Plan.SAMPLE_100: _("100 %% with the order") % _NOTHING,
        Plan.SAMPLE_FREE: _("Free of charge"),
    }


def title(plan: AgreedPlan) -> str:
    """Return what a plan is called: a preset by its milestones, another as its merchant calls it."""
    if is_amended(plan):
        return _("As agreed after the order was placed")
    return next((name for code, name in presets().items() if code == plan.code), plan.name)


def way(offer: Offer, rail: Rail, *, provider: str, left: str | None = None) -> dict[str, Any]:
    """Return a plan by a rail as a checkout offers it: value of the form, title and what it means.

    ``left`` is what is left of the buyer's credit, shown where the plan takes it up.
    """
    plan = offer.plan
    if rail is Rail.CARD:
        named = {
            Plan.DEPOSIT_30_70: _("Card, released 30 %% at confirmation and 70 %% at hand-over to the hub") % _NOTHING,
            Plan.ACCEPTANCE_100: _("Card, released on acceptance"),
        }
        hint = _("Charged in full now and held by the payment provider: %(provider)s.", provider=provider.rstrip("."))
        of_own = _("Card: %(plan)s", plan=plan.name)
        rest = words(plan, Mode.PROVIDER_HELD)
    else:
        named = {
            Plan.DEPOSIT_30_70: _("Bank transfer, 30 %% deposit and 70 %% at hand-over to the hub") % _NOTHING,
            Plan.ACCEPTANCE_100: _("Bank transfer, 100 %% on acceptance") % _NOTHING,
        }
        hint = (
            _("You pay the merchant's account named in the pro-forma. The platform holds no money.")
            if plan.has_deposit
            else _("Space is confirmed when the merchant confirms.")
        )
        of_own = _("Bank transfer: %(plan)s", plan=plan.name)
        rest = words(plan, Mode.DIRECT)
    name = next((text for code, text in named.items() if code == plan.code), None)
    if plan.credit and left is not None:
        hint = _("On your credit with this merchant, of which %(left)s are left.", left=left)
    return {
        "by_card": rail is Rail.CARD,
        "value": f"{rail} {plan.code}",
        "title": name or of_own,
        "hint": hint if name else f"{rest}. {hint}",
    }


def stages_of(form: Mapping[str, str]) -> list[dict[str, str]]:
    """Read milestones from a form: ``percent.<event>``, ``days.<event>`` and ``counted.<event>``.

    An event without a percentage is none.
    """
    return [
        {"event": event, "percent": form[f"percent.{event}"]}
        | {name: form[key] for name in ("days", "counted") if (key := f"{name}.{event}") in form}
        for event in map(str, MilestoneEvent)
        if form.get(f"percent.{event}", "").strip()
    ]


def way_sold_on(offer: Offer, rail: Rail, *, provider: str, seller: str) -> dict[str, Any]:
    """Return a plan by a rail as a checkout offers it where the operator's trading company is the seller."""
    plan = offer.plan
    name = title(plan)
    if rail is Rail.CARD:
        named = _("Bought of %(seller)s, by card: %(plan)s", seller=seller, plan=name)
        hint = _(
            "Your contract is with %(seller)s. Charged in full now by %(provider)s.",
            seller=seller.rstrip("."),  # a company's name may end in one
            provider=provider.rstrip("."),
        )
    else:
        named = _("Bought of %(seller)s, by bank transfer: %(plan)s", seller=seller, plan=name)
        hint = _("Your contract is with %(seller)s; you pay the operator's account named in it.", seller=seller)
    value = f"{rail} {plan.code} {Mode.OPERATOR_SELLS}"
    return {"by_card": rail is Rail.CARD, "value": value, "title": named, "hint": hint}

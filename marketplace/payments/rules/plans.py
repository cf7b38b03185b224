"""Payment plans as values: ordered milestones, each an event, a percentage, and the days until it must be paid."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from marketplace.accounts.rules.closures import Works, calendar_deadline, deadline
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent, Mode, Plan, Rail

MOST_STAGES: Final = len(MilestoneEvent)
LONGEST_NAME: Final = 80
# A deposit keeps goods and room held until it is due, so it may not take long; credit may.
MOST_DAYS: Final = 180
MOST_DEPOSIT_DAYS: Final = 10
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{2,31}", re.ASCII)
_WAY: Final = tuple(MilestoneEvent)


class Counted(StrEnum):
    """Which days of the payer count: those on which its people work, or all."""

    WORKING = "working"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Stage:
    """One milestone: what makes it due, its part of the whole in basis points, and the days to pay after that."""

    event: MilestoneEvent
    basis_points: int
    days: int
    counted: Counted = Counted.WORKING


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """A plan as an order keeps it: what its merchant changes later does not touch it.

    ``name`` is what the merchant called it, empty for a preset; on ``credit`` goods go out before they are paid, within
    a limit.
    """

    code: str
    stages: tuple[Stage, ...]
    name: str = ""
    credit: bool = False

    @property
    def has_deposit(self) -> bool:
        """Whether a share is due before anything is promised."""
        return self.stages[0].event is MilestoneEvent.DEPOSIT

    def stage(self, event: MilestoneEvent) -> Stage | None:
        """Return the milestone of an event, None for an event that makes nothing due."""
        return next((stage for stage in self.stages if stage.event is event), None)

    @property
    def longest(self) -> int:
        """The most days that a share is given: what a credit must allow."""
        return max(stage.days for stage in self.stages)


_SHARES: Final[Mapping[Plan, tuple[tuple[MilestoneEvent, int], ...]]] = {
    Plan.DEPOSIT_30_70: ((MilestoneEvent.DEPOSIT, 3_000), (MilestoneEvent.HANDED_OVER, 7_000)),
    Plan.ACCEPTANCE_100: ((MilestoneEvent.ACCEPTED, WHOLE),),
    Plan.FREIGHT_HANDOVER_100: ((MilestoneEvent.HANDED_OVER, WHOLE),),
    Plan.SAMPLE_100: ((MilestoneEvent.DEPOSIT, WHOLE),),
    Plan.SAMPLE_FREE: ((MilestoneEvent.ACCEPTED, WHOLE),),
}
# A carrier's held money waits for delivery, not for the hand-over.
_FREIGHT_HELD: Final = ((MilestoneEvent.DELIVERED, WHOLE),)
_ADAPTER: Final = TypeAdapter(AgreedPlan)
_STAGES: Final = TypeAdapter(tuple[Stage, ...])


def preset(plan: Plan, *, mode: Mode, days: int) -> AgreedPlan:
    """Return a preset as a plan like any other; every share of it is due in the house's working days."""
    held_freight = plan is Plan.FREIGHT_HANDOVER_100 and mode is Mode.PROVIDER_HELD
    shares = _FREIGHT_HELD if held_freight else _SHARES[plan]
    return AgreedPlan(str(plan), tuple(Stage(event, basis_points, days) for event, basis_points in shares))


def of_sample(amount: Money, *, days: int) -> AgreedPlan:
    """Return how a sample is paid, whatever plans its merchant offers: in full with the order, or not at all."""
    return preset(Plan.SAMPLE_100 if amount else Plan.SAMPLE_FREE, mode=Mode.DIRECT, days=days)


def choose_of_sample(amount: Money, *, code: str, days: int, field: str) -> AgreedPlan:
    """Return how a sample is paid, or refuse ``field`` for the code of another plan; what is free is in full too."""
    plan = of_sample(amount, days=days)
    if code not in (plan.code, Plan.SAMPLE_100):
        raise Refused.field(field, "choice", plan.code)
    return plan


@dataclass(frozen=True, slots=True)
class Share:
    """One milestone of one line: its part of the line's amount, and of the line's commission."""

    event: MilestoneEvent
    basis_points: int
    amount: Money
    commission: Money


def share_line(amount: Money, *, plan: AgreedPlan, commission_bp: int) -> tuple[Share, ...]:
    """Divide a line by largest remainder: shares sum to the amount, their commissions to the line's commission."""
    parts = amount.share([stage.basis_points for stage in plan.stages])
    # The commission follows the parts, so that no milestone owes more commission than it pays.
    commissions = amount.portion(commission_bp, WHOLE).share([part.minor for part in parts])
    return tuple(
        Share(stage.event, stage.basis_points, part, commission)
        for stage, part, commission in zip(plan.stages, parts, commissions, strict=True)
    )


def is_preset(code: str) -> bool:
    """Tell whether this is the code of a preset, which no merchant can give to a plan of its own."""
    return code in set(Plan)


def due_at(stage: Stage, works: Works, now: datetime) -> datetime:
    """Return until when a share is to be paid that falls due now, on the calendar of its payer."""
    count = deadline if stage.counted is Counted.WORKING else calendar_deadline
    return count(works, now, stage.days)


def reached(plan: AgreedPlan, event: MilestoneEvent) -> tuple[MilestoneEvent, ...]:
    """Return the events of a plan that have come to pass with an event, in their order.

    Goods that came so far have passed everything before it: a border that nobody noted lets nobody off. The deposit is
    due by itself, never because of another event.
    """
    if event is MilestoneEvent.DEPOSIT:
        return tuple(stage.event for stage in plan.stages if stage.event is event)
    passed = _WAY[1 : _WAY.index(event) + 1]
    return tuple(stage.event for stage in plan.stages if stage.event in passed)


def to_json(plan: AgreedPlan) -> dict[str, Any]:
    """Return the plan as it is kept with what was agreed."""
    return _ADAPTER.dump_python(plan, mode="json")


def stages_to_json(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """Return milestones as they are kept with a proposal."""
    return _STAGES.dump_python(tuple(stages), mode="json")


def stages_from_json(kept: Any) -> tuple[Stage, ...]:
    """Return the milestones of a proposal that was kept."""
    return _STAGES.validate_python(kept)


def from_json(kept: Any) -> AgreedPlan:
    """Return the plan that was kept; ValueError for what is none."""
    try:
        plan = _ADAPTER.validate_python(kept)
        check_stages(plan.stages)
    except (ValidationError, Refused) as error:
        msg = f"no payment plan: {kept}"
        raise ValueError(msg) from error
    return plan


def check_stages(stages: Sequence[Stage]) -> None:
    """Refuse ``stages`` that are no plan: each event once, in the order of the way, percentages that make the whole."""
    if not 1 <= len(stages) <= MOST_STAGES:
        raise Refused.field("stages", "range", f"1 to {MOST_STAGES} milestones")
    places = [_WAY.index(stage.event) for stage in stages]
    if places != sorted(set(places)):
        raise Refused.field("stages", "plan_order", ", ".join(_WAY))
    if any(stage.basis_points < 1 for stage in stages) or sum(stage.basis_points for stage in stages) != WHOLE:
        raise Refused.field("stages", "plan_whole", f"percentages that sum to {WHOLE // 100}")
    for stage in stages:
        most = MOST_DEPOSIT_DAYS if stage.event is MilestoneEvent.DEPOSIT else MOST_DAYS
        if not 1 <= stage.days <= most:
            raise Refused.field("stages", "plan_days", f"1 to {most} days", event=str(stage.event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A plan that a merchant offers at checkout, by which rails and from which amount on."""

    plan: AgreedPlan
    rails: tuple[Rail, ...]
    minimum: Money | None = None
    active: bool = True
    default: bool = False

    def takes(self, *, rail: Rail, amount: Money) -> bool:
        """Tell whether an order of this amount can be paid so; a plan with a minimum is for orders in its currency."""
        if not self.active or rail not in self.rails:
            return False
        return self.minimum is None or (self.minimum.currency == amount.currency and amount >= self.minimum)


def choose(offers: Sequence[Offer], *, code: str, rail: Rail, amount: Money, field: str) -> AgreedPlan:
    """Return the plan of this code among those that an order of this amount can be paid by, or refuse ``field``."""
    fit = [one.plan for one in offers if one.takes(rail=rail, amount=amount)]
    found = next((plan for plan in fit if plan.code == code), None)
    if found is None:
        raise Refused.field(field, "choice", ", ".join(plan.code for plan in fit))
    return found


def check_offer(offer: Offer) -> None:
    """Refuse an offer whose parts do not fit together.

    A preset keeps its milestones. Credit is between two companies: by bank, for goods that go out before they are
    paid, and with nothing due before.
    """
    errors: list[FieldError] = []
    plan = offer.plan
    if not _CODE.fullmatch(plan.code):
        errors.append(FieldError("code", "plan_code", "3 to 32 small letters, digits and _, a letter first"))
    if not is_preset(plan.code) and not 1 <= len(plan.name.strip()) <= LONGEST_NAME:
        errors.append(FieldError("name", "range", f"1 to {LONGEST_NAME} characters"))
    if not offer.rails:
        errors.append(FieldError("rails", "required", ", ".join(Rail)))
    if plan.credit and (is_preset(plan.code) or offer.rails != (Rail.BANK,) or goes_before_goods(plan.stages)):
        errors.append(FieldError("credit", "plan_credit", "by bank only, nothing due before the hand-over"))
    if offer.minimum is not None and offer.minimum.minor <= 0:
        errors.append(FieldError("minimum", "too_small", "more than 0"))
    if offer.default and not offer.active:
        errors.append(FieldError("default", "plan_default", "a plan that is offered"))
    if errors:
        raise Refused.fields(*errors)
    check_stages(plan.stages)


def goes_before_goods(stages: Sequence[Stage]) -> bool:
    """Tell whether something is due before the goods are handed over."""
    return any(_WAY.index(stage.event) < _WAY.index(MilestoneEvent.HANDED_OVER) for stage in stages)

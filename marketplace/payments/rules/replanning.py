"""Another plan for what has not fallen due: which shares it divides anew, and how, to the last cent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money, largest_remainder
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import AgreedPlan, Stage, check_stages, goes_before_goods
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent, Mode

# No merchant can give this to a plan of its own: codes of plans have no colon.
_AMENDED: Final = "amended:"
_WAY: Final = tuple(MilestoneEvent)


@dataclass(frozen=True, slots=True)
class Portion:
    """A share of a line as it stands: what ``is_to_come`` may be divided anew, what ``is_over`` is paid by nobody."""

    line_id: UUID
    event: MilestoneEvent
    part: int
    amount: Money
    commission: Money
    is_to_come: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class NewShare:
    """A share of a line by the new plan, with its part of the whole order in basis points."""

    line_id: UUID
    event: MilestoneEvent
    part: int
    basis_points: int
    amount: Money
    commission: Money


@dataclass(frozen=True, slots=True)
class Replanned:
    """The whole plan as it is then, with what stays of the one before, and the shares of what was to come."""

    plan: AgreedPlan
    shares: tuple[NewShare, ...]


def is_to_come(*, mode: Mode, state: MilestoneState, has_happened: bool, is_frozen: bool) -> bool:
    """Tell whether a share has neither fallen due nor been released, and nothing holds it.

    What a provider holds is to come until its event: one that happened before the charge was known, or while a card's
    dispute froze the share, has been.
    """
    if mode is Mode.DIRECT:
        return state is MilestoneState.PENDING
    waits = state in (MilestoneState.PENDING, MilestoneState.HELD)
    return waits and not has_happened and not is_frozen


def is_amended(plan: AgreedPlan) -> bool:
    """Tell whether a plan was agreed after its order was placed."""
    return plan.code.startswith(_AMENDED)


def check_rest(before: AgreedPlan, stages: Sequence[Stage], *, possible: Collection[MilestoneEvent]) -> None:
    """Refuse ``stages`` that are no plan, name what has passed, or ask for money before the goods of a credit."""
    check_stages(stages)
    if any(stage.event not in possible for stage in stages):
        raise Refused.field("stages", "plan_passed", ", ".join(event for event in _WAY if event in possible))
    if before.credit and goes_before_goods(stages):
        raise Refused.field("stages", "plan_credit", "by bank only, nothing due before the hand-over")


def replan(before: AgreedPlan, portions: Sequence[Portion], stages: Sequence[Stage], *, number: int) -> Replanned:
    """Divide what is to come over ``stages``, whose percentages are of that rest; everything else stays as it is.

    Of every line by largest remainder, amounts and commissions alike, so that each line sums to what it was. The
    ``number`` says the how manieth change of the order's terms this is. Conflict ``nothing_to_come``.
    """
    rest = _of_lines(portions)
    if not any(amount for amount, _commission in rest.values()):
        raise Conflict("nothing_to_come")
    stays = [one for one in portions if not one.is_to_come]
    parts: dict[tuple[UUID, MilestoneEvent], int] = {}
    for one in stays:
        parts[one.line_id, one.event] = max(one.part, parts.get((one.line_id, one.event), -1))
    divided = [
        (line_id, stage.event, share, fee)
        for line_id, (amount, commission) in rest.items()
        if amount
        for stage, share, fee in _shared(amount, commission, stages)
    ]
    plan = _whole(before, stays, divided, stages, number)
    points = {stage.event: stage.basis_points for stage in plan.stages}
    shares = (
        NewShare(line_id, event, parts.get((line_id, event), -1) + 1, points[event], share, fee)
        for line_id, event, share, fee in divided
    )
    return Replanned(plan, tuple(shares))


def _of_lines(portions: Sequence[Portion]) -> Mapping[UUID, tuple[Money, Money]]:
    """Return what is to come of each line, and its commission."""
    found: dict[UUID, tuple[Money, Money]] = {}
    for one in portions:
        if one.is_to_come:
            nothing = Money.zero(one.amount.currency)
            amount, commission = found.get(one.line_id, (nothing, nothing))
            found[one.line_id] = amount + one.amount, commission + one.commission
    return found


def _shared(amount: Money, commission: Money, stages: Sequence[Stage]) -> list[tuple[Stage, Money, Money]]:
    shares = amount.share([stage.basis_points for stage in stages])
    # As at placement: no share owes more commission than it pays.
    fees = commission.share([share.minor for share in shares])
    return list(zip(stages, shares, fees, strict=True))


def _whole(
    before: AgreedPlan,
    stays: Sequence[Portion],
    divided: Sequence[tuple[UUID, MilestoneEvent, Money, Money]],
    stages: Sequence[Stage],
    number: int,
) -> AgreedPlan:
    """Return the plan of the whole order: what stays by the old rules and the rest by the new, as percentages."""
    minor = dict.fromkeys((stage.event for stage in stages), 0)
    rules = {stage.event: stage for stage in (*before.stages, *stages)}
    for event, amount in (
        *((one.event, one.amount) for one in stays if one.amount and not one.is_over),
        *((event, share) for _line, event, share, _fee in divided),
    ):
        minor[event] = minor.get(event, 0) + amount.minor
    events = sorted(minor, key=_WAY.index)
    points = largest_remainder(WHOLE, [minor[event] for event in events])
    for index, share in enumerate(points):
        if not share:  # too small for a hundredth of a per cent, and there all the same
            points[points.index(max(points))] -= 1
            points[index] = 1
    whole = tuple(
        Stage(event, share, rules[event].days, rules[event].counted)
        for event, share in zip(events, points, strict=True)
    )
    return AgreedPlan(f"{_AMENDED}{number}", whole, "", before.credit)

"""What a buyer would pay when, by a plan and a rail: told before the order, as its milestones will say it after."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.rules.closures import Works
from marketplace.checkout.rules.cart import Bundle, CartLine
from marketplace.kernel.money import Money
from marketplace.payments.rules.plans import AgreedPlan, Stage, due_at, share_line
from marketplace.payments.rules.terms import MilestoneEvent, Rail
from marketplace.reports.cash.rules import Ahead, expected


@dataclass(frozen=True, slots=True)
class ShareAhead:
    """A share of an order, and by when it is to be paid: for certain, or as far as one can see.

    None where nobody knows; a card, which is certain, is charged at once.
    """

    event: MilestoneEvent
    amount: Money
    pay_by: datetime | None
    is_certain: bool


def of_bundle(bundle: Bundle, plan: AgreedPlan, rail: Rail, *, payer: Works, now: datetime) -> tuple[ShareAhead, ...]:
    """Return the shares of what becomes one order; of lines on several lorries the first day counts.

    By card everything is charged at once. By bank a deposit falls due with the order, the rest with its event.
    """
    if not bundle.goods:
        return ()
    if rail is Rail.CARD:
        return (ShareAhead(MilestoneEvent.DEPOSIT, bundle.goods, None, is_certain=True),)
    amounts = [share_line(line.payable, plan=plan, commission_bp=0) for line in bundle.lines]
    return tuple(
        ShareAhead(
            stage.event,
            Money(sum(shares[place].amount.minor for shares in amounts), bundle.currency),
            _first(bundle, stage, payer, now),
            is_certain=stage.event is MilestoneEvent.DEPOSIT,
        )
        for place, stage in enumerate(plan.stages)
    )


def _first(bundle: Bundle, stage: Stage, payer: Works, now: datetime) -> datetime | None:
    if stage.event is MilestoneEvent.DEPOSIT:
        return bundle.deposit_until(due_at(stage, payer, now))
    days = (_ahead(bundle, line) for line in bundle.lines)
    found = (expected(stage, ahead, at_once=False, payer=payer)[0] for ahead in days)
    return min((at for at in found if at is not None), default=None)


def _ahead(bundle: Bundle, line: CartLine) -> Ahead:
    """Return the days that the lorry which is chosen for a line promises."""
    if line.chosen is None:
        return Ahead(confirm_by=bundle.confirm_by)
    return Ahead(confirm_by=bundle.confirm_by, cutoff=line.chosen.cutoff_cargo_at, arrival=line.arrives_at)


__all__ = ["ShareAhead", "of_bundle"]

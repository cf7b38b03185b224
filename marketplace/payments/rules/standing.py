"""How the money of one subject stands: what is due now, what is paid, what is left, and what it waits for.

One reckoning for the payer, the payee and the operator, so that no two pages say different figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from marketplace.kernel.money import Money
from marketplace.payments.rules.paying import MilestoneState
from marketplace.payments.rules.plans import AgreedPlan, Stage
from marketplace.payments.rules.terms import MilestoneEvent, Mode

_M = MilestoneState
OVER: Final = (_M.CANCELLED, _M.REFUNDED)
# A stage is as far as the part of it that needs somebody first.
_FIRST: Final = (
    _M.OVERDUE, _M.DUE, _M.SLIP_RECEIVED, _M.PART_PAID, _M.PENDING, _M.HELD, _M.PAID, _M.RELEASED, *OVER
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One line's share of a stage."""

    event: MilestoneEvent
    state: MilestoneState
    amount: Money
    is_frozen: bool = False
    is_taken_back: bool = False
    is_sent_back: bool = False


@dataclass(frozen=True, slots=True)
class Bill:
    """What was asked for by one event, and what of it is still to be paid.

    ``lapsed`` is what came of a payment that ended before all of it did: its shares say only that they ended.
    """

    event: MilestoneEvent | None
    outstanding: Money
    due_at: datetime | None
    is_late: bool = False
    lapsed: Money | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What was agreed about a subject that was cancelled, and what of what came is not owed back.

    ``kept`` is None where a provider held the money: then it is what was not refunded.
    """

    agreed: Money
    kept: Money | None


@dataclass(frozen=True, slots=True)
class LetOff:
    """What was let off a price since it was placed: ``by_agreement`` it is less, the rest was ``credited`` for a cause.

    ``waived`` of both together was never asked for, or was refunded; what is left of them is owed back.
    """

    by_agreement: Money
    credited: Money
    waived: Money


@dataclass(frozen=True, slots=True)
class Back:
    """What the payee owes back to the payer, what of it has come back, and what of it was paid too much."""

    owed: Money
    come: Money
    overpaid: Money


@dataclass(frozen=True, slots=True)
class StageStanding:
    """A milestone of the plan over all lines: ``amount`` as agreed now.

    It is ``paid + due + pending + taken_back + sent_back``.

    Lines reach an event at different times: ``due`` was asked for and did not come, ``overdue`` of it in time, and
    ``pending`` nobody asked for yet. Of what is paid a provider has ``held`` and ``released``; ``frozen`` of it waits
    for a card's bank to decide, ``taken_back`` such a bank took, and ``sent_back`` went back to the card at the
    provider's limit. ``state`` is that of the part that needs somebody first, and ``part_paid`` where some is paid and
    the rest pending; ``paid`` where some came and the rest needs paying no longer. ``due_at`` is the first day of what
    is due, and of a stage that is paid its last one.
    """

    stage: Stage
    amount: Money
    paid: Money
    due: Money
    overdue: Money
    pending: Money
    held: Money
    released: Money
    frozen: Money
    taken_back: Money
    sent_back: Money
    state: MilestoneState
    due_at: datetime | None

    @property
    def came(self) -> Money:
        """What was paid without a provider."""
        return self.paid - self.held - self.released

    @property
    def is_mixed(self) -> bool:
        """Whether it has parts that stand differently, so that its amount and state alone do not say how it stands."""
        parts = (self.came, self.held, self.released, self.overdue, self.due - self.overdue, self.pending)
        return sum(map(bool, parts)) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyFacts:
    """``total = paid + balance``, and ``due_now`` is the part of the balance that may be asked for now.

    ``agreed = let_off + still_agreed``: what both sides agree on, and what was credited of it for a cause. What was
    paid before is owed back, and ``come_back`` of it has come: ``paid + overpaid - owed_back + taken_back + sent_back``
    is ``still_agreed`` less ``balance``. ``bank_charges`` of what counts as paid never came: short by no more than the
    tolerance is paid.

    ``taken_back`` is what a card's bank took of what was paid: the goods cost what they did, and nobody asks for it
    here again. ``sent_back`` went back to the card because its provider holds no money longer: that too is still
    agreed, and settled directly. ``frozen`` of what is held waits for a card's bank to decide.

    Of a cancelled subject ``total`` and ``agreed`` are what was agreed; nothing of it is still agreed, and ``kept`` is
    what of what was paid is not owed back; while it runs that is None. By bank ``paid + overpaid`` is then
    ``owed_back + kept + bank_charges``.

    What is paid to a provider is ``held`` or ``released``. ``waits`` says whether a payment or an event is next, and
    ``event`` which; both None when nothing is open.
    """

    mode: Mode
    plan: AgreedPlan
    total: Money
    agreed: Money
    let_off: Money
    still_agreed: Money
    kept: Money | None
    overpaid: Money
    owed_back: Money
    come_back: Money
    due_now: Money
    paid: Money
    bank_charges: Money
    balance: Money
    held: Money
    frozen: Money
    released: Money
    taken_back: Money
    sent_back: Money
    waits: Literal["payment", "event"] | None
    event: MilestoneEvent | None
    stages: tuple[StageStanding, ...]


def facts(
    *,
    plan: AgreedPlan,
    mode: Mode,
    currency: str,
    parts: Sequence[Part],
    bills: Sequence[Bill],
    ended: Ended | None = None,
    let_off: LetOff | None = None,
    back: Back | None = None,
    charges: Money | None = None,
) -> MoneyFacts:
    """Reckon how a subject's money stands from the shares of its lines, what was asked for, and what was let off.

    ``charges`` is what banks kept of what counts as paid.
    """

    def total(*states: MilestoneState) -> Money:
        return Money(sum(part.amount.minor for part in parts if part.state in states), currency)

    due_now = Money(sum(bill.outstanding.minor for bill in bills), currency)
    whole = total(*(state for state in MilestoneState if state not in OVER)) + _lapsed(bills, currency)
    taken = Money(sum(part.amount.minor for part in parts if part.is_taken_back), currency)
    sent = Money(sum(part.amount.minor for part in parts if part.is_sent_back), currency)
    balance = due_now + total(_M.PENDING)
    waits, event = _next(plan, parts, bills)
    nothing = Money.zero(currency)
    less = let_off or LetOff(nothing, nothing, nothing)
    returned = back or Back(nothing, nothing, nothing)
    agreed = ended.agreed if ended else whole + taken + sent + less.waived - less.by_agreement
    credited = nothing if ended else less.credited
    return MoneyFacts(
        mode=mode,
        plan=plan,
        total=ended.agreed if ended else whole,
        agreed=agreed,
        let_off=credited,
        still_agreed=nothing if ended else agreed - credited,
        kept=_kept(ended, whole - balance),
        overpaid=returned.overpaid,
        owed_back=returned.owed,
        come_back=returned.come,
        due_now=due_now,
        paid=whole - balance,
        bank_charges=charges or nothing,
        balance=balance,
        held=total(_M.HELD),
        frozen=Money(sum(part.amount.minor for part in parts if part.is_frozen), currency),
        released=total(_M.RELEASED),
        taken_back=taken,
        sent_back=sent,
        waits=waits,
        event=event,
        stages=tuple(_standing(stage, currency, parts, bills) for stage in plan.stages),
    )


def still_owed(came: Sequence[Money], owed: Money) -> tuple[Money, ...]:
    """Return what has to go back of each payment when all of it ends, where so much of them is owed back already."""
    rest: list[Money] = []
    for amount in came:
        before = min(owed, amount)
        owed -= before
        rest.append(amount - before)
    return tuple(rest)


def _kept(ended: Ended | None, paid: Money) -> Money | None:
    if ended is None:
        return None
    return paid if ended.kept is None else ended.kept


def _lapsed(bills: Sequence[Bill], currency: str) -> Money:
    return Money(sum(bill.lapsed.minor for bill in bills if bill.lapsed is not None), currency)


def _next(
    plan: AgreedPlan, parts: Sequence[Part], bills: Sequence[Bill]
) -> tuple[Literal["payment", "event"] | None, MilestoneEvent | None]:
    asked = {bill.event for bill in bills if bill.outstanding}
    coming = {part.event for part in parts if part.state in (_M.PENDING, _M.HELD) and part.amount}
    for stage in plan.stages:
        if stage.event in asked:
            return "payment", stage.event
        if stage.event in coming:
            return "event", stage.event
    return None, None


def _standing(stage: Stage, currency: str, parts: Sequence[Part], bills: Sequence[Bill]) -> StageStanding:
    mine = [part for part in parts if part.event is stage.event]

    def total(*states: MilestoneState) -> Money:
        return Money(sum(part.amount.minor for part in mine if part.state in states), currency)

    asked = [bill for bill in bills if bill.event is stage.event]
    lapsed = _lapsed(asked, currency)
    live = total(*(state for state in MilestoneState if state not in OVER)) + lapsed
    taken = Money(sum(part.amount.minor for part in mine if part.is_taken_back), currency)
    sent = Money(sum(part.amount.minor for part in mine if part.is_sent_back), currency)
    due = Money(sum(bill.outstanding.minor for bill in asked), currency)
    pending = total(_M.PENDING)
    paid = live - due - pending
    state = min((part.state for part in mine), key=_FIRST.index, default=_M.PENDING)
    if state is _M.PENDING and paid:
        state = _M.PART_PAID
    elif state is _M.CANCELLED and lapsed:
        state = _M.PAID
    return StageStanding(
        stage=stage,
        amount=live + taken + sent,
        paid=paid,
        due=due,
        overdue=Money(sum(bill.outstanding.minor for bill in asked if bill.is_late), currency),
        pending=pending,
        held=total(_M.HELD),
        released=total(_M.RELEASED),
        frozen=Money(sum(part.amount.minor for part in mine if part.is_frozen), currency),
        taken_back=taken,
        sent_back=sent,
        state=state,
        due_at=_due_at(asked, is_coming=bool(pending)),
    )


def _due_at(asked: Sequence[Bill], *, is_coming: bool) -> datetime | None:
    """Return the first day of what is due; of what is paid the last one, while nothing of it is still to come."""
    first = [bill.due_at for bill in asked if bill.outstanding and bill.due_at is not None]
    if first or is_coming:
        return min(first, default=None)
    return max((bill.due_at for bill in asked if bill.due_at is not None), default=None)

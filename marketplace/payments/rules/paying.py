"""How a payment goes: its lifecycle, and what the money that came so far makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money


class PaymentState(StrEnum):
    """Where a payment stands; by card it begins authorised, by bank due."""

    DUE = "due"
    SLIP_RECEIVED = "slip_received"
    PART_PAID = "part_paid"
    PAID = "paid"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    REFUNDED = "refunded"


class MilestoneState(StrEnum):
    """Where one line's share stands: the money axis of an order line."""

    PENDING = "pending"
    DUE = "due"
    SLIP_RECEIVED = "slip_received"
    PART_PAID = "part_paid"
    PAID = "paid"
    HELD = "held"
    RELEASED = "released"
    OVERDUE = "overdue"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


# What is in one of these is not touched any more.
SETTLED: Final = frozenset(
    {MilestoneState.PAID, MilestoneState.RELEASED, MilestoneState.REFUNDED, MilestoneState.CANCELLED}
)

_S = PaymentState
_OPEN: Final = {
    "slip": _S.SLIP_RECEIVED,
    "part": _S.PART_PAID,
    "settle": _S.PAID,
    "lapse": _S.OVERDUE,
    "cancel": _S.CANCELLED,
}
PAYMENTS: Final = Lifecycle[PaymentState](
    "payment",
    {
        _S.DUE: _OPEN,
        # The slip's reader has the next move, so the clock does not make it the payer's fault. Silence never makes it
        # money: a slip that nobody answers, or that the payee disputes, leaves the payment due, or what is left of it.
        _S.SLIP_RECEIVED: {name: state for name, state in _OPEN.items() if name != "lapse"}
        | {"dispute": _S.DUE, "dispute_rest": _S.PART_PAID}
        | {"withdraw": _S.SLIP_RECEIVED, "withdraw_rest": _S.SLIP_RECEIVED},
        # A receipt that was written down by mistake is withdrawn: what came before it has come all the same.
        _S.PART_PAID: _OPEN | {"withdraw": _S.DUE, "withdraw_rest": _S.PART_PAID},
        _S.OVERDUE: {name: state for name, state in _OPEN.items() if name != "lapse"}
        | {"withdraw": _S.OVERDUE, "withdraw_rest": _S.OVERDUE},
        # More may come for a payment that is settled: it covers bank charges first, the rest is owed back.
        _S.PAID: {"settle": _S.PAID, "withdraw": _S.DUE, "withdraw_rest": _S.PART_PAID},
        _S.AUTHORISED: {"capture": _S.CAPTURED, "cancel": _S.CANCELLED},
        _S.CAPTURED: {"refund": _S.REFUNDED},
        _S.REFUNDED: {"capture": _S.CAPTURED},
    },
)
UNPAID: Final = (_S.DUE, _S.SLIP_RECEIVED, _S.PART_PAID, _S.OVERDUE)
LAPSING: Final = tuple(state for state in UNPAID if PAYMENTS.allows(state, "lapse"))

# A milestone says what its payment says; money at a provider is held until its event releases it.
MILESTONE_OF: Final = {
    _S.DUE: MilestoneState.DUE,
    _S.SLIP_RECEIVED: MilestoneState.SLIP_RECEIVED,
    _S.PART_PAID: MilestoneState.PART_PAID,
    _S.PAID: MilestoneState.PAID,
    _S.OVERDUE: MilestoneState.OVERDUE,
    _S.CANCELLED: MilestoneState.CANCELLED,
    _S.AUTHORISED: MilestoneState.PENDING,
    _S.CAPTURED: MilestoneState.HELD,
    _S.REFUNDED: MilestoneState.REFUNDED,
}


def disputing(*, paid: Money) -> str:
    """Return what a disputed slip does: money that came before it has come all the same."""
    return "dispute_rest" if paid else "dispute"


class TransferState(StrEnum):
    """Whether money that came is known to be for something; withdrawn when it had never come."""

    UNMATCHED = "unmatched"
    MATCHED = "matched"
    WITHDRAWN = "withdrawn"
    NOT_OURS = "not_ours"  # it came, and is for nothing that was agreed in this city


class Mistake(StrEnum):
    """Why money that was written down had not come like that."""

    NEVER_CAME = "never_came"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_ACCOUNT = "wrong_account"


TRANSFERS: Final = Lifecycle[TransferState](
    "transfer",
    {
        TransferState.UNMATCHED: {
            "match": TransferState.MATCHED,
            "withdraw": TransferState.WITHDRAWN,
            "dismiss": TransferState.NOT_OURS,
        },
        TransferState.MATCHED: {"withdraw": TransferState.WITHDRAWN},
        # Said by mistake, it can still be matched.
        TransferState.NOT_OURS: {"match": TransferState.MATCHED, "withdraw": TransferState.WITHDRAWN},
    },
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What all the money that came makes of a payment: ``paid + charges - surplus = amount`` once settled."""

    paid: Money
    charges: Money
    surplus: Money
    action: str


def standing(*, amount: Money, paid: Money, tolerance: Money, settled: bool) -> Standing:
    """Weigh what came in all against what was due.

    Short by no more than the tolerance is paid, the rest being bank charges - but half of it must have come, so that
    no small payment is settled by a coin. What is settled stays settled.
    """
    nothing = Money.zero(amount.currency)
    missing = amount - paid
    if missing.minor <= 0:
        return Standing(paid, nothing, -missing, "settle")
    if settled or (missing <= tolerance and missing <= paid):
        return Standing(paid, missing, nothing, "settle")
    return Standing(paid, nothing, nothing, "part")


def withdrawing(*, amount: Money, before: Standing) -> str:
    """Return what withdrawing the latest receipt does to a payment that stood so before it."""
    if before.paid + before.charges - before.surplus == amount:
        return "settle"
    return "withdraw_rest" if before.paid else "withdraw"


def allot(received: Money, outstanding: Sequence[Money]) -> tuple[Money, ...]:
    """Divide one transfer over several payments in their order: each what it lacks, the last what is left.

    Refused when the money ends before the last payment.
    """
    parts: list[Money] = []
    left = received
    for lacking in outstanding[:-1]:
        part = min(left, lacking)
        parts.append(part)
        left -= part
    parts.append(left)
    if any(part.minor <= 0 for part in parts):
        raise Refused.field("payment_ids", "nothing_left", f"payments that {received} reaches")
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Open:
    """A payment that waits for money: what it lacks, and what its payer is called."""

    id: UUID
    lacking: Money
    payer: str


def meant(received: Money, *, sender: str, waiting: Sequence[Open], tolerance: Money) -> tuple[tuple[UUID, ...], str]:
    """Return the payments that money without a reference may be for, and why: ``amount_and_payer`` or ``amount``.

    The amount is what a payment lacks, or short of it by no more than bank charges; whose payer sent it comes first.
    """
    fitting = [
        each
        for each in waiting
        if each.lacking.currency == received.currency
        and 0 <= each.lacking.minor - received.minor <= min(tolerance.minor, received.minor)
    ]
    of_payer = [each for each in fitting if each.payer and each.payer.casefold() == sender.strip().casefold()]
    chosen = of_payer or fitting
    return tuple(each.id for each in chosen), ("amount_and_payer" if of_payer else "amount") if chosen else ""


def check_split(received: Money, parts: Sequence[Money], *, payments: int) -> None:
    """Refuse parts of a transfer that are not one for each payment, or do not sum to what came."""
    if len(parts) != payments or any(part.currency != received.currency or part.minor <= 0 for part in parts):
        raise Refused.field("amounts", "split", f"{payments}: {received}")
    if sum(part.minor for part in parts) != received.minor:
        raise Refused.field("amounts", "parts_sum", str(received))

"""What stands on the board, whose move it is, where that is done, and how old something is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

# Jobs ask about what was never answered every minute: what is still open after this is stuck.
STUCK: Final = timedelta(minutes=15)
# The provider's page lives for an hour, and its charge is given up within two.
PAGE_LEFT: Final = timedelta(hours=2)
# A transfer between banks is settled, or bounced, within this.
ON_THE_WAY: Final = timedelta(days=5)

# Jobs that move money, or find out how it stands; other jobs have a page of their own.
MONEY_JOBS: Final = (
    "deliver_double_events", "finish_checkout", "finish_checkouts", "gather_payouts", "give_back_card",
    "issue_statements", "lapse_payments", "reconcile_bookings", "reconcile_cards", "refund_allowance",
    "resume_refunds", "send_card_return", "send_payouts", "send_transfers", "watch_provider",
)  # fmt: skip


class Kind(StrEnum):
    """Something that waits to be put right."""

    BANK_LINE = "bank_line"  # of the house's own account, for nothing known
    SENDER_RETURN = "sender_return"  # placed, and to be sent back to where it came from
    TRANSFER = "transfer"  # that a payee has and cannot match
    SLIP = "slip"  # that its payee does not answer
    OBLIGATION = "obligation"  # overdue
    CHARGE = "charge"
    REFUND = "refund"
    CARD_RETURN = "card_return"
    PAYOUT = "payout"
    BOUNCED = "bounced"
    BOOKING = "booking"  # of the provider's books, other than ours
    HOLD = "hold"
    DISPUTE = "dispute"
    WRITE_OFF = "write_off"
    CLAIM = "claim"
    JOB = "job"


class Owner(StrEnum):
    """Whose move it is."""

    TREASURY = "treasury"
    PAYER = "payer"
    PAYEE = "payee"
    ADMIN = "admin"


OWNERS: Final[Mapping[Kind, Owner]] = {
    Kind.BANK_LINE: Owner.TREASURY,
    Kind.SENDER_RETURN: Owner.TREASURY,
    Kind.TRANSFER: Owner.PAYEE,
    Kind.SLIP: Owner.TREASURY,
    Kind.OBLIGATION: Owner.PAYER,
    Kind.CHARGE: Owner.TREASURY,
    Kind.REFUND: Owner.TREASURY,
    Kind.CARD_RETURN: Owner.TREASURY,
    Kind.PAYOUT: Owner.TREASURY,
    Kind.BOUNCED: Owner.PAYEE,  # whose account did not take it
    Kind.BOOKING: Owner.TREASURY,
    Kind.HOLD: Owner.TREASURY,
    Kind.DISPUTE: Owner.TREASURY,
    Kind.WRITE_OFF: Owner.TREASURY,
    Kind.CLAIM: Owner.TREASURY,
    Kind.JOB: Owner.ADMIN,
}
_PATHS: Final[Mapping[Kind, str]] = {
    Kind.BANK_LINE: "/operator/bank",
    Kind.SENDER_RETURN: "/operator/bank#sender-returns",
    Kind.TRANSFER: "",  # its payee's to match; nobody else may
    Kind.SLIP: "/operator/money",
    Kind.OBLIGATION: "/operator/money",
    Kind.CHARGE: "/operator/provider-bookings",
    Kind.REFUND: "/operator/provider-bookings",
    Kind.CARD_RETURN: "/operator/money",
    Kind.PAYOUT: "/account/payouts",
    Kind.BOUNCED: "/account/payouts",
    Kind.BOOKING: "/operator/provider-bookings",
    Kind.HOLD: "/operator/money",
    Kind.DISPUTE: "/operator/card-disputes",
    Kind.WRITE_OFF: "/account/receivables",
    Kind.CLAIM: "/claims",
    Kind.JOB: "/operator/jobs",
}


def path(kind: Kind, thing_id: UUID, order_id: UUID | None, state: str = "") -> str:
    """Return where something is put right, nothing where that is not the operator's."""
    if kind is Kind.CLAIM:
        return f"/claims/{thing_id}"
    if kind is Kind.OBLIGATION and order_id is not None:
        return f"/operator/orders/{order_id}/money"
    if kind is Kind.BOUNCED and state:
        return f"{_PATHS[kind]}?state={state}"
    return _PATHS[kind]


def age(since: datetime, now: datetime) -> int:
    """Return for how many whole days something waits."""
    return max((now - since).days, 0)

"""Return the money of a cancelled subject, or of a claim, to the card: jobs, because they ask the provider.

A refund that the provider or the card's bank refuses is over for these jobs: with its failure a return was opened,
which two people of the treasury send on.
"""

from datetime import datetime
from uuid import UUID

import structlog

from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards as card_flows
from marketplace.payments.queries import card_returns, cards
from marketplace.payments.queries.card_returns import allowance_key
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.card_returns import ReturnState, Way, refund_key
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.terms import Subject

_log = structlog.get_logger("city.payments")
_FAILED = frozenset({"refund_failed", "payment_provider_refused"})


def give_back(*, subject: Subject, now: datetime) -> None:
    """Refund what was captured and not refunded yet, and cancel what was only reserved; again does nothing more."""
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            sent = cards.sent_by_bank(reading(), charge_id=charge.id)
            left = charge.captured - charge.refunded - Money(sent, charge.captured.currency)
            if left:
                _refund(charge, left, "order_cancelled", f"{charge.key}:refund", now)
        elif charge.state in (CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED):
            card_flows.cancel(key=charge.key, now=now)


def refund_part(*, subject: Subject, amount: Money, cause: str, now: datetime) -> None:
    """Refund what was let off a held subject's price; ``cause`` tells several refunds of one charge apart."""
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            _refund(charge, amount, "claim", allowance_key(cause), now)


def send_return(*, return_id: UUID, now: datetime) -> None:
    """Send a return that two people agreed to to its card once more; again does nothing more."""
    found = card_returns.card_return(reading(), return_id=return_id)
    if found.state is ReturnState.APPROVED and found.way is Way.CARD:
        charge = cards.charge_by_id(reading(), charge_id=found.charge_id)
        _refund(charge, found.amount, "return", refund_key(found.id, found.attempt), now)


def _refund(charge: ChargeRow, amount: Money, reason: str, key: str, now: datetime) -> None:
    try:
        card_flows.refund(key=charge.key, amount=amount, reason=reason, refund_key=key, now=now)
    except Conflict as refusal:
        if refusal.code not in _FAILED:
            raise
        _log.warning("refund_failed", charge=str(charge.id), code=refusal.code)

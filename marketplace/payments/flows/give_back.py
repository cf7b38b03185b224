"""Return the money of a cancelled subject, or of a claim, to the card: jobs, because they ask the provider.

A refund that the provider or the card's bank refuses is over for these jobs: with its failure a return was opened,
which two people of the treasury send on.
"""

from datetime import datetime
from uuid import UUID

import structlog

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards as card_flows
from marketplace.payments.flows import remitting
from marketplace.payments.queries import card_returns, cards, disputes, payments
from marketplace.payments.queries.card_returns import allowance_key
from marketplace.payments.queries.cards import ChargeRow, RefundRow
from marketplace.payments.rules.card_returns import ReturnState, Way, refund_key
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.terms import Subject
from marketplace.payments.services import card_returns as returns
from marketplace.payments.services import receivables

_log = structlog.get_logger("city.payments")
_FAILED = frozenset({"refund_failed", "payment_provider_refused"})


def give_back(*, subject: Subject, now: datetime) -> None:
    """Refund what was captured and not refunded yet, and cancel what was only reserved; again does nothing more.

    What people send back of a refund that failed is theirs to send.
    """
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            key, left = f"{charge.key}:refund", card_returns.unpromised(reading(), charge=charge)
            if (left or _asked(charge, key)) and not _waits(charge):
                _refund(charge, left, "order_cancelled", key, now)
        elif charge.state in (CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED):
            card_flows.cancel(key=charge.key, now=now)
    # The payer first; only then what was moved to the payee meanwhile is asked back.
    remitting.reverse(cause=receivables.cause_of(subject), now=now)


def refund_part(*, subject: Subject, amount: Money, cause: str, now: datetime) -> None:
    """Refund what was let off a held subject's price; ``cause`` tells several refunds of one charge apart."""
    reason = str(card_returns.why_of(reading(), cause_id=UUID(cause)))
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED) and not _waits(charge):
            key, part = allowance_key(cause), amount
            if _asked(charge, key) is None:
                # Its order may have ended meanwhile, or a dispute been lost: the payer has some of it already, and the
                # rest of the charge may be the payee's.
                part = min(amount, card_returns.unpromised(reading(), charge=charge))
            if part:
                _refund(charge, part, reason, key, now)
    remitting.reverse(cause=f"cause:{cause}", now=now)


def resume(*, dispute_id: UUID, now: datetime) -> None:
    """Do what had to wait until a card's bank decided a dispute; again does nothing more."""
    found = disputes.dispute(reading(), dispute_id=dispute_id)
    if payments.is_cancelled(reading(), subject=found.subject):
        give_back(subject=found.subject, now=now)
    else:
        for cause, amount in card_returns.unrefunded(reading(), subject=found.subject):
            refund_part(subject=found.subject, amount=amount, cause=str(cause), now=now)
    for return_id in card_returns.approved_of(reading(), charge_id=found.dispute.charge_id):
        send_return(return_id=return_id, now=now)
    remitting.reverse(cause=f"dispute:{dispute_id}", now=now)


def send_return(*, return_id: UUID, now: datetime) -> None:
    """Send a return that two people agreed to to its card once more; again does nothing more."""
    found = card_returns.card_return(reading(), return_id=return_id)
    if found.state is ReturnState.APPROVED and found.way is Way.CARD:
        charge = cards.charge_by_id(reading(), charge_id=found.charge_id)
        if _waits(charge):
            return
        try:
            _refund(charge, found.amount, "return", refund_key(found.id, found.attempt), now)
        except Refused:
            # Less is left of the charge by now.
            in_unit_of_work(lambda session: returns.put_back(session, return_id=return_id, now=now))


def _waits(charge: ChargeRow) -> bool:
    """Tell whether a card's bank has the money and must decide first; then ``resume`` does what waits."""
    return disputes.is_pending(reading(), charge_id=charge.id)


def _refund(charge: ChargeRow, amount: Money, reason: str, key: str, now: datetime) -> None:
    # Asked for before, it is that refund, whatever is left since; one that failed its return sends on.
    known = _asked(charge, key)
    asked = known.amount if known else amount
    try:
        card_flows.refund(key=charge.key, amount=asked, reason=reason, refund_key=key, now=now)
    except Conflict as refusal:
        if refusal.code not in _FAILED:
            raise
        _log.warning("refund_failed", charge=str(charge.id), code=refusal.code)


def _asked(charge: ChargeRow, key: str) -> RefundRow | None:
    """Return the refund that was asked for under this key, None before."""
    return next((one for one in cards.refunds_of(reading(), charge_id=charge.id) if one.key == key), None)

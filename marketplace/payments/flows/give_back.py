"""Return the money of a cancelled subject, or of a claim, to the card: jobs, because they ask the provider."""

from datetime import datetime

from marketplace.kernel.db import reading
from marketplace.kernel.money import Money
from marketplace.payments.flows import cards as card_flows
from marketplace.payments.queries import cards
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.terms import Subject


def give_back(*, subject: Subject, now: datetime) -> None:
    """Refund what was captured and not refunded yet, and cancel what was only reserved; again does nothing more."""
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            left = charge.captured - charge.refunded
            if left:
                card_flows.refund(key=charge.key, amount=left, reason="order_cancelled", now=now)
        elif charge.state in (CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED):
            card_flows.cancel(key=charge.key, now=now)


def refund_part(*, subject: Subject, amount: Money, cause: str, now: datetime) -> None:
    """Refund what was let off a held subject's price; ``cause`` tells several refunds of one charge apart."""
    for charge in cards.charges_of(reading(), kind=str(subject.kind), subject_ids=[subject.id]):
        if charge.state in (CardState.CAPTURED, CardState.REFUNDED):
            card_flows.refund(key=charge.key, amount=amount, reason="claim", refund_key=f"allowance:{cause}", now=now)

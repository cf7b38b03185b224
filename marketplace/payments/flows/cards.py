"""Card charges: authorise, capture, cancel, refund; take the provider's notices; reconcile.

Each act commits its claim, calls the provider with no transaction open, and records the answer in a second unit of
work. Every function can be called again with the same key: what is done is not done twice, what is not is finished.
``payment_unknown`` (Unavailable) means the outcome is not known yet: call again, or leave it to ``reconcile``.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.flows.card_reconcile import reconcile
from marketplace.payments.flows.card_webhook import webhook
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.cards import CardOutcome, CardState, RefundState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.services import card_refunds
from marketplace.payments.services import cards as services

__all__ = ["authorise", "cancel", "capture", "reconcile", "refresh", "refund", "webhook"]


def authorise(
    *,
    key: str,
    amount: Money,
    payment_method: str | None,
    subject_ids: Mapping[str, UUID],
    return_url: str | None,
    title: str = "",
    local_method: LocalMethod | None = None,
    now: datetime,
) -> CardOutcome:
    """Reserve an amount on a card, or open the provider's page when no payment method is given.

    By a ``local_method`` the page takes the money at once, and it is held from then on, its subject placed or not.

    ``subject_ids`` names what is paid for (``order`` or ``freight``) and may name more (``checkout``).
    ``return_url`` is where the page and a bank's challenge send the buyer; needed without a payment method.
    ``title`` is what the buyer reads there, the number of what is paid for.
    """
    if amount.minor <= 0:
        raise Refused.field("amount", "positive", "more than nothing")
    if payment_method is None and not return_url:
        raise Refused.field("payment_method", "required", "a payment method, or an address to return to")
    charge = in_unit_of_work(
        lambda session: services.claim(
            session,
            key=key,
            amount=amount,
            payment_method=payment_method,
            local_method=local_method,
            subject_ids=subject_ids,
            return_url=return_url,
            title=title,
            now=now,
        )
    )
    if charge.state is CardState.CREATED:
        charge = calls.authorise(charge, now=now)
    return charge.outcome


def refresh(*, key: str, now: datetime) -> CardOutcome:
    """Ask the provider how a charge stands, as when the buyer comes back from its page."""
    charge = _charge(key)
    if charge.state in (CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED):
        charge = calls.look(charge, now=now)
    return charge.outcome


def capture(*, key: str, now: datetime) -> CardOutcome:
    """Take an authorised charge; Conflict ``card_not_captured`` when the reservation is gone at the provider."""
    charge = in_unit_of_work(lambda session: services.claim_capture(session, key=key, now=now))
    if charge.state is CardState.AUTHORISED:
        charge = calls.capture(charge, now=now)
    if charge.state not in (CardState.CAPTURED, CardState.REFUNDED):
        raise Conflict("card_not_captured", key=key, state=str(charge.state))
    return charge.outcome


def cancel(*, key: str, now: datetime) -> CardOutcome:
    """Give back a charge that is not captured, or close its page; one that is over stays as it is.

    A charge whose making is still unknown is answered as ``created``: the reconciler cancels it when it is known.
    """
    charge = in_unit_of_work(lambda session: services.claim_cancel(session, key=key, now=now))
    if charge.state not in (CardState.CANCELLED, CardState.DECLINED):
        charge = calls.cancel(charge, now=now)
    return charge.outcome


def refund(*, key: str, amount: Money, reason: str, now: datetime, refund_key: str | None = None) -> CardOutcome:
    """Send captured money back to the card; ``refund_key`` tells several refunds of one charge apart.

    Refused ``refund_amount`` when more is asked than is left; Conflict ``refund_failed`` for one that the provider or
    the card's bank refused: somebody must send that money another way. ``reason`` is a code of ours.
    """
    refund_key = refund_key or f"{key}:refund"
    asked = in_unit_of_work(
        lambda session: card_refunds.claim(
            session, key=key, refund_key=refund_key, amount=amount, reason=reason, now=now
        )
    )
    if asked.state is RefundState.FAILED:
        raise Conflict("refund_failed", key=refund_key)
    charge = _charge(key)
    if asked.is_open:
        charge = calls.refund(charge, asked, now=now)
    return charge.outcome


def _charge(key: str) -> ChargeRow:
    return queries.charge(reading(), key=key)

"""The single calls to the card provider, each recorded in a unit of work of its own after it.

Nothing here decides that something shall be done: a claim row says so already, committed before the call. Whoever
comes later (a retry, a notice, the reconciler) can therefore finish what was begun.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, cast

from marketplace.kernel.db import extension, in_unit_of_work, reading
from marketplace.kernel.errors import Unavailable
from marketplace.kernel.money import Money
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow, RefundRow
from marketplace.payments.rules import cards as rules
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.provider import (
    CardProvider,
    IntentSeen,
    IntentState,
    Order,
    PageSeen,
    ProviderBroke,
    ProviderRefused,
    Remitter,
)
from marketplace.payments.services import card_refunds
from marketplace.payments.services import cards as services

EXTENSION: Final = "city.cards"
# Clocks of two machines differ; a list of the provider begins a little before we asked.
_SKEW: Final = timedelta(minutes=10)


def provider() -> CardProvider:
    """Return the application's card provider; Unavailable in a city that takes no cards."""
    found = extension(EXTENSION)
    if found is None:
        raise Unavailable("cards_off")
    # No transaction stays open over the network.
    reading().rollback()
    return found


def takes_cards() -> bool:
    """Tell whether this city has a card provider."""
    return extension(EXTENSION) is not None


def local_methods(amount: Money) -> tuple[LocalMethod, ...]:
    """Return by which local methods the application's provider takes an amount, none where it takes no cards."""
    found = extension(EXTENSION)
    return () if found is None else found.local_methods(amount)


def remitter() -> Remitter:
    """Return the side of the application's card provider that pays companies; Unavailable as above."""
    return cast("Remitter", provider())


def authorise(charge: ChargeRow, *, now: datetime) -> ChargeRow:
    """Ask for the reservation or the page of a claimed charge; read first where the key may be forgotten."""
    if not rules.may_send_again(first_asked=charge.created_at, now=now):
        return find(charge, now=now) or charge
    try:
        return _send(charge, now=now)
    except ProviderBroke:
        if found := find(charge, now=now):
            return found
        again = in_unit_of_work(
            lambda session: services.claim_new_attempt(
                session, charge_id=charge.id, act="authorise", failed=charge.attempt
            )
        )
        return _send(again, now=now)
    except ProviderRefused as refusal:
        code = refusal.facts["reason"]
        return in_unit_of_work(
            lambda session: services.give_up(session, charge_id=charge.id, code=code, asked_before=now, now=now)
        )


def find(charge: ChargeRow, *, now: datetime) -> ChargeRow | None:
    """Look for a charge whose answer was lost, and record what is found; None when the provider never made it."""
    since = charge.created_at - _SKEW
    if charge.payment_method is not None:
        seen = provider().find(charge.id, since=since)
        return record(charge, seen, now=now) if seen else None
    page = provider().find_page(charge.id, since=since)
    return record_page(charge, page, now=now) if page else None


def look(charge: ChargeRow, *, now: datetime) -> ChargeRow:
    """Read a charge at the provider and record what is shown; one that it never heard of stays as it is."""
    if charge.intent_id is not None:
        return record(charge, see(charge, charge.intent_id), now=now)
    if charge.page_id is not None:
        return record_page(charge, provider().look_at_page(charge.page_id), now=now)
    return find(charge, now=now) or charge


def see(charge: ChargeRow, intent_id: str) -> IntentSeen:
    """Read what the provider has of a charge; of one that failed or waits also whether its page is still open."""
    seen = provider().look(intent_id)
    if seen.state in (IntentState.DECLINED, IntentState.PROCESSING) and charge.page_id is not None:
        return replace(seen, is_final=not provider().look_at_page(charge.page_id).is_open)
    return seen


def record(charge: ChargeRow, seen: IntentSeen, *, now: datetime) -> ChargeRow:
    """Record what was seen; give back at once what the provider holds for a charge that is over."""
    after = in_unit_of_work(lambda session: services.apply(session, charge_id=charge.id, seen=seen, now=now))
    release_orphan(after, seen)
    return after


def release_orphan(charge: ChargeRow, seen: IntentSeen) -> None:
    """Give back a reservation that belongs to no living charge."""
    if rules.is_orphan(charge.state, charge.intent_id, seen):
        provider().cancel(seen.intent_id, key=f"city:orphan:{seen.intent_id}")


def record_page(charge: ChargeRow, page: PageSeen, *, now: datetime) -> ChargeRow:
    """Record a page: that it was opened, what was paid on it, or that it ended unpaid."""
    shown = in_unit_of_work(lambda session: services.show_page(session, charge_id=charge.id, page=page, now=now))
    if page.intent_id is not None:
        seen = provider().look(page.intent_id)
        return record(shown, replace(seen, is_final=not page.is_open), now=now)
    if not page.is_open:
        return in_unit_of_work(lambda session: services.close_page(session, charge_id=charge.id, now=now))
    return shown


def capture(charge: ChargeRow, *, now: datetime) -> ChargeRow:
    """Take a reservation whose capture is claimed."""
    return _settle(charge, "capture", charge.capture_attempt, provider().capture, now=now)


def cancel(charge: ChargeRow, *, now: datetime) -> ChargeRow:
    """Give back a charge whose cancellation is claimed, page or reservation; an unknown one is looked up first."""
    if charge.state is CardState.CREATED:
        charge = find(charge, now=now) or charge
    if charge.state is CardState.NEEDS_PAGE and charge.page_id is not None:
        charge = _close_page(charge, charge.page_id, now=now)
    if charge.intent_id is not None and charge.state in rules.OPEN:
        return _settle(charge, "cancel", charge.cancel_attempt, provider().cancel, now=now)
    return charge


def refund(charge: ChargeRow, refund: RefundRow, *, now: datetime) -> ChargeRow:
    """Send a claimed refund; one that the provider may have made under a forgotten key is looked for first."""
    intent_id = _intent_of(charge)
    seen = provider().look(intent_id)
    if any(one.refund_id == refund.id for one in seen.refunds):
        return record(charge, seen, now=now)
    if not rules.may_send_again(first_asked=refund.asked_at, now=now):
        refund = _again(refund, now=now)
    try:
        _send_refund(intent_id, refund)
    except ProviderBroke:
        seen = provider().look(intent_id)
        if not any(one.refund_id == refund.id for one in seen.refunds):
            _send_refund(intent_id, _again(refund, now=now))
    except ProviderRefused:
        # What the provider holds may have been refunded on its own pages meanwhile.
        after = look(charge, now=now)
        in_unit_of_work(lambda session: card_refunds.fail(session, charge=after, refund_id=refund.id, now=now))
        raise
    return look(charge, now=now)


def _send(charge: ChargeRow, *, now: datetime) -> ChargeRow:
    order = Order(
        charge_id=charge.id,
        amount=charge.amount,
        ids={kind: str(value) for kind, value in charge.subject_ids.items()},
        return_url=charge.return_url,
        title=charge.title or "ASEAN Commodity City",
        method=charge.local_method,
    )
    key = rules.call_key(charge.id, "authorise", charge.attempt)
    if charge.payment_method is not None:
        return record(charge, provider().authorise(order, payment_method=charge.payment_method, key=key), now=now)
    page = provider().open_page(order, expires_at=charge.created_at + rules.PAGE_LIFETIME, key=key)
    return record_page(charge, page, now=now)


def _close_page(charge: ChargeRow, page_id: str, *, now: datetime) -> ChargeRow:
    key = rules.call_key(charge.id, "close_page", charge.cancel_attempt)
    try:
        page = provider().close_page(page_id, key=key)
    except (ProviderRefused, ProviderBroke):
        # Paid a moment before, or over already: the page itself says.
        page = provider().look_at_page(page_id)
    return record_page(charge, page, now=now)


def _settle(charge: ChargeRow, act: str, attempt: int, call: Callable[..., IntentSeen], *, now: datetime) -> ChargeRow:
    """Make a call that the provider's own state guards, so that after a look it may be made under a new key."""
    intent_id = _intent_of(charge)
    try:
        seen = call(intent_id, key=rules.call_key(charge.id, act, attempt))
    except ProviderRefused:
        seen = provider().look(intent_id)
    except ProviderBroke:
        seen = provider().look(intent_id)
        if rules.is_undone(act, seen.state):
            again = in_unit_of_work(
                lambda session: services.claim_new_attempt(session, charge_id=charge.id, act=act, failed=attempt)
            )
            attempt = again.capture_attempt if act == "capture" else again.cancel_attempt
            seen = call(intent_id, key=rules.call_key(charge.id, act, attempt))
    return record(charge, seen, now=now)


def _intent_of(charge: ChargeRow) -> str:
    """Return the provider's id of a charge; only what the provider has made is captured, cancelled or refunded."""
    if charge.intent_id is None:
        msg = f"charge {charge.id} has no intent"
        raise LookupError(msg)
    return charge.intent_id


def _send_refund(intent_id: str, refund: RefundRow) -> None:
    key = rules.call_key(refund.id, "refund", refund.attempt)
    provider().refund(intent_id, refund_id=refund.id, amount=refund.amount, key=key)


def _again(refund: RefundRow, *, now: datetime) -> RefundRow:
    """Take a new key for a refund, or the one that somebody took meanwhile."""
    return in_unit_of_work(
        lambda session: card_refunds.claim_new_attempt(session, refund_id=refund.id, failed=refund.attempt, now=now)
    )


def charge_now(charge: ChargeRow) -> ChargeRow:
    """Read a charge again from our own database."""
    return queries.charge_by_id(reading(), charge_id=charge.id)

"""Pay companies by transfer to their accounts at the provider, and take back what had to go back to a payer.

A payout is sent in our books before the provider is asked, so that its money is promised once; its answer settles it
or brings the money back. What has no answer is read at the provider by its group before it is ever asked again.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import payout_waits
from marketplace.payments.queries import remitting as queries
from marketplace.payments.queries.remitting import RemittanceRow, ReversalRow
from marketplace.payments.rules.cards import IN_FLIGHT, call_key, may_send_again
from marketplace.payments.rules.provider import ProviderBroke, ProviderRefused, Remittance, TransferSeen
from marketplace.payments.rules.remitting import REFUND_FIRST
from marketplace.payments.services import payouts, reversals

_log = structlog.get_logger("city.payments")


def send(*, actor: Actor = SYSTEM, now: datetime) -> int:
    """Send every approved payout that goes by transfer; return how many were asked for."""
    claimed = in_unit_of_work(lambda session: payouts.claim_transfers(session, actor=actor, now=now))
    for payout_id in claimed:
        _settled(payout_id, lambda payout_id=payout_id: _send(_remittance(payout_id), now=now))
    return len(claimed)


def reverse(*, cause: str, now: datetime) -> int:
    """Ask back what a cause claimed of transfers; what the company no longer has it goes on owing."""
    session = reading()
    session.rollback()
    found = queries.reversals_of(session, cause=cause)
    for one in found:
        _settled(one.id, lambda one=one: _reverse(one, now=now))
    return len(found)


def reconcile(*, now: datetime) -> int:
    """Finish transfers and reversals that were never answered, or never asked for; return at how many it looked."""
    before = now - IN_FLIGHT
    session = reading()
    session.rollback()
    sent = queries.unresolved_remittances(session, before=before)
    asked = queries.unresolved_reversals(session, before=before, unasked_before=now - REFUND_FIRST)
    for remittance in sent:
        _settled(remittance.id, lambda remittance=remittance: _finish(remittance, now=now))
    for reversal in asked:
        _settled(reversal.id, lambda reversal=reversal: _reverse(reversal, now=now))
    return len(sent) + len(asked)


def _send(remittance: RemittanceRow, *, now: datetime) -> None:
    """Ask for a claimed transfer; a refusal brings its money back to what is payable."""
    try:
        _record(remittance, _ask(remittance), now=now)
    except ProviderBroke:
        if not _found(remittance, now=now):
            _record(remittance, _ask(_again(remittance, now=now)), now=now)
    except ProviderRefused as refusal:
        # Somebody else may have asked with success meanwhile.
        if not _found(remittance, now=now):
            reason = refusal.facts["reason"]
            in_unit_of_work(
                lambda session: payouts.fail_transfer(session, payout_id=remittance.id, reason=reason, now=now)
            )


def _finish(remittance: RemittanceRow, *, now: datetime) -> None:
    """Find a transfer at the provider, or ask for it again; never for a company that was stopped meanwhile."""
    if _is_stopped(remittance):
        _found(remittance, now=now)
        return
    if _found(remittance, now=now):
        return
    if remittance.asked_at is None or not may_send_again(first_asked=remittance.asked_at, now=now):
        remittance = _again(remittance, now=now)
    _send(remittance, now=now)


def _found(remittance: RemittanceRow, *, now: datetime) -> bool:
    seen = calls.remitter().find_transfer(remittance.id, reference=remittance.reference)
    if seen is not None:
        _record(remittance, seen, now=now)
    return seen is not None


def _ask(remittance: RemittanceRow) -> TransferSeen:
    order = Remittance(
        payout_id=remittance.id,
        reference=remittance.reference,
        amount=remittance.amount,
        destination=remittance.destination,
    )
    return calls.remitter().transfer(order, key=call_key(remittance.id, "transfer", remittance.attempt))


def _is_stopped(remittance: RemittanceRow) -> bool:
    session = reading()
    session.rollback()
    return bool(payout_waits.stops(session, company_ids=[remittance.company_id]))


def _again(remittance: RemittanceRow, *, now: datetime) -> RemittanceRow:
    """Take a new key for a transfer, or the one that somebody took meanwhile."""
    return in_unit_of_work(
        lambda session: payouts.claim_new_attempt(session, payout_id=remittance.id, failed=remittance.attempt, now=now)
    )


def _record(remittance: RemittanceRow, seen: TransferSeen, *, now: datetime) -> None:
    in_unit_of_work(lambda session: payouts.record_transfer(session, payout_id=remittance.id, seen=seen, now=now))


def _reverse(reversal: ReversalRow, *, now: datetime) -> None:
    """Ask back a part of a transfer; one that the provider has made already is only recorded."""
    transfer_id = _remittance(reversal.payout_id).transfer_id
    if transfer_id is None:
        return
    reversal = in_unit_of_work(lambda session: reversals.claim(session, reversal_id=reversal.id, now=now))
    if _is_reversed(transfer_id, reversal, now=now):
        return
    if reversal.asked_at is None or not may_send_again(first_asked=reversal.asked_at, now=now):
        reversal = _back_again(reversal, now=now)
    try:
        _ask_back(transfer_id, reversal, now=now)
    except ProviderBroke:
        if not _is_reversed(transfer_id, reversal, now=now):
            _ask_back(transfer_id, _back_again(reversal, now=now), now=now)
    except ProviderRefused as refusal:
        # Somebody else may have asked with success meanwhile.
        if not _is_reversed(transfer_id, reversal, now=now):
            reason = refusal.facts["reason"]
            in_unit_of_work(lambda session: reversals.fail(session, reversal_id=reversal.id, reason=reason, now=now))


def _back_again(reversal: ReversalRow, *, now: datetime) -> ReversalRow:
    return in_unit_of_work(
        lambda session: reversals.claim_new_attempt(session, reversal_id=reversal.id, failed=reversal.attempt, now=now)
    )


def _ask_back(transfer_id: str, reversal: ReversalRow, *, now: datetime) -> None:
    key = call_key(reversal.id, "reverse", reversal.attempt)
    seen = calls.remitter().reverse(transfer_id, reversal_id=reversal.id, amount=reversal.amount, key=key)
    in_unit_of_work(lambda session: reversals.finish(session, reversal_id=reversal.id, seen=seen, now=now))


def _is_reversed(transfer_id: str, reversal: ReversalRow, *, now: datetime) -> bool:
    made = calls.remitter().look_at_transfer(transfer_id).reversals
    mine = next((one for one in made if one.reversal_id == reversal.id), None)
    if mine is not None:
        in_unit_of_work(lambda session: reversals.finish(session, reversal_id=reversal.id, seen=mine, now=now))
    return mine is not None


def _remittance(payout_id: UUID) -> RemittanceRow:
    session = reading()
    session.rollback()
    return queries.remittance(session, payout_id=payout_id)


def _settled(asked_id: UUID, work: Callable[[], None]) -> None:
    """Do the work; what cannot be settled now must not keep the others waiting, and has its turn again."""
    try:
        work()
    except DomainError as error:
        _log.warning("remittance_not_settled", id=str(asked_id), code=error.code)
    reading().rollback()

"""Finish what was begun and never answered: read the provider, record what it shows, send again what it never did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import DomainError
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow, RefundRow
from marketplace.payments.rules.cards import IN_FLIGHT, SENT_WITHIN, CardState, may_send_again
from marketplace.payments.services import cards as services

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How many charges and refunds were asked about, and how many of them could not be settled this time."""

    looked: int
    failed: int


def reconcile(now: datetime) -> Reconciled:
    """Settle every charge and refund whose last question is older than any call can last; each for itself."""
    before = now - IN_FLIGHT
    charges = queries.unresolved(reading(), before=before)
    refunds = queries.unresolved_refunds(reading(), before=before)
    if not charges and not refunds:
        return Reconciled(0, 0)
    in_unit_of_work(
        lambda session: services.note_look(
            session,
            charge_ids=[charge.id for charge in charges],
            refund_ids=[refund.id for refund in refunds],
            now=now,
        )
    )
    failed = sum(not _settled(charge.id, lambda charge=charge: _charge(charge, before, now)) for charge in charges)
    failed += sum(not _settled(refund.id, lambda refund=refund: _refund(refund, now)) for refund in refunds)
    return Reconciled(len(charges) + len(refunds), failed)


def _settled(asked_id: UUID, work: Callable[[], None]) -> bool:
    """Do the work; one that cannot be settled now, for whatever reason, must not keep the others waiting."""
    try:
        work()
    except DomainError as error:
        _log.warning("card_not_reconciled", id=str(asked_id), code=error.code)
    except Exception as error:  # noqa: BLE001  the provider's library may fail in ways of its own
        _log.warning("card_not_reconciled", id=str(asked_id), error=type(error).__name__)
    else:
        return True
    reading().rollback()
    return False


def _charge(charge: ChargeRow, before: datetime, now: datetime) -> None:
    seen = calls.look(charge, now=now)
    if seen.state is CardState.CREATED:
        # Whoever began it comes back and sends it, as after a crash: until then it is not refused in his stead.
        asked_before = before if seen.cancel_asked_at else now - SENT_WITHIN
        in_unit_of_work(
            lambda session: services.give_up(
                session, charge_id=seen.id, code=services.NOT_SENT, asked_before=asked_before, now=now
            )
        )
    elif seen.cancel_asked_at and seen.state in (CardState.NEEDS_PAGE, CardState.AUTHORISED):
        calls.cancel(_fresh(seen, "cancel", seen.cancel_asked_at, now), now=now)
    elif seen.capture_asked_at and seen.state is CardState.AUTHORISED:
        calls.capture(_fresh(seen, "capture", seen.capture_asked_at, now), now=now)


def _refund(refund: RefundRow, now: datetime) -> None:
    calls.refund(queries.charge_by_id(reading(), charge_id=refund.charge_id), refund, now=now)


def _fresh(charge: ChargeRow, act: str, first_asked: datetime, now: datetime) -> ChargeRow:
    """Take a new key where the old one may be forgotten: the provider was just read and has not done it."""
    if may_send_again(first_asked=first_asked, now=now):
        return charge
    failed = charge.capture_attempt if act == "capture" else charge.cancel_attempt
    return in_unit_of_work(
        lambda session: services.claim_new_attempt(session, charge_id=charge.id, act=act, failed=failed)
    )

"""Take a notice of the card provider: it says that something changed, never what; the thing itself is read again."""

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.payments.flows import card_calls as calls
from marketplace.payments.queries import cards as queries
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.provider import EventSeen, IntentSeen
from marketplace.payments.services import cards as services

_log = structlog.get_logger()


def webhook(raw: bytes, signature: str, now: datetime) -> None:
    """Check, read and record one notice; its second delivery does nothing. Malformed for a wrong signature.

    An error of the provider goes up, so that the provider sends the notice again.
    """
    event = calls.provider().read_event(raw, signature)
    if queries.knows_event(reading(), event_id=event.event_id):
        return
    charge = queries.concerned(reading(), charge_id=event.charge_id, intent_id=event.intent_id, page_id=event.page_id)
    if charge is None:
        # A charge is claimed before the provider hears of it, so this one is nobody's here.
        _log.info("card_event_of_others", kind=event.kind)
        return
    seen = _look(charge, event)
    if seen is None:
        calls.look(charge, now=now)
    in_unit_of_work(lambda session: _take(session, event, charge, seen, now))
    if seen is not None:
        calls.release_orphan(calls.charge_now(charge), seen)


def _look(charge: ChargeRow, event: EventSeen) -> IntentSeen | None:
    intent_id = event.intent_id or charge.intent_id
    return calls.see(charge, intent_id) if intent_id else None


def _take(session: Session, event: EventSeen, charge: ChargeRow, seen: IntentSeen | None, now: datetime) -> None:
    is_new = services.take_event(session, event=event, charge_id=charge.id, now=now)
    if is_new and seen is not None:
        services.apply(session, charge_id=charge.id, seen=seen, now=now)

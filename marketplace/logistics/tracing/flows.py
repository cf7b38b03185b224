"""Send one event to one address, and note what came of it: no transaction is open while the address is asked."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from marketplace.accounts.services.vault import Vault
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.tracing.models import Delivery, Hook
from marketplace.logistics.tracing.posting import Poster
from marketplace.logistics.tracing.queries import feed
from marketplace.logistics.tracing.queries.feed import FeedRow
from marketplace.logistics.tracing.rules import signing
from marketplace.logistics.tracing.rules.hooks import DeliveryState
from marketplace.logistics.tracing.rules.vocabulary import business_step
from marketplace.logistics.tracing.services import hooks

TYPE: Final = "tracking.event"


def deliver(delivery_id: UUID, *, poster: Poster, vault: Vault) -> None:
    """Send what is to be sent, once; safe to run again, for then it is sent again under the same id."""
    session = reading()
    session.rollback()
    row = session.execute(
        sa.select(Delivery.state, Delivery.event_id, Hook.url, Hook.company_id, Hook.secret_sealed, Hook.ended_at)
        .join(Hook, Hook.id == Delivery.hook_id)
        .where(Delivery.id == delivery_id)
    ).one_or_none()
    if row is None or row.state is not DeliveryState.PENDING:
        return
    event = feed.one(session, event_id=row.event_id, company_id=row.company_id)
    session.rollback()
    if event is None or row.ended_at is not None:
        in_unit_of_work(lambda writing: hooks.drop(writing, delivery_id=delivery_id))
        return
    body, now = _body(event), clock.now()
    status = poster.post(row.url, body, _headers(vault.unseal(row.secret_sealed), delivery_id, body, now))
    in_unit_of_work(lambda writing: hooks.note_answer(writing, delivery_id=delivery_id, status=status, now=clock.now()))


def document(event: FeedRow) -> dict[str, Any]:
    """Return an event as programs read it, in the feed and in what is sent."""
    return {
        "id": str(event.id),
        "code": event.code,
        "epcis_step": business_step(event.code),
        "classifier": str(event.classifier),
        "place": event.place_code,
        "event_at": _utc(event.event_at),
        "recorded_at": _utc(event.recorded_at),
        "retracts": None if event.retracts is None else str(event.retracts),
        "departure": event.departure,
        "bookings": [{"reference": mine.reference, "house_waybill": mine.house_waybill} for mine in event.bookings],
    }


def _body(event: FeedRow) -> bytes:
    content = {"type": TYPE, "timestamp": _utc(event.recorded_at), "data": document(event)}
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()


def _headers(secret: str, delivery_id: UUID, body: bytes, now: datetime) -> dict[str, str]:
    message_id, at = f"msg_{delivery_id.hex}", int(now.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": "asean-commodity-city",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signing.sign(secret, message_id=message_id, at=at, body=body),
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

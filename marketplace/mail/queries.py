"""Read messages: for their delivery, for operators, for the person who asks what is kept."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.mail.models import MailMessage
from marketplace.mail.rules import Channel, MessageState


@dataclass(frozen=True, slots=True)
class Message:
    """One message with the values for its template, which are empty once it is over."""

    id: UUID
    to: str
    channel: Channel
    template: str
    locale: str
    context: dict[str, Any]
    state: MessageState
    created_at: datetime
    sent_at: datetime | None


def get(session: Session, *, message_id: UUID) -> Message:
    """Return one message."""
    message = session.get(MailMessage, message_id)
    if message is None:
        raise NotFound("message")
    return _row(message)


def latest(session: Session, *, size: int = 100) -> tuple[Message, ...]:
    """Return the newest messages."""
    found = session.scalars(sa.select(MailMessage).order_by(MailMessage.id.desc()).limit(size))
    return tuple(_row(row) for row in found)


def to_addresses(session: Session, *, addresses: Collection[str]) -> tuple[Message, ...]:
    """Return what was sent to these addresses, oldest first: part of what a person may ask for."""
    found = session.scalars(sa.select(MailMessage).where(MailMessage.to.in_(addresses)).order_by(MailMessage.id))
    return tuple(_row(row) for row in found)


def _row(row: MailMessage) -> Message:
    return Message(
        row.id,
        row.to,
        row.channel,
        row.template,
        row.locale,
        dict(row.context),
        row.state,
        row.created_at,
        row.sent_at,
    )

"""Queue messages, note how they ended, erase them."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.db import insert_if_new
from marketplace.kernel.ids import new_id
from marketplace.mail import rules
from marketplace.mail.models import MailMessage
from marketplace.mail.rules import Channel, MessageState
from marketplace.outbox import services as outbox

JOB = "send_message"
ERASING = "erase_letters"
# The ids of messages that are queued under a key are made from it, within this name space.
_KEYS: Final = UUID("0193f2a0-6d1e-7c4b-9a75-3f1c5e8b2d40")


def send(
    session: Session,
    *,
    to: str,
    channel: Channel,
    template: str,
    locale: str,
    context: Mapping[str, Any],
    now: datetime,
    key: str | None = None,
) -> UUID:
    """Queue a message in this transaction; a job renders and delivers it after the commit.

    ``to`` is a mail address, or a phone number in E.164 for the text channel (Refused otherwise); ``context``
    holds JSON values for the template. Under one ``key`` one message is queued, however often it is asked for.
    """
    channel = Channel(channel)
    message_id = uuid5(_KEYS, key) if key else new_id()
    is_new = insert_if_new(
        session,
        MailMessage,
        id=message_id,
        to_address=rules.check_address(channel, to),
        channel=channel,
        template=template,
        locale=locale,
        context=dict(context),
        state=MessageState.QUEUED,
        created_at=now,
    )
    if is_new:
        outbox.enqueue(session, JOB, {"message": str(message_id)}, now=now)
    return message_id


def settle(session: Session, *, message_id: UUID, action: str, now: datetime) -> bool:
    """Note that a queued message was ``sent`` or did ``fail``, and wipe its values; False if it was over."""
    statement = (
        sa.update(MailMessage)
        .where(MailMessage.id == message_id, MailMessage.state == MessageState.QUEUED)
        .values(
            state=rules.LIFECYCLE.apply(MessageState.QUEUED, action),
            sent_at=now if action == "sent" else None,
            context={},
        )
        .execution_options(synchronize_session=False)
    )
    return cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1


def expire(session: Session, *, now: datetime) -> int:
    """Fail the messages that could not be sent for a day; return how many."""
    stale = session.scalars(
        sa.select(MailMessage.id).where(
            MailMessage.state == MessageState.QUEUED, MailMessage.created_at < now - rules.STALE_AFTER
        )
    ).all()
    return sum(settle(session, message_id=message_id, action="fail", now=now) for message_id in stale)


def is_kept(session: Session, *, message_id: UUID) -> bool:
    """Tell whether a message was not erased meanwhile."""
    return bool(session.scalar(sa.select(sa.exists().where(MailMessage.id == message_id))))


def erase(session: Session, *, addresses: Collection[str], now: datetime) -> int:
    """Delete every message to these addresses; a job takes back what lies as a file. Return how many."""
    found = session.scalars(sa.select(MailMessage.id).where(MailMessage.to.in_(addresses))).all()
    session.execute(sa.delete(MailMessage).where(MailMessage.id.in_(found)))
    if found:
        outbox.enqueue(session, ERASING, {"messages": [str(message_id) for message_id in found]}, now=now)
    return len(found)

"""Deliver a queued message: read it, render and send outside any transaction, note the end."""

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.mail import queries, services
from marketplace.mail.channels import Letter, Outlets, Undeliverable
from marketplace.mail.rules import MessageState

# (template, locale, context) to (subject, body).
Render = Callable[[str, str, Mapping[str, Any]], tuple[str, str]]


def deliver(message_id: UUID, render: Render, *, outlets: Outlets) -> None:
    """Send one message once; a message that is over or erased is left alone.

    Between the sending and its note the process may die: the message goes out again under its Message-ID.
    """
    try:
        message = queries.get(reading(), message_id=message_id)
    except NotFound:
        return
    if message.state is not MessageState.QUEUED:
        return
    subject, body = render(message.template, message.locale, message.context)
    letter = Letter(message.id, message.to, message.channel, message.locale, subject, body, clock.now())
    action = "sent"
    reading().rollback()  # no transaction stays open over the network
    try:
        outlets[message.channel].deliver(letter)
    except Undeliverable:
        action = "fail"
    with unit_of_work() as session:
        services.settle(session, message_id=message_id, action=action, now=clock.now())
        is_kept = services.is_kept(session, message_id=message_id)
    if not is_kept:
        forget([message_id], outlets=outlets)


def forget(message_ids: Collection[UUID], *, outlets: Outlets) -> None:
    """Take back what can be taken back of erased messages: the files of those that were written as files."""
    for outlet in outlets.values():
        for message_id in message_ids:
            outlet.forget(message_id)

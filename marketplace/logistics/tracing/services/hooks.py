"""Addresses of companies that get events: added, ended, and what is to be sent to each."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.services.vault import Vault
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import forget_remembered, insert_new, remembered
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.events import together
from marketplace.kernel.ids import new_id
from marketplace.logistics.events import TransportNoted
from marketplace.logistics.tracing.events import HookGivenUp
from marketplace.logistics.tracing.models import Delivery, Hook
from marketplace.logistics.tracing.queries import feed
from marketplace.logistics.tracing.rules import hooks as rules
from marketplace.logistics.tracing.rules import signing
from marketplace.logistics.tracing.rules.hooks import DeliveryState, HookEnd
from marketplace.outbox import services as outbox

JOB: Final = "deliver_tracking"
# A lorry that crosses a border is a dozen events in one unit of work: which addresses there are is asked once.
_ACTIVE: Final = "tracing.hooks"


@dataclass(frozen=True, slots=True)
class Added:
    """A new address; its secret is shown this once."""

    id: UUID
    secret: str


def add(session: Session, *, actor: Actor, url: str, inside: bool, vault: Vault, now: datetime) -> Added:
    """Send the events of the actor's company to an address from now on; ``inside``: any host will do (demo, test).

    Refused ``url`` for what is no https address of the public network; Conflict ``too_many_hooks`` beyond five.
    """
    if not rules.is_sendable(url, inside=inside):
        raise Refused.field("url", "url_kind", "an https address without name, password and port")
    active = session.scalars(
        sa.select(sa.func.count()).select_from(Hook).where(Hook.company_id == actor.company, Hook.ended_at.is_(None))
    ).one()
    if active >= rules.HOOKS_A_COMPANY:
        raise Conflict("too_many_hooks", most=rules.HOOKS_A_COMPANY)
    secret = signing.secret_of(secrets.token_bytes(signing.KEY_BYTES))
    hook = Hook(
        id=new_id(),
        company_id=actor.company,
        url=url,
        secret_sealed=vault.seal(secret),
        made_by=actor.person,
        created_at=now,
    )
    session.add(hook)
    session.flush()
    forget_remembered(session, _ACTIVE)
    _audit(session, actor, "tracking_hook.added", hook.id, now)
    return Added(hook.id, secret)


def end(session: Session, *, actor: Actor, hook_id: UUID, now: datetime) -> None:
    """Send nothing more to an address of the actor's company; one that was given up leaves the list."""
    hook = session.scalars(
        sa.select(Hook).where(Hook.id == hook_id, Hook.company_id == actor.company).with_for_update()
    ).one_or_none()
    if hook is None:
        raise NotFound("tracking_hook")
    if hook.ended_because is not HookEnd.BY_HAND:
        hook.ended_at, hook.ended_because = now, HookEnd.BY_HAND
        session.flush()
        forget_remembered(session, _ACTIVE)
        _audit(session, actor, "tracking_hook.ended", hook.id, now)


@together
def on_transport_noted(session: Session, noted: Sequence[TransportNoted]) -> None:
    """Have each event sent to the addresses of those it concerns."""
    active = remembered(session, _ACTIVE, lambda: _active(session))
    if not active:
        return
    moments = {one.event_id: one.at for one in noted}
    concerned = feed.companies_of(session, event_ids=moments.keys())
    rows = [
        {
            "id": new_id(),
            "hook_id": hook.id,
            "event_id": event_id,
            "state": DeliveryState.PENDING,
            "attempts": 0,
            "last_status": None,
            "created_at": moments[event_id],
            "tried_at": None,
        }
        for event_id, companies in concerned.items()
        for hook in active
        if hook.company_id in companies
    ]
    for delivery_id in sorted(insert_new(session, Delivery, rows)):
        outbox.enqueue(session, JOB, {"delivery": str(delivery_id)}, now=noted[0].at, key=f"{JOB}:{delivery_id}:0")


def _active(session: Session) -> Sequence[sa.Row[UUID, UUID]]:
    return session.execute(sa.select(Hook.id, Hook.company_id).where(Hook.ended_at.is_(None))).all()


def note_answer(session: Session, *, delivery_id: UUID, status: int | None, now: datetime) -> None:
    """Note what an address answered, None where it did not; what it did not take is tried again, until it is not.

    An address that takes nothing for half a day, or says that it is gone, is given up.
    """
    delivery = session.scalars(sa.select(Delivery).where(Delivery.id == delivery_id).with_for_update()).one()
    hook = session.scalars(sa.select(Hook).where(Hook.id == delivery.hook_id).with_for_update()).one()
    if delivery.state is not DeliveryState.PENDING:
        return
    delivery.attempts += 1
    delivery.last_status, delivery.tried_at = status, now
    if rules.is_taken(status):
        delivery.state = rules.DELIVERY.apply(delivery.state, "arrive")
        hook.failures, hook.failing_since = 0, None
        session.flush()
        return
    hook.failures += 1
    since = hook.failing_since = hook.failing_since or now
    if status == rules.GONE:
        _give_up(session, hook, HookEnd.GONE, now)
    elif rules.is_given_up(failures=hook.failures, failing_since=since, now=now):
        _give_up(session, hook, HookEnd.FAILING, now)
    wait = rules.wait_after(delivery.attempts)
    if wait is None or hook.ended_at is not None:
        delivery.state = rules.DELIVERY.apply(delivery.state, "fail")
    else:
        outbox.enqueue(
            session,
            JOB,
            {"delivery": str(delivery_id)},
            now=now,
            run_at=now + wait,
            key=f"{JOB}:{delivery_id}:{delivery.attempts}",
        )
    session.flush()


def drop(session: Session, *, delivery_id: UUID) -> None:
    """Give up a delivery that nobody waits for: its address ended, or the event concerns its company no more."""
    delivery = session.scalars(sa.select(Delivery).where(Delivery.id == delivery_id).with_for_update()).one()
    if delivery.state is DeliveryState.PENDING:
        delivery.state = rules.DELIVERY.apply(delivery.state, "fail")
        session.flush()
        forget_remembered(session, _ACTIVE)


def _give_up(session: Session, hook: Hook, why: HookEnd, now: datetime) -> None:
    if hook.ended_at is None:
        hook.ended_at, hook.ended_because = now, why
        events.record(session, HookGivenUp(at=now, company_id=hook.company_id, hook_id=hook.id))
        _audit(session, SYSTEM, "tracking_hook.given_up", hook.id, now)


def _audit(session: Session, actor: Actor, action: str, hook_id: UUID, now: datetime) -> None:
    audit.record(session, actor=actor, action=action, subject="tracking_hook", subject_id=hook_id, now=now)

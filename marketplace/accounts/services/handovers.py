"""Hand over what a leaver has in hand: opened, confirmed by both sides, done in one transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import HandedOver
from marketplace.accounts.models import Company, Handover, Invitation
from marketplace.accounts.queries import handovers as queries
from marketplace.accounts.rules import handovers as rules
from marketplace.accounts.rules.handovers import HANDOVER, HandoverState, Item, Kind, Side
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import duties, membership
from marketplace.audit import services as audit
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id

# What a person has in hand now: the list is put together by whoever looks across features.
Held = Callable[[Session, UUID, UUID], Iterable[Item]]


def open_handover(session: Session, *, actor: Actor, leaver_id: UUID, successor_id: UUID, now: datetime) -> UUID:
    """Begin a hand-over in the actor's company: one's own, or anybody's for those who change members.

    NotFound for who never was a member, Refused ``successor_id`` for who is none now or the leaver, Conflict
    ``handover_open`` when the leaver has one open.
    """
    if actor.person_id != leaver_id:
        actor.must(Permission.COMPANY_MEMBERS_EDIT)
    _take_turn(session, actor.company)
    if not queries.ever_member(session, company_id=actor.company, person_id=leaver_id):
        raise NotFound("member")
    if successor_id == leaver_id or not queries.is_member(session, company_id=actor.company, person_id=successor_id):
        raise Refused.field("successor_id", "successor", "another member of the company")
    if queries.open_of(session, company_id=actor.company, leaver_id=leaver_id) is not None:
        raise Conflict("handover_open")
    row = Handover(
        id=new_id(),
        company_id=actor.company,
        leaver_id=leaver_id,
        successor_id=successor_id,
        state=HandoverState.OPEN,
        opened_by=actor.person,
        opened_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "handover.opened", row, now)
    return row.id


def confirm(session: Session, *, actor: Actor, handover_id: UUID, content_hash: str, held: Held, now: datetime) -> bool:
    """Confirm the list that was looked at for the actor's side, and tell whether all is handed over with that.

    With the word of both sides for the same list the leaver's membership ends with sessions and tokens, and everything
    on the list is the successor's. Conflict ``handover_changed`` when the list is another by now: it is confirmed
    anew, by both. Again changes nothing.
    """
    _take_turn(session, actor.company)
    row = _row(session, actor, handover_id)
    if row.state is HandoverState.DONE:
        return True
    HANDOVER.apply(row.state, "confirm")
    gone = not queries.is_member(session, company_id=row.company_id, person_id=row.leaver_id)
    if not queries.is_member(session, company_id=row.company_id, person_id=row.successor_id):
        raise Conflict("successor_gone")
    sides = rules.sides_of(
        actor.person,
        leaver_id=row.leaver_id,
        successor_id=row.successor_id,
        leaver_is_gone=gone,
        leads=actor.may(Permission.COMPANY_MEMBERS_EDIT),
        leads_alone=queries.leaders(session, company_id=row.company_id) <= {actor.person},
    )
    items = rules.in_order(held(session, row.company_id, row.leaver_id))
    current = rules.content_hash(items, leaver_id=row.leaver_id, successor_id=row.successor_id)
    if content_hash != current:
        raise Conflict("handover_changed", handover=row.id)
    if Side.LEAVER in sides:
        row.leaver_hash, row.leaver_by, row.leaver_at = current, actor.person, now
    if Side.SUCCESSOR in sides:
        row.successor_hash, row.successor_at = current, now
    session.flush()
    _audit(session, actor, "handover.confirmed", row, now, hash=current, sides=[side.value for side in sides])
    if not row.leaver_hash == row.successor_hash == current:
        return False
    _finish(session, row, items, actor, gone=gone, now=now)
    return True


def withdraw(session: Session, *, actor: Actor, handover_id: UUID, now: datetime) -> None:
    """End a hand-over without effect, as one of the two or as who changes members; again changes nothing."""
    _take_turn(session, actor.company)
    row = _row(session, actor, handover_id)
    if row.state is HandoverState.WITHDRAWN:
        return
    row.state = HANDOVER.apply(row.state, "withdraw")
    row.ended_at = now
    session.flush()
    _audit(session, actor, "handover.withdrawn", row, now)


def _finish(
    session: Session, row: Handover, items: tuple[Item, ...], actor: Actor, *, gone: bool, now: datetime
) -> None:
    ids = [item.id for item in items]
    row.state = HANDOVER.apply(row.state, "confirm")
    row.items = [[item.kind.value, str(item.id)] for item in items]
    row.ended_at = now
    session.flush()
    duties.pass_on(
        session,
        company_id=row.company_id,
        leaver_id=row.leaver_id,
        successor_id=row.successor_id,
        subject_ids=ids,
        now=now,
    )
    sent = [item.id for item in items if item.kind is Kind.INVITATION]
    session.execute(sa.update(Invitation).where(Invitation.id.in_(sent)).values(invited_by=row.successor_id))
    if not gone:
        membership.end_for_handover(session, actor=actor, company_id=row.company_id, person_id=row.leaver_id, now=now)
    _audit(session, actor, "handover.done", row, now, things=len(items))
    events.record(
        session,
        HandedOver(company_id=row.company_id, leaver_id=row.leaver_id, successor_id=row.successor_id, at=now),
    )


def _take_turn(session: Session, company_id: UUID) -> None:
    # As for every change of members: two confirmations at once come one after the other.
    session.get_one(Company, company_id, with_for_update=True, populate_existing=True)


def _row(session: Session, actor: Actor, handover_id: UUID) -> Handover:
    row = session.get(Handover, handover_id, populate_existing=True)
    if row is None or row.company_id != actor.company:
        raise NotFound("handover")
    if actor.person not in (row.leaver_id, row.successor_id) and not actor.may(Permission.COMPANY_MEMBERS_EDIT):
        raise NotFound("handover")
    return row


def _audit(session: Session, actor: Actor, action: str, row: Handover, now: datetime, **facts: object) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="handover",
        subject_id=row.id,
        facts={"leaver": row.leaver_id, "successor": row.successor_id, **facts},
        now=now,
    )

"""Units that leave a lot at its centre: handed out, broken, or out of the country again."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.logistics.centres.models import CentreLot
from marketplace.logistics.centres.rules.counts import Reason
from marketplace.logistics.centres.rules.lots import Move, Status
from marketplace.logistics.centres.services.keeping import kept
from marketplace.logistics.centres.services.moving import move


def kept_lot(session: Session, *, actor: Actor, lot_id: UUID) -> CentreLot:
    """Return a lot of a centre that the actor works in; NotFound for every other."""
    row = session.get(CentreLot, lot_id, populate_existing=True)
    if row is None:
        actor.must(Permission.PARTNER_CENTRE_KEEP)
        raise NotFound("lot")
    try:
        kept(session, actor=actor, centre_id=row.centre_id)
    except NotFound:
        raise NotFound("lot") from None
    return row


def hand_out(session: Session, *, actor: Actor, lot_id: UUID, quantity: int, number: str | None, now: datetime) -> UUID:
    """Give free units to who fetches them; Conflict ``in_bond`` for bonded ones, which nobody may take from there."""
    row = kept_lot(session, actor=actor, lot_id=lot_id)
    if row.status is Status.BONDED:
        raise Conflict("in_bond", lot=lot_id)
    return move(session, actor=actor, lot_id=lot_id, kind=Move.OUT, quantity=quantity, number=number, now=now)


def write_off(
    session: Session, *, actor: Actor, lot_id: UUID, quantity: int, number: str | None, now: datetime
) -> UUID:
    """Take units that broke out of a lot; of bonded ones customs want to see the protocol, whose number is needed."""
    row = kept_lot(session, actor=actor, lot_id=lot_id)
    if row.status is Status.BONDED and number is None:
        raise Refused.field("number", "required", "the number of the protocol")
    return move(
        session,
        actor=actor,
        lot_id=lot_id,
        kind=Move.DAMAGED,
        quantity=quantity,
        number=number,
        reason=Reason.BROKEN,
        now=now,
    )


def reexport(session: Session, *, actor: Actor, lot_id: UUID, quantity: int, number: str | None, now: datetime) -> UUID:
    """Send bonded units out of the country again under an export declaration, also after their last day.

    Conflict ``not_in_bond`` for free ones, Refused ``number`` without the declaration's.
    """
    row = kept_lot(session, actor=actor, lot_id=lot_id)
    if row.status is not Status.BONDED:
        raise Conflict("not_in_bond", lot=lot_id)
    if number is None:
        raise Refused.field("number", "required", "the number of the export declaration")
    return move(session, actor=actor, lot_id=lot_id, kind=Move.REEXPORTED, quantity=quantity, number=number, now=now)


def name_broker(session: Session, *, actor: Actor, lot_id: UUID, broker_id: UUID, now: datetime) -> None:
    """Let a broker see and release a bonded lot of the actor's company; again changes nothing.

    NotFound for another's lot, Refused ``broker`` for a company that is none.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    row = session.scalars(sa.select(CentreLot).where(CentreLot.id == lot_id).with_for_update()).one_or_none()
    if row is None or row.company_id != actor.company:
        raise NotFound("lot")
    check_broker(session, broker_id)
    session.refresh(row)
    if row.broker_id == broker_id:
        return
    row.broker_id = broker_id
    session.flush()
    facts = {"broker": broker_id}
    audit.record(
        session, actor=actor, action="lot.broker_named", subject="lot", subject_id=lot_id, facts=facts, now=now
    )


def check_broker(session: Session, broker_id: UUID) -> None:
    """Refuse ``broker`` for a company that is no customs broker."""
    found = accounts.get_companies(session, company_ids=[broker_id]).get(broker_id)
    if found is None or found.kind is not CompanyKind.BROKER:
        raise Refused.field("broker", "unknown", "a partner company of kind broker")

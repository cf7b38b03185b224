"""Send units from one centre to another, and receive them there."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id, new_reference
from marketplace.logistics.centres.models import CentreLot, LotTransfer
from marketplace.logistics.centres.queries.centres import centres_by_id
from marketplace.logistics.centres.rules.centres import Way, check_way, takes_bonded
from marketplace.logistics.centres.rules.counts import TRANSFER, TransferState, check_received
from marketplace.logistics.centres.rules.lots import Move, Papers
from marketplace.logistics.centres.services.keeping import kept
from marketplace.logistics.centres.services.leaving import kept_lot
from marketplace.logistics.centres.services.moving import move, open_lot


def send(
    session: Session,
    *,
    actor: Actor,
    lot_id: UUID,
    to_centre_id: UUID,
    quantity: int,
    transit_reference: str | None,
    now: datetime,
) -> UUID:
    """Send units of a lot to another centre and return the transfer's id; they keep their status.

    Refused by field: bonded ones without a transit reference or to a centre without a licence, free ones to another
    country.
    """
    lot = kept_lot(session, actor=actor, lot_id=lot_id)
    found = centres_by_id(session, centre_ids=[lot.centre_id, to_centre_id])
    if to_centre_id not in found:
        raise Refused.field("to_centre", "unknown", "a distribution centre")
    start, end = found[lot.centre_id], found[to_centre_id]
    check_way(
        Way(
            lot.status,
            start.place.country,
            end.place.country,
            is_same_centre=start.id == end.id,
            to_takes_bonded=takes_bonded(end.figures.licence_until, end.today(now)),
            transit_reference=transit_reference,
        )
    )
    row = LotTransfer(
        id=new_id(),
        reference=new_reference("TRF"),
        lot_id=lot_id,
        to_centre_id=to_centre_id,
        quantity=quantity,
        transit_reference=transit_reference,
        state=TransferState.SENT,
        sent_at=now,
    )
    move(
        session,
        actor=actor,
        lot_id=lot_id,
        kind=Move.SENT,
        quantity=quantity,
        subject_id=row.id,
        number=transit_reference,
        now=now,
    )
    session.add(row)
    session.flush()
    _audit(session, actor, "sent", row, now)
    return row.id


def receive(
    session: Session, *, actor: Actor, transfer_id: UUID, quantity: int, entry_number: str | None, now: datetime
) -> UUID | None:
    """Take in what arrived of a transfer and return the lot's id, None where nothing did.

    Bonded goods get the entry number of the new warehouse, or keep theirs, and keep their last day: another centre
    lengthens no bond. NotFound for a transfer to another keeper's centre.
    """
    actor.must(Permission.PARTNER_CENTRE_KEEP)
    row = session.scalars(sa.select(LotTransfer).where(LotTransfer.id == transfer_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("transfer")
    try:
        kept(session, actor=actor, centre_id=row.to_centre_id)
    except NotFound:
        raise NotFound("transfer") from None
    session.refresh(row)
    state = TRANSFER.apply(row.state, "receive")
    check_received(sent=row.quantity, received=quantity)
    row.state, row.received, row.received_at = state, quantity, now
    if quantity:
        lot_id = row.to_lot_id = _lot(session, row, entry_number, now)
        move(
            session,
            actor=actor,
            lot_id=lot_id,
            kind=Move.ARRIVED,
            quantity=quantity,
            subject_id=row.id,
            number=row.transit_reference,
            now=now,
        )
    session.flush()
    _audit(session, actor, "received", row, now)
    return row.to_lot_id


def _lot(session: Session, row: LotTransfer, entry_number: str | None, now: datetime) -> UUID:
    before = session.get_one(CentreLot, row.lot_id)
    papers = Papers(
        before.status,
        entry_number=entry_number or before.entry_number,
        bonded_since=before.bonded_since,
        bonded_until=before.bonded_until,
        is_imported=before.is_imported,
        declaration_number=before.declaration_number,
        declaration_line=before.declaration_line,
        declared_on=before.declared_on,
    )
    names = ("company_id", "listing_id", "unit", "pieces", "grams", "consignment_id", "broker_id", "proof_id")
    facts = {name: getattr(before, name) for name in names}
    facts |= {"centre_id": row.to_centre_id, "from_lot_id": before.id}
    return open_lot(session, facts=facts, papers=papers, now=now).id


def _audit(session: Session, actor: Actor, what: str, row: LotTransfer, now: datetime) -> None:
    facts = {"lot": row.lot_id, "centre": row.to_centre_id, "sent": row.quantity, "received": row.received or 0}
    audit.record(
        session,
        actor=actor,
        action=f"transfer.{what}",
        subject="transfer",
        subject_id=row.id,
        facts=facts,
        now=now,
    )

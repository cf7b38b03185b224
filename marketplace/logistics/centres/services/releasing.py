"""Release from bond under an import declaration, and the origin proofs that are used up by it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.models import CentreLot, LotRelease, OriginProof
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.lots import Move, Papers, Status, check_release
from marketplace.logistics.centres.rules.proofs import Proof, check_draw, check_proof
from marketplace.logistics.centres.services import promising
from marketplace.logistics.centres.services.moving import move, open_lot


@dataclass(frozen=True, slots=True)
class Declared:
    """A line of an import declaration: number, line, day, and whether duty was paid; the proof that lowered it."""

    number: str
    line: int
    declared_on: date
    duty_paid: bool
    proof_id: UUID | None = None


def show_proof(session: Session, *, actor: Actor, listing_id: UUID, proof: Proof, now: datetime) -> UUID:
    """Enter an origin proof of the actor's company for a listing and return its id; Refused ``number`` if known."""
    actor.must(Permission.CATALOG_LISTING_EDIT)
    check_proof(proof)
    same = sa.select(OriginProof.id).where(
        OriginProof.company_id == actor.company, OriginProof.kind == proof.kind, OriginProof.number == proof.number
    )
    if session.scalar(same) is not None:
        raise Refused.field("number", "taken")
    row = OriginProof(
        id=new_id(),
        company_id=actor.company,
        kind=proof.kind,
        number=proof.number,
        origin=proof.origin,
        listing_id=listing_id,
        issued_on=proof.issued_on,
        valid_until=proof.valid_until,
        quantity=proof.quantity,
        remaining=proof.quantity,
        created_at=now,
    )
    session.add(row)
    session.flush()
    facts = {"kind": proof.kind, "listing": listing_id, "quantity": proof.quantity}
    audit.record(
        session,
        actor=actor,
        action="origin_proof.shown",
        subject="origin_proof",
        subject_id=row.id,
        facts=facts,
        now=now,
    )
    return row.id


def release(session: Session, *, actor: Actor, lot_id: UUID, quantity: int, declared: Declared, now: datetime) -> UUID:
    """Let units of a bonded lot into the country, into a free lot of their own, and return that lot's id.

    For the lot's broker, and the operator. NotFound for other lots, Conflict ``not_in_bond`` for free goods; Refused
    ``quantity`` beyond what lies there unpromised, ``duty_paid`` until it was, ``origin_proof`` for one of other goods,
    that has ended, or that has too little left: nothing is drawn then.
    """
    actor.must(Permission.PARTNER_RELEASE_RECORD)
    lot = session.scalars(sa.select(CentreLot).where(CentreLot.id == lot_id).with_for_update()).one_or_none()
    if lot is None or (actor.company_kind != CompanyKind.OPERATOR and lot.broker_id != actor.company):
        raise NotFound("lot")
    session.refresh(lot)
    if lot.status is not Status.BONDED:
        raise Conflict("not_in_bond", lot=lot_id)
    check_release(quantity=quantity, left=lot.on_hand - lot.promised)
    return _let_in(session, actor, lot, quantity, declared, now)


def release_promised(
    session: Session, *, actor: Actor, subject_id: UUID, declared: Declared, now: datetime
) -> tuple[UUID, ...]:
    """Let the bonded units into the country that a subject was promised; they stay promised to it in free lots.

    Return those lots. Whether the actor may is the caller's to know. Conflict ``not_in_bond`` where nothing of it lies
    in bond; Refused as ``release``.
    """
    actor.must(Permission.PARTNER_RELEASE_RECORD)
    there = promising.promised_to(session, subject_id=subject_id)
    bonded = sa.select(CentreLot).where(CentreLot.id.in_(there), CentreLot.status == Status.BONDED)
    lots = session.scalars(bonded.order_by(CentreLot.id).with_for_update().execution_options(populate_existing=True))
    free: list[UUID] = []
    for lot in lots.all():
        how: dict[str, Any] = {"actor": actor, "quantity": there[lot.id], "subject_id": subject_id, "now": now}
        move(session, lot_id=lot.id, kind=Move.FREED, **how)
        free.append(_let_in(session, actor, lot, there[lot.id], declared, now))
        move(session, lot_id=free[-1], kind=Move.PROMISED, **how)
    if not free:
        raise Conflict("not_in_bond")
    return tuple(free)


def _let_in(session: Session, actor: Actor, lot: CentreLot, quantity: int, declared: Declared, now: datetime) -> UUID:
    """Move units of a locked bonded lot into a free one under what was declared, and return that lot."""
    today = centre(session, centre_id=lot.centre_id).today(now)
    if declared.declared_on > today:
        raise Refused.field("declared_on", "in_future", today.isoformat())
    if not declared.duty_paid:
        raise Refused.field("duty_paid", "duty_open", "yes, once it was paid or secured")
    if declared.proof_id is not None:
        _draw(session, lot, declared.proof_id, quantity, declared.declared_on)
    papers = Papers(
        Status.FREE,
        is_imported=True,
        declaration_number=declared.number,
        declaration_line=declared.line,
        declared_on=declared.declared_on,
    )
    names = ("centre_id", "company_id", "listing_id", "unit", "pieces", "grams", "consignment_id", "broker_id")
    facts = {name: getattr(lot, name) for name in names} | {"from_lot_id": lot.id, "proof_id": declared.proof_id}
    free = open_lot(session, facts=facts, papers=papers, now=now)
    how: dict[str, Any] = {"quantity": quantity, "number": declared.number, "now": now}
    move(session, actor=actor, lot_id=lot.id, kind=Move.RELEASED, subject_id=free.id, **how)
    move(session, actor=actor, lot_id=free.id, kind=Move.CLEARED, subject_id=lot.id, **how)
    session.add(
        LotRelease(
            id=new_id(),
            lot_id=lot.id,
            free_lot_id=free.id,
            quantity=quantity,
            declaration_number=declared.number,
            declaration_line=declared.line,
            declared_on=declared.declared_on,
            proof_id=declared.proof_id,
            company_id=actor.company,
            at=now,
        )
    )
    session.flush()
    return free.id


def _draw(session: Session, lot: CentreLot, proof_id: UUID, quantity: int, declared_on: date) -> None:
    proof = session.get(OriginProof, proof_id, populate_existing=True)
    if proof is None or (proof.company_id, proof.listing_id) != (lot.company_id, lot.listing_id):
        raise Refused.field("origin_proof", "unknown", "a proof of the owner for these goods")
    check_draw(quantity=quantity, remaining=proof.remaining, valid_until=proof.valid_until, declared_on=declared_on)
    statement = (
        sa.update(OriginProof)
        .where(OriginProof.id == proof_id, OriginProof.remaining >= quantity)
        .values(remaining=OriginProof.remaining - quantity)
        .execution_options(synchronize_session=False)
    )
    if cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 0:
        raise Conflict("raced")
    session.refresh(proof)

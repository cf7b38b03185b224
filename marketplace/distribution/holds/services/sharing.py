"""Share out what a hold cost, once: owners are charged, what a carrier bears waits for its invoice."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.fees.rules.states import FeeState
from marketplace.distribution.holds.events import HeldCostBorne
from marketplace.distribution.holds.models import HoldAboard, HoldCase, HoldCost, HoldShare
from marketplace.distribution.holds.queries import table
from marketplace.distribution.holds.rules.bearing import PREFIX, Aboard, Portion, portions
from marketplace.distribution.holds.services import charging
from marketplace.distribution.holds.services.owners import Owner, owners
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id, new_reference
from marketplace.kernel.money import Money
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line


def share_out(session: Session, *, case_id: UUID, actor: Actor, now: datetime) -> int:
    """Say of each cost of a hold that has ended whose it is; return of how many. Again changes nothing."""
    case = session.scalars(
        sa.select(HoldCase).where(HoldCase.id == case_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if case.ended_at is None:
        return 0
    waiting = session.execute(
        sa.select(HoldCost, CostItem)
        .join(CostItem, CostItem.id == HoldCost.item_id)
        .where(HoldCost.case_id == case_id, HoldCost.shared_at.is_(None), CostItem.voided_at.is_(None))
        .order_by(HoldCost.item_id)
        # A cost that is being taken back waits until it has its shares, or is seen to be taken back.
        .with_for_update(of=CostItem)
        .execution_options(populate_existing=True)
    ).all()
    if not waiting:
        return 0
    aboard = [
        Aboard(row.booking_id, row.chargeable_g)
        for row in session.scalars(
            sa.select(HoldAboard).where(HoldAboard.case_id == case_id).order_by(HoldAboard.booking_id)
        )
    ]
    involved = {one.booking_id for one in aboard} | {cost.moved_id for cost, _ in waiting if cost.moved_id}
    involved |= {item.booking_id for _, item in waiting if item.booking_id}
    known = owners(session, booking_ids=involved)
    bearing, carrier_id = table.bearing_of(session, case=case), _carrier(session, case.departure_id)
    for cost, item in waiting:
        named = None if cost.moved_id else item.booking_id
        parts = portions(
            Money(item.amount_minor, item.currency),
            bearing,
            act=cost.act,
            moved=cost.moved_id or named,
            about=named or case.booking_id,
            aboard=aboard,
            payable=known.keys(),
        )
        for position, part in enumerate(parts, start=1):
            _write(session, case, cost.item_id, position, part, known, carrier_id, actor, now)
        cost.shared_at = now
        session.flush()
    audit.record(
        session,
        actor=actor,
        action="hold.share_out",
        subject="hold",
        subject_id=case_id,
        facts={"departure": case.departure_id, "costs": len(waiting)},
        now=now,
    )
    return len(waiting)


def _write(
    session: Session,
    case: HoldCase,
    item_id: UUID,
    position: int,
    part: Portion,
    known: dict[UUID, Owner],
    carrier_id: UUID,
    actor: Actor,
    now: datetime,
) -> None:
    owner = known[part.booking_id] if part.booking_id else None
    share = HoldShare(
        id=new_id(),
        reference=new_reference(PREFIX),
        item_id=item_id,
        position=position,
        departure_id=case.departure_id,
        bearer=part.bearer,
        currency=part.amount.currency,
        amount_minor=part.amount.minor,
        booking_id=part.booking_id,
        carrier_id=carrier_id if part.bearer is Bearer.CARRIER else None,
        made_at=now,
    )
    if owner is not None:
        share.order_id, share.line_id, share.carrier_id = owner.order_id, owner.line_id, owner.carrier_id
        share.payer_id = owner.shipper_id if part.bearer is Bearer.SHIPPER else owner.payer_id
        share.state = FeeState.WAITING
    session.add(share)
    session.flush()
    if owner is not None:
        charging.bill(session, share, actor=actor, now=now)
    elif part.bearer is Bearer.CARRIER:
        events.record(session, HeldCostBorne(at=now, share_id=share.id))


def _carrier(session: Session, departure_id: UUID) -> UUID:
    wanted = sa.select(Line.carrier_company_id).join(Departure, Departure.line_id == Line.id)
    return session.scalars(wanted.where(Departure.id == departure_id)).one()

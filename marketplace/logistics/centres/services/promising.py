"""Promise units of lots to a subject, such as an order line: bonded and free ones are never mixed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.logistics.centres.models import CentreLot, LotMovement
from marketplace.logistics.centres.queries.lots import shelves
from marketplace.logistics.centres.rules.lots import Move, Status, pick, portion
from marketplace.logistics.centres.services.moving import move


def promise(
    session: Session,
    *,
    actor: Actor,
    subject_id: UUID,
    listing_id: UUID,
    centre_id: UUID,
    status: Status,
    quantity: int,
    today: date,
    now: datetime,
) -> list[tuple[UUID, int]]:
    """Promise units to a subject and return how many of which lots: what must leave bond first, then the oldest.

    Asked again for the same subject it answers with what was promised. Conflict ``lots_short``.
    """
    there = promised_to(session, subject_id=subject_id)
    if there:
        return sorted(there.items())
    shelf = shelves(session, listing_id=listing_id, centre_id=centre_id)
    taken = pick(shelf, status=status, quantity=quantity, today=today)
    _all(session, actor, taken, subject_id, now, kind=Move.PROMISED)
    return taken


def free(session: Session, *, actor: Actor, subject_id: UUID, now: datetime) -> None:
    """Promise what a subject was promised, and has not got, to nobody any more; again changes nothing."""
    there = sorted(promised_to(session, subject_id=subject_id).items())
    _all(session, actor, there, subject_id, now, kind=Move.FREED)


def lessen(session: Session, *, actor: Actor, subject_id: UUID, quantity: int, now: datetime) -> None:
    """Promise so many units of a subject to nobody any more, those that were promised last at first."""
    there = sorted(promised_to(session, subject_id=subject_id).items(), reverse=True)
    _all(session, actor, portion(there, quantity), subject_id, now, kind=Move.FREED)


def deliver(
    session: Session,
    *,
    actor: Actor,
    subject_id: UUID,
    number: str | None,
    quantity: int | None = None,
    is_last: bool = True,
    in_transit: bool = False,
    now: datetime,
) -> list[tuple[UUID, int]]:
    """Let units leave that a subject was promised, all of them where no ``quantity`` is given.

    The rest is free where these are the last that leave, and stays promised where they are not.

    Return how many units of which lots left. Conflict ``in_bond`` while any of it lies in bond: who buys there declares
    first, unless they go on under customs, ``in_transit``. Conflict ``nothing_promised``.
    """
    there = sorted(promised_to(session, subject_id=subject_id).items())
    if not there:
        raise Conflict("nothing_promised")
    bonded = sa.select(CentreLot.id).where(
        CentreLot.id.in_([lot_id for lot_id, _ in there]), CentreLot.status == Status.BONDED
    )
    lot_id = session.scalars(bonded).first()
    if lot_id is not None and not in_transit:
        raise Conflict("in_bond", lot=lot_id)
    leaving = there if quantity is None else portion(there, quantity)
    _all(session, actor, leaving, subject_id, now, kind=Move.OUT, was_promised=True, number=number)
    if is_last:
        free(session, actor=actor, subject_id=subject_id, now=now)
    return leaving


def promised_to(session: Session, *, subject_id: UUID) -> dict[UUID, int]:
    """Return the units that a subject is promised now, by lot."""
    total = sa.func.sum(LotMovement.promised)
    rows = session.execute(
        sa.select(LotMovement.lot_id, total)
        .where(LotMovement.subject_id == subject_id)
        .group_by(LotMovement.lot_id)
        .having(total > 0)
    )
    return {lot_id: int(units) for lot_id, units in rows}


def _all(
    session: Session, actor: Actor, units: list[tuple[UUID, int]], subject_id: UUID, now: datetime, **how: Any
) -> None:
    # Hot rows are locked in the order of their ids.
    for lot_id, quantity in sorted(units):
        move(session, actor=actor, lot_id=lot_id, quantity=quantity, subject_id=subject_id, now=now, **how)

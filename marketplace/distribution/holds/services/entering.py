"""Enter costs with a cause: noted by the table, and shared out where a hold by that cause has ended."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.costs.models import CostItem
from marketplace.distribution.costs.services import actuals
from marketplace.distribution.costs.services.actuals import NewCost
from marketplace.distribution.holds.models import HoldCase, HoldCost
from marketplace.distribution.holds.queries import cases, table
from marketplace.distribution.holds.rules.bearing import Act, act_of
from marketplace.distribution.holds.services import sharing, taking_back
from marketplace.kernel.actor import Actor
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import HoldCause


def enter(
    session: Session,
    *,
    departure_id: UUID,
    cost: NewCost,
    actor: Actor,
    now: datetime,
    act: Act | None = None,
    moved: str | None = None,
) -> UUID:
    """Enter an actual cost of a departure and return its id; one with a cause belongs to the last hold by that cause.

    ``act``: what it is for, by its kind where nobody says; ``moved``: the consignment that it was spent on, which goes
    on in the account of the hold in which it was taken off. Refused ``booking`` for a consignment that was not aboard
    then; others and Conflict as ``actuals.enter``.
    """
    if cost.cause is None:
        return actuals.enter(session, departure_id=departure_id, cost=cost, actor=actor, now=now)
    act = act or act_of(cost.kind)
    case = _case(session, departure_id, cost.cause, moved)
    if case is not None and moved is None and cost.booking is not None:
        cases.aboard(session, case_id=case.id, booking=cost.booking)
    if case is None:
        bearing = table.row_of(session, cause=cost.cause, on=accounts.house_day(session, now=now)).bearing
    else:
        bearing = table.bearing_of(session, case=case)
    noted = replace(cost, bearer=bearing.of(act))
    item_id = actuals.enter(session, departure_id=departure_id, cost=noted, actor=actor, now=now)
    if case is None:
        return item_id
    session.add(HoldCost(item_id=item_id, case_id=case.id, act=act, moved_id=_moved(session, moved)))
    session.flush()
    sharing.share_out(session, case_id=case.id, actor=actor, now=now)
    return item_id


def void(session: Session, *, item_id: UUID, actor: Actor, now: datetime) -> None:
    """Take back a cost that was entered wrongly, with its shares: nobody owes or bears them any more.

    Conflict ``held_set_off`` where a carrier's share was taken off its invoice; others as ``actuals.void``.
    """
    before = session.get(CostItem, item_id)
    was_voided = before is None or before.voided_at is not None
    actuals.void(session, item_id=item_id, actor=actor, now=now)
    if not was_voided:
        taking_back.take_back(session, item_id=item_id, actor=actor, now=now)


def _case(session: Session, departure_id: UUID, cause: HoldCause, moved: str | None) -> HoldCase | None:
    left = None if moved is None else cases.of_moved(session, departure_id=departure_id, booking=moved)
    return left or cases.latest(session, departure_id=departure_id, cause=cause)


def _moved(session: Session, reference: str | None) -> UUID | None:
    if reference is None:
        return None
    return session.scalars(sa.select(Booking.id).where(Booking.reference == reference)).one()

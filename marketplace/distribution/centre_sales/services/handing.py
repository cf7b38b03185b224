"""Hand the goods of a sale over in their centre, and say that they came to their buyer."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales.models import CentreCollection, CentreSale
from marketplace.distribution.centre_sales.rules import (
    FETCHABLE,
    SaleState,
    check_all_at_once,
    check_damaged,
    check_units,
    chosen,
    handing,
)
from marketplace.distribution.centre_sales.services import following, transits
from marketplace.distribution.centre_sales.services.moving import locked, move, note
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.services import promising
from marketplace.orders.models import Order
from marketplace.orders.services import fulfilment, handing_out


def hand_over(
    session: Session, *, sale_id: UUID, units: int, number: str, complete: bool, actor: Actor, now: datetime
) -> list[tuple[UUID, int]]:
    """Let units of a sale leave their centre, as its keeper, under the number of the paper they were signed for on.

    Return how many units of which lots left. The rest stays promised and may be fetched later; with ``complete``
    nothing follows: it is short, promised to nobody any more, and claimed. NotFound for a sale of another centre,
    Conflict ``in_bond`` until the goods were declared or a transit movement of them is released, ``guarantee_over``
    after the last day of its guarantee, ``state``; Refused ``quantity``, also for a part of goods in transit while the
    rest is to follow.
    """
    sale = _kept(session, sale_id, actor)
    if sale.state is SaleState.TO_RELEASE:
        raise Conflict("in_bond")
    if sale.state not in FETCHABLE:
        raise _not_now(sale, "hand_over")
    promised = sale.quantity - sale.handed
    check_units(units=units, promised=promised)
    mrn = transits.number_to_leave(session, sale, now)
    if mrn is not None:
        check_all_at_once(units=units, promised=promised, complete=complete)
    action = handing(units=units, promised=promised, complete=complete)
    is_last = action == "hand_over"
    left = promising.deliver(
        session,
        actor=actor,
        subject_id=sale.line_id,
        # Bonded goods leave on what customs knows them by.
        number=mrn or number,
        quantity=units,
        is_last=is_last,
        in_transit=mrn is not None,
        now=now,
    )
    handing_out.hand_out(session, line_id=sale.line_id, units=units, is_last=is_last, actor=actor, now=now)
    session.add(CentreCollection(id=new_id(), sale_id=sale.id, quantity=units, number=number, handed_at=now))
    if is_last:
        sale.due_at = None
    else:
        following.due_again(session, sale, now)
    sale.handed, sale.number, sale.handed_at = sale.handed + units, number, now
    move(session, sale, action, actor=actor, now=now, units=units)
    return left


def run_short(session: Session, *, sale_id: UUID, actor: Actor, now: datetime) -> None:
    """Say that nothing more of a sale is there, as its keeper, once some of it left: the rest is short, and claimed.

    NotFound for a sale of another centre, Conflict ``state`` before anything left and once nothing is missing.
    """
    sale = _kept(session, sale_id, actor)
    if sale.state is not SaleState.PARTLY_HANDED:
        raise _not_now(sale, "run_short")
    missing = sale.quantity - sale.handed
    promising.free(session, actor=actor, subject_id=sale.line_id, now=now)
    sale.due_at = None
    move(session, sale, "run_short", actor=actor, now=now, missing=missing)
    handing_out.run_short(session, line_id=sale.line_id, actor=actor, now=now)
    _end(session, sale, actor, now)


def deliver(
    session: Session, *, sale_id: UUID, damaged: int, collection_id: UUID | None = None, actor: Actor, now: datetime
) -> None:
    """Say that units of a sale are with their buyer: as the buyer, or as the keeper who saw them fetched.

    They are those of a collection, the only one on its way where none is named; so many of them are ``damaged``. The
    time to accept or claim begins with the last. NotAllowed ``only_the_consignee`` for their seller, NotFound for
    others; Conflict ``state`` for what came already and while nothing is on its way, ``transit_under_way`` until the
    transit movement of the goods has arrived; Refused ``damaged``, ``collection`` where several are and none is named.
    """
    sale, order = locked(session, sale_id)
    if actor.company == sale.buyer_id:
        actor.must(Permission.TRADE_ORDER_ACCEPT)
    elif _keeps(session, sale, actor):
        actor.must(Permission.PARTNER_CENTRE_KEEP)
    else:
        raise _unknown(sale, order, actor)
    there = _collections(session, sale)
    if collection_id is not None and collection_id not in there:
        raise Refused.field("collection", "unknown", "a part of this sale that was handed over")
    key = chosen([each.id for each in there.values() if each.delivered_at is None], collection_id)
    if key is None:
        raise _not_now(sale, "deliver")
    came = there[key]
    transits.must_be_there(session, sale)
    check_damaged(damaged=damaged, handed=came.quantity)
    came.delivered_at, came.damaged = now, damaged
    session.flush()
    note(session, sale, "came", actor=actor, now=now, units=came.quantity, damaged=damaged)
    _end(session, sale, actor, now)
    whole = came.quantity - damaged
    fulfilment.deliver(session, line_id=sale.line_id, delivered=whole, damaged=damaged, lost=0, actor=actor, now=now)


def _end(session: Session, sale: CentreSale, actor: Actor, now: datetime) -> None:
    """Call a sale delivered of which all that left has come and nothing more follows."""
    if sale.state is not SaleState.HANDED_OVER:
        return
    if all(each.delivered_at is not None for each in _collections(session, sale).values()):
        sale.ended_at = now
        move(session, sale, "deliver", actor=actor, now=now)


def _collections(session: Session, sale: CentreSale) -> dict[UUID, CentreCollection]:
    wanted = sa.select(CentreCollection).where(CentreCollection.sale_id == sale.id).order_by(CentreCollection.id)
    return {row.id: row for row in session.scalars(wanted.execution_options(populate_existing=True))}


def _kept(session: Session, sale_id: UUID, actor: Actor) -> CentreSale:
    actor.must(Permission.PARTNER_CENTRE_KEEP)
    sale, order = locked(session, sale_id)
    if not _keeps(session, sale, actor):
        raise _unknown(sale, order, actor)
    return sale


def _not_now(sale: CentreSale, action: str) -> Conflict:
    return Conflict("state", thing="centre_sale", state=str(sale.state), action=action, possible=[])


def _keeps(session: Session, sale: CentreSale, actor: Actor) -> bool:
    if actor.company_kind == CompanyKind.OPERATOR:
        return True
    return centre(session, centre_id=sale.centre_id).company_id == actor.company


def _unknown(sale: CentreSale, order: Order, actor: Actor) -> NotAllowed | NotFound:
    """Return the refusal of who is not the one to act: those who know of the sale are told so."""
    if actor.company in (sale.merchant_id, order.seller_id):
        return NotAllowed("only_the_consignee")
    if actor.company in (sale.buyer_id, sale.broker_id):
        return NotAllowed("only_the_keeper")
    return NotFound("centre_sale")

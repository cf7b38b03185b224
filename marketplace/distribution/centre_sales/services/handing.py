"""Hand the goods of a sale over in their centre, and say that they came to their buyer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centre_sales.rules import SaleState, check_damaged, check_units
from marketplace.distribution.centre_sales.services.moving import locked, move
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.services import promising
from marketplace.orders.models import Order
from marketplace.orders.services import fulfilment, handing_out


def hand_over(
    session: Session, *, sale_id: UUID, units: int, number: str, actor: Actor, now: datetime
) -> list[tuple[UUID, int]]:
    """Let the goods of a sale leave their centre, as its keeper, under the number of the paper they were signed for on.

    Return how many units of which lots left; what is missing is short, promised to nobody any more, and claimed.
    NotFound for a sale of another centre, Conflict ``in_bond`` until the goods were declared, ``state``; Refused
    ``quantity``.
    """
    actor.must(Permission.PARTNER_CENTRE_KEEP)
    sale, order = locked(session, sale_id)
    if not _keeps(session, sale, actor):
        raise _unknown(sale, order, actor)
    if sale.state is SaleState.TO_RELEASE:
        raise Conflict("in_bond")
    if sale.state is not SaleState.READY:
        raise Conflict("state", thing="centre_sale", state=str(sale.state), action="hand_over", possible=[])
    check_units(units=units, promised=sale.quantity)
    left = promising.deliver(session, actor=actor, subject_id=sale.line_id, number=number, quantity=units, now=now)
    handing_out.hand_out(session, line_id=sale.line_id, units=units, actor=actor, now=now)
    sale.handed, sale.number, sale.handed_at, sale.due_at = units, number, now, None
    move(session, sale, "hand_over", actor=actor, now=now, units=units)
    return left


def deliver(session: Session, *, sale_id: UUID, damaged: int, actor: Actor, now: datetime) -> None:
    """Say that the goods of a sale are with their buyer: as the buyer, or as the keeper who saw them fetched.

    So many of them are ``damaged``; the time to accept or claim them begins. NotAllowed ``only_the_consignee`` for
    their seller, NotFound for others; Conflict ``state`` before they were handed over; Refused ``damaged``.
    """
    sale, order = locked(session, sale_id)
    if actor.company == sale.buyer_id:
        actor.must(Permission.TRADE_ORDER_ACCEPT)
    elif _keeps(session, sale, actor):
        actor.must(Permission.PARTNER_CENTRE_KEEP)
    else:
        raise _unknown(sale, order, actor)
    if sale.state is not SaleState.HANDED_OVER:
        raise Conflict("state", thing="centre_sale", state=str(sale.state), action="deliver", possible=[])
    check_damaged(damaged=damaged, handed=sale.handed)
    whole = sale.handed - damaged
    sale.ended_at = now
    move(session, sale, "deliver", actor=actor, now=now, damaged=damaged)
    fulfilment.deliver(session, line_id=sale.line_id, delivered=whole, damaged=damaged, lost=0, actor=actor, now=now)


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

"""Bonded goods of a sale: the importer names its broker, who records the declaration by which they leave bond."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales.events import CentreSaleMoved
from marketplace.distribution.centre_sales.models import CentreSale
from marketplace.distribution.centre_sales.rules import SaleState
from marketplace.distribution.centre_sales.services import following, transits
from marketplace.distribution.centre_sales.services.moving import locked, move, note
from marketplace.kernel import events
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.centres.services import leaving, releasing
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.orders.services import handing_out


def name_broker(session: Session, *, sale_id: UUID, broker_id: UUID, actor: Actor, now: datetime) -> None:
    """Let a broker declare the bonded goods of a sale, as the importer of its order; again changes nothing.

    NotFound for a sale of others, NotAllowed ``only_the_importer`` for its other side; Conflict ``not_in_bond`` for
    free goods, ``state`` once they were declared; Refused ``broker`` for a company that is none.
    """
    sale, order = locked(session, sale_id)
    if actor.company not in (sale.buyer_id, sale.merchant_id, order.seller_id):
        raise NotFound("centre_sale")
    actor.must(Permission.TRADE_PAPERS_STATE)
    if actor.company != order.importer_id:
        raise NotAllowed("only_the_importer")
    _must_be_bonded(sale, "name_broker")
    leaving.check_broker(session, broker_id)
    if sale.broker_id == broker_id:
        return
    sale.broker_id = broker_id
    session.flush()
    note(session, sale, "broker_named", actor=actor, now=now, broker=broker_id)
    events.record(session, CentreSaleMoved(at=now, sale_id=sale.id, order_id=sale.order_id, act="name_broker"))


def release(session: Session, *, sale_id: UUID, declared: Declared, actor: Actor, now: datetime) -> None:
    """Record the line of the importer's declaration by which the goods of a sale leave bond: they are set aside then.

    For the broker whom the importer named, and the operator; NotFound for others. Conflict ``not_in_bond``, ``state``
    before the order is confirmed and secured, ``transit_open`` while they go on under customs;
    Refused as ``logistics.centres.services.releasing.release``.
    """
    actor.must(Permission.PARTNER_RELEASE_RECORD)
    sale, _order = locked(session, sale_id)
    if actor.company_kind != CompanyKind.OPERATOR and (sale.broker_id is None or actor.company != sale.broker_id):
        raise NotFound("centre_sale")
    _must_be_bonded(sale, "release")
    if sale.state is SaleState.PROMISED:
        raise Conflict("state", thing="centre_sale", state=str(sale.state), action="release", possible=["confirm"])
    transits.must_have_none(session, sale)
    releasing.release_promised(session, actor=actor, subject_id=sale.line_id, declared=declared, now=now)
    handing_out.set_aside(session, line_id=sale.line_id, actor=actor, now=now)
    sale.ready_at = now
    following.due_again(session, sale, now)
    move(session, sale, "make_ready", actor=actor, now=now)


def _must_be_bonded(sale: CentreSale, action: str) -> None:
    if sale.status is not Status.BONDED:
        raise Conflict("not_in_bond")
    if sale.state not in (SaleState.PROMISED, SaleState.TO_RELEASE):
        raise Conflict("state", thing="centre_sale", state=str(sale.state), action=action, possible=[])

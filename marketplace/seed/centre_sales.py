"""Orders of goods that lie in the demo's distribution centres: imports from bond in Hanoi, one sale inside China.

They stand in different states, so that buyer, merchants, keeper and broker each find something to do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.catalog.models import Listing
from marketplace.checkout import queries as checkouts
from marketplace.checkout.flows import placing
from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Wanted
from marketplace.distribution.centre_sales import queries
from marketplace.distribution.centre_sales.queries import SaleRow
from marketplace.distribution.centre_sales.services import declaring, handing
from marketplace.distribution.centres.services import announcing, selling
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.logistics.centres.models import Centre
from marketplace.logistics.centres.rules.lots import Papers, Status
from marketplace.logistics.centres.services import arriving
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.orders.models import Order
from marketplace.orders.services import carts, deciding
from marketplace.payments.rules.terms import Plan, Rail
from marketplace.seed import cast
from marketplace.seed.centres import CHONGQING, HANOI
from marketplace.seed.desk import Desk

_HOUR: Final = timedelta(hours=1)
_IMPORTED, _DOMESTIC = "CQ-BP125-F", "CQ-KB-US"
_WHOLESALER: Final = "cq-pot@demo.test"


@dataclass(frozen=True, slots=True)
class _Sale:
    """An order from a centre: who buys what there, how many units, and how far it has come."""

    key: str
    buyer: str
    sku: str
    centre: str
    units: int
    until: str


_STEPS: Final = ("placed", "confirmed", "named", "released", "partly", "handed", "delivered")
_SALES: Final = (
    _Sale("placed", cast.BUYER, _IMPORTED, HANOI, 200, "placed"),
    _Sale("in-bond", cast.BUYER, _IMPORTED, HANOI, 200, "named"),
    _Sale("in-parts", cast.BUYER, _IMPORTED, HANOI, 400, "partly"),
    _Sale("to-fetch", _WHOLESALER, _DOMESTIC, CHONGQING, 100, "confirmed"),
    _Sale("fetched", _WHOLESALER, _DOMESTIC, CHONGQING, 150, "delivered"),
)


def sell(desk: Desk) -> None:
    """Let goods of a merchant be ordered where they lie; as they are the last that happens, all within a day."""
    at = desk.now - 20 * _HOUR
    in_unit_of_work(lambda session: _offer(session, desk, at - _HOUR))
    for number, sale in enumerate(_SALES):
        _live(desk, sale, at + number * _HOUR)


def _offer(session: Session, desk: Desk, now: datetime) -> None:
    """Offer brake pads in bond in Hanoi, and keyboards that never left the country in Chongqing."""
    merchant = desk.actor(cast.PARTS)
    home, abroad = (_centre(session, code) for code in (CHONGQING, HANOI))
    imported, domestic = (_listing(session, merchant.company, sku) for sku in (_IMPORTED, _DOMESTIC))
    arrival = announcing.announce(
        session,
        actor=merchant,
        centre_id=home,
        listing_id=domestic,
        quantity=600,
        house_waybill=None,
        broker_id=None,
        now=now,
    )
    arriving.take_in(
        session,
        actor=desk.actor(cast.LOGISTICS),
        arrival_id=arrival,
        quantity=600,
        papers=Papers(Status.FREE, is_imported=False),
        now=now,
    )
    for listing_id, centre_id, status in ((imported, abroad, Status.BONDED), (domestic, home, Status.FREE)):
        selling.offer(session, actor=merchant, listing_id=listing_id, centre_id=centre_id, status=status, now=now)


def _live(desk: Desk, sale: _Sale, at: datetime) -> None:
    """Take an order from a centre as far as it has come."""
    order_id = _order(desk, sale, at)
    merchant, broker, buyer = desk.actor(cast.PARTS), desk.actor(cast.BROKER), desk.actor(sale.buyer)
    keeper = desk.actor(cast.STORES if sale.centre == HANOI else cast.LOGISTICS)
    declared = Declared(f"DEMO-D-{sale.key}".upper(), 1, (at - timedelta(days=1)).date(), duty_paid=True)
    bonded, part = sale.centre == HANOI, sale.units // 2
    acts: dict[str, Callable[[Session, SaleRow], object]] = {
        "confirmed": lambda session, _row: deciding.confirm_order(session, order_id=order_id, actor=merchant, now=at),
        "named": lambda session, row: declaring.name_broker(
            session, sale_id=row.id, broker_id=broker.company, actor=buyer, now=at
        ),
        "released": lambda session, row: declaring.release(
            session, sale_id=row.id, declared=declared, actor=broker, now=at
        ),
        "partly": lambda session, row: handing.hand_over(
            session, sale_id=row.id, units=part, number="DEMO-N1", complete=False, actor=keeper, now=at
        ),
        "handed": lambda session, row: handing.hand_over(
            session, sale_id=row.id, units=row.to_fetch, number="DEMO-N2", complete=False, actor=keeper, now=at
        ),
        "delivered": lambda session, row: _come(session, row, desk, sale, at),
    }
    for step in _STEPS[1 : _STEPS.index(sale.until) + 1]:
        if bonded or step not in ("named", "released"):
            in_unit_of_work(lambda session, act=acts[step]: act(session, _sale(session, order_id)))


def _order(desk: Desk, sale: _Sale, at: datetime) -> UUID:
    """Put the goods into the buyer's cart, check out, and return the order."""
    buyer, merchant = desk.actor(sale.buyer), desk.actor(cast.PARTS)

    def fill(session: Session) -> UUID:
        listing_id = _listing(session, merchant.company, sale.sku)
        centre_id = _centre(session, sale.centre)
        carts.put_line(
            session,
            listing_id=listing_id,
            quantity=sale.units,
            incoterm="DAP" if sale.centre == HANOI else "FCA",
            to=sale.centre,
            centre_id=centre_id,
            actor=buyer,
            now=at,
        )
        return listing_id

    in_unit_of_work(fill)
    session = reading()
    session.rollback()
    cart = checkouts.cart(session, company_id=buyer.company, person_id=buyer.person, now=at)
    wanted = Wanted(
        expected_totals=tuple(Expected(total.kind, total.money) for total in cart.totals),
        payment=PaymentChoice(Rail.CARD, Plan.ACCEPTANCE_100, "pm_card_visa"),
        departures={},
        purchase_order_number=f"PO-{sale.key}".upper(),
    )
    placed = placing.place(actor=buyer, wanted=wanted, key=f"demo-centre-{sale.key}", return_url="", now=at)
    return reading().scalars(sa.select(Order.id).where(Order.group_id == placed.group_id)).one()


def _come(session: Session, row: SaleRow, desk: Desk, sale: _Sale, at: datetime) -> None:
    """Say of each part that left that it is with the buyer."""
    for left in queries.collections(session, sale_id=row.id):
        buyer = desk.actor(sale.buyer)
        handing.deliver(session, sale_id=row.id, damaged=0, collection_id=left.id, actor=buyer, now=at)


def _sale(session: Session, order_id: UUID) -> SaleRow:
    (found,) = queries.of_order(session, order_id=order_id)
    return found


def _listing(session: Session, company_id: UUID, sku: str) -> UUID:
    return session.scalars(sa.select(Listing.id).where(Listing.company_id == company_id, Listing.sku == sku)).one()


def _centre(session: Session, place_code: str) -> UUID:
    return session.scalars(sa.select(Centre.id).where(Centre.place_code == place_code)).one()

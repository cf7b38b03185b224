"""What is added to an order has to be on offer still: live, in whole steps, and let in where it goes."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import check_quantity
from marketplace.customs import queries as customs
from marketplace.customs.rules import Measure
from marketplace.kernel.errors import Conflict
from marketplace.orders.models import Order, OrderLine
from marketplace.reference import queries as reference


def check_offered(session: Session, *, order: Order, line: OrderLine, quantity: int, now: datetime) -> None:
    """Refuse more of a line's goods where a new order of them would be refused.

    Conflict ``listing_gone`` and ``prohibited_there``; Refused ``quantity`` between the steps that are sold. The least
    quantity does not count: the order has it.
    """
    found = shelf.offers(session, listing_ids=[line.listing_id], viewer=order.buyer_id, now=now)
    offer = found.get(line.listing_id)
    if offer is None:
        raise Conflict("listing_gone", listing=line.listing_id)
    check_quantity(quantity, moq=offer.multiple, multiple=offer.multiple)
    goods = (reference.get_place(session, order.destination).country, line.hs_code)
    rules = customs.asked_of(session, goods=[goods], day=now.date()).get(goods, ())
    if ban := next((row.rule for row in rules if row.rule.measure is Measure.PROHIBITED), None):
        raise Conflict("prohibited_there", hs=ban.hs_prefix, country=ban.country, source=ban.source)

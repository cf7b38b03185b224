"""What exactly was accepted, and whether each acceptance still binds to it."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.orders.models import Acceptance, Order, OrderLine
from marketplace.orders.rules import acceptance as rules


def content_hash(order: Order, line: OrderLine, quantity: int) -> str:
    """Return the hash of what was agreed about so many accepted units; docs/adr/0030 lists the fields."""
    return rules.content_hash(
        {
            "order": order.reference,
            "line": str(line.id),
            "sku": line.sku,
            "hs_code": line.hs_code,
            "origin": line.origin,
            "unit": line.unit,
            "ordered": line.quantity,
            "accepted": quantity,
            "unit_price_micro": line.unit_price_micro,
            "amount_minor": line.amount_minor,
            "currency": order.currency,
            "incoterm": order.incoterm,
            "place": order.place_code,
        }
    )


def breaches(session: Session) -> list[Breach]:
    """Return acceptances whose hash is not that of what order and line say."""
    statement = (
        sa.select(Acceptance, OrderLine, Order)
        .join(OrderLine, OrderLine.id == Acceptance.line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .execution_options(yield_per=1_000)
    )
    return [
        Breach("7 acceptance", "acceptance", found.id, "what was accepted is not what order and line say")
        for found, line, order in session.execute(statement)
        if found.content_hash != content_hash(order, line, found.quantity)
    ]

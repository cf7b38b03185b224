"""What exactly was accepted, and whether each acceptance still binds to it."""

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach
from marketplace.orders.models import Acceptance, Order, OrderLine
from marketplace.orders.rules import acceptance as rules

_OF_ORDER: Final = {
    "order": Order.reference,
    "currency": Order.currency,
    "incoterm": Order.incoterm,
    "place": Order.place_code,
}
_OF_LINE: Final = {
    "line": OrderLine.id,
    "sku": OrderLine.sku,
    "hs_code": OrderLine.hs_code,
    "origin": OrderLine.origin,
    "unit": OrderLine.unit,
    "ordered": OrderLine.quantity,
    "unit_price_micro": OrderLine.unit_price_micro,
    "amount_minor": OrderLine.amount_minor,
}
_SAID: Final = _OF_ORDER | _OF_LINE
_ACCEPTED: Final = (
    sa.select(
        Acceptance.id,
        Acceptance.content_hash,
        Acceptance.quantity,
        *(column.label(name) for name, column in _SAID.items()),
    )
    .join(OrderLine, OrderLine.id == Acceptance.line_id)
    .join(Order, Order.id == OrderLine.order_id)
    .order_by(Acceptance.id)
    .execution_options(yield_per=500)
)


def content_hash(order: Order, line: OrderLine, quantity: int) -> str:
    """Return the hash of what was agreed about so many accepted units; docs/adr/0030 lists the fields."""
    of_order = {name: getattr(order, column.key) for name, column in _OF_ORDER.items()}
    return _hash(of_order | {name: getattr(line, column.key) for name, column in _OF_LINE.items()}, quantity)


def _hash(said: Mapping[str, Any], quantity: int) -> str:
    return rules.content_hash({**said, "line": str(said["line"]), "accepted": quantity})


def breaches(session: Session) -> list[Breach]:
    """Return acceptances whose hash is not that of what order and line say."""
    return [
        Breach("7 acceptance", "acceptance", row.id, "what was accepted is not what order and line say")
        for row in session.execute(_ACCEPTED)
        if row.content_hash != _hash({name: getattr(row, name) for name in _SAID}, row.quantity)
    ]

"""What was frozen at placement must still be what its checkout planned: prices, terms, parties, rates, freight."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules.plan import CheckoutPlan, from_json
from marketplace.checkout.rules.states import AttemptState
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import frozen_contract
from marketplace.kernel.checks import Breach
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.placing import frozen_line, frozen_order

_BATCH: Final = 200


def breaches(session: Session) -> list[Breach]:
    """Return orders, lines and freight contracts that differ from the plan they were placed by, with the columns."""
    found: list[Breach] = []
    placed = sa.select(CheckoutAttempt.plan).where(CheckoutAttempt.state == AttemptState.ORDERED)
    for plans in session.scalars(placed.order_by(CheckoutAttempt.id)).partitions(_BATCH):
        found += _thawed(session, [from_json(plan) for plan in plans])
    return found


def _thawed(session: Session, plans: list[CheckoutPlan]) -> Iterator[Breach]:
    orders = {order.id: frozen_order(plan.group, order) for plan in plans for order in plan.group.orders}
    lines = {
        line.id: frozen_line(order, position, line)
        for plan in plans
        for order in plan.group.orders
        for position, line in enumerate(order.lines, start=1)
    }
    contracts = {agreement.id: frozen_contract(agreement) for plan in plans for agreement in plan.freight}
    for table, name, wanted in (
        (Order, "order", orders),
        (OrderLine, "order_line", lines),
        (FreightContract, "freight_contract", contracts),
    ):
        yield from _differing(session, table, name, wanted)


def _differing(session: Session, table: Any, name: str, wanted: Mapping[UUID, Mapping[str, Any]]) -> Iterator[Breach]:
    if not wanted:
        return
    columns = next(iter(wanted.values()))
    statement = sa.select(table.id, *(getattr(table, column) for column in columns)).where(table.id.in_(wanted))
    rows = {row.id: row for row in session.execute(statement)}
    for row_id, frozen in wanted.items():
        row = rows.get(row_id)
        changed = ["all"] if row is None else [key for key, value in frozen.items() if getattr(row, key) != value]
        if changed:
            yield Breach("2 frozen at placement", name, row_id, f"differs from its plan in {', '.join(changed)}")

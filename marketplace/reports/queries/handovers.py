"""What somebody has in hand for a company, of every feature."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import handovers as accounts
from marketplace.accounts.rules.handovers import Item, in_order
from marketplace.approvals.queries import cases as approvals
from marketplace.catalog.customer_prices.queries import requests as price_requests
from marketplace.catalog.imports import queries as imports
from marketplace.checkout import queries as checkout
from marketplace.exchange.queries import handing as exchange
from marketplace.orders.queries import duties as orders

# Each feature that keeps things by person enters here; it passes them on when it hears ``HandedOver``.
HELD: Final[tuple[Callable[[Session, UUID, UUID, datetime], list[Item]], ...]] = (
    orders.held,
    checkout.held,
    imports.held,
    approvals.held,
    price_requests.held,
    exchange.held,
    accounts.held,
)


def held(session: Session, *, company_id: UUID, person_id: UUID, now: datetime) -> tuple[Item, ...]:
    """Return all that a person has in hand for a company, in the order of a list; a constant number of queries."""
    return in_order(item for find in HELD for item in find(session, company_id, person_id, now))

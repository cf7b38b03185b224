"""What the demo's insurer offers, and a few goods that it insures. Rates, limits and policies are fictitious."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.insuring.services import offering
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.logistics.insurance.models import InsuranceCover
from marketplace.logistics.insurance.rules.covering import Clauses, Terms
from marketplace.logistics.insurance.services import covers
from marketplace.logistics.insurance.services.covers import NewCover
from marketplace.orders.models import Order
from marketplace.orders.rules.states import OrderState

_VALID_SINCE: Final = timedelta(days=400)
# Policy, clauses, millionths of the value, least premium and most on one lorry in whole units of the currency.
_COVERS: Final = (
    ("DEMO-OC-CNY-A", Clauses.A, 1_250, "50", "3000000", "CNY"),
    ("DEMO-OC-CNY-C", Clauses.C, 600, "30", "3000000", "CNY"),
    ("DEMO-OC-THB-A", Clauses.A, 1_400, "250", "15000000", "THB"),
)
# Jewels and works of art travel otherwise.
_EXCLUDED: Final = ("71", "97")
_INSURED: Final = 3


def write_covers(session: Session, *, insurer_id: UUID, now: datetime) -> None:
    """Write down what the demo's insurer offers; what is there stays."""
    if session.scalar(sa.select(sa.func.count()).select_from(InsuranceCover)):
        return
    for number, clauses, rate_ppm, minimum, limit, currency in _COVERS:
        terms = Terms(
            clauses=clauses,
            rate_ppm=rate_ppm,
            minimum=Money.of(minimum, currency),
            limit=Money.of(limit, currency),
            valid_from=(now - _VALID_SINCE).date(),
            valid_to=None,
            excluded=_EXCLUDED,
        )
        cover = NewCover(insurer_id=insurer_id, policy_number=number, terms=terms, is_fictitious=True)
        covers.write(session, cover=cover, actor=SYSTEM, now=now)


def insure_some(session: Session, *, buyer: Actor, now: datetime) -> None:
    """Let the demo's buyer insure the first of its orders whose goods are not at the hub yet."""
    waiting = (OrderState.PLACED, OrderState.CONFIRMED, OrderState.IN_FULFILMENT)
    mine = sa.select(Order.id).where(Order.buyer_id == buyer.company, Order.state.in_(waiting)).order_by(Order.id)
    done = 0
    for order_id in session.scalars(mine).all():
        found = offering.insurable(session, order_id=order_id, now=now)
        for offer in offering.offers_for(session, found=found, now=now)[-1:]:
            try:
                offering.take(session, order_id=order_id, cover_id=offer.cover.id, declared=None, actor=buyer, now=now)
            except (Conflict, Refused):
                continue
            done += 1
        if done == _INSURED:
            return

"""What buyers of the demo claim, and how far each claim has come."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from marketplace.distribution import queries as distribution
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money
from marketplace.orders.claims import queries
from marketplace.orders.rules.claims import Carrier
from marketplace.orders.rules.states import LineState
from marketplace.orders.services import claims

if TYPE_CHECKING:
    from marketplace.seed.history.deals import Deal

_HOUR: Final = timedelta(hours=1)
# The reason, how many units, and what the buyer writes, by the twist of the story.
_CLAIMED: Final = {
    "damaged": ("damaged", 0, "Two cartons are crushed; the lamps in them are broken."),
    "wrong": ("wrong", 60, "Two cartons hold the clear-oil kind instead of the tallow one."),
    "answered": ("defective", 20, "One carton is damp and smells of mould."),
    "agreed": ("defective", 100, "Half a carton of pads has cracks in the lining."),
    "escalated": ("defective", 50, "The plates are 0.3 mm thinner than the sample."),
}


def plan(deal: Deal, arrived_at: datetime) -> None:
    """Plan the claim of a story that has one, and what becomes of it."""
    twist = deal.story.twist
    if twist not in _CLAIMED:
        return
    after = {"answered": _answer, "agreed": _agree, "escalated": _escalate}
    deal.plan(arrived_at + 9 * _HOUR, lambda now: _open(deal, now))
    if twist in after:
        deal.plan(arrived_at + 20 * _HOUR, lambda now: after[twist](deal, now))


def _open(deal: Deal, now: datetime) -> None:
    reason, quantity, text = _CLAIMED[deal.story.twist]
    (line,) = deal.lines()
    units = quantity or line.parts.get(LineState.DAMAGED, 0)
    contracts = distribution.contracts_of(reading(), order_ids=[line.order_id])[line.order_id]
    carrier = next((Carrier(one.carrier_id, one.id) for one in contracts if one.payer_id == deal.buyer.company), None)
    in_unit_of_work(
        lambda session: claims.open_claim(
            session,
            line_id=line.id,
            reason=reason,
            quantity=units,
            text=text,
            evidence=(),
            carrier=carrier,
            actor=deal.buyer,
            now=now,
        )
    )


def _answer(deal: Deal, now: datetime) -> None:
    claim_id, value = _claim(deal)
    in_unit_of_work(
        lambda session: claims.answer(
            session,
            claim_id=claim_id,
            offer=value.portion(1, 2),
            text="We can give back half: the carton was dry when it left.",
            actor=deal.seller,
            now=now,
        )
    )


def _agree(deal: Deal, now: datetime) -> None:
    claim_id, value = _claim(deal)
    in_unit_of_work(
        lambda session: claims.answer(
            session, claim_id=claim_id, offer=value, text="You are right; we let it off.", actor=deal.seller, now=now
        )
    )
    in_unit_of_work(lambda session: claims.settle(session, claim_id=claim_id, amount=None, actor=deal.buyer, now=now))


def _escalate(deal: Deal, now: datetime) -> None:
    claim_id, _ = _claim(deal)
    in_unit_of_work(lambda session: claims.escalate(session, claim_id=claim_id, actor=deal.buyer, now=now))


def _claim(deal: Deal) -> tuple[UUID, Money]:
    session = reading()
    session.rollback()
    found = queries.claims(session, company_id=deal.buyer.company, state=None, cursor=None).items
    row = next(one for one in found if one.order_id == deal.order_id)
    return row.id, row.value

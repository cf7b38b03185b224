"""Write a round in which the price of a whole lorry is shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution.hires import queries
from marketplace.distribution.hires.events import HireShared
from marketplace.distribution.hires.models import HireRound, HireShare
from marketplace.distribution.hires.rules.sharing import Why
from marketplace.kernel import events
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.models import WholeLorry


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShare:
    """What a booking pays in a new round; ``is_settled`` where its contract says so already."""

    booking_id: UUID
    contract_id: UUID
    line_id: UUID
    quantity: int | None
    weight_minor: int
    share: Money
    is_aboard: bool = True
    is_settled: bool = False


def write(
    session: Session, *, hire_id: UUID, why: Why, price: Money, shares: Sequence[NewShare], now: datetime
) -> None:
    """Write the next round of a whole lorry; what it changes is settled by whoever asks for it, or by its event."""
    # Two that share at once wait for each other: the numbers of rounds follow.
    session.scalars(sa.select(WholeLorry.id).where(WholeLorry.id == hire_id).with_for_update()).one()
    before = queries.last_round(session, hire_id=hire_id)
    made = HireRound(
        id=new_id(),
        hire_id=hire_id,
        number=before.number + 1 if before else 1,
        why=why,
        currency=price.currency,
        price_minor=price.minor,
        at=now,
    )
    session.add(made)
    session.flush()
    for one in shares:
        session.add(
            HireShare(
                round_id=made.id,
                booking_id=one.booking_id,
                contract_id=one.contract_id,
                line_id=one.line_id,
                quantity=one.quantity,
                weight_minor=one.weight_minor,
                share_minor=one.share.minor,
                is_aboard=one.is_aboard,
                settled_at=now if one.is_settled else None,
            )
        )
    session.flush()
    facts = {"number": made.number, "why": str(why), "minor": price.minor, "currency": price.currency}
    audit.record(
        session,
        actor=SYSTEM,
        action="whole_lorry.share",
        subject="whole_lorry",
        subject_id=hire_id,
        facts=facts,
        now=now,
    )
    events.record(session, HireShared(at=now, hire_id=hire_id))

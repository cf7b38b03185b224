"""Act for goods on a held lorry and book what it costs to the cause, by the published table of bearers.

The cost is recorded on the departure's sheet with its cause; whose it is, is said once the hold has ended.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.distribution.costs.rules.planning import CostKind
from marketplace.distribution.costs.services.actuals import NewCost
from marketplace.distribution.holds.rules.bearing import OF_OPTION
from marketplace.distribution.holds.services import entering
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Refused
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.services import holding
from marketplace.logistics.road.services.holding import Chosen

# How long a held lorry is taken to stand where nobody says: an assumption.
USUAL: Final = timedelta(hours=6)
KINDS: Final = {
    Option.WAIT: CostKind.WAITING,
    Option.OFF_LOAD: CostKind.TRANSHIPMENT,
    Option.TRANSFER: CostKind.TRANSHIPMENT,
}


def choose(
    session: Session,
    *,
    departure_id: UUID,
    option: Option,
    booking_id: UUID | None,
    to_departure_id: UUID | None,
    until: datetime | None,
    actor: Actor,
    now: datetime,
) -> Chosen:
    """Do what was chosen for a held lorry, or for one consignment on it, and record its cost with the cause.

    Refused by field where the option needs ``until``, ``booking`` or ``departure``; Conflict as ``holding``, and
    ``sheet_closed``.
    """
    if option is Option.WAIT:
        if until is None:
            raise Refused.field("until", "required")
        chosen = holding.wait(session, actor=actor, departure_id=departure_id, until=until, now=now)
    elif booking_id is None:
        raise Refused.field("booking", "required")
    elif option is Option.OFF_LOAD:
        chosen = holding.off_load(session, actor=actor, departure_id=departure_id, booking_id=booking_id, now=now)
    elif to_departure_id is None:
        raise Refused.field("departure", "required")
    else:
        chosen = holding.transfer(
            session,
            actor=actor,
            departure_id=departure_id,
            booking_id=booking_id,
            to_departure_id=to_departure_id,
            now=now,
        )
    cost = NewCost(
        kind=KINDS[option],
        amount=chosen.cost,
        incurred_on=accounts.house_day(session, now=now),
        place_code=chosen.place_code,
        cause=chosen.cause,
        booking=chosen.booking,
    )
    entering.enter(
        session,
        departure_id=departure_id,
        cost=cost,
        act=OF_OPTION[option],
        moved=chosen.booking,
        actor=actor,
        now=now,
    )
    return chosen

"""Whose lorry it is: the operator's staff act on all, a carrier on its lines', a broker where it declares."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import Line
from marketplace.logistics.road.models.customs import DepartureBroker
from marketplace.logistics.road.rules.declared import Side
from marketplace.logistics.rules.states import DepartureState

# A partner knows nothing of a lorry that is done with.
_OVER = (DepartureState.SETTLED, DepartureState.CANCELLED)


class Hat(StrEnum):
    """As whom somebody acts on a lorry."""

    OPERATOR = "operator"
    CARRIER = "carrier"
    BROKER = "broker"


@dataclass(frozen=True, slots=True)
class Reach:
    """As whom the asker acts on a departure, and for which sides it declares."""

    hat: Hat
    sides: frozenset[Side]

    def declares(self, side: Side) -> bool:
        """Tell whether declarations of a side are the asker's to record."""
        return side in self.sides


def reach(session: Session, *, actor: Actor, departure_id: UUID) -> Reach:
    """Return as whom the actor acts on a departure; NotFound ``departure`` for anybody who has nothing to do with it.

    Partners reach a lorry until it is settled or cancelled.
    """
    row = session.execute(
        sa.select(Departure.state, Line.carrier_company_id)
        .join(Line, Line.id == Departure.line_id)
        .where(Departure.id == departure_id)
    ).one_or_none()
    if row is None:
        raise NotFound("departure")
    if actor.may(Permission.LOGISTICS_DEPARTURE_OPERATE):
        return Reach(Hat.OPERATOR, frozenset(Side))
    if row.state not in _OVER:
        if actor.company_kind == CompanyKind.CARRIER and actor.company == row.carrier_company_id:
            return Reach(Hat.CARRIER, frozenset())
        sides = session.scalars(
            sa.select(DepartureBroker.side).where(
                DepartureBroker.departure_id == departure_id, DepartureBroker.company_id == actor.company
            )
        ).all()
        if sides:
            return Reach(Hat.BROKER, frozenset(sides))
    raise NotFound("departure")


def must_be(session: Session, *hats: Hat, actor: Actor, departure_id: UUID) -> Reach:
    """Return the actor's reach where it acts as one of these; NotFound ``departure`` for anybody else."""
    found = reach(session, actor=actor, departure_id=departure_id)
    if found.hat not in hats:
        raise NotFound("departure")
    return found

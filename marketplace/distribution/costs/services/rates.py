"""Say what a line pays from a day on."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import PARTNERS
from marketplace.audit import services as audit
from marketplace.distribution.costs.models import CostRate
from marketplace.distribution.costs.rules import planning as rules
from marketplace.distribution.costs.rules.planning import CostKind, Unit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import UnitPrice
from marketplace.logistics.models.network import Line, VehicleType


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRate:
    """A rate as it is entered; ``company_id`` None: the line's carrier's, ``vehicle_id`` None: for every lorry."""

    line_id: UUID
    vehicle_id: UUID | None
    company_id: UUID | None
    kind: CostKind
    unit: Unit
    price: UnitPrice
    free_hours: int
    valid_from: date
    source: str


def set_rate(session: Session, *, rate: NewRate, actor: Actor, now: datetime) -> UUID:
    """Let a rate hold from a day on, in place of what was said for that day; sheets planned before stay as they are.

    Refused ``unit`` and ``free_hours`` that do not go with the kind, ``vehicle`` and ``company_id`` that name none;
    NotFound for an unknown line.
    """
    rules.check_rate(rate.kind, rate.unit, free_hours=rate.free_hours)
    if session.get(Line, rate.line_id) is None:
        raise NotFound("line")
    if rate.vehicle_id is not None and session.get(VehicleType, rate.vehicle_id) is None:
        raise Refused.field("vehicle", "choice", "a kind of lorry of this city")
    if rate.company_id is not None:
        check_partner(session, company_id=rate.company_id)
    row = CostRate(
        id=new_id(),
        line_id=rate.line_id,
        vehicle_type_id=rate.vehicle_id,
        company_id=rate.company_id,
        kind=rate.kind,
        unit=rate.unit,
        currency=rate.price.currency,
        price_micro=rate.price.micro,
        free_hours=rate.free_hours,
        valid_from=rate.valid_from,
        source=rate.source,
        created_at=now,
    )
    session.add(row)
    session.flush()
    facts = {
        "line": rate.line_id,
        "kind": str(rate.kind),
        "unit": str(rate.unit),
        "price_micro": rate.price.micro,
        "currency": rate.price.currency,
        "from": rate.valid_from.isoformat(),
    }
    audit.record(
        session, actor=actor, action="cost_rate.set", subject="cost_rate", subject_id=row.id, facts=facts, now=now
    )
    return row.id


def check_partner(session: Session, *, company_id: UUID) -> None:
    """Refuse ``company_id`` that is no partner of the city."""
    kind = session.scalars(sa.select(Company.kind).where(Company.id == company_id)).one_or_none()
    if kind not in PARTNERS:
        raise Refused.field("company_id", "choice", "a partner company of this city")

"""Record who declares for a departure, what was declared, and which changes customs took."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.queries import cargo as cargo_queries
from marketplace.logistics.queries.bookings import booking as booking_row
from marketplace.logistics.road.models.customs import AmendmentDue, Declaration, DeclarationAmendment, DepartureBroker
from marketplace.logistics.road.queries.declarations import departure_of
from marketplace.logistics.road.rules import declared as rules
from marketplace.logistics.road.rules.declared import Change, Lodged, Side
from marketplace.logistics.road.services import access
from marketplace.logistics.services.departures import acting
from marketplace.reference import queries as reference


def name_broker(
    session: Session, *, actor: Actor, departure_id: UUID, side: Side, company_id: UUID, now: datetime
) -> None:
    """Let a broker declare what a departure carries on a side, in the place of who did before.

    Refused ``company`` for a company that is no broker.
    """
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    acting.lock(session, departure_id=departure_id)
    brokers = {row.id for row in accounts.companies_of_kind(session, kind=CompanyKind.BROKER)}
    if company_id not in brokers:
        raise Refused.field("company", "road_broker")
    present = session.get(DepartureBroker, (departure_id, side))
    if present is None:
        session.add(DepartureBroker(departure_id=departure_id, side=side, company_id=company_id, since=now))
    else:
        present.company_id, present.since = company_id, now
    session.flush()
    _audit(session, actor, "departure.broker_named", "departure", departure_id, now, company=company_id, side=side)


def dismiss_broker(session: Session, *, actor: Actor, departure_id: UUID, side: Side, now: datetime) -> None:
    """Let nobody declare for a departure on a side any more; what was recorded stays. NotFound where nobody does."""
    actor.must(Permission.LOGISTICS_DEPARTURE_OPERATE)
    present = session.get(DepartureBroker, (departure_id, side))
    if present is None:
        raise NotFound("broker")
    company_id = present.company_id
    session.delete(present)
    session.flush()
    _audit(session, actor, "departure.broker_dismissed", "departure", departure_id, now, company=company_id, side=side)


def lodge(
    session: Session,
    *,
    actor: Actor,
    booking_id: UUID,
    side: Side,
    number: str,
    lodged_on: date,
    cartons: int,
    now: datetime,
) -> UUID:
    """Record that a consignment was declared and return the declaration's id; from now on the consignment is locked.

    NotFound ``booking`` for anybody but the operator and who declares on that side; Refused by field; Conflict
    ``declared_already`` for a side that is declared, ``state`` before the booking is confirmed, ``beyond_declared``
    when more cartons are at the hub.
    """
    departure_id = _reached(session, actor, booking_id, side)
    acting.lock(session, departure_id=departure_id)
    row = booking_row(session, booking_id=booking_id)
    if row.state not in rules.DECLARABLE:
        raise Conflict("state", thing="booking", state=str(row.state), action="declare", possible=[])
    place = row.hub_code if side is Side.EXPORT else row.to_place
    (zone,) = (found.zone for found in reference.places_by_code(session, [place]).values())
    kept = rules.check_entry(number, cartons, lodged_on, today=now.astimezone(ZoneInfo(zone)).date())
    if session.scalars(
        sa.select(Declaration.id).where(Declaration.booking_id == booking_id, Declaration.side == side)
    ).first():
        raise Conflict("declared_already", booking=booking_id)
    if session.scalars(sa.select(Declaration.id).where(Declaration.side == side, Declaration.number == kept)).first():
        raise Refused.field("number", "taken")
    made = Declaration(
        id=new_id(),
        booking_id=booking_id,
        side=side,
        number=kept,
        lodged_on=lodged_on,
        cartons=cartons,
        company_id=actor.company,
        recorded_at=now,
    )
    rules.check_shipped(_at_hub(session, booking_id), [Lodged(made.id, side, kept, cartons)])
    session.add(made)
    session.flush()
    facts = {"declaration": made.id, "side": side, "cartons": cartons}
    _audit(session, actor, "declaration.lodged", "booking", booking_id, now, **facts)
    return made.id


def amend(
    session: Session,
    *,
    actor: Actor,
    declaration_id: UUID,
    change: Change,
    number: str,
    cartons: int | None = None,
    now: datetime,
) -> UUID:
    """Record that customs took a change and return the amendment's id: the consignment may be changed so, once.

    ``cartons`` is the count declared from now on: more than before for a top-up, fewer where some are taken off. What
    was changed before its declaration is amended by it. NotFound ``declaration`` for who may not; Refused by field.
    """
    departure_id = departure_of(session, declaration_id=declaration_id)
    acting.lock(session, departure_id=departure_id)
    row = session.scalars(
        sa.select(Declaration)
        .where(Declaration.id == declaration_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    _must_declare(session, actor, departure_id, row.side, "declaration")
    kept = rules.check_number(number)
    count = rules.check_amended(change, cartons, before=row.cartons)
    taken = sa.select(DeclarationAmendment.id).where(
        DeclarationAmendment.declaration_id == declaration_id, DeclarationAmendment.number == kept
    )
    if session.scalars(taken).first():
        raise Refused.field("number", "taken")
    rules.check_shipped(_at_hub(session, row.booking_id), [Lodged(row.id, row.side, row.number, count)])
    row.cartons = count
    settled: Any = session.execute(
        sa.update(AmendmentDue)
        .where(
            AmendmentDue.declaration_id == declaration_id,
            AmendmentDue.change == change,
            AmendmentDue.amended_at.is_(None),
        )
        .values(amended_at=now)
    )
    is_done = change is Change.TOP_UP or settled.rowcount > 0
    made = DeclarationAmendment(
        id=new_id(),
        declaration_id=declaration_id,
        change=change,
        number=kept,
        cartons=cartons,
        company_id=actor.company,
        recorded_at=now,
        used_at=now if is_done else None,
    )
    session.add(made)
    session.flush()
    facts = {"declaration": declaration_id, "amendment": made.id, "change": change, "cartons": cartons}
    _audit(session, actor, "declaration.amended", "booking", row.booking_id, now, **facts)
    return made.id


def _reached(session: Session, actor: Actor, booking_id: UUID, side: Side) -> UUID:
    row = booking_row(session, booking_id=booking_id)
    _must_declare(session, actor, row.departure_id, side, "booking")
    return row.departure_id


def _must_declare(session: Session, actor: Actor, departure_id: UUID, side: Side, thing: str) -> None:
    try:
        found = access.reach(session, actor=actor, departure_id=departure_id)
    except NotFound:
        raise NotFound(thing) from None
    if not found.declares(side):
        raise NotFound(thing)


def _at_hub(session: Session, booking_id: UUID) -> int:
    found = cargo_queries.received(session, booking_ids=[booking_id]).get(booking_id)
    return 0 if found is None else found.cartons


def _audit(
    session: Session, actor: Actor, action: str, subject: str, subject_id: UUID, now: datetime, **facts: Any
) -> None:
    known = {name: str(value) if isinstance(value, Side | Change) else value for name, value in facts.items()}
    audit.record(session, actor=actor, action=action, subject=subject, subject_id=subject_id, facts=known, now=now)

"""Bonded goods of a sale that are not cleared in their centre: they go on to another place under a transit movement."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales.models import CentreSale, CentreTransit
from marketplace.distribution.centre_sales.rules import SaleState, after_step, check_guarantee, check_way
from marketplace.distribution.centre_sales.services import following, transits
from marketplace.distribution.centre_sales.services.moving import locked, move, note
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.road.rules import transit as rules
from marketplace.logistics.road.rules.declared import check_number
from marketplace.logistics.road.rules.transit import Regime, Remark, Security, Step, TransitState
from marketplace.logistics.road.services import numbers
from marketplace.logistics.services import tracking
from marketplace.orders.services import handing_out
from marketplace.reference import queries as reference


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransit:
    """A movement as it is drafted: where to, by which day there it is to be discharged, secured by what."""

    regime: Regime
    to_place: str
    security: Security
    discharge_by: date


def draft(session: Session, *, sale_id: UUID, wanted: NewTransit, actor: Actor, now: datetime) -> UUID:
    """Draft a transit movement for all bonded units of a sale and return its id.

    For the broker whom the importer named, and the operator; NotFound for others. Conflict ``not_in_bond`` for free
    goods, ``state`` before the order is confirmed and secured and once they were declared, ``transit_open`` while there
    is another. Refused by field: a place that is the centre, a regime that does not hold in both countries, a guarantee
    that ends before the planned discharge.
    """
    sale = _declared_by(session, sale_id, actor)
    if sale.status is not Status.BONDED:
        raise Conflict("not_in_bond")
    if sale.state is not SaleState.TO_RELEASE:
        raise Conflict("state", thing="centre_sale", state=str(sale.state), action="transit", possible=[])
    transits.must_have_none(session, sale)
    here = centre(session, centre_id=sale.centre_id)
    there = next((one for one in reference.places(session) if one.code == wanted.to_place), None)
    if there is None:
        raise Refused.field("to_place", "choice", "the code of a place")
    check_way(wanted.regime, here=here.place.code, there=there.code, countries=[here.place.country, there.country])
    given = wanted.security
    kept = check_number(given.reference, field="guarantee_reference")
    rules.check_security(wanted.regime, given, starts_on=here.today(now), discharge_by=wanted.discharge_by)
    made = CentreTransit(
        id=new_id(),
        sale_id=sale.id,
        regime=wanted.regime,
        to_place=there.code,
        state=TransitState.DRAFT,
        guarantee=given.kind,
        guarantee_reference=kept,
        guarantee_minor=given.minor,
        guarantee_currency=given.currency,
        guarantee_until=given.until,
        discharge_by=datetime.combine(wanted.discharge_by, time.max.replace(microsecond=0), ZoneInfo(there.zone)),
        company_id=actor.company,
        created_at=now,
    )
    session.add(made)
    session.flush()
    note(session, sale, "transit_drafted", actor=actor, now=now, transit=made.id, regime=str(wanted.regime))
    return made.id


def step(
    session: Session,
    *,
    sale_id: UUID,
    taken: Step,
    mrn: str = "",
    place_code: str | None = None,
    remark: Remark | None = None,
    happened_at: datetime | None = None,
    actor: Actor,
    now: datetime,
) -> TransitState:
    """Record what happened to the transit movement of a sale and return its state; released, the goods may be fetched.

    Cancelled after its release, while all of them lie in the centre, they are to be declared again or go another way.
    For the broker whom the importer named, and the operator; NotFound ``transit`` where there is none. Refused by
    field; Conflict ``state`` naming what may happen, ``transit_not_gone`` for goods that lie in the centre,
    ``guarantee_over`` for a release after the guarantee's last day.
    """
    sale = _declared_by(session, sale_id, actor)
    row = transits.current(session, sale)
    if row is None:
        raise NotFound("transit")
    rules.check_step(taken, mrn=mrn, place=place_code or "", remark=remark)
    before = row.state
    after_step(before, taken, is_here=sale.handed == 0)
    if place_code is not None and place_code not in {one.code for one in reference.places(session)}:
        raise Refused.field("place", "choice", "the code of a place")
    since = transits.last_step_at(session, row.id)
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=since)
    here = centre(session, centre_id=sale.centre_id)
    if taken is Step.ACCEPT:
        country = here.place.country
        row.mrn = numbers.give(
            session, movement_id=row.id, regime=row.regime, mrn=mrn, country=country, year=happened.year
        )
    if taken is Step.RELEASE:
        check_guarantee(row.guarantee_until, here.today(happened))
    transits.take(
        session, sale, row, taken, place_code=place_code, remark=remark, happened_at=happened, actor=actor, now=now
    )
    if taken is Step.RELEASE:
        handing_out.set_aside(session, line_id=sale.line_id, actor=actor, now=now)
        sale.ready_at = now
        following.due_again(session, sale, now)
        move(session, sale, "make_ready", actor=actor, now=now)
    elif taken is Step.CANCEL and before in rules.ENGAGED:
        sale.ready_at = None
        following.due_again(session, sale, now)
        move(session, sale, "await_release", actor=actor, now=now)
    return row.state


def _declared_by(session: Session, sale_id: UUID, actor: Actor) -> CentreSale:
    actor.must(Permission.PARTNER_RELEASE_RECORD)
    sale, _order = locked(session, sale_id)
    if actor.company_kind != CompanyKind.OPERATOR and (sale.broker_id is None or actor.company != sale.broker_id):
        raise NotFound("centre_sale")
    return sale

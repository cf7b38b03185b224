"""Bonded goods of a sale that are not cleared in their centre: they go on to another place under a transit movement."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.centre_sales.models import CentreSale, CentreTransit, CentreTransitStep
from marketplace.distribution.centre_sales.rules import SaleState, check_gone, check_way
from marketplace.distribution.centre_sales.services import following
from marketplace.distribution.centre_sales.services.moving import locked, move, note
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.road.models.customs import TransitMovement
from marketplace.logistics.road.rules import transit as rules
from marketplace.logistics.road.rules.declared import check_number
from marketplace.logistics.road.rules.transit import Regime, Remark, Security, Step, TransitState
from marketplace.logistics.services import tracking
from marketplace.orders.services import handing_out
from marketplace.reference import queries as reference

# Nobody may have the goods declared in the centre meanwhile, or go another way.
_OPEN: Final = tuple(state for state in TransitState if state is not TransitState.CANCELLED)


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
    must_have_none(session, sale)
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

    For the broker whom the importer named, and the operator; NotFound ``transit`` where there is none. Refused by
    field; Conflict ``state`` naming what may happen, ``transit_not_gone`` for goods that lie in the centre,
    ``guarantee_over`` for a release after the guarantee's last day.
    """
    sale = _declared_by(session, sale_id, actor)
    row = _current(session, sale)
    if row is None:
        raise NotFound("transit")
    rules.check_step(taken, mrn=mrn, place=place_code or "", remark=remark)
    state = rules.TRANSIT.apply(row.state, taken)
    check_gone(taken, is_here=sale.state is SaleState.READY)
    if place_code is not None and place_code not in {one.code for one in reference.places(session)}:
        raise Refused.field("place", "choice", "the code of a place")
    before = sa.select(sa.func.max(CentreTransitStep.happened_at)).where(CentreTransitStep.transit_id == row.id)
    happened = tracking.checked(happened_at, field="happened_at", now=now, since=session.scalars(before).one())
    here = centre(session, centre_id=sale.centre_id)
    if taken is Step.ACCEPT:
        row.mrn = _number(session, row.regime, mrn, here.place.country, happened.year)
    if taken is Step.RELEASE and here.today(happened) > row.guarantee_until:
        raise Conflict("guarantee_over", until=row.guarantee_until.isoformat())
    row.state = state
    session.add(
        CentreTransitStep(
            id=new_id(),
            transit_id=row.id,
            step=taken,
            place_code=place_code,
            remark=remark if taken is Step.REMARK else None,
            happened_at=happened,
            recorded_at=now,
            company_id=actor.company,
        )
    )
    session.flush()
    note(session, sale, f"transit_{taken}", actor=actor, now=now, transit=row.id, state=str(state))
    if taken is Step.RELEASE:
        handing_out.set_aside(session, line_id=sale.line_id, actor=actor, now=now)
        sale.ready_at = now
        following.due_again(session, sale, now)
        move(session, sale, "make_ready", actor=actor, now=now)
    return state


def must_have_none(session: Session, sale: CentreSale) -> None:
    """Refuse to go on with the goods of a sale in another way while a transit movement is open: ``transit_open``."""
    row = _current(session, sale)
    if row is not None:
        raise Conflict("transit_open", state=str(row.state))


def number_of(session: Session, sale: CentreSale) -> str | None:
    """Return the number of the movement under which a sale's bonded goods may leave; None where there is none."""
    row = _current(session, sale)
    return row.mrn if row is not None and row.state in rules.ENGAGED else None


def _current(session: Session, sale: CentreSale) -> CentreTransit | None:
    """Return the movement of a locked sale that was not cancelled, locked."""
    wanted = sa.select(CentreTransit).where(CentreTransit.sale_id == sale.id, CentreTransit.state.in_(_OPEN))
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()


def _declared_by(session: Session, sale_id: UUID, actor: Actor) -> CentreSale:
    actor.must(Permission.PARTNER_RELEASE_RECORD)
    sale, _order = locked(session, sale_id)
    if actor.company_kind != CompanyKind.OPERATOR and (sale.broker_id is None or actor.company != sale.broker_id):
        raise NotFound("centre_sale")
    return sale


def _number(session: Session, regime: Regime, mrn: str, country: str, year: int) -> str:
    kept = rules.check_mrn(regime, mrn, country=country, year=year)
    for table in (TransitMovement, CentreTransit):
        if session.scalars(sa.select(table.id).where(table.mrn == kept)).first() is not None:
            raise Refused.field("mrn", "taken")
    return kept

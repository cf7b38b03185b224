"""The open movement of a sale's goods: what it lets them do, its steps, and its end with that of their order."""

from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.models import CentreSale, CentreTransit, CentreTransitStep
from marketplace.distribution.centre_sales.rules import after_step, check_guarantee, check_there
from marketplace.distribution.centre_sales.services.moving import note
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres.queries.centres import centre
from marketplace.logistics.centres.rules.lots import Status
from marketplace.logistics.road.rules.transit import ENGAGED, Remark, Step, TransitState

# Nobody may have the goods declared in the centre meanwhile, or go another way.
_OPEN: Final = tuple(state for state in TransitState if state is not TransitState.CANCELLED)


def current(session: Session, sale: CentreSale) -> CentreTransit | None:
    """Return the movement of a locked sale that was not cancelled, locked; free goods have none."""
    if sale.status is not Status.BONDED:
        return None
    wanted = sa.select(CentreTransit).where(CentreTransit.sale_id == sale.id, CentreTransit.state.in_(_OPEN))
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).one_or_none()


def must_have_none(session: Session, sale: CentreSale) -> None:
    """Refuse to go on with the goods of a sale in another way while a transit movement is open: ``transit_open``."""
    row = current(session, sale)
    if row is not None:
        raise Conflict("transit_open", state=str(row.state))


def number_to_leave(session: Session, sale: CentreSale, now: datetime) -> str | None:
    """Return the number of the movement under which a sale's bonded goods leave now; None where there is none.

    Conflict ``guarantee_over`` after the last day of its guarantee, by the clock of the centre.
    """
    row = current(session, sale)
    if row is None or row.state not in ENGAGED:
        return None
    check_guarantee(row.guarantee_until, centre(session, centre_id=sale.centre_id).today(now))
    return row.mrn


def must_be_there(session: Session, sale: CentreSale) -> None:
    """Refuse that goods are with their buyer while a movement of them is under way: ``transit_under_way``."""
    row = current(session, sale)
    if row is not None:
        check_there(row.state)


def take(
    session: Session,
    sale: CentreSale,
    row: CentreTransit,
    taken: Step,
    *,
    place_code: str | None = None,
    remark: Remark | None = None,
    happened_at: datetime,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a movement one step on and write down who said so; the step was checked."""
    row.state = after_step(row.state, taken, is_here=sale.handed == 0)
    session.add(
        CentreTransitStep(
            id=new_id(),
            transit_id=row.id,
            step=taken,
            place_code=place_code,
            remark=remark if taken is Step.REMARK else None,
            happened_at=happened_at,
            recorded_at=now,
            company_id=actor.company_id,
        )
    )
    session.flush()
    note(session, sale, f"transit_{taken}", actor=actor, now=now, transit=row.id, state=str(row.state))


def end(session: Session, sale: CentreSale, now: datetime) -> None:
    """Cancel the movement of goods that never left and are promised to nobody any more."""
    row = current(session, sale)
    if row is not None:
        take(session, sale, row, Step.CANCEL, happened_at=now, actor=SYSTEM, now=now)


def last_step_at(session: Session, transit_id: UUID) -> datetime | None:
    """Return when the latest step of a movement happened."""
    wanted = sa.select(sa.func.max(CentreTransitStep.happened_at)).where(CentreTransitStep.transit_id == transit_id)
    return session.scalars(wanted).one()

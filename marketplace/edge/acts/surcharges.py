"""What a payer is asked for goods above their booking, and the answers; shared by pages and API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.distribution.handling.queries import surcharges as queries
from marketplace.distribution.handling.queries.surcharges import SurchargeRow
from marketplace.distribution.handling.services import surcharging
from marketplace.edge.identity import require_actor
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.pages import Page


def asked(cursor: str | None) -> Page[SurchargeRow]:
    """Return what the asker's company is asked for and was, the newest first."""
    return queries.of_payer(reading(), payer_id=require_actor().company, cursor=cursor)


def desk(cursor: str | None) -> Page[SurchargeRow]:
    """Return what goods of all departures wait for, the newest first."""
    return queries.standing(reading(), cursor=cursor)


def consent(session: Session, surcharge_id: UUID) -> UUID:
    """Agree to pay it; return the contract that is made."""
    return surcharging.consent(session, surcharge_id=surcharge_id, actor=require_actor(), now=clock.now())


def decline(session: Session, surcharge_id: UUID) -> None:
    """Do not pay it."""
    surcharging.decline(session, surcharge_id=surcharge_id, actor=require_actor(), now=clock.now())


def may_waive() -> bool:
    """Tell whether the asker is of those who may let freight off."""
    actor = require_actor()
    permission = Permission.TRADE_PAYMENT_CONFIRM
    if actor.company_kind == CompanyKind.OPERATOR:
        permission = Permission.OPERATOR_COST_DECIDE
    return actor.may(permission)


def waive(session: Session, surcharge_id: UUID) -> None:
    """Ask for nothing, as carrier or for the operator."""
    surcharging.waive(session, surcharge_id=surcharge_id, actor=require_actor(), now=clock.now())

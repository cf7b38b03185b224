"""What must hold of merchants and of what they applied for."""

from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.merchants.models import Merchant, MerchantApplication, MerchantDecision
from marketplace.merchants.rules.states import ApplicationState, MerchantState


def breaches(session: Session) -> list[Breach]:
    """Return merchants whose state nothing that was decided explains."""
    return _PROMISES.breaches(session)


def _applied(state: ApplicationState) -> sa.Select[UUID]:
    return sa.select(MerchantApplication.company_id).where(MerchantApplication.state == state)


def _unproven() -> sa.Select[UUID]:
    sells = Merchant.state.in_([MerchantState.APPROVED, MerchantState.SUSPENDED])
    return sa.select(Merchant.company_id).where(sells, Merchant.company_id.not_in(_applied(ApplicationState.APPROVED)))


def _lost() -> sa.Select[UUID]:
    waits = Merchant.state == MerchantState.SUBMITTED
    return sa.select(Merchant.company_id).where(waits, Merchant.company_id.not_in(_applied(ApplicationState.SUBMITTED)))


def _undecided() -> sa.Select[UUID]:
    return (
        sa.select(MerchantApplication.id)
        .outerjoin(MerchantDecision, MerchantDecision.application_id == MerchantApplication.id)
        .where(MerchantApplication.state != ApplicationState.SUBMITTED, MerchantDecision.id.is_(None))
    )


_PROMISES: Final = Promises(
    "4 resolved once",
    Promise("merchant", "sells without an approved application", _unproven),
    Promise("merchant", "waits without an application", _lost),
    Promise("merchant_application", "decided without a decision", _undecided),
)

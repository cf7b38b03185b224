"""The payment plans that a merchant offers: the presets as it left them, and its own."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.payments.models.offers import PlanOffer
from marketplace.payments.queries.trading import TRADER
from marketplace.payments.rules import plans
from marketplace.payments.rules.plans import AgreedPlan, Offer
from marketplace.payments.rules.terms import Mode, Plan, Rail, SubjectKind, plans_for
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting


def offers_of(session: Session, *, merchant_ids: Collection[UUID], now: datetime) -> Mapping[UUID, tuple[Offer, ...]]:
    """Return every plan of these merchants, those that are not offered too: presets first, then their own by code.

    Two queries however many they are.
    """
    rows = session.execute(_OFFERED, {"merchants": list(merchant_ids)}) if merchant_ids else ()
    return _by_merchant(session, rows, merchant_ids, now)


def offers_and_trader(
    session: Session, *, merchant_ids: Collection[UUID], now: datetime
) -> tuple[Mapping[UUID, tuple[Offer, ...]], UUID | None]:
    """Return the same, and in the same question by which company the operator trades; None without merchants too."""
    rows = session.execute(_WITH_TRADER, {"merchants": list(merchant_ids)}).all() if merchant_ids else []
    offered = (row for row in rows if row.merchant_id is not None)
    return _by_merchant(session, offered, merchant_ids, now), rows[0].trader_id if rows else None


def _by_merchant(
    session: Session, rows: Iterable[Any], merchant_ids: Collection[UUID], now: datetime
) -> dict[UUID, tuple[Offer, ...]]:
    days = reference.setting(session, Setting.PROFORMA_WORKING_DAYS, at=now)
    found: dict[UUID, dict[str, Any]] = {merchant_id: {} for merchant_id in merchant_ids}
    for row in rows:
        found[row.merchant_id][row.code] = row
    return {merchant_id: _offers(mine, days) for merchant_id, mine in found.items()}


_OF_MERCHANTS: Final = PlanOffer.merchant_id.in_(sa.bindparam("merchants", expanding=True))
_OFFERED: Final = sa.select(PlanOffer.__table__).where(_OF_MERCHANTS).order_by(PlanOffer.code)
# There is one row at least, whatever the merchants offer.
_TRADER: Final = sa.select(TRADER.label("trader_id")).subquery()
_WITH_TRADER: Final = (
    sa.select(PlanOffer.__table__, _TRADER.c.trader_id)
    .select_from(_TRADER)
    .outerjoin(PlanOffer, _OF_MERCHANTS)
    .order_by(PlanOffer.code)
)


def offer(session: Session, *, merchant_id: UUID, code: str, now: datetime) -> Offer:
    """Return one plan of a merchant; NotFound for a code that it has none of."""
    mine = offers_of(session, merchant_ids=[merchant_id], now=now)[merchant_id]
    found = next((one for one in mine if one.plan.code == code), None)
    if found is None:
        raise NotFound("payment_plan")
    return found


def _offers(mine: Mapping[str, Any], days: int) -> tuple[Offer, ...]:
    # Stages of a preset do not depend on the mode where it is for orders.
    presets = [plans.preset(plan, mode=Mode.DIRECT, days=days) for plan in plans_for(SubjectKind.ORDER)]
    is_default = next((row.code for row in mine.values() if row.is_default), str(Plan.DEPOSIT_30_70))
    own = [_plan(row) for row in mine.values() if not plans.is_preset(row.code)]
    return tuple(_offer(plan, mine.get(plan.code), is_default) for plan in (*presets, *own))


def _plan(row: Any) -> AgreedPlan:
    return plans.from_json({"code": row.code, "stages": row.stages, "name": row.name, "credit": row.credit})


def _offer(plan: AgreedPlan, row: Any, is_default: str) -> Offer:
    if row is None:
        return Offer(plan=plan, rails=tuple(Rail), default=plan.code == is_default)
    minimum = Money(row.minimum_minor, row.minimum_currency) if row.minimum_minor and row.minimum_currency else None
    rails = tuple(Rail(rail) for rail in row.rails)
    return Offer(
        plan=plan, rails=rails, minimum=minimum, active=row.active, default=row.active and plan.code == is_default
    )

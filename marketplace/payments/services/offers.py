"""Say which payment plans one's company offers. What was ordered before stays as it was agreed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import insert_if_new
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.payments.models.offers import PlanOffer
from marketplace.payments.queries import offers as queries
from marketplace.payments.rules import plans
from marketplace.payments.rules.plans import Offer

# A form lists them all, and a buyer reads them all.
MOST_PLANS = 20


def put(session: Session, *, actor: Actor, offer: Offer, now: datetime) -> None:
    """Make a plan of one's own, change it, or say how a preset is offered; the same again changes nothing.

    Refused for what is no plan, Conflict ``last_plan`` when no plan would be offered any more.
    """
    actor.must(Permission.TRADE_PLAN_EDIT)
    plans.check_offer(offer)
    companies.take_turn(session, company_id=actor.company)
    code = offer.plan.code
    mine = {
        one.plan.code: one for one in queries.offers_of(session, merchant_ids=[actor.company], now=now)[actor.company]
    }
    before = mine.get(code)
    if before is None and len(mine) >= MOST_PLANS:
        raise Refused.field("code", "range", f"at most {MOST_PLANS} plans")
    if before is not None and plans.is_preset(code) and offer.plan != before.plan:
        raise Refused.field("stages", "plan_preset", "a plan of your own")
    if not any(one.active for other, one in mine.items() if other != code) and not offer.active:
        raise Conflict("last_plan")
    if before == offer:
        return
    if offer.default:
        session.execute(
            sa.update(PlanOffer).where(PlanOffer.merchant_id == actor.company).values(is_default=False),
            execution_options={"synchronize_session": False},
        )
    _write(session, actor, offer, now)
    facts: dict[str, Any] = {
        "code": code,
        "active": offer.active,
        "default": offer.default,
        "stages": [f"{stage.event}:{stage.basis_points}:{stage.days}:{stage.counted}" for stage in offer.plan.stages],
    }
    audit.record(
        session,
        actor=actor,
        action="payment_plan.put",
        subject="company",
        subject_id=actor.company,
        facts=facts,
        now=now,
    )


def _write(session: Session, actor: Actor, offer: Offer, now: datetime) -> None:
    plan, is_preset = offer.plan, plans.is_preset(offer.plan.code)
    values: dict[str, Any] = {
        "name": plan.name.strip(),
        "stages": None if is_preset else plans.to_json(plan)["stages"],
        "credit": plan.credit,
        "rails": [str(rail) for rail in offer.rails],
        "minimum_minor": offer.minimum.minor if offer.minimum else None,
        "minimum_currency": offer.minimum.currency if offer.minimum else None,
        "active": offer.active,
        "is_default": offer.default,
        "changed_at": now,
    }
    is_new = insert_if_new(
        session, PlanOffer, id=new_id(), merchant_id=actor.company, code=plan.code, created_at=now, **values
    )
    if not is_new:
        mine = (PlanOffer.merchant_id == actor.company, PlanOffer.code == plan.code)
        session.execute(
            sa.update(PlanOffer).where(*mine).values(**values), execution_options={"synchronize_session": False}
        )

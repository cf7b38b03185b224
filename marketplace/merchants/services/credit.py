"""Say how much a buyer may owe: one person's word, with a reason and an end."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money
from marketplace.merchants.events import CreditLimitSet
from marketplace.merchants.models import CreditLimit
from marketplace.merchants.queries import levels
from marketplace.merchants.rules.levels import BuyerLevel, check_limit
from marketplace.merchants.services.requirements import check_stranger


def set_limit(
    session: Session, *, actor: Actor, company_id: UUID, limit: Money, until: date, reason: str, now: datetime
) -> None:
    """Set a buyer's limit in a currency; nothing takes the one before back. The same again changes nothing.

    NotFound for who does not buy. Conflict ``not_verified`` for a limit of more than nothing while the buyer is not.
    """
    actor.must(Permission.OPERATOR_CREDIT_EDIT)
    check_limit(limit, until, reason, today=closures.day_of(session, company_id=actor.company, now=now))
    companies.take_turn(session, company_id=company_id)
    if not levels.is_buyer(session, company_id=company_id):
        raise NotFound("company")
    check_stranger(session, actor, company_id)
    if limit.minor and levels.level_of(session, company_id=company_id, now=now) is BuyerLevel.UNVERIFIED:
        raise Conflict("not_verified")
    if _last(session, company_id, limit.currency) == (limit.minor, until, reason.strip()):
        return
    row = CreditLimit(
        id=new_id(),
        company_id=company_id,
        currency=limit.currency,
        amount=limit.minor,
        until=until,
        reason=reason.strip(),
        set_by=actor.person_id,
        set_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="credit.limit_set",
        subject="company",
        subject_id=company_id,
        facts={"limit": row.id, "amount": limit.minor, "currency": limit.currency, "until": until},
        now=now,
    )
    record(session, CreditLimitSet(company_id=company_id, currency=limit.currency, at=now))


def _last(session: Session, company_id: UUID, currency: str) -> tuple[int, date, str] | None:
    row = session.scalars(
        sa.select(CreditLimit)
        .where(CreditLimit.company_id == company_id, CreditLimit.currency == currency)
        .order_by(CreditLimit.id.desc())
        .limit(1)
    ).one_or_none()
    return (row.amount, row.until, row.reason) if row else None

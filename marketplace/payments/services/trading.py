"""Name the operator's trading company; offer merchants to buy from them, agree to it, end it."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.audit import services as audit
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.events import record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries as merchants
from marketplace.payments.events import TradingOffered
from marketplace.payments.models.trading import TradingAgreement, TradingCompany
from marketplace.payments.queries import trading as queries
from marketplace.payments.rules import trading as rules
from marketplace.payments.rules.trading import AGREEMENTS, LIVE, AgreementState
from marketplace.reference.rules import Setting


def name(session: Session, *, company_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Name the company by which the operator buys and sells from now on, None for none; the same again is nothing.

    What was sold before stays as it was agreed. Refused ``company_id`` for a company without a tax id or an address:
    both stand on its papers. NotFound for none.
    """
    if company_id == queries.trading_company(session):
        return
    if company_id is not None:
        company = accounts.get_company(session, company_id=company_id)
        if not company.tax_id or not company.address.lines:
            raise Refused.field("company_id", "trading_papers", "a company with a tax id and an address")
    session.add(TradingCompany(id=new_id(), company_id=company_id, person_id=actor.person, at=now))
    session.flush()
    facts = {"company": company_id or ""}
    audit.record(
        session,
        actor=actor,
        action="trading_company.named",
        subject="company",
        subject_id=company_id or actor.company,
        facts=facts,
        now=now,
    )


def offer(
    session: Session,
    *,
    merchant_id: UUID,
    margin_bp: int,
    begins_on: date | None,
    ends_on: date | None,
    words: str,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Offer a merchant to buy what is ordered of it, at its prices less a margin, and return the agreement's id.

    Without an answer in time the offer is void. Conflict ``no_trading_company`` while there is none, ``trading_agreed``
    while another is agreed or waits, NotAllowed ``own_money`` for whoever is of the merchant, Refused ``merchant_id``
    for a company that may not sell.
    """
    trader_id = queries.trading_company(session)
    if trader_id is None:
        raise Conflict("no_trading_company")
    if merchant_id == trader_id or not merchants.active(session, company_ids=[merchant_id]):
        raise Refused.field("merchant_id", "unknown", "a company that may sell")
    if merchant_id in accounts.companies_of(session, actor=actor):
        raise NotAllowed("own_money")
    rules.check_margin(margin_bp)
    today = local_day(accounts.get_company(session, company_id=trader_id).country, now)
    rules.check_days(begins=begins_on or today, ends=ends_on, today=today)
    before = session.scalars(
        sa.select(TradingAgreement)
        .where(TradingAgreement.merchant_id == merchant_id, TradingAgreement.state.in_(LIVE))
        .with_for_update()
    ).one_or_none()
    if before is not None:
        if before.state is not AgreementState.OFFERED or before.answer_by > now:
            raise Conflict("trading_agreed", agreement=before.id)
        _move(session, before, "withdraw", actor=actor, now=now)
    row = TradingAgreement(
        id=new_id(),
        merchant_id=merchant_id,
        trader_id=trader_id,
        margin_bp=margin_bp,
        begins_on=begins_on or today,
        ends_on=ends_on,
        words=words,
        state=AgreementState.OFFERED,
        answer_by=accounts.days_of(
            session, company_id=merchant_id, setting=Setting.CHANGE_ANSWER_WORKING_DAYS, now=now
        ),
        offered_by=actor.person,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    _audit(session, row, "offer", actor=actor, now=now)
    record(session, TradingOffered(agreement_id=row.id, at=now))
    return row.id


def answer(session: Session, *, agreement_id: UUID, agree: bool, actor: Actor, now: datetime) -> None:
    """Agree to an offer as its merchant, or decline it; the same answer again is fine.

    Conflict ``trading_offer_late`` for one that nobody answered in time, NotFound for another's.
    """
    row = _locked(session, agreement_id)
    if row.merchant_id != actor.company:
        raise NotFound("trading_agreement")
    if row.state is (AgreementState.AGREED if agree else AgreementState.DECLINED):
        return
    AGREEMENTS.apply(row.state, "agree" if agree else "decline")
    rules.check_answerable(is_late=row.answer_by <= now)
    row.answered_by = actor.person
    _move(session, row, "agree" if agree else "decline", actor=actor, now=now)


def end(session: Session, *, agreement_id: UUID, merchant_id: UUID | None, actor: Actor, now: datetime) -> None:
    """End an agreement as its merchant, or (None) as the operator, who may take an offer back as well.

    What was ordered by then stays as agreed. NotFound for another's.
    """
    row = _locked(session, agreement_id)
    if merchant_id not in (None, row.merchant_id):
        raise NotFound("trading_agreement")
    if row.state in (AgreementState.ENDED, AgreementState.WITHDRAWN):
        return
    takes_back = row.state is AgreementState.OFFERED and merchant_id is None
    _move(session, row, "withdraw" if takes_back else "end", actor=actor, now=now)


def _move(session: Session, row: TradingAgreement, action: str, *, actor: Actor, now: datetime) -> None:
    row.state = AGREEMENTS.apply(row.state, action)
    row.changed_at = now
    session.flush()
    _audit(session, row, action, actor=actor, now=now)


def _locked(session: Session, agreement_id: UUID) -> TradingAgreement:
    found = session.scalars(
        sa.select(TradingAgreement)
        .where(TradingAgreement.id == agreement_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("trading_agreement")
    return found


def _audit(session: Session, row: TradingAgreement, act: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        action=f"trading_agreement.{act}",
        subject="trading_agreement",
        subject_id=row.id,
        facts={"merchant": row.merchant_id, "margin_bp": row.margin_bp, "state": str(row.state)},
        now=now,
    )

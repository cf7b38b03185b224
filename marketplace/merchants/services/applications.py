"""Apply to sell, and decide - once, with a reason, never about one's own company."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.accounts.rules.companies import parse_line
from marketplace.accounts.rules.numbers import CheckedNumber, Proof, check_number
from marketplace.accounts.rules.permissions import Permission
from marketplace.accounts.rules.refusals import Refusals
from marketplace.accounts.services import companies
from marketplace.audit import services as audit
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.errors import Conflict, NotFound
from marketplace.kernel.events import Event, record
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries
from marketplace.merchants.events import (
    ApplicationOverdue,
    MerchantApproved,
    MerchantReinstated,
    MerchantSubmitted,
    MerchantSuspended,
    MerchantTurnedDown,
)
from marketplace.merchants.models import Merchant, MerchantApplication, MerchantDecision
from marketplace.merchants.rules.applications import check_decision, check_standing
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.rules.requirements import Item, check_last_day
from marketplace.merchants.rules.states import APPLICATION, MERCHANT, STANDING, ApplicationState, MerchantState
from marketplace.merchants.services import payees, requirements
from marketplace.reference.rules import Setting

_UNREAD: Final = CheckedNumber("", "", Proof.PATTERN)


@dataclass(frozen=True, slots=True)
class Apply:
    """What a company says when it applies; the payee is asked for while it has none."""

    legal_name: str
    registration_number: str
    licence_file_id: UUID
    licence_until: date | None = None
    payee_currency: str | None = None
    payee: PayeeAccount | None = None


def apply_to_sell(session: Session, *, actor: Actor, apply: Apply, now: datetime) -> UUID:
    """Hand in an application of the actor's company and return its id; earlier ones stay as they were."""
    actor.must(Permission.COMPANY_MERCHANT_APPLY)
    country = accounts.get_company(session, company_id=actor.company).country
    companies.take_turn(session, company_id=actor.company)
    refusals = Refusals()
    name = refusals(lambda: parse_line("legal_name", apply.legal_name), "")
    number = refusals(lambda: check_number(country, apply.registration_number), _UNREAD)
    today = closures.local_day(country, now)
    refusals(lambda: check_last_day(apply.licence_until, field="licence_until", today=today), None)
    refusals(lambda: requirements.check_file(session, actor, apply.licence_file_id, field="licence_file_id"), None)
    refusals(lambda: payees.name_first(session, actor=actor, given=(apply.payee_currency, apply.payee), now=now), None)
    refusals.raise_any()
    requirements.check_shown(session, company_id=actor.company, today=now.date())
    merchant = _begun(session, actor.company, name, country, number, apply, now)
    _move(session, merchant, "submit", now)
    application = MerchantApplication(
        id=new_id(),
        company_id=actor.company,
        state=ApplicationState.SUBMITTED,
        legal_name=name,
        country=country,
        registration_number=number.number,
        number_check=number.check,
        proof=number.proof,
        licence_file_id=apply.licence_file_id,
        licence_until=apply.licence_until,
        submitted_by=actor.person_id,
        submitted_at=now,
        due_at=accounts.house_days(session, setting=Setting.APPLICATION_REVIEW_WORKING_DAYS, now=now),
    )
    session.add(application)
    session.flush()
    requirements.keep_paper(
        session, actor=actor, item=Item.LICENCE, file_id=apply.licence_file_id, until=apply.licence_until, now=now
    )
    facts = {"application": application.id, "check": number.check}
    _audit(session, actor, "merchant.submitted", actor.company, now, **facts)
    record(session, MerchantSubmitted(company_id=actor.company, application_id=application.id, at=now))
    return application.id


def decide_application(
    session: Session,
    *,
    actor: Actor,
    application_id: UUID,
    decision: str,
    reason: str,
    is_name_excused: bool = False,
    now: datetime,
) -> None:
    """Approve, reject or request_changes, once; Conflict ``state`` when it was decided before.

    Approving accepts the number and the licence of the application; Conflict ``requirements_open`` and
    ``payee_missing`` while something else that is required was not accepted. The company is called what its licence
    says then; Conflict ``name_taken`` when that looks like the name of another that was verified, unless it is excused.
    """
    actor.must(Permission.OPERATOR_MERCHANT_REVIEW)
    application = session.get(MerchantApplication, application_id)
    if application is None:
        raise NotFound("application")
    check_decision(decision, reason)
    # Who judges an item of the company waits, or is waited for: the gate sees all that was said.
    companies.take_turn(session, company_id=application.company_id)
    requirements.check_stranger(session, actor, application.company_id, application.submitted_by)
    merchant = _locked_with_namesakes(session, application)
    _resolve(session, application, decision)
    if decision == "approve":
        requirements.settle(session, actor=actor, application=application, reason=reason, now=now)
        _check_number(session, application)
        companies.verify_company(
            session,
            actor=actor,
            company_id=application.company_id,
            name=application.legal_name,
            registration_number=application.registration_number,
            is_name_excused=is_name_excused,
            now=now,
        )
    _move(session, merchant, decision, now)
    _keep(session, actor, application.company_id, decision, reason, now, application_id=application_id)
    record(session, _news(application, decision, now))


def escalate(session: Session, *, application_id: UUID, now: datetime) -> bool:
    """Say once that an application waits too long; it goes on waiting. False when it was decided or said before."""
    late = (
        sa.update(MerchantApplication)
        .where(MerchantApplication.id == application_id, queries.is_late(now))
        .values(escalated_at=now)
        .returning(MerchantApplication.company_id)
        .execution_options(synchronize_session=False)
    )
    company_id = session.scalars(late).one_or_none()
    if company_id is None:
        return False
    _audit(session, SYSTEM, "merchant.escalate", company_id, now, application=application_id)
    record(session, ApplicationOverdue(company_id=company_id, application_id=application_id, at=now))
    return True


def set_standing(session: Session, *, actor: Actor, company_id: UUID, action: str, reason: str, now: datetime) -> None:
    """Suspend an approved merchant, which stops new orders, or reinstate it; both need a reason."""
    actor.must(Permission.OPERATOR_MERCHANT_REVIEW)
    merchant = session.get(Merchant, company_id, with_for_update=True)
    if merchant is None:
        raise NotFound("merchant")
    check_standing(action, reason)
    requirements.check_stranger(session, actor, company_id)
    _move(session, merchant, action, now)
    _keep(session, actor, company_id, action, reason, now)
    kind = MerchantSuspended if action == "suspend" else MerchantReinstated
    record(session, kind(company_id=company_id, at=now))


def _begun(
    session: Session,
    company_id: UUID,
    name: str,
    country: str,
    number: CheckedNumber,
    apply: Apply,
    now: datetime,
) -> Merchant:
    merchant = session.get(Merchant, company_id, with_for_update=True)
    if merchant is None:
        merchant = Merchant(company_id=company_id, state=MerchantState.ONBOARDING, created_at=now)
        session.add(merchant)
    elif not MERCHANT.allows(merchant.state, "submit"):
        MERCHANT.apply(merchant.state, "submit")  # refuses before anything of the row is changed
    merchant.legal_name, merchant.country, merchant.registration_number = name, country, number.number
    merchant.licence_file_id, merchant.licence_until = apply.licence_file_id, apply.licence_until
    merchant.changed_at = now
    session.flush()
    return merchant


def _check_number(session: Session, application: MerchantApplication) -> None:
    """Refuse approval while the number sells under another name."""
    others = queries.same_number(
        session,
        company_id=application.company_id,
        country=application.country,
        number=application.registration_number,
    )
    if any(_sells(session, other) for other in others):
        raise Conflict("number_sells")


def _locked_with_namesakes(session: Session, application: MerchantApplication) -> Merchant:
    """Lock the applicant and whoever has the same number, in one order: of two approvals the second sees the first."""
    rows = session.scalars(
        sa.select(Merchant)
        .where(
            (Merchant.company_id == application.company_id)
            | (
                (Merchant.country == application.country)
                & (Merchant.registration_number == application.registration_number)
            )
        )
        .order_by(Merchant.company_id)
        .with_for_update()
    )
    return next(row for row in rows.all() if row.company_id == application.company_id)


def _sells(session: Session, company_id: UUID) -> bool:
    found = queries.merchant_of(session, company_id=company_id)
    return found is not None and found.state in STANDING


def _resolve(session: Session, application: MerchantApplication, decision: str) -> None:
    """Decide a waiting application: the one place that writes its state."""
    statement = (
        sa.update(MerchantApplication)
        .where(MerchantApplication.id == application.id, MerchantApplication.state == ApplicationState.SUBMITTED)
        .values(state=APPLICATION.apply(ApplicationState.SUBMITTED, decision), escalated_at=None)
        .execution_options(synchronize_session=False)
    )
    decided = cast("sa.CursorResult[Any]", session.execute(statement)).rowcount == 1
    session.refresh(application)
    if not decided:
        APPLICATION.apply(application.state, decision)


def _move(session: Session, merchant: Merchant, action: str, now: datetime) -> None:
    """Take a drawn transition: the one place that writes a merchant's state."""
    merchant.state = MERCHANT.apply(merchant.state, action)
    merchant.changed_at = now
    session.flush()


def _keep(
    session: Session,
    actor: Actor,
    company_id: UUID,
    action: str,
    reason: str,
    now: datetime,
    application_id: UUID | None = None,
) -> None:
    decision = MerchantDecision(
        id=new_id(),
        company_id=company_id,
        application_id=application_id,
        action=action,
        reason=reason.strip(),
        decided_by=actor.person_id,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    _audit(session, actor, f"merchant.{action}", company_id, now, decision=decision.id)


def _news(application: MerchantApplication, decision: str, now: datetime) -> Event:
    if decision == "approve":
        return MerchantApproved(company_id=application.company_id, at=now)
    return MerchantTurnedDown(company_id=application.company_id, application_id=application.id, at=now)


def _audit(session: Session, actor: Actor, action: str, company_id: UUID, now: datetime, **facts: Any) -> None:
    audit.record(session, actor=actor, action=action, subject="merchant", subject_id=company_id, facts=facts, now=now)

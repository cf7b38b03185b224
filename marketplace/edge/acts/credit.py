"""Acts on credit between two companies, by whoever asks."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import closures
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import credit as requests
from marketplace.edge.requests.payments import money
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.merchants import queries as merchants
from marketplace.payments.queries import credit as queries
from marketplace.payments.queries.credit import CreditRow, OverdueRow
from marketplace.payments.rules.credit import Grant, wrong_of
from marketplace.payments.services import credit, dunning


def ask(session: Session, body: requests.CreditRequest) -> UUID:
    """Ask a merchant for credit."""
    return credit.ask(
        session,
        actor=require_actor(),
        merchant_id=body.merchant_id,
        wanted=money(body.amount, body.currency),
        note=body.note,
        now=clock.now(),
    )


def decide(session: Session, credit_id: UUID, body: requests.CreditDecision) -> CreditRow:
    """Grant, change, decline or end a credit that the asker's company gives, and return it as it stands then."""
    actor = require_actor()
    known = queries.credit(session, company_id=actor.company, credit_id=credit_id, now=clock.now())
    if body.decision == "refuse":
        credit.refuse(session, actor=actor, credit_id=credit_id, reason=body.reason, now=clock.now())
    else:
        given = _grant(body, known, closures.day_of(session, company_id=actor.company, now=clock.now()))
        credit.grant(session, actor=actor, credit_id=credit_id, given=given, reason=body.reason, now=clock.now())
    return queries.credit(session, company_id=actor.company, credit_id=credit_id, now=clock.now())


def _grant(body: requests.CreditDecision, known: CreditRow, today: date) -> Grant:
    """Return what is granted; what is missing is refused with whatever else is wrong of it."""
    currency = body.currency or known.currency
    given = {"amount": body.amount, "days": body.days, "until": body.until}
    missing = [FieldError(name, "required", "a value") for name, value in given.items() if value is None]
    if missing or body.amount is None or body.days is None or body.until is None:
        given_so_far = Grant(
            Money(1, currency) if body.amount is None else money(body.amount, currency),
            1 if body.days is None else body.days,
            body.until or today,
        )
        raise Refused.fields(*missing, *wrong_of(given_so_far, today=today))
    return Grant(money(body.amount, currency), body.days, body.until)


def pause(session: Session, payment_id: UUID, body: requests.Pause) -> None:
    """Let no reminder of a payment go for some days."""
    dunning.pause(
        session, actor=require_actor(), payment_id=payment_id, until=body.until, reason=body.reason, now=clock.now()
    )


def listed(side: str, cursor: str | None) -> Page[CreditRow]:
    """Return the credits that the asker's company gives or has."""
    company_id = require_actor().company
    if side == "gives":
        return queries.credits_of(reading(), merchant_id=company_id, cursor=cursor, now=clock.now())
    return queries.credits_of(reading(), buyer_id=company_id, cursor=cursor, now=clock.now())


def one(credit_id: UUID) -> CreditRow:
    """Return a credit that the asker's company gives or has; NotFound."""
    return queries.credit(reading(), company_id=require_actor().company, credit_id=credit_id, now=clock.now())


def overdue(side: str, cursor: str | None) -> Page[OverdueRow]:
    """Return what is overdue on credit that the asker's company gives or has."""
    company_id = require_actor().company
    if side == "gives":
        return queries.overdue_of(reading(), payee_id=company_id, cursor=cursor)
    return queries.overdue_of(reading(), payer_id=company_id, cursor=cursor)


def askable(merchant_id: UUID) -> UUID:
    """Return the merchant that the asker's company can ask for credit; NotFound for itself and who does not sell."""
    if merchant_id == require_actor().company or not merchants.active(reading(), company_ids=[merchant_id]):
        raise NotFound("merchant")
    return merchant_id


def names(company_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the names of companies."""
    found = accounts.get_companies(reading(), company_ids=set(company_ids))
    return {key: row.name for key, row in found.items()}

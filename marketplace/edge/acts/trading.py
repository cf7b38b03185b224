"""The operator's trading company: who it is, who sells to it, what it sold, and the money of its buyers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import directory
from marketplace.accounts.queries.directory import FoundTrader
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payments as payment_requests
from marketplace.edge.requests import trading as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as files
from marketplace.files.queries import FileRow
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.pages import Page
from marketplace.merchants import queries as merchants
from marketplace.payments.queries import payments, payouts
from marketplace.payments.queries import trading as queries
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.queries.trading import AgreementRow
from marketplace.payments.rules.paying import Mistake
from marketplace.payments.services import sent_back, slips, trading, transfers, withdrawals

_SUGGESTED: Final = 200
_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class House:
    """The trading company now, and in which currencies its buyers can pay at the operator's bank."""

    company_id: UUID | None
    name: str
    tax_id: str
    currencies: tuple[str, ...]


def house(session: Session) -> House:
    """Return the trading company as it is now."""
    company_id = queries.trading_company(session)
    bank_of = queries.house_of(session)
    paid = merchants.payee_currencies(session, company_ids=[bank_of] if bank_of else [])
    currencies = tuple(sorted(paid.get(bank_of, frozenset()))) if bank_of else ()
    if company_id is None:
        return House(None, "", "", currencies)
    company = accounts.get_company(session, company_id=company_id)
    return House(company_id, company.name, company.tax_id or "", currencies)


def name(session: Session, body: requests.TradingCompany) -> House:
    """Name the trading company, or none."""
    trading.name(session, company_id=body.company_id, actor=require_actor(), now=clock.now())
    return house(session)


def offer(session: Session, body: requests.Offer) -> UUID:
    """Offer a merchant to buy from it, and return the agreement's id."""
    return trading.offer(
        session,
        merchant_id=body.merchant_id,
        margin_bp=body.margin_basis_points,
        begins_on=body.begins_on,
        ends_on=body.ends_on,
        words=body.words or "",
        actor=require_actor(),
        now=clock.now(),
    )


def name_typed(session: Session, body: requests.CompanyTyped) -> House:
    """Name the trading company by what was typed, or none."""
    company_id = _typed(session, body.company_id).id if body.company_id else None
    return name(session, requests.TradingCompany(company_id=company_id))


def offer_typed(session: Session, body: requests.OfferTyped) -> UUID:
    """Offer the merchant that was typed to buy from it, and return the agreement's id."""
    return offer(session, body.offer(_typed(session, body.merchant_id, sells=True).id))


def merchants_known(session: Session) -> list[str]:
    """Return the names of companies that may sell, as many as a list can suggest."""
    ids = [company_id for company_id, _ in merchants.approved(session, part=0, size=_SUGGESTED)]
    found = accounts.get_companies(session, company_ids=set(ids) - {queries.trading_company(session)})
    return sorted({row.name for row in found.values()})


def _typed(session: Session, words: str, *, sells: bool = False) -> FoundTrader:
    """Return the one company that words name; Refused for none, and for several."""
    field, accepted = ("merchant_id", "a company that may sell") if sells else ("company_id", "a trading company")
    found = directory.traders_called(session, words=words)
    if sells:
        others = [row.id for row in found if row.id != queries.trading_company(session)]
        active = merchants.active(session, company_ids=others)
        found = tuple(row for row in found if row.id in active)
    fitting = [row for row in found if row.is_exactly(words)] or list(found)
    if not fitting:
        raise Refused.field(field, "unknown", accepted)
    if len(fitting) > 1:
        numbers = " / ".join(f"{row.name} {row.country} {row.registration_number}" for row in fitting[:_TOLD])
        raise Refused.field(field, "fits_several", numbers)
    return fitting[0]


def agreements(session: Session, cursor: str | None) -> Page[AgreementRow]:
    """Return the agreements with all merchants to the operator, else those of the asker's company."""
    actor = require_actor()
    sees_all = actor.may(Permission.OPERATOR_LEDGER_READ)
    return queries.agreements(session, merchant_id=None if sees_all else actor.company, cursor=cursor)


def answer(session: Session, agreement_id: UUID, body: requests.Answer) -> AgreementRow:
    """Agree to an offer as its merchant, or decline it."""
    actor = require_actor()
    trading.answer(session, agreement_id=agreement_id, agree=body.agree, actor=actor, now=clock.now())
    return queries.agreement(session, agreement_id=agreement_id, merchant_id=actor.company)


def end(session: Session, agreement_id: UUID) -> AgreementRow:
    """End an agreement as its merchant."""
    actor = require_actor()
    trading.end(session, agreement_id=agreement_id, merchant_id=actor.company, actor=actor, now=clock.now())
    return queries.agreement(session, agreement_id=agreement_id, merchant_id=actor.company)


def withdraw(session: Session, agreement_id: UUID) -> AgreementRow:
    """End an agreement as the operator, or take its offer back."""
    trading.end(session, agreement_id=agreement_id, merchant_id=None, actor=require_actor(), now=clock.now())
    return queries.agreement(session, agreement_id=agreement_id)


def confirm(session: Session, payment_id: UUID, body: payment_requests.Confirmation) -> PaymentRow:
    """Write down what came at the operator's bank for a payment to the trading company."""
    actor = _of_payee(session, payment_id)
    row = payments.payment(session, company_id=actor.company, payment_id=payment_id)
    transfers.confirm_payment(
        session,
        actor=actor,
        payment_id=payment_id,
        amount=money(body.amount, body.currency or row.amount.currency),
        received_on=body.received_on,
        confirmed=body.confirmed,
        now=clock.now(),
    )
    return payments.payment(session, company_id=actor.company, payment_id=payment_id)


def slip(session: Session, payment_id: UUID) -> FileRow:
    """Return the slip that a buyer handed in for a payment to the trading company."""
    return files.get_any(session, file_id=queries.slip_of(session, payment_id=payment_id))


def dispute(session: Session, payment_id: UUID) -> PaymentRow:
    """Say that the money of a slip to the trading company has not come."""
    actor = _of_payee(session, payment_id)
    slips.dispute(session, actor=actor, payment_id=payment_id, now=clock.now())
    return payments.payment(session, company_id=actor.company, payment_id=payment_id)


def withdraw_receipt(session: Session, transfer_id: UUID, body: payment_requests.Withdrawal) -> None:
    """Withdraw a receipt of the trading company that was written down by mistake."""
    actor = _of_trader(queries.payee_of_transfer(session, transfer_id=transfer_id))
    withdrawals.withdraw(session, actor=actor, transfer_id=transfer_id, mistake=Mistake(body.mistake), now=clock.now())


def owed_back(session: Session) -> tuple[ReturnRow, ...]:
    """Return what the trading company owes its buyers back and has not sent."""
    found = [
        row
        for company_id in sorted(queries.was_trading(session))
        for row in payouts.returns(session, company_id=company_id, is_open=True)
        if row.payee_id == company_id
    ]
    return tuple(found)


def send_back(session: Session, return_id: UUID, body: requests.SentBack) -> ReturnRow:
    """Say by which of its bank's references the operator sent a buyer what the trading company owed back."""
    sent = sent_back.Sent(body.booked_on, body.bank_reference)
    for company_id in queries.was_trading(session):
        if payouts.returns(session, company_id=company_id, transfer_id=return_id):
            return sent_back.say(session, actor=_of_trader(company_id), return_id=return_id, sent=sent, now=clock.now())
    raise NotFound("return")


def names(company_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Return the names of companies."""
    found = accounts.get_companies(reading(), company_ids=set(company_ids))
    return {key: row.name for key, row in found.items()}


def _of_payee(session: Session, payment_id: UUID) -> Actor:
    return _of_trader(queries.payee_of(session, payment_id=payment_id))


def _of_trader(company_id: UUID) -> Actor:
    """Return the asker, who acts for the trading company: the operator's people look after its money."""
    return replace(require_actor(), company_id=company_id)

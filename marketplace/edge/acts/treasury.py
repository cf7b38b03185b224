"""Acts of the operator's finance people, and what they look after."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import treasury as requests
from marketplace.edge.requests.payments import money
from marketplace.kernel import clock
from marketplace.kernel.pages import Page, late_first
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.payments.queries import card_returns as queries
from marketplace.payments.queries import holds as hold_queries
from marketplace.payments.queries import ledger
from marketplace.payments.queries.card_returns import CardReturnRow
from marketplace.payments.queries.holds import HoldRow
from marketplace.payments.queries.ledger import AccountRow
from marketplace.payments.rules.card_returns import ReturnState
from marketplace.payments.services import card_returns, commission
from marketplace.payments.services import holds as hold_services


def card_returns_of(session: Session, search: requests.CardReturnsQuery) -> Page[CardReturnRow]:
    """Return the returns of card money."""
    state = ReturnState(search.state) if search.state else None
    return queries.card_returns(session, state=state, overdue=search.overdue, cursor=search.cursor)


def returns_late_first(session: Session, cursor: str | None) -> Page[CardReturnRow]:
    """Return the returns as the desk shows them: those that are overdue stand before the others."""
    return late_first(
        lambda overdue, after: card_returns_of(session, requests.CardReturnsQuery(overdue=overdue, cursor=after)),
        cursor,
    )


def approve(session: Session, return_id: UUID, body: requests.Approval) -> CardReturnRow:
    """Agree to the way that money of a failed refund goes back."""
    account = None
    if body.way == "bank" and body.account_number:
        code = body.bic or ""
        account = PayeeAccount(
            account_name=body.account_name or "",
            bank_name=body.bank_name or code,
            account_number=body.account_number,
            bic=code,
            country=code[4:6],
        )
    card_returns.approve(
        session, return_id=return_id, way=body.way, account=account, actor=require_actor(), now=clock.now()
    )
    return queries.card_return(session, return_id=return_id)


def decline(session: Session, return_id: UUID) -> CardReturnRow:
    """Put aside the way of a return that one person chose."""
    card_returns.decline(session, return_id=return_id, actor=require_actor(), now=clock.now())
    return queries.card_return(session, return_id=return_id)


def record_sent(session: Session, return_id: UUID, body: requests.Sent) -> CardReturnRow:
    """Note that the provider's bank has sent a return."""
    card_returns.record_sent(
        session, return_id=return_id, bank_reference=body.bank_reference, actor=require_actor(), now=clock.now()
    )
    return queries.card_return(session, return_id=return_id)


def bounce(session: Session, return_id: UUID) -> CardReturnRow:
    """Note that the bank did not send a return, or sent it back."""
    card_returns.bounce(session, return_id=return_id, actor=require_actor(), now=clock.now())
    return queries.card_return(session, return_id=return_id)


def holds(session: Session, cursor: str | None = None) -> Page[HoldRow]:
    """Return the money at the provider about which two people have to decide."""
    return hold_queries.holds(session, cursor=cursor)


def decide_hold(session: Session, hold_id: UUID, body: requests.HoldDecision) -> HoldRow:
    """Agree to what becomes of money that waits too long at the provider."""
    hold_services.decide(session, hold_id=hold_id, way=body.way, actor=require_actor(), now=clock.now())
    return hold_queries.hold(session, hold_id=hold_id)


def decline_hold(session: Session, hold_id: UUID) -> HoldRow:
    """Put aside what one person chose for money that waits too long."""
    hold_services.decline(session, hold_id=hold_id, actor=require_actor(), now=clock.now())
    return hold_queries.hold(session, hold_id=hold_id)


def commissions(session: Session, cursor: str | None = None) -> Page[AccountRow]:
    """Return what is owed in commission: by every company to the operator, else by the asker's own."""
    actor = require_actor()
    sees_all = actor.may(Permission.OPERATOR_LEDGER_READ)
    return ledger.commissions(session, company_id=None if sees_all else actor.company, cursor=cursor)


def withdraw_commission(session: Session, receipt_id: UUID, body: requests.CommissionWithdrawal) -> None:
    """Say that commission that was written down by hand never came like that."""
    commission.withdraw(session, receipt_id=receipt_id, reason=body.reason, actor=require_actor(), now=clock.now())


def receive_commission(session: Session, company_id: UUID, body: requests.CommissionReceipt) -> None:
    """Record what a company has paid of its commission bill; NotFound for no company."""
    accounts.get_company(session, company_id=company_id)
    commission.receive(
        session,
        company_id=company_id,
        amount=money(body.amount, body.currency),
        bank_reference=body.bank_reference,
        actor=require_actor(),
        now=clock.now(),
    )

"""Slips that nobody answered, returns of card money, and paid commission, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments.answers import Payment
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.api.treasury import answers
from marketplace.api.treasury.blueprint import api
from marketplace.edge.acts import treasury as acts
from marketplace.edge.requests import treasury as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.payments.queries import house_bank, payments


@api.get("/payments/unanswered")
@operation(answers={200: Items[Payment]}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ, query=CursorQuery)
def unanswered(query: CursorQuery) -> tuple[int, Items[Payment]]:
    """List the payments whose slips no payee answered in time: the operator asks both sides."""
    page = payments.escalated(reading(), cursor=query.cursor).map(Payment.of)
    return 200, Items[Payment](items=list(page.items), next=page.next)


@api.get("/payments/overdue")
@operation(answers={200: Items[Payment]}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ, query=CursorQuery)
def overdue(query: CursorQuery) -> tuple[int, Items[Payment]]:
    """List the payments that were not made in time and are still owed: the operator helps both sides."""
    page = payments.lapsed(reading(), payee_id=None, cursor=query.cursor).map(Payment.of)
    return 200, Items[Payment](items=list(page.items), next=page.next)


@api.get("/card-returns")
@operation(
    answers={200: Items[answers.CardReturn]},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_READ,
    query=requests.CardReturnsQuery,
)
def returns(query: requests.CardReturnsQuery) -> tuple[int, Items[answers.CardReturn]]:
    """List the money of refunds that failed, newest first."""
    page = acts.card_returns_of(reading(), query).map(answers.CardReturn.of)
    return 200, Items[answers.CardReturn](items=list(page.items), next=page.next)


@api.post("/card-returns/<uuid:return_id>/approval")
@operation(
    answers={200: answers.CardReturn},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.Approval,
    idempotent=True,
)
def approve(return_id: UUID, body: requests.Approval, session: Session) -> tuple[int, answers.CardReturn]:
    """Agree to a way; with the second person's yes it goes to the card, or may be sent by bank."""
    return 200, answers.CardReturn.of(acts.approve(session, return_id, body))


@api.post("/card-returns/<uuid:return_id>/refusal")
@operation(
    answers={200: answers.CardReturn},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    idempotent=True,
)
def decline(return_id: UUID, session: Session) -> tuple[int, answers.CardReturn]:
    """Put aside the way that one person chose, as the second person or as the same one: both choose anew."""
    return 200, answers.CardReturn.of(acts.decline(session, return_id))


@api.post("/card-returns/<uuid:return_id>/result")
@operation(
    answers={200: answers.CardReturn},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.Sent,
    idempotent=True,
)
def record_sent(return_id: UUID, body: requests.Sent, session: Session) -> tuple[int, answers.CardReturn]:
    """Note that the provider's bank has sent a return, and under which reference."""
    return 200, answers.CardReturn.of(acts.record_sent(session, return_id, body))


@api.post("/card-returns/<uuid:return_id>/bounce")
@operation(
    answers={200: answers.CardReturn},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    idempotent=True,
)
def bounce(return_id: UUID, session: Session) -> tuple[int, answers.CardReturn]:
    """Note that the bank did not send a return, or sent it back: two people choose its way and account anew."""
    return 200, answers.CardReturn.of(acts.bounce(session, return_id))


@api.get("/commissions")
@operation(
    answers={200: Items[answers.Commission]},
    tag="treasury",
    permission=Permission.TRADE_STATEMENT_READ,
    query=CursorQuery,
)
def commissions(query: CursorQuery) -> tuple[int, Items[answers.Commission]]:
    """Say what one's company owes the operator in commission; all companies to the operator."""
    page = acts.commissions(reading(), query.cursor).map(answers.Commission.of)
    return 200, Items[answers.Commission](items=list(page.items), next=page.next)


@api.post("/commissions/<uuid:company_id>/receipts")
@operation(
    answers={204: None},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.CommissionReceipt,
    idempotent=True,
)
def receive(company_id: UUID, body: requests.CommissionReceipt, session: Session) -> tuple[int, None]:
    """Record what a company has paid of its commission bill."""
    acts.receive_commission(session, company_id, body)
    return 204, None


@api.get("/commission-receipts")
@operation(answers={200: Items[answers.CommissionReceipt]}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ)
def receipts() -> tuple[int, Items[answers.CommissionReceipt]]:
    """List the commission that was written down by hand and that no line of a statement is for."""
    rows = house_bank.receipts(reading())
    return 200, Items[answers.CommissionReceipt](items=[answers.CommissionReceipt.of(row) for row in rows], next=None)


@api.post("/commission-receipts/<uuid:receipt_id>/withdrawal")
@operation(
    answers={204: None},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.CommissionWithdrawal,
    idempotent=True,
)
def withdraw(receipt_id: UUID, body: requests.CommissionWithdrawal, session: Session) -> tuple[int, None]:
    """Say that commission that was written down by hand never came like that: it is owed again."""
    acts.withdraw_commission(session, receipt_id, body)
    return 204, None

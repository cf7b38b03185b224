"""Payments, transfers, statements and the ledger over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments import answers
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import json_body, operation
from marketplace.api.shared.standing import OrderMoney
from marketplace.api.shared.uploads import SlipForm
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import payments as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import payments as requests
from marketplace.files import queries as files
from marketplace.kernel.db import reading
from marketplace.payments.queries import disputes, ledger, payments, standing, transfers
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.rules.paying import TransferState
from marketplace.payments.rules.terms import Subject, SubjectKind

api = Blueprint("api_payments", __name__)


@api.get("/payments")
@operation(
    answers={200: Items[answers.Payment]},
    tag="payments",
    permission=Permission.TRADE_PAYMENT_READ,
    query=requests.PaymentsQuery,
)
def listed(query: requests.PaymentsQuery) -> tuple[int, Items[answers.Payment]]:
    """List the payments of one's company, newest first."""
    page = acts.listed(reading(), query.view, query.cursor).map(answers.Payment.of)
    return 200, Items[answers.Payment](items=list(page.items), next=page.next)


@api.get("/payments/<uuid:payment_id>")
@operation(answers={200: answers.Payment}, tag="payments", permission=Permission.TRADE_PAYMENT_READ)
def payment(payment_id: UUID) -> tuple[int, answers.Payment]:
    """Show a payment to its payer and its payee."""
    session = reading()
    row = payments.payment(session, company_id=require_actor().company, payment_id=payment_id)
    return 200, _payment(session, row)


@api.get("/payments/<uuid:payment_id>/slip")
@operation(answers={200: None}, tag="payments", permission=Permission.TRADE_PAYMENT_READ)
def slip(payment_id: UUID) -> tuple[int, Any]:
    """Give the slip of a payment to either party."""
    file_id = payments.with_slip(reading(), company_id=require_actor().company, payment_id=payment_id)
    return 200, file_acts.give(files.get_any(reading(), file_id=file_id))


@api.post("/payments/<uuid:payment_id>/slip")
@operation(
    answers={200: answers.Payment},
    tag="payments",
    permission=Permission.TRADE_PAYMENT_PAY,
    idempotent_flow=True,
    form=SlipForm,
)
def hand_in_slip(payment_id: UUID, key: str) -> tuple[int, answers.Payment]:  # noqa: ARG001  kept by the caller
    """Hand in the slip of a transfer: multipart with ``file``, or JSON with the ``file_id`` of an upload."""
    row = acts.hand_in_slip(payment_id, _file_id())
    return 200, _payment(reading(), row)


@api.post("/payments/<uuid:payment_id>/confirmation")
@operation(
    answers={200: answers.Payment},
    tag="payments",
    permission=Permission.TRADE_PAYMENT_CONFIRM,
    body=requests.Confirmation,
    idempotent=True,
)
def confirm(payment_id: UUID, body: requests.Confirmation, session: Session) -> tuple[int, answers.Payment]:
    """Say how much of a payment came."""
    return 200, _payment(session, acts.confirm(session, payment_id, body))


@api.post("/payments/<uuid:payment_id>/dispute")
@operation(
    answers={200: answers.Payment},
    tag="payments",
    permission=Permission.TRADE_PAYMENT_CONFIRM,
    idempotent=True,
)
def dispute(payment_id: UUID, session: Session) -> tuple[int, answers.Payment]:
    """Say, as the payee, that the money of a slip has not come: the payment is due again."""
    return 200, _payment(session, acts.dispute_slip(session, payment_id))


@api.get("/orders/<uuid:order_id>/money")
@operation(answers={200: OrderMoney}, tag="payments", permission=Permission.OPERATOR_LEDGER_READ)
def of_order(order_id: UUID) -> tuple[int, OrderMoney]:
    """Show the operator how the money of an order stands, in the figures that both its sides see."""
    subject = Subject(SubjectKind.ORDER, order_id)
    _, facts = standing.of_subject(reading(), subject=subject)
    return 200, OrderMoney.with_disputes(facts, disputes.about(reading(), subjects=[subject]))


@api.get("/transfers")
@operation(
    answers={200: Items[answers.Transfer]},
    tag="payments",
    permission=Permission.TRADE_TRANSFER_RECORD,
    query=requests.TransfersQuery,
)
def received(query: requests.TransfersQuery) -> tuple[int, Items[answers.Transfer]]:
    """List the money that came to one's company, newest first."""
    state = TransferState(query.state) if query.state else None
    page = transfers.transfers(
        reading(), payee_id=require_actor().company, state=state, overdue=query.overdue, cursor=query.cursor
    ).map(answers.Transfer.of)
    return 200, Items[answers.Transfer](items=list(page.items), next=page.next)


@api.post("/transfers")
@operation(
    answers={201: answers.Transfer},
    tag="payments",
    permission=Permission.TRADE_TRANSFER_RECORD,
    body=requests.Transfer,
    idempotent=True,
)
def record(body: requests.Transfer, session: Session) -> tuple[int, answers.Transfer]:
    """Record money that came; it is matched when its reference names one open payment."""
    return 201, _transfer(session, acts.record(session, body))


@api.post("/transfers/<uuid:transfer_id>/match")
@operation(
    answers={200: answers.Transfer},
    tag="payments",
    permission=Permission.TRADE_TRANSFER_RECORD,
    body=requests.Match,
    idempotent=True,
)
def match(transfer_id: UUID, body: requests.Match, session: Session) -> tuple[int, answers.Transfer]:
    """Say which payments a transfer is for; the last one takes what is left."""
    acts.match(session, transfer_id, body)
    return 200, _transfer(session, transfer_id)


@api.post("/transfers/<uuid:transfer_id>/withdrawal")
@operation(
    answers={200: answers.Transfer},
    tag="payments",
    permission=Permission.TRADE_TRANSFER_RECORD,
    body=requests.Withdrawal,
    idempotent=True,
)
def withdraw(transfer_id: UUID, body: requests.Withdrawal, session: Session) -> tuple[int, answers.Transfer]:
    """Say that money written down by mistake had not come like this; what it was matched to stands as before."""
    acts.withdraw(session, transfer_id, body)
    return 200, _transfer(session, transfer_id)


@api.post("/transfers/<uuid:transfer_id>/dismissal")
@operation(
    answers={200: answers.Transfer}, tag="payments", permission=Permission.TRADE_TRANSFER_RECORD, idempotent=True
)
def dismiss(transfer_id: UUID, session: Session) -> tuple[int, answers.Transfer]:
    """Say that money which came is for nothing that was agreed in this city; it can be matched later all the same."""
    acts.dismiss(session, transfer_id)
    return 200, _transfer(session, transfer_id)


@api.get("/statements")
@operation(
    answers={200: answers.StatementAnswer},
    tag="payments",
    permission=Permission.TRADE_STATEMENT_READ,
    query=requests.Period,
)
def statement(query: requests.Period) -> tuple[int, answers.StatementAnswer]:
    """Give the statement of one's company in one currency, down to the entries of the ledger."""
    return 200, answers.StatementAnswer.of(acts.statement(reading(), query))


@api.get("/ledger")
@operation(answers={200: Items[answers.Total]}, tag="ledger", permission=Permission.OPERATOR_LEDGER_READ)
def books() -> tuple[int, Items[answers.Total]]:
    """Show the balances of the ledger by kind of account and currency."""
    return 200, Items[answers.Total](items=[answers.Total.of(row) for row in ledger.totals(reading())])


@api.get("/ledger/accounts")
@operation(
    answers={200: Items[answers.Account]},
    tag="ledger",
    permission=Permission.OPERATOR_LEDGER_READ,
    query=requests.AccountsQuery,
)
def accounts(query: requests.AccountsQuery) -> tuple[int, Items[answers.Account]]:
    """List the accounts of a kind with their balances."""
    page = ledger.accounts(
        reading(), kind=acts.account_kind(query.kind), currency=query.currency, cursor=query.cursor
    ).map(answers.Account.of)
    return 200, Items[answers.Account](items=list(page.items), next=page.next)


@api.get("/ledger/accounts/<uuid:account_id>/entries")
@operation(
    answers={200: Items[answers.Entry]},
    tag="ledger",
    permission=Permission.OPERATOR_LEDGER_READ,
    query=requests.CursorQuery,
)
def entries(account_id: UUID, query: requests.CursorQuery) -> tuple[int, Items[answers.Entry]]:
    """List the entries of an account, newest first."""
    session = reading()
    ledger.account(session, account_id=account_id)
    page = ledger.entries(session, account_id=account_id, cursor=query.cursor).map(answers.Entry.of)
    return 200, Items[answers.Entry](items=list(page.items), next=page.next)


def _payment(session: Session, row: PaymentRow) -> answers.Payment:
    return answers.Payment.of(row, transfers.receipts_of(session, payment_id=row.id))


def _transfer(session: Session, transfer_id: UUID) -> answers.Transfer:
    row = transfers.transfer(session, payee_id=require_actor().company, transfer_id=transfer_id)
    return answers.Transfer.of(row)


def _file_id() -> UUID | None:
    """Return the file that a JSON body names, None when the request brings the file itself."""
    if request.mimetype == "multipart/form-data":
        return None
    return parse(requests.Slip, json_body()).file_id

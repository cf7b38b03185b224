"""Payouts, returns and statements as tables, over the API."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payouts import answers
from marketplace.api.payouts.blueprint import api
from marketplace.api.shared.answers import Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import payments as money
from marketplace.edge.acts import payouts as acts
from marketplace.edge.requests import payments as money_requests
from marketplace.edge.requests import payouts as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.kernel.pages import Page
from marketplace.payments.queries.payout_waits import PayoutWaitRow
from marketplace.payments.queries.payouts import ReturnRow


@api.get("/payouts")
@operation(
    answers={200: Items[answers.Payout]},
    tag="payouts",
    permission=Permission.TRADE_PAYOUT_READ,
    query=requests.PayoutsQuery,
)
def many(query: requests.PayoutsQuery) -> tuple[int, Items[answers.Payout]]:
    """List the payouts of one's company, newest first; all of them to the operator."""
    page = acts.many(reading(), query).map(answers.Payout.of)
    return 200, Items[answers.Payout](items=list(page.items), next=page.next)


@api.post("/payouts")
@operation(
    answers={201: answers.Gathered},
    tag="payouts",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    idempotent_flow=True,
)
def gather(key: str) -> tuple[int, answers.Gathered]:  # noqa: ARG001  kept by the caller
    """Make payouts of what was released, without waiting for the weekly run."""
    made = acts.gather()
    session = reading()
    session.rollback()
    return 201, answers.Gathered(made=made, left_out=_waits(acts.waits(session)))


@api.post("/payout-files")
@operation(
    answers={201: answers.WrittenFile},
    tag="payouts",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    idempotent_flow=True,
)
def write_file(key: str) -> tuple[int, answers.WrittenFile]:  # noqa: ARG001  kept by the caller
    """Write the payment file of what is approved, payouts and what goes back to senders, now."""
    return 201, answers.WrittenFile(file_id=acts.write_file())


@api.get("/payout-waits")
@operation(
    answers={200: Items[answers.PayoutWait]},
    tag="payouts",
    permission=Permission.TRADE_PAYOUT_READ,
    query=CursorQuery,
)
def waits(query: CursorQuery) -> tuple[int, Items[answers.PayoutWait]]:
    """Say what of the money released to one's company stays, and why; of all companies to the operator."""
    return 200, _waits(acts.waits(reading(), query.cursor))


@api.get("/payouts/<uuid:payout_id>")
@operation(answers={200: answers.Payout}, tag="payouts", permission=Permission.TRADE_PAYOUT_READ)
def one(payout_id: UUID) -> tuple[int, answers.Payout]:
    """Show a payout."""
    return 200, answers.Payout.of(acts.one(reading(), payout_id))


@api.post("/payouts/<uuid:payout_id>/approval")
@operation(
    answers={200: answers.Payout},
    tag="payouts",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    idempotent_flow=True,
)
def approve(payout_id: UUID, key: str) -> tuple[int, answers.Payout]:  # noqa: ARG001  kept by the caller
    """Agree to a payout; with the last approval it needs its instruction is written, and ``file_id`` names it."""
    acts.approve(payout_id)
    session = reading()
    session.rollback()
    return 200, answers.Payout.of(acts.one(session, payout_id))


@api.post("/payouts/<uuid:payout_id>/result")
@operation(
    answers={200: answers.Payout},
    tag="payouts",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.Result,
    idempotent=True,
)
def record_result(payout_id: UUID, body: requests.Result, session: Session) -> tuple[int, answers.Payout]:
    """Note what the provider's bank made of a sent payout."""
    acts.record_result(session, payout_id, body)
    return 200, answers.Payout.of(acts.one(session, payout_id))


@api.get("/payout-files/<uuid:file_id>")
@operation(answers={200: None}, tag="payouts", permission=Permission.OPERATOR_PAYOUT_READ)
def file(file_id: UUID) -> tuple[int, Any]:
    """Give an instruction file as CSV, as it was written."""
    return 200, acts.file(file_id)


@api.get("/payout-files/<uuid:file_id>.xml")
@operation(answers={200: None}, tag="payouts", permission=Permission.OPERATOR_PAYOUT_READ)
def message(file_id: UUID) -> tuple[int, Any]:
    """Give the same instructions as pain.001.001.09; 404 where the operator named no account to pay from."""
    return 200, acts.message(file_id)


@api.get("/returns")
@operation(
    answers={200: Items[answers.Return]},
    tag="payments",
    permission=Permission.TRADE_STATEMENT_READ,
    query=CursorQuery,
)
def returns(query: CursorQuery) -> tuple[int, Items[answers.Return]]:
    """List what one's company owes back or is owed back, newest first."""
    page = acts.returns_of(reading(), query.cursor)
    return 200, Items[answers.Return](items=_returns(reading(), page.items), next=page.next)


@api.post("/returns/<uuid:return_id>/confirmation")
@operation(answers={200: answers.Return}, tag="payments", permission=Permission.TRADE_PAYMENT_CONFIRM, idempotent=True)
def record_return(return_id: UUID, session: Session) -> tuple[int, answers.Return]:
    """Say, as the one who owes it, that what was owed back is returned."""
    row = acts.record_return(session, return_id)
    return 200, _returns(session, [row])[0]


@api.post("/returns/<uuid:return_id>/receipt")
@operation(answers={200: answers.Return}, tag="payments", permission=Permission.TRADE_PAYMENT_CONFIRM, idempotent=True)
def record_receipt(return_id: UUID, session: Session) -> tuple[int, answers.Return]:
    """Say, as the one who was owed it, that what was returned has come."""
    row = acts.record_receipt(session, return_id)
    return 200, _returns(session, [row])[0]


@api.post("/returns/<uuid:return_id>/denial")
@operation(answers={200: answers.Return}, tag="payments", permission=Permission.TRADE_PAYMENT_CONFIRM, idempotent=True)
def record_missing(return_id: UUID, session: Session) -> tuple[int, answers.Return]:
    """Say, as the one who is owed it, that what is said to be returned has not come: it is owed as before."""
    row = acts.record_missing(session, return_id)
    return 200, _returns(session, [row])[0]


def _waits(page: Page[PayoutWaitRow]) -> Items[answers.PayoutWait]:
    return Items[answers.PayoutWait](items=[answers.PayoutWait.of(row) for row in page.items], next=page.next)


def _returns(session: Session, rows: Collection[ReturnRow]) -> list[answers.Return]:
    fees, into = acts.fees_among(session, rows), acts.pay_into(session, rows)
    return [answers.Return.of(row, fees, into) for row in rows]


@api.get("/statements.csv")
@operation(answers={200: None}, tag="payments", permission=Permission.TRADE_STATEMENT_READ, query=money_requests.Period)
def statement_csv(query: money_requests.Period) -> tuple[int, Any]:
    """Give the statement of one's company as CSV."""
    return 200, acts.statement_csv(money.statement(reading(), query))

"""The operator's trading company over the API: who it is, who sells to it, what it sold, its buyers' money."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.orders.changes import ChangeAnswer
from marketplace.api.payments.answers import Payment
from marketplace.api.payouts.answers import Return
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import changes as change_acts
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts import trading as acts
from marketplace.edge.requests import changes as change_requests
from marketplace.edge.requests import payments as payment_requests
from marketplace.edge.requests import trading as requests
from marketplace.kernel.db import reading
from marketplace.payments.queries import trading as queries
from marketplace.payments.queries.payouts import ReturnRow
from marketplace.payments.queries.trading import AgreementRow, SaleRow

api = Blueprint("api_trading", __name__)

_NAME, _BOOKS = Permission.OPERATOR_SETTINGS_EDIT, Permission.OPERATOR_LEDGER_READ
_AGREE, _SEE = Permission.TRADE_PLAN_EDIT, Permission.TRADE_PAYOUT_READ
_READ, _PLACE = Permission.OPERATOR_PAYOUT_READ, Permission.OPERATOR_PAYOUT_APPROVE


class TradingCompany(Answer):
    """The company by which the operator buys and sells, and the currencies in which buyers can pay at its bank."""

    company_id: UUID | None
    name: str
    tax_id: str
    currencies: list[str]

    @classmethod
    def of(cls, row: acts.House) -> "TradingCompany":
        """Write the trading company."""
        return cls(company_id=row.company_id, name=row.name, tax_id=row.tax_id, currencies=list(row.currencies))


class Agreement(Answer):
    """A merchant's agreement to sell to the trading company at its prices less a margin."""

    id: UUID
    merchant_id: UUID
    trader_id: UUID
    margin_basis_points: int
    begins_on: date
    ends_on: date | None
    words: str
    state: str
    answer_by: Instant

    @classmethod
    def of(cls, row: AgreementRow) -> "Agreement":
        """Write an agreement."""
        return cls(
            id=row.id,
            merchant_id=row.merchant_id,
            trader_id=row.trader_id,
            margin_basis_points=row.margin.basis_points,
            begins_on=row.begins_on,
            ends_on=row.ends_on,
            words=row.words,
            state=str(row.state),
            answer_by=row.answer_by,
        )


class Sale(Answer):
    """An order that the trading company sold: ``sale = purchase + margin``, and what of it the books have by now.

    Cancelled, nothing of it is still agreed; ``agreed_sale`` and ``agreed_purchase`` say what was, ``sold`` and
    ``bought`` what was kept; what banks kept of a receipt is no part of that.
    """

    order_id: UUID
    order: str
    purchase: str
    buyer_id: UUID
    merchant_id: UUID
    rail: str
    agreed_sale: Amount
    agreed_purchase: Amount
    sale: Amount
    purchase_price: Amount
    margin: Amount
    sold: Amount
    bought: Amount
    cancelled: bool

    @classmethod
    def of(cls, row: SaleRow) -> "Sale":
        """Write a sale."""
        return cls(
            order_id=row.order_id,
            order=row.reference,
            purchase=row.purchase_reference,
            buyer_id=row.buyer_id,
            merchant_id=row.merchant_id,
            rail=str(row.rail),
            agreed_sale=Amount.of(row.agreed_sale),
            agreed_purchase=Amount.of(row.agreed_purchase),
            sale=Amount.of(row.sale),
            purchase_price=Amount.of(row.purchase),
            margin=Amount.of(row.margin),
            sold=Amount.of(row.sold),
            bought=Amount.of(row.bought),
            cancelled=row.is_cancelled,
        )


class TradingReturn(Return):
    """What the trading company owes a buyer back, and what its people read at the bank of it.

    ``waits`` is ``second_person`` while one person alone read that it left, where that takes two: then it is owed as
    before, and the same word of another makes it count.
    """

    booked_on: date | None
    bank_reference: str | None
    waits: Literal["second_person"] | None

    @classmethod
    def to(cls, row: ReturnRow) -> "TradingReturn":
        """Write a return with the bank's day and reference."""
        waits = row.first_by is not None and row.made_at is None
        return cls(
            **dict(Return.of(row)),
            booked_on=row.booked_on,
            bank_reference=row.bank_reference,
            waits="second_person" if waits else None,
        )


@api.get("/trading-company")
@operation(answers={200: TradingCompany}, tag="trading", permission=_BOOKS)
def company() -> tuple[int, TradingCompany]:
    """Show by which company the operator buys and sells."""
    return 200, TradingCompany.of(acts.house(reading()))


@api.post("/trading-company")
@operation(
    answers={200: TradingCompany}, tag="trading", permission=_NAME, body=requests.TradingCompany, idempotent=True
)
def name(body: requests.TradingCompany, session: Session) -> tuple[int, TradingCompany]:
    """Name the company by which the operator buys and sells from now on, or none; it needs a tax id and an address."""
    return 200, TradingCompany.of(acts.name(session, body))


@api.get("/trading-agreements")
@operation(answers={200: Items[Agreement]}, tag="trading", permission=_SEE, query=requests.TradingQuery)
def agreements(query: requests.TradingQuery) -> tuple[int, Items[Agreement]]:
    """List the agreements of one's company with the trading company; the operator sees all, newest first."""
    page = acts.agreements(reading(), query.cursor)
    return 200, Items[Agreement](items=[Agreement.of(row) for row in page.items], next=page.next)


@api.post("/trading-agreements")
@operation(answers={201: Created}, tag="trading", permission=_NAME, body=requests.Offer, idempotent=True)
def offer(body: requests.Offer, session: Session) -> tuple[int, Created]:
    """Offer a merchant to buy what is ordered of it; without an answer in time the offer is void."""
    return 201, Created(id=acts.offer(session, body))


@api.post("/trading-agreements/<uuid:agreement_id>/answer")
@operation(answers={200: Agreement}, tag="trading", permission=_AGREE, body=requests.Answer, idempotent=True)
def answer(agreement_id: UUID, body: requests.Answer, session: Session) -> tuple[int, Agreement]:
    """Agree to an offer as its merchant, or decline it."""
    return 200, Agreement.of(acts.answer(session, agreement_id, body))


@api.post("/trading-agreements/<uuid:agreement_id>/end")
@operation(answers={200: Agreement}, tag="trading", permission=_AGREE, idempotent=True)
def end(agreement_id: UUID, session: Session) -> tuple[int, Agreement]:
    """End an agreement as its merchant; what was ordered stays as agreed."""
    return 200, Agreement.of(acts.end(session, agreement_id))


@api.post("/trading-agreements/<uuid:agreement_id>/withdrawal")
@operation(answers={200: Agreement}, tag="trading", permission=_NAME, idempotent=True)
def withdraw(agreement_id: UUID, session: Session) -> tuple[int, Agreement]:
    """End an agreement as the operator, or take an offer back; what was ordered stays as agreed."""
    return 200, Agreement.of(acts.withdraw(session, agreement_id))


@api.get("/trading-sales")
@operation(answers={200: Items[Sale]}, tag="trading", permission=_BOOKS, query=requests.TradingQuery)
def sales(query: requests.TradingQuery) -> tuple[int, Items[Sale]]:
    """List what the trading company sold, bought and keeps, order by order, newest first."""
    page = queries.sales(reading(), cursor=query.cursor)
    return 200, Items[Sale](items=[Sale.of(row) for row in page.items], next=page.next)


@api.get("/trading-payments")
@operation(answers={200: Items[Payment]}, tag="trading", permission=_READ, query=requests.TradingQuery)
def payments(query: requests.TradingQuery) -> tuple[int, Items[Payment]]:
    """List what buyers have still to pay the trading company at the operator's bank, newest first."""
    page = queries.to_receive(reading(), cursor=query.cursor)
    return 200, Items[Payment](items=[Payment.of(row) for row in page.items], next=page.next)


@api.post("/trading-payments/<uuid:payment_id>/confirmation")
@operation(
    answers={200: Payment}, tag="trading", permission=_PLACE, body=payment_requests.Confirmation, idempotent=True
)
def confirm(payment_id: UUID, body: payment_requests.Confirmation, session: Session) -> tuple[int, Payment]:
    """Write down what came at the operator's bank for a payment; a statement's line is found for it later."""
    return 200, Payment.of(acts.confirm(session, payment_id, body))


@api.get("/trading-payments/<uuid:payment_id>/slip")
@operation(answers={200: None}, tag="trading", permission=_READ)
def slip(payment_id: UUID) -> tuple[int, Any]:
    """Give the slip that a buyer handed in for a payment to the trading company."""
    return 200, file_acts.give(acts.slip(reading(), payment_id))


@api.post("/trading-payments/<uuid:payment_id>/dispute")
@operation(answers={200: Payment}, tag="trading", permission=_PLACE, idempotent=True)
def dispute(payment_id: UUID, session: Session) -> tuple[int, Payment]:
    """Say that the money of a buyer's slip has not come."""
    return 200, Payment.of(acts.dispute(session, payment_id))


@api.post("/trading-receipts/<uuid:transfer_id>/withdrawal")
@operation(answers={204: None}, tag="trading", permission=_PLACE, body=payment_requests.Withdrawal, idempotent=True)
def withdraw_receipt(transfer_id: UUID, body: payment_requests.Withdrawal, session: Session) -> tuple[int, Any]:
    """Withdraw a receipt of the trading company that was written down by mistake and that no statement tells of."""
    acts.withdraw_receipt(session, transfer_id, body)
    return 204, None


@api.get("/trading-returns")
@operation(answers={200: Items[TradingReturn]}, tag="trading", permission=_READ)
def owed_back() -> tuple[int, Items[TradingReturn]]:
    """List what the trading company owes its buyers back and has not sent."""
    return 200, Items[TradingReturn](items=[TradingReturn.to(row) for row in acts.owed_back(reading())], next=None)


@api.post("/trading-returns/<uuid:return_id>/confirmation")
@operation(answers={200: TradingReturn}, tag="trading", permission=_PLACE, body=requests.SentBack, idempotent=True)
def send_back(return_id: UUID, body: requests.SentBack, session: Session) -> tuple[int, TradingReturn]:
    """Say that the operator's bank sent a buyer what the trading company owed back, on which day by which reference.

    From the four-eyes threshold on it counts once a second person says the same; other words take the place of the
    first.
    """
    return 200, TradingReturn.to(acts.send_back(session, return_id, body))


@api.get("/trading-changes")
@operation(answers={200: Items[ChangeAnswer]}, tag="trading", permission=_READ, query=requests.TradingQuery)
def changes(query: requests.TradingQuery) -> tuple[int, Items[ChangeAnswer]]:
    """List what buyers and merchants proposed to the trading company: other plans, other accounts; the latest first."""
    page = change_acts.of_house(reading(), cursor=query.cursor)
    return 200, Items[ChangeAnswer](items=[ChangeAnswer.of(seen) for seen in page.items], next=page.next)


@api.post("/trading-changes/<uuid:change_id>/acceptance")
@operation(
    answers={200: ChangeAnswer},
    tag="trading",
    permission=_PLACE,
    body=change_requests.ChangeAcceptance,
    idempotent=True,
)
def accept_change(
    change_id: UUID, body: change_requests.ChangeAcceptance, session: Session
) -> tuple[int, ChangeAnswer]:
    """Accept for the trading company what was proposed to it; another account binds once its wait is over."""
    change_acts.answer_for_house(session, change_id, body)
    return 200, ChangeAnswer.of(change_acts.look_for_house(session, change_id))


@api.post("/trading-changes/<uuid:change_id>/refusal")
@operation(answers={200: ChangeAnswer}, tag="trading", permission=_PLACE, idempotent=True)
def decline_change(change_id: UUID, session: Session) -> tuple[int, ChangeAnswer]:
    """Decline for the trading company what was proposed to it; what was agreed before stands."""
    change_acts.answer_for_house(session, change_id, None)
    return 200, ChangeAnswer.of(change_acts.look_for_house(session, change_id))

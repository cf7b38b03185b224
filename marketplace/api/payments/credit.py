"""Credit between two companies, and reminders, over the API."""

from datetime import date
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments.answers import Payment
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import credit as acts
from marketplace.edge.requests import credit as requests
from marketplace.payments.queries.credit import CreditRow, OverdueRow
from marketplace.payments.rules.credit import level_name

api = Blueprint("api_credit", __name__)

_ASK, _GIVE, _SEE = Permission.TRADE_PAYMENT_PAY, Permission.TRADE_PLAN_EDIT, Permission.TRADE_PAYMENT_READ


class CreditAnswer(Answer):
    """A credit in one currency: what may be owed at once, what is not yet paid of it, and what is left.

    ``pending`` may fall due by an event, ``due`` is to be paid, ``overdue`` should have been. While it is ``stopped``
    something is overdue that the buyer was reminded of, and nothing more is ordered on it whatever is left.
    """

    id: UUID
    merchant_id: UUID
    buyer_id: UUID
    state: str
    wanted: Amount
    note: str
    limit: Amount | None
    days: int | None
    until: date | None
    reason: str
    decide_by: Instant | None
    pending: Amount
    due: Amount
    overdue: Amount
    left: Amount
    stopped: bool

    @classmethod
    def of(cls, row: CreditRow) -> "CreditAnswer":
        """Write a credit."""
        return cls(
            id=row.id,
            merchant_id=row.merchant_id,
            buyer_id=row.buyer_id,
            state=str(row.state),
            wanted=Amount.of(row.wanted),
            note=row.note,
            limit=Amount.of(row.grant.limit) if row.grant else None,
            days=row.grant.days if row.grant else None,
            until=row.grant.until if row.grant else None,
            reason=row.reason,
            decide_by=row.decide_by,
            pending=Amount.of(row.taken.pending),
            due=Amount.of(row.taken.due),
            overdue=Amount.of(row.taken.overdue),
            left=Amount.of(row.left),
            stopped=row.is_stopped,
        )


class OverdueAnswer(Answer):
    """An overdue payment on credit, how its payer was reminded last, when the next reminder goes, and what stops it."""

    payment: Payment
    reminded: str | None
    next_at: Instant | None
    paused_until: Instant | None
    pause_reason: str

    @classmethod
    def of(cls, row: OverdueRow) -> "OverdueAnswer":
        """Write an overdue payment."""
        level = level_name(row.level)
        return cls(
            payment=Payment.of(row.payment),
            reminded=str(level) if level else None,
            next_at=row.next_at,
            paused_until=row.paused_until,
            pause_reason=row.pause_reason,
        )


@api.get("/credit-lines")
@operation(answers={200: Items[CreditAnswer]}, tag="payments", permission=_SEE, query=requests.CreditsQuery)
def credit_lines(query: requests.CreditsQuery) -> tuple[int, Items[CreditAnswer]]:
    """List the credits that one's company has, or gives, newest first, with what is not yet paid on each."""
    page = acts.listed(query.side, query.cursor)
    return 200, Items[CreditAnswer](items=[CreditAnswer.of(row) for row in page.items], next=page.next)


@api.get("/credit-lines/<uuid:credit_id>")
@operation(answers={200: CreditAnswer}, tag="payments", permission=_SEE)
def credit(credit_id: UUID) -> tuple[int, CreditAnswer]:
    """Show a credit to its two companies."""
    return 200, CreditAnswer.of(acts.one(credit_id))


@api.post("/credit-lines")
@operation(answers={201: Created}, tag="payments", permission=_ASK, body=requests.CreditRequest, idempotent=True)
def ask(body: requests.CreditRequest, session: Session) -> tuple[int, Created]:
    """Ask a merchant for credit; without an answer in time the request is declined."""
    return 201, Created(id=acts.ask(session, body))


@api.post("/credit-lines/<uuid:credit_id>/decision")
@operation(answers={200: CreditAnswer}, tag="payments", permission=_GIVE, body=requests.CreditDecision, idempotent=True)
def decide(credit_id: UUID, body: requests.CreditDecision, session: Session) -> tuple[int, CreditAnswer]:
    """Grant a credit as its merchant or change it, decline a request, end what was granted."""
    return 200, CreditAnswer.of(acts.decide(session, credit_id, body))


@api.get("/overdue-credit")
@operation(answers={200: Items[OverdueAnswer]}, tag="payments", permission=_SEE, query=requests.CreditsQuery)
def overdue(query: requests.CreditsQuery) -> tuple[int, Items[OverdueAnswer]]:
    """List what is overdue on credit that one's company has, or gives, newest first."""
    page = acts.overdue(query.side, query.cursor)
    return 200, Items[OverdueAnswer](items=[OverdueAnswer.of(row) for row in page.items], next=page.next)


@api.post("/payments/<uuid:payment_id>/reminder-pause")
@operation(answers={204: None}, tag="payments", permission=_GIVE, body=requests.Pause, idempotent=True)
def pause(payment_id: UUID, body: requests.Pause, session: Session) -> tuple[int, None]:
    """Let no reminder of an overdue payment on credit go until a day is over, as its payee."""
    acts.pause(session, payment_id, body)
    return 204, None

"""Acts about money that pages and API share."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import payments as requests
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import NotFound, Refused
from marketplace.kernel.pages import Page
from marketplace.payments.queries import ledger
from marketplace.payments.queries import payments as queries
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.paying import Mistake
from marketplace.payments.services import slips, transfers, withdrawals

_USUAL_PERIOD: Final = timedelta(days=30)
_VIEWS: Final = {
    "to_pay": queries.to_pay,
    "to_receive": queries.to_receive,
    "overdue": lambda session, company_id, cursor: queries.lapsed(session, payee_id=company_id, cursor=cursor),
    "slips": queries.slips_to_confirm,
    "paid": queries.paid,
    "received": queries.was_paid,
    "closed": queries.paid_or_closed,
}


def confirm(session: Session, payment_id: UUID, body: requests.Confirmation) -> PaymentRow:
    """Say how much of a payment came and return it as it stands then."""
    actor = require_actor()
    known = queries.payment(session, company_id=actor.company, payment_id=payment_id)
    transfers.confirm_payment(
        session,
        actor=actor,
        payment_id=payment_id,
        amount=requests.money(body.amount, body.currency or known.amount.currency),
        received_on=body.received_on,
        confirmed=body.confirmed,
        now=clock.now(),
    )
    return queries.payment(session, company_id=actor.company, payment_id=payment_id)


def record(session: Session, body: requests.Transfer) -> UUID:
    """Record money that came."""
    return transfers.record_transfer(
        session,
        actor=require_actor(),
        amount=requests.money(body.amount, body.currency),
        received_on=body.received_on,
        reference=body.reference or "",
        note=body.note or "",
        confirmed=body.confirmed,
        now=clock.now(),
    )


def match(session: Session, transfer_id: UUID, body: requests.Match) -> None:
    """Say what a transfer is for."""
    transfers.match_transfer(
        session,
        actor=require_actor(),
        transfer_id=transfer_id,
        payment_ids=body.chosen,
        amounts=[requests.money(each.amount, each.currency) for each in body.amounts],
        confirmed=body.confirmed,
        now=clock.now(),
    )


def dismiss(session: Session, transfer_id: UUID) -> None:
    """Say that a transfer is for nothing of this city."""
    transfers.dismiss(session, actor=require_actor(), transfer_id=transfer_id, now=clock.now())


def withdraw(session: Session, transfer_id: UUID, body: requests.Withdrawal) -> None:
    """Say that money which was written down had not come like that."""
    withdrawals.withdraw(
        session, actor=require_actor(), transfer_id=transfer_id, mistake=Mistake(body.mistake), now=clock.now()
    )


def hand_in_slip(payment_id: UUID, file_id: UUID | None) -> PaymentRow:
    """Attach a slip: the file that was handed in before, else the one in this request."""
    actor = require_actor()
    with unit_of_work() as session:  # another's payment takes no file in
        queries.payment(session, company_id=actor.company, payment_id=payment_id)
    upload = None if file_id else files.received(purpose=Purpose.SLIP)
    with unit_of_work() as session:
        slip_id = files.keep(session, upload) if upload else cast("UUID", file_id)
        slips.attach_slip(session, actor=actor, payment_id=payment_id, file_id=slip_id, now=clock.now())
        return queries.payment(session, company_id=actor.company, payment_id=payment_id)


def dispute_slip(session: Session, payment_id: UUID) -> PaymentRow:
    """Say that the money of a slip has not come, and return the payment as it stands then."""
    actor = require_actor()
    slips.dispute(session, actor=actor, payment_id=payment_id, now=clock.now())
    return queries.payment(session, company_id=actor.company, payment_id=payment_id)


def listed(session: Session, view: str, cursor: str | None) -> Page[PaymentRow]:
    """Return one of the lists of payments."""
    return _VIEWS[view](session, company_id=require_actor().company, cursor=cursor)


def statement(session: Session, period: requests.Period) -> ledger.Statement:
    """Return the statement of the asker's company; the house's books to those who may read them.

    Days are those of the company's place.
    """
    actor = require_actor()
    zone = ZoneInfo(clocks(session, [actor.company])[actor.company])
    last = period.until or clock.now().astimezone(zone).date()
    first = period.since or last - _USUAL_PERIOD
    if first > last:
        raise Refused.field("from", "period", f"a day up to {last}")
    return ledger.statement(
        session,
        company_id=None if actor.may(Permission.OPERATOR_LEDGER_READ) else actor.company,
        currency=period.currency,
        since=_begin(first, zone),
        until=_begin(last + timedelta(days=1), zone),
    )


def _begin(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins somewhere; the first of the calendar, which would begin before it, a day later."""
    return datetime.combine(max(day, date.min + timedelta(days=1)), time.min, zone).astimezone(UTC)


def account_kind(name: str) -> AccountKind:
    """Return the kind of account of this name."""
    try:
        return AccountKind(name)
    except ValueError:
        raise NotFound("ledger_account") from None

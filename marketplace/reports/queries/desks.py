"""What waits for a company: how much of what, and the nearest moment at which it is due."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.accounts.queries import closures
from marketplace.approvals.queries import cases as approvals
from marketplace.catalog.imports.models import ImportJob, ImportRow
from marketplace.catalog.models import Listing, Stock
from marketplace.catalog.queries import ending, own
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.states import ListingState
from marketplace.distribution.models import FreightContract
from marketplace.exchange.models.leads import Lead
from marketplace.exchange.models.remarks import Question
from marketplace.exchange.rules.leads import FOLLOWED, LeadState
from marketplace.exchange.rules.questions import QuestionState
from marketplace.kernel.columns import UtcDateTime
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import AT_HUB
from marketplace.merchants.queries import requirements
from marketplace.merchants.rules.requirements import BEFORE, ItemState, Stage
from marketplace.orders.changes.models import OrderChange
from marketplace.orders.changes.rules import ChangeState
from marketplace.orders.models import Claim, Inspection, LinePart, Order, OrderLine
from marketplace.orders.queries import answering
from marketplace.orders.rules.claims import Owner
from marketplace.orders.rules.inspections import Mover
from marketplace.orders.rules.states import AT_MERCHANT, BEFORE_PACKING, PRODUCING, LineState, OrderState
from marketplace.papers.models import DocumentParty, DocumentSignature, IssuedDocument
from marketplace.papers.rules.documents import PaperKind
from marketplace.payments.models.plans import IncomingTransfer, Payment
from marketplace.payments.models.trading import TradingAgreement
from marketplace.payments.rules.paying import UNPAID, PaymentState, TransferState
from marketplace.payments.rules.trading import AgreementState
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.reports.queries import promises
from marketplace.reports.rules import BUYING, PARTNERING, SELLING, Queue

_NO_MOMENT: Final = sa.cast(sa.null(), UtcDateTime)
_CONTRACTS: Final = (PaperKind.SALES_CONTRACT, PaperKind.FREIGHT_CONTRACT)
# A slip that is handed in is the payee's move.
_TO_PAY: Final = tuple(state for state in UNPAID if state is not PaymentState.SLIP_RECEIVED)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """How much waits in a queue, and when the first of it is due; None where silence does no harm."""

    queue: Queue
    waiting: int
    due_at: datetime | None
    due_on: date | None = None  # a day that somebody named, not an instant


def waiting(session: Session, *, company_id: UUID, person_id: UUID, now: datetime) -> tuple[WaitingRow, ...]:
    """Return what waits for a company as merchant, buyer and partner, empty queues too; always in as many queries.

    Approvals are those that the person may decide.
    """
    sides = (*_selling(company_id), *_buying(company_id), *_inspected(company_id))
    counts = (*sides, *_offering(session, company_id, now))
    found = {queue: (number, due) for queue, number, due in session.execute(sa.union_all(*counts))}
    answers = answering.to_answer(session, buyer_id=company_id)
    due = min((row.due_at for row in answers if row.due_at is not None), default=None)
    found[Queue.ACCEPT_GOODS] = (len(answers), due)
    found[Queue.CLOSED_PROMISES] = (len(promises.while_closed(session, company_id=company_id, now=now)), None)
    today = closures.day_of(session, company_id=company_id, now=now)
    rows = {queue: WaitingRow(queue, *each) for queue, each in found.items()}
    named = {
        Queue.MEND_PAPERS: _papers(session, company_id, today),
        Queue.GOODS_PAPERS: ending.waiting(session, company_id=company_id, today=today),
    }
    rows |= {queue: WaitingRow(queue, number, None, day) for queue, (number, day) in named.items()}
    asked = approvals.to_decide(session, company_id=company_id, person_id=person_id, today=today).items
    first = min((row.due_at for row in asked), default=None)
    rows[Queue.DECIDE_APPROVALS] = WaitingRow(Queue.DECIDE_APPROVALS, len(asked), first)
    return tuple(rows[queue] for queue in dict.fromkeys((*SELLING, *BUYING, *PARTNERING)))


def _offering(session: Session, company_id: UUID, now: datetime) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """What keeps a merchant's goods off the shelf: returned, running out, bad rows of the last list, no answer.

    An offer of the trading company that nobody answered in time waits no longer.
    """
    orders = int(str(reference.setting(session, Setting.LOW_STOCK_ORDERS, at=now)))
    last = (
        sa.select(ImportJob.id)
        .where(ImportJob.company_id == company_id, ImportJob.state == ImportState.DONE, ImportJob.retries_id.is_(None))
        .order_by(ImportJob.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        _counted(Queue.RETURNED_LISTINGS, _NO_MOMENT)
        .select_from(Listing)
        .where(Listing.company_id == company_id, Listing.state == ListingState.CHANGES_REQUESTED),
        _counted(Queue.LOW_STOCK, _NO_MOMENT)
        .select_from(Listing)
        .join(Stock, Stock.listing_id == Listing.id)
        .where(Listing.company_id == company_id, *own.runs_low(orders)),
        _counted(Queue.ANSWER_TRADING, TradingAgreement.answer_by)
        .select_from(TradingAgreement)
        .where(
            TradingAgreement.merchant_id == company_id,
            TradingAgreement.state == AgreementState.OFFERED,
            TradingAgreement.answer_by > now,
        ),
        _counted(Queue.MEND_IMPORTS, _NO_MOMENT)
        .select_from(ImportRow)
        .where(ImportRow.import_id == last, ImportRow.outcome == Outcome.ERROR, ImportRow.mended_by.is_(None)),
    )


def _papers(session: Session, company_id: UUID, today: date) -> tuple[int, date | None]:
    """Papers that were rejected, are over or end within a month, with the first end of these."""
    soon = today + BEFORE[Stage.MONTH]
    rows = [
        row
        for row in requirements.requirements_of(session, company_id=company_id, today=today)
        if row.state in {ItemState.REJECTED, ItemState.EXPIRED}
        or (row.state in {ItemState.ACCEPTED, ItemState.WAIVED} and row.until is not None and row.until <= soon)
    ]
    ends = [row.until for row in rows if row.until is not None and row.until >= today]
    return len(rows), min(ends, default=None)


def _selling(company_id: UUID) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    sold = (Order.merchant_id == company_id, Order.state.in_(PRODUCING))
    without_day = sa.and_(OrderLine.lead_days.is_not(None), OrderLine.ready_date.is_(None))
    return (
        _counted(Queue.CONFIRM_ORDERS, Order.confirm_by).where(
            Order.merchant_id == company_id, Order.state == OrderState.PLACED
        ),
        _proposed(Queue.SALE_CHANGES, company_id).where(Order.merchant_id == company_id),
        _to_sign(Queue.SIGN_SALES, company_id).where(Order.buyer_id != company_id),
        _counted(Queue.PROMISE_DATES, _NO_MOMENT)
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(*sold, without_day, _has_parts(BEFORE_PACKING)),
        _counted(Queue.CONFIRM_SLIPS, Payment.answer_by).where(
            Payment.payee_id == company_id, Payment.state == PaymentState.SLIP_RECEIVED
        ),
        _counted(Queue.MATCH_TRANSFERS, IncomingTransfer.act_by)
        .select_from(IncomingTransfer)
        .where(IncomingTransfer.payee_id == company_id, IncomingTransfer.state == TransferState.UNMATCHED),
        # A line can ride on several lorries; the first to close is the one to hurry for.
        _counted(Queue.SHIP_GOODS, Departure.cutoff_cargo_at, OrderLine.id)
        .select_from(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .outerjoin(Booking, sa.and_(Booking.subject == OrderLine.id, Booking.state.in_(AT_HUB)))
        .outerjoin(Departure, Departure.id == Booking.departure_id)
        .where(*sold, Order.secured_at.is_not(None), sa.not_(without_day), _has_parts(AT_MERCHANT)),
        _counted(Queue.ANSWER_CLAIMS, Claim.deadline_at).where(
            Claim.respondent_id == company_id, Claim.owner == Owner.RESPONDENT
        ),
        _counted(Queue.ANSWER_QUESTIONS, Question.due_at).where(
            Question.merchant_id == company_id, Question.state == QuestionState.WAITING
        ),
        _counted(Queue.ANSWER_LEADS, Lead.due_at).where(Lead.merchant_id == company_id, Lead.state == LeadState.NEW),
        _counted(Queue.FOLLOW_LEADS, _NO_MOMENT)
        .select_from(Lead)
        .where(Lead.merchant_id == company_id, Lead.state.in_(FOLLOWED)),
    )


def _buying(company_id: UUID) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    return (
        _counted(Queue.PAY, Payment.due_at).where(Payment.payer_id == company_id, Payment.state.in_(_TO_PAY)),
        _proposed(Queue.PURCHASE_CHANGES, company_id).where(Order.buyer_id == company_id),
        _to_sign(Queue.SIGN_PURCHASES, company_id).where(Order.buyer_id == company_id),
        _counted(Queue.FOLLOW_CLAIMS, Claim.deadline_at).where(
            Claim.claimant_id == company_id, Claim.owner == Owner.CLAIMANT
        ),
    )


def inspections_to_make(session: Session, *, company_id: UUID) -> int:
    """Count the inspections that a company was asked for or has taken on."""
    mine = sa.select(sa.func.count()).where(*_to_inspect(company_id))
    return session.scalar(mine) or 0


def _inspected(company_id: UUID) -> tuple[sa.Select[*tuple[Any, ...]], ...]:
    """Inspections by whose move it is."""
    sides = (
        (Queue.DECIDE_INSPECTIONS, Mover.BUYER, Order.buyer_id),
        (Queue.SALE_INSPECTIONS, Mover.MERCHANT, Order.merchant_id),
    )
    return (
        *(
            _counted(queue, Inspection.deadline_at)
            .select_from(Inspection)
            .join(Order, Order.id == Inspection.order_id)
            .where(side == company_id, Inspection.owner == mover)
            for queue, mover, side in sides
        ),
        _counted(Queue.MAKE_INSPECTIONS, Inspection.deadline_at).where(*_to_inspect(company_id)),
    )


def _to_inspect(company_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return Inspection.inspector_id == company_id, Inspection.owner == Mover.INSPECTOR


def _counted(queue: Queue, due: Any, each: Any = None) -> sa.Select[*tuple[Any, ...]]:
    number = sa.func.count() if each is None else sa.func.count(sa.distinct(each))
    return sa.select(sa.literal(queue.value), number, sa.func.min(due, type_=UtcDateTime))


def _proposed(queue: Queue, company_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    """Changes that the other side proposed and that wait for this company's word."""
    return (
        _counted(queue, OrderChange.deadline_at)
        .select_from(OrderChange)
        .join(Order, Order.id == OrderChange.order_id)
        .where(OrderChange.answerer_id == company_id, OrderChange.state == ChangeState.PROPOSED)
    )


def _has_parts(states: frozenset[LineState]) -> sa.ColumnElement[bool]:
    return sa.exists().where(LinePart.line_id == OrderLine.id, LinePart.state.in_(states))


def _to_sign(queue: Queue, company_id: UUID) -> sa.Select[*tuple[Any, ...]]:
    """Contracts in force about goods that have not come yet, which the company has not signed yet."""
    later = aliased(IssuedDocument)
    superseded = sa.exists().where(
        later.issuer_id == IssuedDocument.issuer_id,
        later.kind == IssuedDocument.kind,
        later.number == IssuedDocument.number,
        later.version > IssuedDocument.version,
    )
    signed = sa.exists().where(
        DocumentSignature.document_id == IssuedDocument.id, DocumentSignature.company_id == company_id
    )
    return (
        _counted(queue, _NO_MOMENT)
        .select_from(IssuedDocument)
        .join(DocumentParty, DocumentParty.document_id == IssuedDocument.id)
        .outerjoin(FreightContract, FreightContract.id == IssuedDocument.subject_id)
        .join(Order, Order.id == sa.func.coalesce(FreightContract.order_id, IssuedDocument.subject_id))
        .where(
            DocumentParty.company_id == company_id,
            IssuedDocument.kind.in_(_CONTRACTS),
            Order.state.in_((OrderState.PLACED, *PRODUCING)),
            ~superseded,
            ~signed,
        )
    )

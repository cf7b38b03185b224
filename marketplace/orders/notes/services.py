"""Issue a credit note for everything let off a price, a debit note for what is charged beside the contract."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import day_of
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import write
from marketplace.kernel.money import Money
from marketplace.orders.models import Claim
from marketplace.orders.notes import queries
from marketplace.orders.notes.models import TradeNote
from marketplace.orders.purchases import queries as purchases
from marketplace.orders.queries import orders
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules import notes as rules
from marketplace.orders.rules.notes import NoteKind, NoteReason
from marketplace.orders.services.paper_facts import Agreement, agreement, bought, language_of, party, reference_of
from marketplace.papers import services as papers
from marketplace.papers.rules.documents import PaperKind, pair
from marketplace.papers.rules.notes import Note, NotedGoods
from marketplace.papers.rules.parts import Party
from marketplace.papers.services import Paper
from marketplace.payments.events import AllowanceGranted
from marketplace.payments.queries import payments
from marketplace.payments.rules.allowances import Why
from marketplace.payments.rules.terms import Subject, SubjectKind

_PAPER_KINDS: Final = {NoteKind.CREDIT: PaperKind.CREDIT_NOTE, NoteKind.DEBIT: PaperKind.DEBIT_NOTE}


def on_allowance_granted(session: Session, event: AllowanceGranted) -> None:
    """Issue the seller's credit note for what was let off the price of a line.

    What goes back to a card at its provider's limit stays agreed: the seller asks no less for it.
    """
    if event.why == Why.HELD_TOO_LONG:
        return
    # Money knows what is paid for by its id alone: it may be for something that is no order of ours.
    agreed, cause_id = _noted(session, event)
    if agreed is None:
        return
    claim = session.get(Claim, cause_id)
    _issue(
        session,
        agreed=agreed,
        kind=NoteKind.CREDIT,
        line_id=event.line_id,
        issuer_id=agreed.seller_id,
        recipient_id=agreed.buyer_id,
        amount=event.amount,
        reason=rules.reason_of(claim.reason if claim else None, Why(event.why)),
        cause_id=event.cause_id,
        origin_id=cause_id,
        actor=SYSTEM,
        now=event.at,
    )


def _noted(session: Session, event: AllowanceGranted) -> tuple[Agreement | None, UUID]:
    """Return the contract that something was let off, and why: a purchase follows its sale, and has its cause."""
    if event.subject_kind == SubjectKind.PURCHASE:
        purchase = purchases.by_id(session, purchase_id=event.subject_id)
        found = bought(session, order_id=purchase.order_id) if purchase else None
        return found, event.origin_id or event.cause_id
    if event.subject_kind != SubjectKind.ORDER or not orders.by_id(session, order_ids=[event.subject_id]):
        return None, event.cause_id
    return agreement(session, order_id=event.subject_id), event.cause_id


def debit(
    session: Session,
    *,
    order_id: UUID,
    line_id: UUID | None,
    issuer_id: UUID,
    recipient_id: UUID,
    amount: Money,
    reason: NoteReason,
    cause_id: UUID,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Issue a debit note about an order, or one of its lines, and return the document's id; once a cause.

    The note says what is asked; that it is owed is written in the ledger by whoever has the cause. NotFound for an
    unknown order, Refused ``amount`` for nothing and ``currency`` for another than the order's.
    """
    agreed = agreement(session, order_id=order_id)
    rules.check_debit(amount, currency=agreed.order.total.currency)
    return _issue(
        session,
        agreed=agreed,
        kind=NoteKind.DEBIT,
        line_id=line_id,
        issuer_id=issuer_id,
        recipient_id=recipient_id,
        amount=amount,
        reason=reason,
        cause_id=cause_id,
        actor=actor,
        now=now,
    )


def _issue(
    session: Session,
    *,
    agreed: Agreement,
    kind: NoteKind,
    line_id: UUID | None,
    issuer_id: UUID,
    recipient_id: UUID,
    amount: Money,
    reason: NoteReason,
    cause_id: UUID,
    origin_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    before = queries.find(session, kind=kind, cause_id=cause_id)
    if before is not None:
        return before
    order, issued_on = agreed.order, day_of(session, company_id=issuer_id, now=now)
    lines = [line for line in agreed.lines if line.id == line_id]
    issuer, recipient = (_party(session, agreed, company_id) for company_id in (issuer_id, recipient_id))
    claim = session.get(Claim, origin_id or cause_id)
    paper = Note(
        number=papers.next_number(session, issuer_id=issuer_id, kind=_PAPER_KINDS[kind], year=issued_on.year),
        order=reference_of(order),
        contract=agreed.contract_number,
        issued_on=issued_on,
        issuer=issuer,
        recipient=recipient,
        reason=str(reason),
        invoices=queries.invoices_of(session, line_id=line_id, bought=bool(order.purchase)) if line_id else (),
        goods=tuple(_goods(line) for line in lines),
        total=amount,
        claim=claim.reference if claim else "",
        freight_contract=_freight(session, claim),
        purchase_order_number=order.purchase_order_number,
    )
    document_id = papers.issue_paper(
        session,
        paper=Paper(
            kind=_PAPER_KINDS[kind],
            subject_kind=("purchase_line" if order.purchase else "order_line") if line_id else "order",
            subject_id=line_id or order.id,
            number=paper.number,
            locales=pair(language_of(issuer.country), language_of(recipient.country)),
            data=paper.to_data(),
            parties=(issuer_id, recipient_id),
        ),
        actor=actor,
        now=now,
    )
    row = {
        "kind": kind,
        "cause_id": cause_id,
        "reason": reason,
        "document_id": document_id,
        "order_id": order.id,
        "line_id": line_id,
        "issuer_id": issuer_id,
        "recipient_id": recipient_id,
        "currency": amount.currency,
        "amount_minor": amount.minor,
        "at": now,
    }
    write(session, TradeNote, [row])
    return document_id


def _party(session: Session, agreed: Agreement, company_id: UUID) -> Party:
    """Return a company as the order names it; one that the order does not name as it is called now."""
    named = agreed.order.parties.get(company_id)
    return named or party(accounts.get_company(session, company_id=company_id))


def _goods(line: LineRow) -> NotedGoods:
    return NotedGoods(sku=line.sku, title=line.titles)


def _freight(session: Session, claim: Claim | None) -> str:
    """Return the reference of the freight contract whose carrier a claim is against, nothing for other causes."""
    if claim is None or claim.freight_id is None:
        return ""
    subject = Subject(SubjectKind.FREIGHT, claim.freight_id)
    terms = payments.terms_of(session, subjects=[subject]).get(subject)
    return terms.reference if terms else ""

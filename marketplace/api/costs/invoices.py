"""Partners' invoices over the API: the partner's own calls, and the operator's."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.distribution.costs.queries.invoices import InvoiceRow, LineRow
from marketplace.edge.acts import partner_invoices as acts
from marketplace.edge.requests import costs as requests

api = Blueprint("api_partner_invoices", __name__)
_SEND = Permission.PARTNER_INVOICE_SEND
_READ = Permission.OPERATOR_COST_READ
_DECIDE = Permission.OPERATOR_COST_DECIDE
_TAG = "partner invoices"


class InvoiceLine(Answer):
    """A line of an invoice; ``difference`` from what was planned is told to the operator alone."""

    id: UUID
    position: int
    departure: str
    kind: str
    amount: Amount
    state: str
    possible_double: bool | None
    difference: Amount | None
    accepted: Amount | None
    reason: str | None
    note: str

    @classmethod
    def of(cls, row: LineRow, *, for_partner: bool) -> "InvoiceLine":
        """Write a line."""
        return cls(
            id=row.id,
            position=row.position,
            departure=row.departure,
            kind=str(row.kind),
            amount=Amount.of(row.amount),
            state=str(row.state),
            possible_double=None if for_partner else row.is_double,
            difference=None if for_partner or row.difference is None else Amount.of(row.difference),
            accepted=Amount.of(row.accepted) if row.accepted is not None else None,
            reason=str(row.reason) if row.reason else None,
            note=row.note,
        )


class PartnerInvoice(Answer):
    """An invoice of a partner."""

    id: UUID
    company_id: UUID
    number: str
    issued_on: date
    total: Amount
    accepted: Amount
    state: str
    has_file: bool
    created_at: Instant
    lines: list[InvoiceLine]

    @classmethod
    def of(cls, row: InvoiceRow, *, for_partner: bool) -> "PartnerInvoice":
        """Write an invoice."""
        return cls(
            id=row.id,
            company_id=row.company_id,
            number=row.number,
            issued_on=row.issued_on,
            total=Amount.of(row.total),
            accepted=Amount.of(row.accepted),
            state=str(row.state),
            has_file=row.file_id is not None,
            created_at=row.created_at,
            lines=[InvoiceLine.of(line, for_partner=for_partner) for line in row.lines],
        )


@api.get("/partner-invoices")
@operation(answers={200: Items[PartnerInvoice]}, tag=_TAG, permission=_SEND, query=requests.InvoicesQuery)
def mine(query: requests.InvoicesQuery) -> tuple[int, Items[PartnerInvoice]]:
    """List one's company's invoices for work on departures, the latest first."""
    page = acts.mine(query)
    return 200, Items[PartnerInvoice](
        items=[PartnerInvoice.of(row, for_partner=True) for row in page.items], next=page.next
    )


@api.post("/partner-invoices")
@operation(answers={201: Created}, tag=_TAG, permission=_SEND, body=requests.NewInvoice, idempotent=True)
def send(body: requests.NewInvoice, session: Session) -> tuple[int, Created]:
    """Write down an invoice for work on departures; ``submit`` hands it in, else it is kept as a draft."""
    return 201, Created(id=acts.send(session, body))


@api.get("/partner-invoices/<uuid:invoice_id>")
@operation(answers={200: PartnerInvoice}, tag=_TAG, permission=_SEND)
def one(invoice_id: UUID) -> tuple[int, PartnerInvoice]:
    """Show one of one's company's invoices, with what was decided about each line."""
    return 200, PartnerInvoice.of(acts.look(invoice_id), for_partner=True)


@api.get("/partner-invoices/<uuid:invoice_id>/file")
@operation(answers={200: None}, tag=_TAG, permission=_SEND)
def file(invoice_id: UUID) -> tuple[int, Any]:
    """Give the file of one of one's company's invoices."""
    return 200, acts.file(invoice_id)


@api.post("/partner-invoices/<uuid:invoice_id>/submission")
@operation(answers={204: None}, tag=_TAG, permission=_SEND, idempotent=True)
def submit(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Hand in a draft: it is held against what was planned."""
    acts.submit(session, invoice_id)
    return 204, None


@api.post("/partner-invoices/<uuid:invoice_id>/discard")
@operation(answers={204: None}, tag=_TAG, permission=_SEND, idempotent=True)
def discard(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Throw a draft away; its number is free again."""
    acts.discard(session, invoice_id)
    return 204, None


@api.get("/costs/invoices")
@operation(answers={200: Items[PartnerInvoice]}, tag=_TAG, permission=_READ, query=requests.InvoicesQuery)
def queue(query: requests.InvoicesQuery) -> tuple[int, Items[PartnerInvoice]]:
    """List partners' invoices: those that wait for the operator, or those in a state."""
    page = acts.queue(query)
    return 200, Items[PartnerInvoice](
        items=[PartnerInvoice.of(row, for_partner=False) for row in page.items], next=page.next
    )


@api.post("/costs/invoices")
@operation(answers={201: Created}, tag=_TAG, permission=_DECIDE, body=requests.InvoiceOfPartner, idempotent=True)
def send_for(body: requests.InvoiceOfPartner, session: Session) -> tuple[int, Created]:
    """Write down a partner's invoice and hand it in for it."""
    return 201, Created(id=acts.send_for(session, body))


@api.get("/costs/invoices/<uuid:invoice_id>")
@operation(answers={200: PartnerInvoice}, tag=_TAG, permission=_READ)
def asked(invoice_id: UUID) -> tuple[int, PartnerInvoice]:
    """Show a partner's invoice with how each line differs from what was planned."""
    return 200, PartnerInvoice.of(acts.look(invoice_id), for_partner=False)


@api.get("/costs/invoices/<uuid:invoice_id>/file")
@operation(answers={200: None}, tag=_TAG, permission=_READ)
def asked_file(invoice_id: UUID) -> tuple[int, Any]:
    """Give the file of a partner's invoice."""
    return 200, acts.file(invoice_id)


@api.post("/costs/invoices/<uuid:invoice_id>/match")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def match(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Hold an invoice that waits for a plan against it now."""
    acts.match(session, invoice_id)
    return 204, None


@api.post("/costs/invoices/<uuid:invoice_id>/acceptance")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def accept(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Accept all lines of an invoice that match: each becomes an actual cost, once."""
    acts.accept(session, invoice_id)
    return 204, None


@api.post("/costs/invoices/<uuid:invoice_id>/settlement")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, idempotent=True)
def settle(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Note that what was accepted of an invoice is paid."""
    acts.settle(session, invoice_id)
    return 204, None


@api.post("/costs/invoice-lines/<uuid:line_id>/decision")
@operation(answers={204: None}, tag=_TAG, permission=_DECIDE, body=requests.LineDecision, idempotent=True)
def decide(line_id: UUID, body: requests.LineDecision, session: Session) -> tuple[int, None]:
    """Accept a line, dispute it with a reason, or accept a part of it and dispute the rest."""
    acts.decide(session, line_id, body)
    return 204, None

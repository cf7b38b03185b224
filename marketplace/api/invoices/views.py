"""The register of official invoices over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.invoices import answers
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.uploads import SheetForm
from marketplace.edge.acts import invoices as acts
from marketplace.edge.requests import invoices as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock

api = Blueprint("api_invoices", __name__)
_RECORD = Permission.TRADE_INVOICE_RECORD


@api.get("/official-invoices")
@operation(answers={200: Items[answers.OfficialInvoice]}, tag="invoices", permission=_RECORD, query=CursorQuery)
def many(query: CursorQuery) -> tuple[int, Items[answers.OfficialInvoice]]:
    """List the official invoices that one's company issued or received, the latest recorded first."""
    page = acts.many(query.cursor).map(answers.OfficialInvoice.of)
    return 200, Items[answers.OfficialInvoice](items=list(page.items), next=page.next)


@api.post("/official-invoices")
@operation(answers={201: Created}, tag="invoices", permission=_RECORD, body=requests.Invoice, idempotent=True)
def record(body: requests.Invoice, session: Session) -> tuple[int, Created]:
    """Record an invoice that was issued in a state's system; ``file_id`` names a file handed in before.

    One for just what is missing of the order is matched at once; negative amounts are a red-letter invoice.
    """
    return 201, Created(id=acts.record(session, body))


@api.get("/official-invoices/missing")
@operation(
    answers={200: Items[answers.MissingInvoice]}, tag="invoices", permission=_RECORD, query=requests.MissingQuery
)
def missing(query: requests.MissingQuery) -> tuple[int, Items[answers.MissingInvoice]]:
    """List the order lines that wait for an official invoice: to issue as seller, to receive as buyer."""
    now = clock.now()
    page = acts.missing(query.side, query.cursor).map(lambda row: answers.MissingInvoice.of(row, now))
    return 200, Items[answers.MissingInvoice](items=list(page.items), next=page.next)


@api.get("/official-invoices/to-issue.xlsx")
@operation(answers={200: None}, tag="invoices", permission=_RECORD)
def to_issue() -> tuple[int, Any]:
    """Give what is to be invoiced as a workbook, a row a line, with the columns of the seller's country."""
    return 200, acts.to_issue()


@api.post("/official-invoices/import")
@operation(
    answers={200: answers.ImportedInvoices},
    tag="invoices",
    permission=_RECORD,
    form=SheetForm,
    idempotent_flow=True,
)
def bring_in(key: str) -> tuple[int, answers.ImportedInvoices]:  # noqa: ARG001  kept by the caller
    """Record the invoices of a sheet (XLSX or CSV), a row each; rows that are wrong are told, the others stand."""
    return 200, answers.ImportedInvoices.of(acts.bring_in())


@api.get("/official-invoices/<uuid:invoice_id>")
@operation(answers={200: answers.OfficialInvoice}, tag="invoices", permission=_RECORD)
def show(invoice_id: UUID) -> tuple[int, answers.OfficialInvoice]:
    """Tell an invoice to its seller or buyer, with what it is for, or probably for."""
    return 200, answers.OfficialInvoice.of_seen(acts.look(invoice_id))


@api.get("/official-invoices/<uuid:invoice_id>/file")
@operation(answers={200: None}, tag="invoices", permission=_RECORD)
def file(invoice_id: UUID) -> tuple[int, Any]:
    """Give the file of an invoice to its seller or buyer."""
    return 200, acts.file(invoice_id)


@api.post("/official-invoices/<uuid:invoice_id>/lines")
@operation(answers={204: None}, tag="invoices", permission=_RECORD, body=requests.Lines, idempotent=True)
def match(invoice_id: UUID, body: requests.Lines, session: Session) -> tuple[int, None]:
    """Say what an invoice is for, in place of what was said before."""
    acts.match(session, invoice_id, body)
    return 204, None


@api.post("/official-invoices/<uuid:invoice_id>/cancellation")
@operation(answers={204: None}, tag="invoices", permission=_RECORD, idempotent=True)
def cancel(invoice_id: UUID, session: Session) -> tuple[int, None]:
    """Say that an invoice is void in the state's system."""
    acts.cancel(session, invoice_id)
    return 204, None

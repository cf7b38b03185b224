"""Partners' invoices, by the partner who sends them and by the operator who decides about them."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.distribution.costs.queries import invoices as queries
from marketplace.distribution.costs.queries.invoices import InvoiceRow
from marketplace.distribution.costs.services import deciding
from marketplace.distribution.costs.services import invoices as services
from marketplace.distribution.costs.services.invoices import NewLine
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import costs as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as stored
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import FieldError, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page


def mine(query: requests.InvoicesQuery) -> Page[InvoiceRow]:
    """Return the invoices of the asker's company, the latest first."""
    states = [query.state] if query.state else []
    return queries.invoices(reading(), company_id=require_actor().company, states=states, cursor=query.cursor)


def queue(query: requests.InvoicesQuery) -> Page[InvoiceRow]:
    """Return the invoices of all partners that wait for the operator, or those in a state."""
    states = [query.state] if query.state else queries.QUEUE
    return queries.invoices(reading(), company_id=None, states=states, cursor=query.cursor)


def look(invoice_id: UUID) -> InvoiceRow:
    """Return an invoice to its partner and to the operator; NotFound to anybody else."""
    return queries.invoice(reading(), invoice_id=invoice_id, company_id=_whose())


def names(rows: Collection[InvoiceRow]) -> Mapping[UUID, str]:
    """Return the names of the partners of invoices."""
    found = accounts.get_companies(reading(), company_ids={row.company_id for row in rows})
    return {one.id: one.name for one in found.values()}


def send(session: Session, body: requests.NewInvoice, *, file_id: UUID | None = None) -> UUID:
    """Write down an invoice of the asker's company, hand it in where that is said, and return its id."""
    return _record(session, require_actor().company, body, file_id, submits=body.submit)


def send_for(session: Session, body: requests.InvoiceOfPartner, *, file_id: UUID | None = None) -> UUID:
    """Write down an invoice of a partner, hand it in for it, and return its id."""
    return _record(session, body.company_id, body, file_id, submits=True)


def by_form(body: Any, *, has_file: bool) -> UUID:
    """Write down an invoice, one's own or a partner's, with the file in this request, if there is one."""
    upload = files.received(purpose=Purpose.SCAN) if has_file else None
    with unit_of_work() as session:
        file_id = files.keep(session, upload) if upload else None
        if isinstance(body, requests.InvoiceOfPartner):
            return send_for(session, body, file_id=file_id)
        return send(session, body, file_id=file_id)


def submit(session: Session, invoice_id: UUID) -> None:
    """Hand in a draft."""
    services.submit(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def discard(session: Session, invoice_id: UUID) -> None:
    """Throw a draft away."""
    services.discard(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def match(session: Session, invoice_id: UUID) -> None:
    """Hold an invoice that waits against the plan."""
    services.match(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def accept(session: Session, invoice_id: UUID) -> None:
    """Accept all lines of an invoice that match."""
    deciding.accept_matched(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def settle(session: Session, invoice_id: UUID) -> None:
    """Note that what was accepted is paid."""
    deciding.settle(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def decide(session: Session, line_id: UUID, body: requests.LineDecision) -> UUID:
    """Decide about a line and return its invoice."""
    invoice = queries.of_line(session, line_id=line_id)
    deciding.decide(
        session,
        line_id=line_id,
        decision=body.decision,
        part=None if body.amount is None else money(body.amount, invoice.currency),
        reason=body.reason,
        text=body.note or "",
        actor=require_actor(),
        now=clock.now(),
    )
    return invoice.id


def invoice_of(line_id: UUID) -> UUID:
    """Return the invoice of a line; NotFound for an unknown line."""
    return queries.of_line(reading(), line_id=line_id).id


def file(invoice_id: UUID) -> Response:
    """Answer with the file of an invoice; NotFound where it has none."""
    file_id = look(invoice_id).file_id
    if file_id is None:
        raise NotFound("file")
    return files.give(stored.get_any(reading(), file_id=file_id))


def _whose() -> UUID | None:
    actor = require_actor()
    return None if actor.company_kind == CompanyKind.OPERATOR else actor.company


def _record(session: Session, company_id: UUID, body: requests.Invoice, file_id: UUID | None, *, submits: bool) -> UUID:
    invoice_id = services.record(
        session,
        company_id=company_id,
        number=body.number.upper(),
        issued_on=body.issued_on,
        currency=body.currency,
        lines=_lines(body),
        file_id=file_id or body.file_id,
        actor=require_actor(),
        now=clock.now(),
    )
    if submits:
        submit(session, invoice_id)
    return invoice_id


def _lines(body: requests.Invoice) -> Sequence[NewLine]:
    """Return the lines of an invoice; Refused for all three lists where they are not of one length."""
    lists = {"departures": body.departures, "kinds": body.kinds, "amounts": body.amounts}
    if len({len(each) for each in lists.values()}) > 1:  # nobody knows which of them is the wrong one
        raise Refused.fields(*(FieldError(name, "same_length", "one for each departure") for name in lists))
    wanted = [
        (departure.upper(), kind, amount)
        for departure, kind, amount in zip(body.departures, body.kinds, body.amounts, strict=True)
        if departure is not None
    ]
    bare = [place for place, (_departure, _kind, amount) in enumerate(wanted) if amount is None]
    if bare:
        raise Refused.fields(*(FieldError(f"amounts.{place}", "required", "a value") for place in bare))
    return [NewLine(departure, kind, _amount(amount, body.currency)) for departure, kind, amount in wanted]


def _amount(amount: Decimal | None, currency: str) -> Money:
    try:
        return money(amount or Decimal(0), currency)
    except Refused as refusal:
        raise Refused.field("amounts", "too_fine", refusal.errors[0].accepted) from None

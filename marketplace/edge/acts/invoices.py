"""The register of official invoices, by whoever asks."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import xlsxwriter
from flask import Response
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries.closures import local_day
from marketplace.catalog.imports import reader
from marketplace.edge import typed
from marketplace.edge.acts import files
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.requests import invoices as requests
from marketplace.edge.requests.payments import money
from marketplace.files import queries as stored
from marketplace.files import store
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import DomainError, FieldError, NotFound, Refused
from marketplace.kernel.money import Money
from marketplace.kernel.pages import Page
from marketplace.orders.invoices import queries, services
from marketplace.orders.invoices.queries import InvoiceRow, LineToInvoice, Side
from marketplace.orders.rules import invoice_sheets as sheets
from marketplace.orders.rules import invoices as rules
from marketplace.orders.rules.invoices import Draft, InvoiceState, Part

_LITERAL: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MOST_EXPORTED: Final = 5_000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a sheet that was not written down, and what is wrong with it."""

    line: int
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a sheet: invoices written down, rows that were not."""

    recorded: tuple[UUID, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """An invoice with the lines that it may be for, and what it is probably for."""

    row: InvoiceRow
    lines: tuple[LineToInvoice, ...]
    suggested: tuple[Part, ...]

    def amount_of(self, line_id: UUID) -> Money | None:
        """Return how much of a line it names, what it probably names while it names nothing."""
        return next((part.amount for part in self.row.parts or self.suggested if part.line_id == line_id), None)


def many(cursor: str | None) -> Page[InvoiceRow]:
    """Return the invoices that the asker's company issued or received, the latest recorded first."""
    return queries.invoices(reading(), company_id=require_actor().company, cursor=cursor)


def missing(side: Side, cursor: str | None) -> Page[LineToInvoice]:
    """Return the lines of the asker's company that wait for an official invoice."""
    return queries.missing(reading(), company_id=require_actor().company, side=side, cursor=cursor)


def look(invoice_id: UUID) -> Seen:
    """Return an invoice of the asker's company with what it is for, or probably for."""
    session = reading()
    row = queries.invoice(session, company_id=require_actor().company, invoice_id=invoice_id)
    lines = queries.lines_of(session, order_id=row.order_id, is_bought=row.is_bought)
    is_open = not row.parts and row.gross.minor > 0 and row.state is rules.InvoiceState.RECORDED
    suggested = rules.suggested(net=row.net, gross=row.gross, open_lines=[line.open for line in lines])
    return Seen(row, lines, suggested if is_open else ())


def record(session: Session, body: requests.Invoice, *, file_id: UUID | None = None) -> UUID:
    """Write down an invoice and return its id; Refused ``order`` for a number that is of no order of the company."""
    actor = require_actor()
    try:
        order_id, is_bought = queries.order_named(session, company_id=actor.company, reference=body.order)
    except NotFound:
        raise Refused.field("order", "unknown", "the number of an order of your company") from None
    draft = Draft(
        country=body.country,
        type=body.type,
        code=(body.code or "").upper(),
        number=body.number.upper(),
        issued_on=body.issued_on,
        net=money(body.amount, body.currency),
        tax=_tax(body.tax, body.currency),
    )
    return services.record(
        session,
        order_id=order_id,
        is_bought=is_bought,
        draft=draft,
        file_id=file_id or body.file_id,
        refers_to=_named(session, order_id, body.refers_to, is_bought=is_bought),
        actor=actor,
        now=clock.now(),
    )


def record_by_form(body: requests.Invoice, *, has_file: bool) -> UUID:
    """Write down an invoice with the file in this request, if there is one."""
    upload = files.received(purpose=Purpose.OFFICIAL_INVOICE) if has_file else None
    with unit_of_work() as session:
        return record(session, body, file_id=files.keep(session, upload) if upload else None)


def match(session: Session, invoice_id: UUID, body: requests.Lines) -> None:
    """Say what an invoice is for."""
    if len(body.line_ids) != len(body.amounts):
        lists = ("line_ids", "amounts")  # nobody knows which of them is the wrong one
        raise Refused.fields(*(FieldError(name, "same_length", "an amount for each line") for name in lists))
    actor = require_actor()
    row = queries.invoice(session, company_id=actor.company, invoice_id=invoice_id)
    parts = [
        Part(line_id, _amount(amount, row.gross.currency))
        for line_id, amount in zip(body.line_ids, body.amounts, strict=True)
        if amount is not None
    ]
    services.match(session, invoice_id=invoice_id, line_ids=body.line_ids, parts=parts, actor=actor, now=clock.now())


def cancel(session: Session, invoice_id: UUID) -> None:
    """Say that an invoice is void in the state's system."""
    services.cancel(session, invoice_id=invoice_id, actor=require_actor(), now=clock.now())


def file(invoice_id: UUID) -> Response:
    """Answer with the file of an invoice, to both its parties; NotFound where it has none."""
    row = queries.invoice(reading(), company_id=require_actor().company, invoice_id=invoice_id)
    if row.file_id is None:
        raise NotFound("file")
    return files.give(stored.get_any(reading(), file_id=row.file_id))


def to_issue() -> Response:
    """Answer with a workbook of what the asker's company has still to issue invoices for, a row a line."""
    session, actor = reading(), require_actor()
    country = accounts.get_company(session, company_id=actor.company).country
    found = queries.missing(session, company_id=actor.company, side="seller", size=_MOST_EXPORTED)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {**_LITERAL, "in_memory": True}) as book:
        sheet = book.add_worksheet("invoices")
        for column, name in enumerate(sheets.headings(country)):
            sheet.write_string(0, column, name)
        for place, line in enumerate(found.items, start=1):
            for column, cell in enumerate(_cells(line, country)):
                if isinstance(cell, Decimal):
                    # The library writes decimals exactly; its annotations do not say so.
                    sheet.write_number(place, column, cell)  # pyrefly: ignore[no-matching-overload]
                else:
                    sheet.write_string(place, column, cell)
    return files.attached(target.getvalue(), media_type=MediaType.XLSX, name="invoices-to-issue.xlsx")


def bring_in() -> Imported:
    """Write down the invoices of the sheet in this request, each row by itself; bad rows keep no other back."""
    upload = files.received("file", Purpose.WORKBOOK)
    content = store.read(files.bytes_store(), upload.sha256)
    _names, sheet = reader.read_sheet(content, is_csv=upload.media_type == MediaType.CSV, sheet=None)
    recorded: list[UUID] = []
    bad: list[BadRow] = []
    for line, cells in sheets.rows_of(sheet.rows):
        try:
            # A sheet is read alike whoever sends it: over the API, too, thousands may stand apart.
            amounts = {name: typed.plain(cells[name], ".") for name in ("amount", "tax") if name in cells}
            body = parse(requests.Invoice, cells | amounts)
            recorded.append(in_unit_of_work(lambda session, body=body: record(session, body)))
        except DomainError as refusal:
            bad.append(BadRow(line, _errors(refusal)))
    return Imported(tuple(recorded), tuple(bad))


def names(rows: Sequence[InvoiceRow | LineToInvoice]) -> Mapping[UUID, str]:
    """Return the names of the companies of invoices or lines."""
    ids = {company_id for row in rows for company_id in (row.issuer_id, row.buyer_id)}
    return {one.id: one.name for one in accounts.get_companies(reading(), company_ids=ids).values()}


def _errors(refusal: DomainError) -> tuple[FieldError, ...]:
    """Return what is wrong with a row; what is no field's is the number's: there already, or nobody's order."""
    if isinstance(refusal, Refused) and refusal.errors:
        return tuple(refusal.errors)
    field = "order" if isinstance(refusal, NotFound) else "number"
    return (FieldError(field, refusal.code, facts=dict(refusal.facts)),)


def _named(session: Session, order_id: UUID, number: str | None, *, is_bought: bool) -> UUID | None:
    """Return the invoice of an order that has this number, rather one that counts; Refused ``refers_to`` for none."""
    if number is None:
        return None
    rows = queries.of_order(session, order_id=order_id, is_bought=is_bought)
    found = [row for row in rows if row.number == number.upper()]
    if found:
        return max(found, key=lambda row: row.state is InvoiceState.RECORDED).id
    raise Refused.field("refers_to", "choice", "the number of an invoice of this order")


def _tax(amount: Decimal, currency: str) -> Money:
    try:
        return money(amount, currency)
    except Refused as refusal:
        raise Refused.field("tax", "too_fine", refusal.errors[0].accepted) from None


def _amount(amount: Decimal, currency: str) -> Money:
    try:
        return money(amount, currency)
    except Refused as refusal:
        raise Refused.field("amounts", "too_fine", refusal.errors[0].accepted) from None


def _cells(line: LineToInvoice, country: str) -> list[Decimal | str]:
    """Return the cells of a line in the order of the columns; the rate is that frozen with the order, if any."""
    unit, rate = sheets.unit_name(line.unit, country), line.fx or {}
    facts: dict[str, Any] = {
        "buyer_tax_id": line.buyer.tax_id or line.buyer.registration_number,
        "buyer": line.buyer.name,
        "buyer_address": line.buyer.address,
        "goods": sheets.goods_name(line.titles, country),
        "article": line.sku,
        "hs_code": line.hs_code,
        "unit": unit,
        "quantity": Decimal(line.quantity),
        "unit_price": line.unit_price.amount,
        "amount": line.missing.amount,
        "currency": line.missing.currency,
        "rate": Decimal(rate["rate"]) if rate else "",
        "rate_into": rate.get("quote", ""),
        "rate_of": rate.get("date", ""),
        "rate_source": rate.get("source", ""),
        "order": line.order,
        "line": Decimal(line.position),
        "purchase_order": line.purchase_order_number,
        "handed_over": local_day(country, line.since).isoformat(),
    }
    return [facts[name] for name in sheets.COLUMNS]

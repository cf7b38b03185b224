"""Answers about official invoices."""

from datetime import date, datetime
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.edge.acts.invoices import Imported, Seen
from marketplace.edge.messages import field_sentence
from marketplace.orders.invoices.queries import InvoiceRow, LineToInvoice
from marketplace.orders.rules.invoices import Part


class InvoicePart(Answer):
    """How much of an invoice, tax included, is for which order line."""

    line_id: UUID
    amount: Amount

    @classmethod
    def of(cls, part: Part) -> "InvoicePart":
        """Write a part."""
        return cls(line_id=part.line_id, amount=Amount.of(part.amount))


class OfficialInvoice(Answer):
    """An invoice that was issued in a state's system; ``suggested`` is what one without parts is probably for."""

    id: UUID
    order_id: UUID
    order: str
    issuer_id: UUID
    buyer_id: UUID
    country: str
    type: str
    code: str
    number: str
    issued_on: date
    net: Amount
    tax: Amount
    gross: Amount
    unmatched: Amount
    state: str
    refers_to: UUID | None
    has_file: bool
    recorded_at: Instant
    parts: list[InvoicePart]
    suggested: list[InvoicePart]

    @classmethod
    def of(cls, row: InvoiceRow, suggested: tuple[Part, ...] = ()) -> "OfficialInvoice":
        """Write an invoice."""
        return cls(
            id=row.id,
            order_id=row.order_id,
            order=row.order,
            issuer_id=row.issuer_id,
            buyer_id=row.buyer_id,
            country=row.country,
            type=row.type,
            code=row.code,
            number=row.number,
            issued_on=row.issued_on,
            net=Amount.of(row.net),
            tax=Amount.of(row.tax),
            gross=Amount.of(row.gross),
            unmatched=Amount.of(row.unmatched),
            state=str(row.state),
            refers_to=row.refers_to,
            has_file=row.file_id is not None,
            recorded_at=row.recorded_at,
            parts=[InvoicePart.of(part) for part in row.parts],
            suggested=[InvoicePart.of(part) for part in suggested],
        )

    @classmethod
    def of_seen(cls, seen: Seen) -> "OfficialInvoice":
        """Write an invoice with what it is probably for."""
        return cls.of(seen.row, seen.suggested)


class MissingInvoice(Answer):
    """A line of which goods were handed over and that no official invoice covers."""

    line_id: UUID
    order_id: UUID
    order: str
    purchase_order_number: str
    issuer_id: UUID
    buyer_id: UUID
    article: str
    value: Amount
    matched: Amount
    missing: Amount
    since: Instant
    days: int

    @classmethod
    def of(cls, row: LineToInvoice, now: datetime) -> "MissingInvoice":
        """Write a line that waits."""
        return cls(
            line_id=row.line_id,
            order_id=row.order_id,
            order=row.order,
            purchase_order_number=row.purchase_order_number,
            issuer_id=row.issuer_id,
            buyer_id=row.buyer_id,
            article=row.sku,
            value=Amount.of(row.value),
            matched=Amount.of(row.matched),
            missing=Amount.of(row.missing),
            since=row.since,
            days=row.days(now),
        )


class RowProblem(Answer):
    """What is wrong with a row of a sheet."""

    line: int
    field: str
    code: str
    message: str
    accepted: str


class ImportedInvoices(Answer):
    """What became of a sheet."""

    recorded: list[UUID]
    errors: list[RowProblem]

    @classmethod
    def of(cls, done: Imported) -> "ImportedInvoices":
        """Write what was recorded and what was not."""
        return cls(
            recorded=list(done.recorded),
            errors=[
                RowProblem(
                    line=row.line,
                    field=error.field,
                    code=error.code,
                    message=str(field_sentence(error)),
                    accepted=error.accepted,
                )
                for row in done.bad
                for error in row.errors
            ],
        )

"""Answers about statements of account."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.reports.statements.queries import Figures, IssuedRow, Line, Listed, Parties


class Account(Answer):
    """An account that one company states to another in one currency: ``issuer_id`` is owed, ``recipient_id`` owes."""

    kind: str
    issuer_id: UUID
    recipient_id: UUID
    currency: str

    @classmethod
    def of(cls, row: Parties) -> "Account":
        """Write who states what to whom."""
        return cls(kind=str(row.kind), issuer_id=row.issuer_id, recipient_id=row.recipient_id, currency=row.currency)


class IssuedStatement(Answer):
    """A numbered statement of a period that is over; ``opening`` and ``closing`` have one amount for each balance."""

    account: Account
    first_day: date
    last_day: date
    number: str
    document_id: UUID
    opening: list[Amount]
    closing: list[Amount]

    @classmethod
    def of(cls, row: IssuedRow) -> "IssuedStatement":
        """Write a statement that was issued."""
        return cls(
            account=Account.of(row.parties),
            first_day=row.period.first,
            last_day=row.period.last,
            number=row.number,
            document_id=row.document_id,
            opening=[Amount.of(amount) for amount in row.opening],
            closing=[Amount.of(amount) for amount in row.closing],
        )


class Entry(Answer):
    """One transfer of the ledger; ``amounts`` stand under the statement's ``columns``."""

    transfer_id: UUID
    at: Instant
    kind: str
    reference: str
    order_id: UUID | None
    order: str
    purchase_order_number: str
    article: str
    payment: str
    base: Amount | None
    rate_bp: int | None
    amounts: list[Amount]

    @classmethod
    def of(cls, row: Line) -> "Entry":
        """Write an entry."""
        return cls(
            transfer_id=row.transfer_id,
            at=row.at,
            kind=str(row.kind),
            reference=row.reference,
            order_id=row.order_id,
            order=row.order,
            purchase_order_number=row.purchase_order_number,
            article=row.article,
            payment=row.payment_reference,
            base=Amount.of(row.base) if row.base else None,
            rate_bp=row.rate_bp,
            amounts=[Amount.of(amount) for amount in row.amounts],
        )


class ListedPaper(Answer):
    """An invoice or note of the period."""

    document_id: UUID
    kind: str
    number: str
    reference: str
    issued_on: date
    total: Amount

    @classmethod
    def of(cls, row: Listed) -> "ListedPaper":
        """Write a paper."""
        return cls(
            document_id=row.document_id,
            kind=str(row.kind),
            number=row.number,
            reference=row.reference,
            issued_on=row.issued_on,
            total=Amount.of(row.total),
        )


class Statement(Answer):
    """The figures of an account over a period: entries lead from the opening to the closing balances."""

    account: Account
    first_day: date
    last_day: date
    zone: str
    is_interim: bool
    columns: list[str]
    balances: list[str]
    opening: list[Amount]
    entries: list[Entry]
    sums: list[Amount]
    closing: list[Amount]
    papers: list[ListedPaper]

    @classmethod
    def of(cls, found: Figures, *, is_interim: bool) -> "Statement":
        """Write the figures."""
        return cls(
            account=Account.of(found.parties),
            first_day=found.period.first,
            last_day=found.period.last,
            zone=found.zone,
            is_interim=is_interim,
            columns=list(found.columns),
            balances=list(found.balances),
            opening=[Amount.of(amount) for amount in found.opening],
            entries=[Entry.of(line) for line in found.lines],
            sums=[Amount.of(amount) for amount in found.sums],
            closing=[Amount.of(amount) for amount in found.closing],
            papers=[ListedPaper.of(one) for one in found.listed],
        )

"""What the API says of money."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.payments.queries.ledger import AccountRow, EntryRow, Statement, TotalRow
from marketplace.payments.queries.payments import PaymentRow
from marketplace.payments.queries.transfers import MatchRow, TransferRow
from marketplace.payments.rules.terms import Subject


class SubjectAnswer(Answer):
    """What is paid for."""

    kind: str
    id: UUID

    @classmethod
    def of(cls, subject: Subject | None) -> "SubjectAnswer | None":
        """Write a subject."""
        return cls(kind=subject.kind, id=subject.id) if subject else None


class PayeeAccount(Answer):
    """The account that is paid into, as the contract names it."""

    account_name: str
    bank_name: str
    account_number: str
    bic: str
    country: str


class ReceiptAnswer(Answer):
    """Money that came for a payment."""

    transfer_id: UUID
    amount: Amount
    received_on: date


class Payment(Answer):
    """A payment as both parties see it; ``taken_back`` is what a card's bank took of it by lost disputes."""

    id: UUID
    reference: str
    creditor_reference: str
    subject: SubjectAnswer | None
    event: str | None
    payer_id: UUID
    payee_id: UUID
    payee_account: PayeeAccount | None
    rail: str
    mode: str
    amount: Amount
    paid: Amount
    outstanding: Amount
    taken_back: Amount
    bank_charges: Amount
    surplus: Amount
    state: str
    due_at: Instant | None
    slip_file_id: UUID | None
    answer_by: Instant | None
    escalated_at: Instant | None
    settled_at: Instant | None
    receipts: list[ReceiptAnswer]

    @classmethod
    def of(cls, row: PaymentRow, receipts: tuple[TransferRow, ...] = ()) -> "Payment":
        """Write a payment and what came for it."""
        return cls(
            id=row.id,
            reference=row.reference,
            creditor_reference=row.creditor_reference,
            subject=SubjectAnswer.of(row.subject),
            event=row.event,
            payer_id=row.payer_id,
            payee_id=row.payee_id,
            payee_account=PayeeAccount(**row.payee_account.as_json()) if row.payee_account else None,
            rail=row.rail,
            mode=row.mode,
            amount=Amount.of(row.amount),
            paid=Amount.of(row.paid),
            outstanding=Amount.of(row.outstanding),
            taken_back=Amount.of(row.taken_back),
            bank_charges=Amount.of(row.charges),
            surplus=Amount.of(row.surplus),
            state=row.state,
            due_at=row.due_at,
            slip_file_id=row.slip_file_id,
            answer_by=row.answer_by,
            escalated_at=row.escalated_at,
            settled_at=row.settled_at,
            receipts=[
                ReceiptAnswer(transfer_id=came.id, amount=Amount.of(part.amount), received_on=came.received_on)
                for came in receipts
                for part in came.matches
            ],
        )


class MatchAnswer(Answer):
    """How much of a transfer is for which payment."""

    payment_id: UUID
    payment_reference: str
    amount: Amount

    @classmethod
    def of(cls, row: MatchRow) -> "MatchAnswer":
        """Write a match."""
        return cls(payment_id=row.payment_id, payment_reference=row.payment_reference, amount=Amount.of(row.amount))


class Transfer(Answer):
    """Money that came, and what it is for; ``suggested`` are the payments that may be meant.

    ``suggested_by`` says why: ``reference``, or for a text that names none ``amount_and_payer`` or ``amount``.
    ``doubt`` is ``other_account`` where a statement says that it came into an account that the named payment is not to
    be paid into, ``check_digits`` where the creditor reference in its text was mistyped: then it settles nothing by
    itself. The payee says until ``act_by`` what unmatched money is for;
    ``escalated_at`` once he let that pass.
    """

    id: UUID
    amount: Amount
    received_on: date
    reference: str
    note: str
    state: str
    act_by: Instant | None
    escalated_at: Instant | None
    matches: list[MatchAnswer]
    suggested: list[UUID]
    suggested_by: str
    doubt: str

    @classmethod
    def of(cls, row: TransferRow) -> "Transfer":
        """Write a transfer."""
        return cls(
            id=row.id,
            amount=Amount.of(row.amount),
            received_on=row.received_on,
            reference=row.reference,
            note=row.note,
            state=row.state,
            act_by=row.act_by,
            escalated_at=row.escalated_at,
            matches=[MatchAnswer.of(match) for match in row.matches],
            suggested=list(row.suggested),
            suggested_by=row.suggested_by,
            doubt=row.doubt,
        )


class Entry(Answer):
    """One entry of the ledger."""

    id: UUID
    transfer_id: UUID
    at: Instant
    kind: str
    account: str
    subject: SubjectAnswer | None
    payment_id: UUID | None
    payment_reference: str | None
    amount: Amount

    @classmethod
    def of(cls, row: EntryRow) -> "Entry":
        """Write an entry."""
        return cls(
            id=row.id,
            transfer_id=row.transfer_id,
            at=row.at,
            kind=row.kind,
            account=row.account,
            subject=SubjectAnswer.of(row.subject),
            payment_id=row.payment_id,
            payment_reference=row.payment_reference,
            amount=Amount.of(row.amount),
        )


class Balance(Answer):
    """What an account had when the period began and when it ended."""

    account: str
    opening: Amount
    closing: Amount


class StatementAnswer(Answer):
    """A statement: positive is what the company has or is owed; its days are those of the company's place."""

    currency: str
    since: Instant
    until: Instant
    balances: list[Balance]
    entries: list[Entry]

    @classmethod
    def of(cls, row: Statement) -> "StatementAnswer":
        """Write a statement."""
        return cls(
            currency=row.currency,
            since=row.since,
            until=row.until,
            balances=[
                Balance(account=one.account, opening=Amount.of(one.opening), closing=Amount.of(one.closing))
                for one in row.balances
            ],
            entries=[Entry.of(entry) for entry in row.entries],
        )


class Total(Answer):
    """All accounts of a kind in a currency together; debits are positive."""

    kind: str
    nature: str
    accounts: int
    balance: Amount

    @classmethod
    def of(cls, row: TotalRow) -> "Total":
        """Write a total."""
        return cls(kind=row.kind, nature=row.nature, accounts=row.accounts, balance=Amount.of(row.balance))


class Account(Answer):
    """One account of the ledger."""

    id: UUID
    kind: str
    owner_id: UUID | None
    subject: SubjectAnswer | None
    balance: Amount

    @classmethod
    def of(cls, row: AccountRow) -> "Account":
        """Write an account."""
        return cls(
            id=row.id,
            kind=row.kind,
            owner_id=row.owner_id,
            subject=SubjectAnswer.of(row.subject),
            balance=Amount.of(row.balance),
        )

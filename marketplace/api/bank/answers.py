"""What the API says of bank statements, their entries, and what the house's are for."""

from datetime import date
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.kernel.money import Money
from marketplace.payments.queries.bank import EntryRow, StatementRow
from marketplace.payments.queries.house_bank import QueueRow, SenderReturnRow
from marketplace.payments.queries.house_figures import FigureRow
from marketplace.payments.rules.house_money import BY_HAND, Part
from marketplace.payments.services.statements import Imported


class ImportedStatement(Answer):
    """What became of one statement of a file: its entries, and how many of them no earlier one brought."""

    id: UUID
    entries: int
    new_entries: int

    @classmethod
    def of(cls, row: Imported) -> "ImportedStatement":
        """Write what was imported."""
        return cls(id=row.statement_id, entries=row.entries, new_entries=row.new_entries)


class ImportedFile(Answer):
    """What became of a file."""

    statements: list[ImportedStatement]


class BankStatement(Answer):
    """An imported statement; ``gap`` is by how much the account moved unseen since the one before."""

    id: UUID
    account: str
    number: str
    since: date
    until: date
    opening: Amount | None
    closing: Amount | None
    entries: int
    new_entries: int
    gap: Amount | None
    imported_at: Instant

    @classmethod
    def of(cls, row: StatementRow) -> "BankStatement":
        """Write a statement."""
        return cls(
            id=row.id,
            account=row.account,
            number=row.number,
            since=row.since,
            until=row.until,
            opening=None if row.opening is None else Amount.of(row.opening),
            closing=None if row.closing is None else Amount.of(row.closing),
            entries=row.entries,
            new_entries=row.new_entries,
            gap=None if row.gap is None else Amount.of(row.gap),
            imported_at=row.created_at,
        )


class BankEntry(Answer):
    """One line of a bank's books; a positive amount came. ``transfer_id`` is the incoming transfer that it became."""

    id: UUID
    statement_id: UUID
    amount: Amount
    booked_on: date
    bank_reference: str
    text: str
    party_name: str
    party_account: str
    is_return: bool
    state: str
    transfer_id: UUID | None

    @classmethod
    def of(cls, row: EntryRow) -> "BankEntry":
        """Write an entry."""
        return cls(
            id=row.id,
            statement_id=row.statement_id,
            amount=Amount.of(row.amount),
            booked_on=row.booked_on,
            bank_reference=row.bank_reference,
            text=row.text,
            party_name=row.party_name,
            party_account=row.party_account,
            is_return=row.is_return,
            state=str(row.state),
            transfer_id=row.transfer_id,
        )


class HousePart(Answer):
    """A share of an entry and what it is for."""

    purpose: str
    amount: Amount
    company_id: UUID | None = None
    payout_id: UUID | None = None
    receipt_id: UUID | None = None
    payment_id: UUID | None = None
    transfer_id: UUID | None = None
    return_id: UUID | None = None

    @classmethod
    def of(cls, part: Part, currency: str) -> "HousePart":
        """Write a part."""
        named = BY_HAND.get(part.purpose, "")
        target = {named: part.target_id} if named else {}
        return cls(purpose=str(part.purpose), amount=Amount.of(Money(part.minor, currency)), **target)


class SuggestedPart(Answer):
    """What an entry may be, and why: reference, other_account, check_digits, amount_and_payer, payer, amount or part.

    ``part`` is a receipt that was written down by hand of less than the entry: several of them may be one entry's, each
    with its ``amount``.
    """

    purpose: str
    target_id: UUID | None
    name: str
    why: str
    amount: Amount | None


class Proposal(Answer):
    """What one person said of an entry; a second one agrees."""

    parts: list[HousePart]
    proposed_by: UUID | None
    proposed_at: Instant


class Doubt(Answer):
    """What one person said against the placing of an entry; a second one agrees, or it stays."""

    reason: str
    said_by: UUID
    said_at: Instant


class HouseEntry(Answer):
    """A line of the operator's own account: unmatched, proposed, matched or reversing.

    The operator acts until ``act_by``.
    """

    entry: BankEntry
    act_by: Instant | None
    escalated_at: Instant | None
    proposal: Proposal | None
    suggested: list[SuggestedPart]
    placed: list[HousePart]
    reversal: Doubt | None

    @classmethod
    def of(cls, row: QueueRow) -> "HouseEntry":
        """Write an entry and what is known of it."""
        said, currency = row.proposal, row.entry.amount.currency
        return cls(
            entry=BankEntry.of(row.entry),
            act_by=row.entry.act_by,
            escalated_at=row.entry.escalated_at,
            proposal=Proposal(
                parts=[HousePart.of(part, currency) for part in said.parts],
                proposed_by=said.first_by,
                proposed_at=said.at,
            )
            if said
            else None,
            suggested=[
                SuggestedPart(
                    purpose=str(each.purpose),
                    target_id=each.target_id,
                    name=each.name,
                    why=each.why,
                    amount=Amount.of(each.amount) if each.amount else None,
                )
                for each in row.suggestions
            ],
            placed=[HousePart.of(part, currency) for part in row.placed],
            reversal=Doubt(reason=row.doubt.reason, said_by=row.doubt.first_by, said_at=row.doubt.at)
            if row.doubt
            else None,
        )


class HouseFigure(Answer):
    """One currency of the operator's bank: what its latest statements close with, what the books have, what waits.

    ``unplaced`` is what the lines come to that nobody has placed. ``going_back`` is placed and none of it: it goes back
    to where it came from, and has not left. ``untold`` was written down by hand, and no line tells of it yet: what
    came, less what was sent.
    """

    at_bank: Amount
    in_books: Amount
    difference: Amount
    unplaced: Amount
    going_back: Amount
    untold: Amount
    told_until: str

    @classmethod
    def of(cls, row: FigureRow) -> "HouseFigure":
        """Write a figure."""
        return cls(
            at_bank=Amount.of(row.at_bank),
            in_books=Amount.of(row.in_books),
            difference=Amount.of(row.difference),
            unplaced=Amount.of(row.unplaced),
            going_back=Amount.of(row.going_back),
            untold=Amount.of(row.untold),
            told_until=row.told_until,
        )


class SenderReturn(Answer):
    """Money that goes back to the account it came from, with the file of payouts that has it.

    ``failed_by`` is the person who said that the bank did not take it, to which a second one agrees.
    """

    id: UUID
    reference: str
    amount: Amount
    account_name: str
    state: str
    file_id: UUID | None
    failed_by: UUID | None
    act_by: Instant | None
    created_at: Instant

    @classmethod
    def of(cls, row: SenderReturnRow) -> "SenderReturn":
        """Write a return."""
        return cls(
            id=row.id,
            reference=row.reference,
            amount=Amount.of(row.amount),
            account_name=row.account_name,
            state=str(row.state),
            file_id=row.file_id,
            failed_by=row.failed_by,
            act_by=row.act_by,
            created_at=row.created_at,
        )

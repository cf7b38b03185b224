"""What the API says of returns of card money and of commission."""

from uuid import UUID

from marketplace.api.payments.answers import PayeeAccount, SubjectAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.payments.queries.card_returns import CardReturnRow
from marketplace.payments.queries.house_bank import ReceiptRow
from marketplace.payments.queries.ledger import AccountRow


class CardReturn(Answer):
    """Money of a refund that the card's bank refused; two people agree to ``way``, by bank to ``account``.

    The operator acts on it until ``act_by``; ``escalated_at`` once that has passed: then it is overdue.
    """

    id: UUID
    reference: str
    subject: SubjectAnswer | None
    amount: Amount
    state: str
    way: str | None
    approvals: int
    account: PayeeAccount | None
    bank_reference: str | None
    act_by: Instant | None
    escalated_at: Instant | None
    created_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, row: CardReturnRow) -> "CardReturn":
        """Write a return."""
        return cls(
            id=row.id,
            reference=row.reference,
            subject=SubjectAnswer.of(row.subject),
            amount=Amount.of(row.amount),
            state=str(row.state),
            way=row.way and str(row.way),
            approvals=len(row.approved_by),
            account=row.account and PayeeAccount(**row.account.as_json()),
            bank_reference=row.bank_reference,
            act_by=row.act_by,
            escalated_at=row.escalated_at,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )


class Commission(Answer):
    """What a company owes the operator in one currency."""

    company_id: UUID | None
    owed: Amount

    @classmethod
    def of(cls, row: AccountRow) -> "Commission":
        """Write a balance."""
        return cls(company_id=row.owner_id, owed=Amount.of(row.balance))


class CommissionReceipt(Answer):
    """Commission that was written down by hand, and until when its line is expected on a statement."""

    id: UUID
    company_id: UUID
    amount: Amount
    bank_reference: str
    at: Instant
    act_by: Instant | None

    @classmethod
    def of(cls, row: ReceiptRow) -> "CommissionReceipt":
        """Write a receipt."""
        return cls(
            id=row.id,
            company_id=row.company_id,
            amount=Amount.of(row.amount),
            bank_reference=row.bank_reference,
            at=row.at,
            act_by=row.act_by,
        )

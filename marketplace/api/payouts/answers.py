"""What the API says of payouts and returns."""

from uuid import UUID

from marketplace.api.payments.answers import PayeeAccount, SubjectAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.payments.queries.payouts import PayoutRow, ReturnRow


class Gathered(Answer):
    """How many payouts were made."""

    made: int


class Payout(Answer):
    """A payout; over the threshold two people approve it. ``way``: ``bank_file``, or ``provider_transfer``.

    The operator acts on it until ``act_by``; ``escalated_at`` once that has passed: then it is overdue.
    """

    id: UUID
    reference: str
    company_id: UUID
    source: str
    amount: Amount
    payee_account: PayeeAccount | None
    way: str
    state: str
    approvals_needed: int
    approvals: int
    file_id: UUID | None
    act_by: Instant | None
    escalated_at: Instant | None
    created_at: Instant
    changed_at: Instant

    @classmethod
    def of(cls, row: PayoutRow) -> "Payout":
        """Write a payout."""
        return cls(
            id=row.id,
            reference=row.reference,
            company_id=row.company_id,
            source=str(row.source),
            amount=Amount.of(row.amount),
            payee_account=PayeeAccount.model_validate(row.payee_account) if row.payee_account else None,
            way=str(row.way),
            state=str(row.state),
            approvals_needed=row.approvals_needed,
            approvals=len(row.approved_by),
            file_id=row.file_id,
            act_by=row.act_by,
            escalated_at=row.escalated_at,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )


class Return(Answer):
    """What a payee owes back to a payer; ``returned_at`` once the payee says so."""

    id: UUID
    subject: SubjectAnswer | None
    payee_id: UUID
    payer_id: UUID
    amount: Amount
    due_since: Instant
    returned_at: Instant | None
    received_at: Instant | None

    @classmethod
    def of(cls, row: ReturnRow) -> "Return":
        """Write a return."""
        return cls(
            id=row.id,
            subject=SubjectAnswer.of(row.subject),
            payee_id=row.payee_id,
            payer_id=row.payer_id,
            amount=Amount.of(row.amount),
            due_since=row.due_since,
            returned_at=row.made_at,
            received_at=row.received_at,
        )

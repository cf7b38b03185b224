"""What the API says of payouts and returns."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from uuid import UUID

from marketplace.api.payments.answers import PayeeAccount, SubjectAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.merchants.rules.payees import PayeeAccount as Account
from marketplace.payments.queries.payout_waits import PayoutWaitRow
from marketplace.payments.queries.payouts import PayoutRow, ReturnRow


class WrittenFile(Answer):
    """The payment file that was written; ``file_id`` is null where nothing that is approved waited for one."""

    file_id: UUID | None


class PayoutResult(Answer):
    """What the bank made of a payout, as a person wrote it down: the day, and the bank's reference or its reason."""

    result: str
    booked_on: date
    bank_reference: str
    at: Instant


class Payout(Answer):
    """A payout; over the threshold two people approve it. ``way``: ``bank_file``, or ``provider_transfer``.

    The operator acts on it until ``act_by``; ``escalated_at`` once that has passed: then it is overdue. ``stop`` says
    why one that was not sent yet stays where it is: ``screening``, ``suspended``. ``failure`` says why one failed:
    ``account_held`` (the company named another account, which does not count yet), ``account_changed``, ``no_account``,
    ``provider_account`` (stopped, or more is asked for), ``taken_back`` (its money went back to a payer), ``bank``, or
    the payment provider's own word. ``results`` is what people wrote down of what the bank made of it, oldest first.
    """

    id: UUID
    reference: str
    company_id: UUID
    source: str
    amount: Amount
    payee_account: PayeeAccount | None
    way: str
    state: str
    stop: str | None
    failure: str | None
    results: list[PayoutResult]
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
            stop=str(row.stop) if row.stop else None,
            failure=row.failure,
            results=[
                PayoutResult(result=one.result, booked_on=one.booked_on, bank_reference=one.bank_reference, at=one.at)
                for one in row.results
            ],
            approvals_needed=row.approvals_needed,
            approvals=len(row.approved_by),
            file_id=row.file_id,
            act_by=row.act_by,
            escalated_at=row.escalated_at,
            created_at=row.created_at,
            changed_at=row.changed_at,
        )


class PayoutWait(Answer):
    """Released money that stays where it is, and why (``reason``): it is paid by itself once that is over.

    ``screening``: a person of the operator found the company, or somebody who acts for it, on a list. ``suspended``: it
    may not sell now. ``account_held``: it named another account, which counts from ``until`` on. ``no_account``: it
    named none in this currency. ``earlier_payout``: the payout ``behind`` is to be sent first; the amount is what was
    released since.
    """

    company_id: UUID
    source: str
    amount: Amount
    reason: str
    until: Instant | None
    behind: str | None

    @classmethod
    def of(cls, row: PayoutWaitRow) -> "PayoutWait":
        """Write what waits."""
        return cls(
            company_id=row.company_id,
            source=str(row.source),
            amount=Amount.of(row.amount),
            reason=str(row.reason),
            until=row.until,
            behind=row.behind,
        )


class Gathered(Answer):
    """How many payouts were made; ``left_out``: what of released money stays where it is now, and why."""

    made: int
    left_out: Items[PayoutWait]


class Return(Answer):
    """What a payee owes back to a payer; ``returned_at`` once the payee says so. ``inspection``: it is its fee.

    It is owed until the payer says that it has come (``received_at``), or was silent until ``answer_by``, unless not
    ``silence_counts``: it had named no account when it was said to be sent. ``denied_at`` is when the payer said that
    it has not. ``pay_into`` is where it goes while it is to be sent: the payer's account in
    that currency, null where it named none or another one waits to replace it.
    """

    id: UUID
    subject: SubjectAnswer | None
    payee_id: UUID
    payer_id: UUID
    amount: Amount
    due_since: Instant
    returned_at: Instant | None
    received_at: Instant | None
    answer_by: Instant | None
    denied_at: Instant | None
    silence_counts: bool
    pay_into: PayeeAccount | None
    inspection: str | None

    @classmethod
    def of(
        cls,
        row: ReturnRow,
        fees: Mapping[UUID, str] = MappingProxyType({}),
        into: Mapping[UUID, Account] = MappingProxyType({}),
    ) -> "Return":
        """Write a return."""
        return cls(
            id=row.id,
            subject=SubjectAnswer.of(row.subject),
            payee_id=row.payee_id,
            payer_id=row.payer_id,
            amount=Amount.of(row.amount),
            due_since=row.due_since,
            returned_at=None if row.is_owed else row.made_at or row.said_at,
            received_at=row.received_at,
            answer_by=row.answer_by,
            denied_at=row.denied_at,
            silence_counts=row.silence_counts,
            pay_into=PayeeAccount.model_validate(into[row.id]) if row.id in into else None,
            inspection=fees.get(row.id),
        )

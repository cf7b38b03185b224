"""Accounts of companies at the payment provider, what they owe, and what was asked back, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payouts.blueprint import api
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import remitting as acts
from marketplace.edge.requests import payouts as requests
from marketplace.edge.requests.merchants import Proof
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.payments.queries.ledger import AccountRow
from marketplace.payments.queries.remitting import ProviderAccountRow, ReversalRow
from marketplace.payments.queries.write_offs import WriteOffRow


class PayoutAccount(Answer):
    """A company's account at the payment provider; payouts go there from ``active_from`` on, while it is active.

    ``due`` counts what the provider still wants to know.
    """

    state: str
    country: str
    due: int
    active_from: Instant | None
    changed_at: Instant

    @classmethod
    def of(cls, row: ProviderAccountRow) -> "PayoutAccount":
        """Write an account."""
        return cls(
            state=str(row.state),
            country=row.country,
            due=row.due,
            active_from=row.active_from,
            changed_at=row.changed_at,
        )


class SetupPage(Answer):
    """Where an account is set up: the provider's own page, for one visit, soon."""

    url: str


class Receivable(Answer):
    """What a company owes of money that was paid out to it and had to go back; it is kept back from later payouts."""

    company_id: UUID | None
    owed: Amount

    @classmethod
    def of(cls, row: AccountRow) -> "Receivable":
        """Write a balance."""
        return cls(company_id=row.owner_id, owed=Amount.of(row.balance))


class Reversal(Answer):
    """A part of a payout by transfer that was asked back; ``reason`` is the provider's where it took nothing."""

    id: UUID
    payout_id: UUID
    company_id: UUID
    amount: Amount
    state: str
    reason: str | None
    created_at: Instant

    @classmethod
    def of(cls, row: ReversalRow) -> "Reversal":
        """Write a reversal."""
        return cls(
            id=row.id,
            payout_id=row.payout_id,
            company_id=row.company_id,
            amount=Amount.of(row.amount),
            state=str(row.state),
            reason=row.reason,
            created_at=row.created_at,
        )


class WriteOff(Answer):
    """What one person says that a company will not pay of what it owes; done once a second person agreed.

    The second person decides until ``act_by``; ``escalated_at`` once that has passed: then it is overdue.
    """

    id: UUID
    reference: str
    company_id: UUID
    amount: Amount
    reason: str
    state: str
    act_by: Instant | None
    escalated_at: Instant | None
    created_at: Instant
    decided_at: Instant | None

    @classmethod
    def of(cls, row: WriteOffRow) -> "WriteOff":
        """Write a proposal."""
        return cls(
            id=row.id,
            reference=row.reference,
            company_id=row.company_id,
            amount=Amount.of(row.amount),
            reason=row.reason,
            state=str(row.state),
            act_by=row.act_by,
            escalated_at=row.escalated_at,
            created_at=row.created_at,
            decided_at=row.decided_at,
        )


@api.get("/payout-account")
@operation(answers={200: PayoutAccount}, tag="payouts", permission=Permission.TRADE_PAYOUT_READ)
def payout_account() -> tuple[int, PayoutAccount]:
    """Show the account of one's company at the payment provider."""
    found = acts.looked_at()
    if found is None:
        raise NotFound("provider_account")
    return 200, PayoutAccount.of(found)


@api.post("/payout-account")
@operation(
    answers={200: SetupPage},
    tag="payouts",
    permission=Permission.COMPANY_PAYEE_EDIT,
    body=Proof,
    idempotent_flow=True,
)
def set_up(body: Proof, key: str) -> tuple[int, SetupPage]:  # noqa: ARG001  the flow resumes by its own row
    """Have an account at the payment provider, or go on setting it up; ``code`` is needed."""
    return 200, SetupPage(url=acts.set_up(body))


@api.post("/payout-account/stop")
@operation(answers={200: PayoutAccount}, tag="payouts", permission=Permission.COMPANY_PAYEE_EDIT, body=Proof)
def stop(body: Proof) -> tuple[int, PayoutAccount]:
    """Be paid by bank file again; ``code`` is needed."""
    return 200, PayoutAccount.of(acts.stop(body))


@api.get("/receivables")
@operation(answers={200: Items[Receivable]}, tag="payouts", permission=Permission.TRADE_PAYOUT_READ, query=CursorQuery)
def receivables(query: CursorQuery) -> tuple[int, Items[Receivable]]:
    """Say what one's company owes of money that had to go back; all companies to the operator."""
    page = acts.receivables(reading(), query.cursor).map(Receivable.of)
    return 200, Items[Receivable](items=list(page.items), next=page.next)


@api.get("/payout-reversals")
@operation(answers={200: Items[Reversal]}, tag="payouts", permission=Permission.TRADE_PAYOUT_READ, query=CursorQuery)
def reversals(query: CursorQuery) -> tuple[int, Items[Reversal]]:
    """List what was asked back of payouts by transfer, newest first; of all companies to the operator."""
    page = acts.reversals(reading(), query.cursor).map(Reversal.of)
    return 200, Items[Reversal](items=list(page.items), next=page.next)


@api.get("/receivable-write-offs")
@operation(answers={200: Items[WriteOff]}, tag="payouts", permission=Permission.OPERATOR_PAYOUT_READ, query=CursorQuery)
def write_offs(query: CursorQuery) -> tuple[int, Items[WriteOff]]:
    """List what of companies' debts somebody wants to write off, or two people did, newest first."""
    page = acts.write_offs(reading(), query.cursor).map(WriteOff.of)
    return 200, Items[WriteOff](items=list(page.items), next=page.next)


@api.post("/receivable-write-offs")
@operation(
    answers={201: WriteOff},
    tag="payouts",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.WriteOff,
    idempotent=True,
)
def propose_write_off(body: requests.WriteOff, session: Session) -> tuple[int, WriteOff]:
    """Say that a company will not pay what it owes; nothing moves before another person agrees."""
    return 201, WriteOff.of(acts.propose_write_off(session, body))


@api.post("/receivable-write-offs/<uuid:write_off_id>/approval")
@operation(answers={200: WriteOff}, tag="payouts", permission=Permission.OPERATOR_PAYOUT_APPROVE, idempotent=True)
def approve_write_off(write_off_id: UUID, session: Session) -> tuple[int, WriteOff]:
    """Agree, as another person: the company owes so much less, and the house has lost it."""
    return 200, WriteOff.of(acts.approve_write_off(session, write_off_id))


@api.post("/receivable-write-offs/<uuid:write_off_id>/refusal")
@operation(answers={200: WriteOff}, tag="payouts", permission=Permission.OPERATOR_PAYOUT_APPROVE, idempotent=True)
def decline_write_off(write_off_id: UUID, session: Session) -> tuple[int, WriteOff]:
    """Let the company go on owing it."""
    return 200, WriteOff.of(acts.decline_write_off(session, write_off_id))

"""Other accounts for placed orders over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.orders.changes import ChangeAnswer
from marketplace.api.payments.answers import PayeeAccount
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import changes
from marketplace.edge.acts import payee_changes as acts
from marketplace.edge.acts.payee_changes import ProposedAccount
from marketplace.edge.requests import payee_changes as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.orders.changes.queries import PayableOrder

api = Blueprint("api_payee_changes", __name__)


class PayableAnswer(Answer):
    """An order that an account can be proposed for: what is still to be paid of it, and into which account now."""

    id: UUID
    reference: str
    buyer_id: UUID
    placed_at: Instant
    account_now: PayeeAccount
    open: Amount

    @classmethod
    def of(cls, row: PayableOrder) -> "PayableAnswer":
        """Write an order."""
        return cls(
            id=row.id,
            reference=row.reference,
            buyer_id=row.buyer_id,
            placed_at=row.placed_at,
            account_now=PayeeAccount(**row.bound.as_json()),
            open=Amount.of(row.open),
        )


class ProposedAnswer(Answer):
    """An account that a merchant proposed for an order; it can be stopped while it is proposed or agreed."""

    id: UUID
    reference: str
    order_id: UUID
    merchant_id: UUID
    buyer_id: UUID
    account: PayeeAccount
    state: str
    proposed_at: Instant
    deadline_at: Instant
    binds_from: Instant | None
    ended_at: Instant | None
    reason: str | None

    @classmethod
    def of(cls, seen: ProposedAccount) -> "ProposedAnswer":
        """Write a proposed account as the operator sees it."""
        row = seen.change
        return cls(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            merchant_id=row.proposer_id,
            buyer_id=row.answerer_id,
            account=PayeeAccount(**seen.account.account.as_json()),
            state=str(row.state),
            proposed_at=row.proposed_at,
            deadline_at=row.deadline_at,
            binds_from=row.binds_from,
            ended_at=row.ended_at,
            reason=seen.reason,
        )


@api.get("/payees/<uuid:payee_id>/orders")
@operation(answers={200: Items[PayableAnswer]}, tag="merchants", permission=Permission.COMPANY_PAYEE_EDIT)
def payable(payee_id: UUID) -> tuple[int, Items[PayableAnswer]]:
    """List the placed orders that an account of one's company can be proposed for, the latest first."""
    return 200, Items[PayableAnswer](items=[PayableAnswer.of(row) for row in acts.orders_for(payee_id)])


@api.post("/payees/<uuid:payee_id>/orders")
@operation(
    answers={201: Items[ChangeAnswer]},
    tag="merchants",
    permission=Permission.COMPANY_PAYEE_EDIT,
    body=requests.PayeeProposal,
    idempotent_flow=True,
)
def propose(
    payee_id: UUID,
    body: requests.PayeeProposal,
    key: str,  # noqa: ARG001  the flow resumes by nothing
) -> tuple[int, Items[ChangeAnswer]]:
    """Propose an active account for placed orders; ``current_password`` and ``code`` are needed.

    Each order's buyer has to accept; none is paid into it before ``binds_from``, however soon that is.
    """
    made = acts.propose(payee_id, body)
    return 201, Items[ChangeAnswer](items=[ChangeAnswer.of(changes.look(reading(), one)) for one in made])


@api.get("/payee-changes")
@operation(
    answers={200: Items[ProposedAnswer]},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    query=CursorQuery,
)
def proposed(query: CursorQuery) -> tuple[int, Items[ProposedAnswer]]:
    """List the accounts that merchants proposed for placed orders and that can still be stopped, the latest first."""
    page = acts.proposed(reading(), is_open=True, cursor=query.cursor).map(ProposedAnswer.of)
    return 200, Items[ProposedAnswer](items=list(page.items), next=page.next)


@api.post("/payee-changes/<uuid:change_id>/stop")
@operation(
    answers={200: ProposedAnswer},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.PayeeStop,
    idempotent=True,
)
def stop(change_id: UUID, body: requests.PayeeStop, session: Session) -> tuple[int, ProposedAnswer]:
    """Stop an account before it is paid into: what was agreed before stands, and both sides read why."""
    acts.stop(session, change_id, body)
    return 200, ProposedAnswer.of(acts.look(session, change_id))

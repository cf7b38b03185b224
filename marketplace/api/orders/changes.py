"""Changes of orders over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments.answers import PayeeAccount
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.shared.plans import StageAnswer
from marketplace.edge.acts import changes as acts
from marketplace.edge.acts import previews
from marketplace.edge.acts.additions import Addition
from marketplace.edge.acts.approvals import ChangeApproval
from marketplace.edge.acts.changes import ChangeSeen, KeptCredit, Outcome
from marketplace.edge.acts.previews import Preview
from marketplace.edge.requests import changes as requests
from marketplace.kernel.db import reading
from marketplace.merchants.rules import payees as accounts

api = Blueprint("api_changes", __name__)

_READ = Permission.TRADE_ORDER_READ


class OutcomeAnswer(Answer):
    """What is to come of an order by an event, as it is agreed now and as it is proposed."""

    event: str
    now: Amount
    then: Amount

    @classmethod
    def of(cls, one: Outcome) -> "OutcomeAnswer":
        """Write what is to come by an event."""
        return cls(event=str(one.event), now=Amount.of(one.now), then=Amount.of(one.then))


class KeptAnswer(Answer):
    """The credit of a sample that stays as it was agreed, though a line would have fewer units than its ``least``."""

    sample_id: UUID
    sample: str
    amount: Amount
    least: int
    left: int

    @classmethod
    def of(cls, kept: KeptCredit | None) -> "KeptAnswer | None":
        """Write a credit that stays."""
        if kept is None:
            return None
        return cls(
            sample_id=kept.sample_id,
            sample=kept.sample,
            amount=Amount.of(kept.amount),
            least=kept.least,
            left=kept.left,
        )


class ApprovalAnswer(Answer):
    """The case by which the reader's company approved a change."""

    id: UUID
    reference: str

    @classmethod
    def of(cls, approval: ChangeApproval | None) -> "ApprovalAnswer | None":
        """Write it, None for a change that needed none."""
        return cls(id=approval.case_id, reference=approval.reference) if approval else None


class AdditionAnswer(Answer):
    """What goods to be added come to, accepted now: their lorry, the ``freight`` that the asker's company owes for it,
    null where it owes none, and the deposit that falls due, until ``deposit_until`` and while the lorry keeps room.
    """

    departure: str
    departs_at: Instant
    arrives_at: Instant
    cutoff_cargo_at: Instant
    freight: Amount | None
    deposit: Amount | None
    deposit_until: Instant | None

    @classmethod
    def of(cls, one: Addition | None) -> "AdditionAnswer | None":
        """Write it, None for a change that adds nothing or is not open."""
        if one is None:
            return None
        return cls(
            departure=one.departure.reference,
            departs_at=one.departure.departs_at,
            arrives_at=one.arrives_at,
            cutoff_cargo_at=one.departure.cutoff_cargo_at,
            freight=Amount.of(one.freight) if one.freight else None,
            deposit=Amount.of(one.deposit) if one.deposit else None,
            deposit_until=one.deposit_until,
        )


class ChangeAnswer(Answer):
    """A change of an order; the answerer accepts it by its ``content_hash`` until ``deadline_at``, or it expires.

    ``delta`` is what the order's price changes by. ``new_line`` is the line that an accepted ``add`` made. ``stages``
    divide what is not due yet, ``outcome`` says what that makes of it by event while the change is open. ``account`` is
    proposed in place of ``account_now``, and paid into from ``binds_from`` on at the earliest. ``credit_kept`` warns
    that an open ``reduce`` leaves fewer units than the credit of a sample asks for: it stays, as agreed with the order.
    ``approval``: the buyer's own, of another plan or account. ``addition`` says what an open ``add`` comes to.
    """

    id: UUID
    reference: str
    order_id: UUID
    kind: str
    line: UUID | None
    quantity: int | None
    unit_price: Amount | None
    departure: UUID | None
    stages: list[StageAnswer] | None
    outcome: list[OutcomeAnswer]
    payee: UUID | None
    account: PayeeAccount | None
    account_now: PayeeAccount | None
    binds_from: Instant | None
    reason: str | None
    credit_kept: KeptAnswer | None
    delta: Amount
    proposer_id: UUID
    answerer_id: UUID
    state: str
    content_hash: str
    proposed_at: Instant
    deadline_at: Instant
    ended_at: Instant | None
    new_line: UUID | None
    approval: ApprovalAnswer | None
    addition: AdditionAnswer | None
    acts: list[str]

    @classmethod
    def of(cls, seen: ChangeSeen) -> "ChangeAnswer":
        """Write a change as one of its sides sees it."""
        row = seen.change
        return cls(
            id=row.id,
            reference=row.reference,
            order_id=row.order_id,
            kind=str(row.kind),
            line=row.terms.line,
            quantity=row.terms.quantity,
            unit_price=Amount.of(row.terms.unit_price) if row.terms.unit_price else None,
            departure=row.terms.departure,
            stages=None if row.terms.stages is None else [StageAnswer.of(stage) for stage in row.terms.stages],
            outcome=[OutcomeAnswer.of(one) for one in seen.outcome],
            payee=row.terms.payee,
            account=_account(seen, seen.account.account) if seen.account else None,
            account_now=_account(seen, seen.bound) if seen.bound else None,
            binds_from=row.binds_from,
            reason=seen.reason,
            credit_kept=KeptAnswer.of(seen.kept),
            delta=Amount.of(row.delta),
            proposer_id=row.proposer_id,
            answerer_id=row.answerer_id,
            state=str(row.state),
            content_hash=row.content_hash,
            proposed_at=row.proposed_at,
            deadline_at=row.deadline_at,
            ended_at=row.ended_at,
            new_line=row.new_line_id,
            approval=ApprovalAnswer.of(seen.approval),
            addition=AdditionAnswer.of(seen.addition),
            acts=list(seen.acts),
        )


class PreviewAnswer(Answer):
    """What a change would come to: the order's total, and the freight that the asker's company pays, by currency.

    ``covered_by_credit``: what the goods left of the line cost, where a sample's credit pays all of it.
    """

    delta: Amount
    total_now: Amount
    total_then: Amount
    freight_now: list[Amount]
    freight_then: list[Amount]
    outcome: list[OutcomeAnswer]
    covered_by_credit: Amount | None

    @classmethod
    def of(cls, seen: Preview) -> "PreviewAnswer":
        """Write a preview."""
        return cls(
            delta=Amount.of(seen.change.change.delta),
            total_now=Amount.of(seen.total_now),
            total_then=Amount.of(seen.total_then),
            freight_now=[Amount.of(amount) for amount in seen.freight_now],
            freight_then=[Amount.of(amount) for amount in seen.freight_then],
            outcome=[OutcomeAnswer.of(one) for one in seen.change.outcome],
            covered_by_credit=Amount.of(seen.covered) if seen.covered else None,
        )


@api.get("/orders/<uuid:order_id>/changes")
@operation(answers={200: Items[ChangeAnswer]}, tag="orders", permission=_READ)
def many(order_id: UUID) -> tuple[int, Items[ChangeAnswer]]:
    """List the changes that were proposed about an order, the latest first."""
    rows = [ChangeAnswer.of(seen) for seen in acts.of_order(reading(), order_id)]
    return 200, Items[ChangeAnswer](items=rows)


@api.post("/orders/<uuid:order_id>/changes")
@operation(answers={201: ChangeAnswer}, tag="orders", permission=_READ, body=requests.Change, idempotent_flow=True)
def propose(order_id: UUID, body: requests.Change, key: str) -> tuple[int, ChangeAnswer]:  # noqa: ARG001  one answer
    """Propose a change to the other side; nothing changes before it accepts."""
    return 201, _shown(reading(), acts.propose(order_id, body))


@api.post("/orders/<uuid:order_id>/changes/preview")
@operation(answers={200: PreviewAnswer}, tag="orders", permission=_READ, body=requests.Change)
def preview(order_id: UUID, body: requests.Change) -> tuple[int, PreviewAnswer]:
    """Say what a change would come to, or why it cannot be proposed; nothing is proposed by it."""
    return 200, PreviewAnswer.of(previews.preview(order_id, body))


@api.post("/order-changes/<uuid:change_id>/acceptance")
@operation(
    answers={200: ChangeAnswer}, tag="orders", permission=_READ, body=requests.ChangeAcceptance, idempotent_flow=True
)
def accept(change_id: UUID, body: requests.ChangeAcceptance, key: str) -> tuple[int, ChangeAnswer]:  # noqa: ARG001  one answer
    """Accept a change as the side that was asked: it takes its effect at once, or 409 says why it cannot."""
    acts.accept(change_id, body)
    return 200, _shown(reading(), change_id)


@api.post("/order-changes/<uuid:change_id>/refusal")
@operation(answers={200: ChangeAnswer}, tag="orders", permission=_READ, idempotent=True)
def decline(change_id: UUID, session: Session) -> tuple[int, ChangeAnswer]:
    """Decline a change as the side that was asked; what was agreed before stands."""
    acts.decline(session, change_id)
    return 200, _shown(session, change_id)


@api.post("/order-changes/<uuid:change_id>/withdrawal")
@operation(answers={200: ChangeAnswer}, tag="orders", permission=_READ, idempotent=True)
def withdraw(change_id: UUID, session: Session) -> tuple[int, ChangeAnswer]:
    """Take a change back as the side that proposed it."""
    acts.withdraw(session, change_id)
    return 200, _shown(session, change_id)


def _account(seen: ChangeSeen, found: accounts.PayeeAccount) -> PayeeAccount:
    """Write an account, its number whole for who may read payments."""
    facts = found.as_json()
    number = found.account_number if seen.sees_accounts else accounts.masked(found.account_number)
    return PayeeAccount(**facts | {"account_number": number})


def _shown(session: Session, change_id: UUID) -> ChangeAnswer:
    return ChangeAnswer.of(acts.look(session, change_id))

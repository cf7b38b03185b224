"""Changes of orders over the API."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import changes as acts
from marketplace.edge.acts.changes import ChangeSeen
from marketplace.edge.requests import changes as requests
from marketplace.kernel.db import reading

api = Blueprint("api_changes", __name__)

_READ = Permission.TRADE_ORDER_READ


class ChangeAnswer(Answer):
    """A change of an order; the answerer accepts it by its ``content_hash`` until ``deadline_at``, or it expires.

    ``delta`` is what the order's price changes by. ``new_line`` is the line that an accepted ``add`` made.
    """

    id: UUID
    reference: str
    order_id: UUID
    kind: str
    line: UUID | None
    quantity: int | None
    unit_price: Amount | None
    departure: UUID | None
    delta: Amount
    proposer_id: UUID
    answerer_id: UUID
    state: str
    content_hash: str
    proposed_at: Instant
    deadline_at: Instant
    ended_at: Instant | None
    new_line: UUID | None
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
            delta=Amount.of(row.delta),
            proposer_id=row.proposer_id,
            answerer_id=row.answerer_id,
            state=str(row.state),
            content_hash=row.content_hash,
            proposed_at=row.proposed_at,
            deadline_at=row.deadline_at,
            ended_at=row.ended_at,
            new_line=row.new_line_id,
            acts=list(seen.acts),
        )


@api.get("/orders/<uuid:order_id>/changes")
@operation(answers={200: Items[ChangeAnswer]}, tag="orders", permission=_READ)
def many(order_id: UUID) -> tuple[int, Items[ChangeAnswer]]:
    """List the changes that were proposed about an order, the latest first."""
    rows = [ChangeAnswer.of(seen) for seen in acts.of_order(reading(), order_id)]
    return 200, Items[ChangeAnswer](items=rows)


@api.post("/orders/<uuid:order_id>/changes")
@operation(answers={201: ChangeAnswer}, tag="orders", permission=_READ, body=requests.Change, idempotent=True)
def propose(order_id: UUID, body: requests.Change, session: Session) -> tuple[int, ChangeAnswer]:
    """Propose a change to the other side; nothing changes before it accepts."""
    return 201, _shown(session, acts.propose(session, order_id, body))


@api.post("/order-changes/<uuid:change_id>/acceptance")
@operation(answers={200: ChangeAnswer}, tag="orders", permission=_READ, body=requests.ChangeAcceptance, idempotent=True)
def accept(change_id: UUID, body: requests.ChangeAcceptance, session: Session) -> tuple[int, ChangeAnswer]:
    """Accept a change as the side that was asked: it takes its effect at once, or 409 says why it cannot."""
    acts.accept(session, change_id, body)
    return 200, _shown(session, change_id)


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


def _shown(session: Session, change_id: UUID) -> ChangeAnswer:
    return ChangeAnswer.of(acts.look(session, change_id))

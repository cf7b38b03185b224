"""Money that waits too long at the provider, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.payments.answers import SubjectAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.api.treasury.blueprint import api
from marketplace.edge.acts import treasury as acts
from marketplace.edge.requests import treasury as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.payments.queries.holds import HoldRow


class CardHold(Answer):
    """Money of a charge that waits; the provider allows it until ``hold_until``, two people decide before."""

    id: UUID
    reference: str
    subject: SubjectAnswer | None
    held: Amount
    state: str
    way: str | None
    captured_at: Instant
    hold_until: Instant

    @classmethod
    def of(cls, row: HoldRow) -> "CardHold":
        """Write money that waits."""
        return cls(
            id=row.id,
            reference=row.reference,
            subject=SubjectAnswer.of(row.subject),
            held=Amount.of(row.held),
            state=str(row.state),
            way=row.way and str(row.way),
            captured_at=row.captured_at,
            hold_until=row.hold_until,
        )


@api.get("/card-holds")
@operation(
    answers={200: Items[CardHold]}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_READ, query=CursorQuery
)
def holds(query: CursorQuery) -> tuple[int, Items[CardHold]]:
    """List the money at the provider about which two people have to decide, the oldest first."""
    page = acts.holds(reading(), query.cursor).map(CardHold.of)
    return 200, Items[CardHold](items=list(page.items), next=page.next)


@api.post("/card-holds/<uuid:hold_id>/decision")
@operation(
    answers={200: CardHold},
    tag="treasury",
    permission=Permission.OPERATOR_PAYOUT_APPROVE,
    body=requests.HoldDecision,
    idempotent=True,
)
def decide_hold(hold_id: UUID, body: requests.HoldDecision, session: Session) -> tuple[int, CardHold]:
    """Agree to a way; with the second person's yes the money is released, or goes back to the card."""
    return 200, CardHold.of(acts.decide_hold(session, hold_id, body))


@api.post("/card-holds/<uuid:hold_id>/refusal")
@operation(answers={200: CardHold}, tag="treasury", permission=Permission.OPERATOR_PAYOUT_APPROVE, idempotent=True)
def decline_hold(hold_id: UUID, session: Session) -> tuple[int, CardHold]:
    """Put aside what one person chose, as the second person or as the same one: both choose anew."""
    return 200, CardHold.of(acts.decline_hold(session, hold_id))

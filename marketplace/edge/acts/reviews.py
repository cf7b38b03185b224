"""Reviews of received goods, by whoever asks."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.edge.acts.remarks import language_of
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import reviews as requests
from marketplace.exchange.services import reviews
from marketplace.kernel import clock


def write(session: Session, line_id: UUID, body: requests.Review, *, reads: str | None = None) -> UUID:
    """Review an order line of the asker's company, or change that review; return the review's id."""
    text = body.text or ""
    return reviews.write(
        session,
        actor=require_actor(),
        line_id=line_id,
        marks=body.marks(),
        text=text,
        language=language_of(session, text, body.language, reads),
        is_named=body.named,
        seen=body.version,
        now=clock.now(),
    )


def reply(session: Session, review_id: UUID, body: requests.Reply, *, reads: str | None = None) -> None:
    """Reply to a review of goods of the asker's company."""
    reviews.reply(
        session,
        actor=require_actor(),
        review_id=review_id,
        text=body.text,
        language=language_of(session, body.text, body.language, reads),
        now=clock.now(),
    )

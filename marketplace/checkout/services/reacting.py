"""What a checkout does when news of its charges comes from the provider rather than from the buyer's request."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.outbox import services as outbox
from marketplace.payments.events import CardAuthorised

JOB = "finish_checkout"


def on_card_authorised(session: Session, event: CardAuthorised) -> None:
    """Have a job look whether everything is paid now: the buyer may never come back from the payment page."""
    word, _, rest = event.key.partition(":")
    if word != "checkout":
        return
    attempt_id = UUID(rest.partition(":")[0])
    outbox.enqueue(session, JOB, {"attempt": str(attempt_id)}, now=event.at, key=f"{JOB}:{event.charge_id}")

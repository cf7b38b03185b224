"""What a checkout does when news comes from elsewhere: of its charges, and of who it is for."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts.events import HandedOver
from marketplace.checkout.events import UnorderedMoneyReturned
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules.states import OPEN, AttemptState
from marketplace.kernel.events import record
from marketplace.outbox import services as outbox
from marketplace.payments.events import CardAuthorised, CardDeclined, CardEvent, CardRefunded

JOB = "finish_checkout"


def on_card_answered(session: Session, event: CardAuthorised | CardDeclined) -> None:
    """Have a job look whether everything is paid now, or cannot be: the buyer may never come back from the page."""
    attempt_id = _attempt_of(event)
    if attempt_id is not None:
        outbox.enqueue(session, JOB, {"attempt": str(attempt_id)}, now=event.at, key=f"{JOB}:{event.charge_id}")


def on_card_refunded(session: Session, event: CardRefunded) -> None:
    """Say so where it was taken for a checkout that ordered nothing: no order tells its payer of it."""
    attempt_id = _attempt_of(event)
    if attempt_id is None:
        return
    state = session.scalars(sa.select(CheckoutAttempt.state).where(CheckoutAttempt.id == attempt_id)).one_or_none()
    if state is AttemptState.ABANDONED:
        record(session, UnorderedMoneyReturned(checkout_id=attempt_id, subject_id=event.subject_id, at=event.at))


def _attempt_of(event: CardEvent) -> UUID | None:
    """Return of which checkout a charge is, None where it is of none."""
    word, _, rest = event.key.partition(":")
    return UUID(rest.partition(":")[0]) if word == "checkout" else None


def on_handed_over(session: Session, event: HandedOver) -> None:
    """Let a leaver's open checkouts place what they place for the successor."""
    mine = sa.select(CheckoutAttempt).where(
        CheckoutAttempt.company_id == event.company_id,
        CheckoutAttempt.person_id == event.leaver_id,
        CheckoutAttempt.state.in_(OPEN),
    )
    for attempt in session.scalars(mine.order_by(CheckoutAttempt.id).with_for_update()).all():
        group = {**attempt.plan["group"], "person_id": str(event.successor_id)}
        attempt.person_id, attempt.plan = event.successor_id, {**attempt.plan, "group": group}
    session.flush()

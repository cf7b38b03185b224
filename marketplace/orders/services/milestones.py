"""Let the money of a line follow its goods: what its order's plan has due by an event falls due, or is released."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.payments.rules.terms import MilestoneEvent, Subject, SubjectKind
from marketplace.payments.services import plans


def reach(session: Session, *, order_id: UUID, line_id: UUID, event: MilestoneEvent, now: datetime) -> None:
    """Note that a line's goods came so far; the same again changes nothing."""
    subject = Subject(SubjectKind.ORDER, order_id)
    plans.fall_due(session, subject=subject, event=event, line_ids=[line_id], now=now)

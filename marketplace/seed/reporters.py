"""Who reports for places on the way in the demo."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.kernel.actor import Actor
from marketplace.logistics.tracing.services import partners

_BORDER = ("CN-YOUYIGUAN", "VN-HUUNGHI")


def seed_posts(session: Session, *, actor: Actor, broker_id: UUID, now: datetime) -> None:
    """Let the broker report what happens at both sides of its border."""
    for place_code in _BORDER:
        partners.post(session, actor=actor, company_id=broker_id, place_code=place_code, now=now)

"""Acts on the days on which the asker's company is closed."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.services import closures
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.closures import Closure
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work


def enter(session: Session, body: Closure) -> UUID:
    """Close parts of the asker's company for some days."""
    return closures.enter(
        session,
        actor=require_actor(),
        parts=body.parts,
        first_day=body.first_day,
        last_day=body.last_day,
        words=body.words,
        now=clock.now(),
    )


def withdraw(closure_id: UUID) -> None:
    """Take a closure back."""
    in_unit_of_work(
        lambda session: closures.withdraw(session, actor=require_actor(), closure_id=closure_id, now=clock.now())
    )

"""Find sales of goods that nobody declared or fetched in time, and tell of each once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.centre_sales.events import CentreSaleUncollected
from marketplace.distribution.centre_sales.rules import TO_FETCH
from marketplace.distribution.centre_sales.services.moving import locked, note
from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.events import record


def tell(session: Session, *, sale_id: UUID, now: datetime) -> bool:
    """Tell that a sale waits for too long; nothing is told again, or of one that went on meanwhile."""
    sale, _order = locked(session, sale_id)
    if sale.state not in TO_FETCH or sale.told_at is not None or sale.due_at is None or sale.due_at > now:
        return False
    sale.told_at = now
    session.flush()
    note(session, sale, "uncollected", actor=SYSTEM, now=now)
    record(session, CentreSaleUncollected(at=now, sale_id=sale.id, order_id=sale.order_id))
    return True

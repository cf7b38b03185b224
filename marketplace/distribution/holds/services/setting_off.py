"""Set off what a carrier bears against a line of its invoice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.distribution.holds.models import HoldSetOff
from marketplace.distribution.holds.queries import set_offs
from marketplace.distribution.holds.rules.setting_off import used
from marketplace.kernel.db import write
from marketplace.kernel.money import Money


def set_off(
    session: Session, *, company_id: UUID, departure_id: UUID, line_id: UUID, refused: Money, now: datetime
) -> None:
    """Take what is not accepted of a line off the carrier's shares of its departure, the oldest first.

    Refused ``amount`` for more than it bears in that currency and nothing was taken off for.
    """
    set_offs.lock(session, company_id=company_id, departure_id=departure_id)
    rows = set_offs.left(session, company_id=company_id, departure_ids=[departure_id]).get(departure_id, ())
    shares = [one for _, one in rows if one.amount.currency == refused.currency]
    taken = [
        {"share_id": one.share_id, "line_id": line_id, "minor": one.amount.minor, "at": now}
        for one in used(refused, shares)
    ]
    write(session, HoldSetOff, taken)

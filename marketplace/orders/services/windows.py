"""How long the buyer of a line has, as it was agreed: frozen with the line, or as the settings of the day say."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries.windows import windows_at
from marketplace.orders.rules.classes import Windows, stored_windows


def windows_in(session: Session, *, line: OrderLine, at: datetime) -> Windows:
    """Return a line's windows; one of before, that keeps none, has those of the instant."""
    if line.windows is not None:
        return stored_windows(line.windows)
    return windows_at(session, fresh=line.fresh, hs_code=line.hs_code, at=at)


def hidden_until(session: Session, *, order: Order, line: OrderLine, accepted_at: datetime) -> datetime:
    """Return until when hidden defects of goods that were last accepted at an instant can be claimed."""
    days = windows_in(session, line=line, at=accepted_at).hidden_days
    return accounts.working_days(session, company_id=order.buyer_id, days=days, now=accepted_at)

"""Read how long the settings of a day give the buyers of goods of a class."""

from datetime import datetime

from sqlalchemy.orm import Session

from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.classes import WINDOW_SETTINGS, Windows, class_of, windows_of
from marketplace.reference import queries as reference


def windows_at(session: Session, *, fresh: bool, hs_code: str, at: datetime) -> Windows:
    """Return the windows of goods as the settings say at an instant."""
    values = dict(zip(WINDOW_SETTINGS, reference.settings_of(session, *WINDOW_SETTINGS, at=at), strict=True))
    return windows_of(class_of(fresh=fresh, hs_code=hs_code), values)


def windows_of_line(session: Session, *, line: LineRow, at: datetime) -> Windows:
    """Return what a line keeps, or for one of before what the settings say at an instant."""
    return line.windows or windows_at(session, fresh=line.fresh, hs_code=line.hs_code, at=at)

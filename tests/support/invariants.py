"""What holds at the end of everything that a test does."""

from sqlalchemy.orm import Session

from marketplace.kernel.db import reading
from marketplace.reports import queries as reports


def fresh() -> Session:
    """Return the session that reads, seeing what is committed by now."""
    reading().rollback()
    return reading()


def sound() -> None:
    """Assert that every invariant of ``city check`` holds."""
    assert reports.check(fresh()) == []

"""What a person is handed of the city's rows: columns by name, as JSON values."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session


def rows(session: Session, wanted: sa.Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return the rows of a query of columns, each a dictionary of JSON values."""
    return [{str(name): plain(value) for name, value in row.items()} for row in session.execute(wanted).mappings()]


def plain(value: Any) -> Any:
    """Return a column's value as JSON has it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value

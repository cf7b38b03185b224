"""What a bank says of a payout, as the operator's people write it down."""

from datetime import date, datetime
from typing import Any

from marketplace.accounts import queries as accounts
from marketplace.kernel import clock
from marketplace.kernel.db import reading


def said(result: str, now: datetime | None = None) -> dict[str, str]:
    """Return the body of a result: the operator's day, and a reference."""
    day = accounts.house_day(reading(), now=now or clock.now())
    return {"result": result, "booked_on": day.isoformat(), "bank_reference": "FT2611 2800 01"}


def told(result: str, now: datetime) -> dict[str, Any]:
    """Return the same for the service."""
    body = said(result, now)
    return body | {"booked_on": date.fromisoformat(body["booked_on"])}

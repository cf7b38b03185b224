"""What a payee may say about money that came."""

from datetime import date, datetime, timedelta
from typing import Final

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import LARGEST_MINOR, Money

# Older than this is no news; a day ahead is today somewhere.
_OLDEST: Final = timedelta(days=730)
_AHEAD: Final = timedelta(days=1)


def check_receipt(amount: Money, received_on: date, *, now: datetime) -> None:
    """Refuse an amount that is none, or a day that cannot be."""
    first, last = now.date() - _OLDEST, now.date() + _AHEAD
    refused: list[FieldError] = []
    if not 0 < amount.minor <= LARGEST_MINOR:
        most = Money(LARGEST_MINOR, amount.currency)
        refused.append(FieldError("amount", "range", f"more than 0, at most {most}"))
    if not first <= received_on <= last:
        refused.append(FieldError("received_on", "range", f"{first} to {last}"))
    if refused:
        raise Refused.fields(*refused)

"""What a payee may say about money that came."""

from datetime import date, datetime, timedelta
from typing import Final

from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.money import LARGEST_MINOR, Money

# Older than this is no news; a day ahead is today somewhere.
_OLDEST: Final = timedelta(days=730)
_AHEAD: Final = timedelta(days=1)
# So much over what is open, beyond the tolerance, is rather a slip of the keyboard than money.
_FAR_OVER_PERCENT: Final = 10


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


def check_likely(amount: Money, *, due: Money, tolerance: Money, confirmed: bool) -> None:
    """Refuse with Conflict ``amount_unlikely`` far more than is open, until somebody says that it really came."""
    most = due.minor + due.minor * _FAR_OVER_PERCENT // 100 + tolerance.minor
    if amount.minor > most and not confirmed:
        raise Conflict("amount_unlikely", received=str(amount), due=str(due))

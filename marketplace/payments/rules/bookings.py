"""The provider's own books against ours: what each of its bookings must have here, and what is made of the rest."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.payments.rules.ledger import AccountKind, AccountRef, Entry


class BookingState(StrEnum):
    """How a booking of the provider compares with our books."""

    MATCHED = "matched"
    UNMATCHED = "unmatched"  # nothing here is about it
    MISSING = "missing"  # we know what it is about, and have not booked it
    DIFFERS = "differs"
    RESOLVED = "resolved"  # somebody looked, and said why it is right


_S = BookingState
_ENDS: Final = {"match": _S.MATCHED, "resolve": _S.RESOLVED}
BOOKINGS: Final = Lifecycle[BookingState](
    "provider_booking",
    {
        # A late fact may still make it right, or wrong in another way.
        _S.UNMATCHED: {"lack": _S.MISSING, "differ": _S.DIFFERS, **_ENDS},
        _S.MISSING: {"differ": _S.DIFFERS, **_ENDS},
        _S.DIFFERS: {"lack": _S.MISSING, **_ENDS},
    },
)
OPEN: Final = (_S.UNMATCHED, _S.MISSING, _S.DIFFERS)
ACTIONS: Final = {_S.MATCHED: "match", _S.MISSING: "lack", _S.DIFFERS: "differ"}


def judge(*, is_known: bool, amount: int, fee: int, booked: int | None, booked_fee: int) -> BookingState:
    """Compare what the provider booked, and kept, with what our books moved at the provider; all signed minor units."""
    if not is_known:
        return BookingState.UNMATCHED
    if booked is None:
        return BookingState.MISSING
    return BookingState.MATCHED if (booked, booked_fee) == (amount, -fee) else BookingState.DIFFERS


def converted(came: Money, settled: Money) -> tuple[Entry, ...]:
    """Return the entries of money that the provider changed: each currency balances for itself."""
    entries: list[Entry] = []
    for amount in (-came, settled):
        clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, amount.currency)
        exchange = AccountRef(AccountKind.PROVIDER_EXCHANGE, None, amount.currency)
        entries += [(clearing, amount), (exchange, -amount)]
    return tuple(entries)

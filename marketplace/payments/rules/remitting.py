"""Payouts by transfer to a company's own account at the provider: where it may be done, and what is taken back.

Sources are those of the provider's own pages, read in November 2026; what they do not name goes by bank file.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle

# Self-serve transfers run within a region alone. Sources: https://docs.stripe.com/connect/account-capabilities
# ("transfers", cross-border) and https://docs.stripe.com/connect/separate-charges-and-transfers (countries: of ASEAN
# Singapore and Malaysia), https://docs.stripe.com/connect/cross-border-payouts (US, UK, EEA, Canada, Switzerland).
_SEA: Final = frozenset({"SG", "MY"})
_WEST: Final = frozenset(
    {
        "US", "GB", "CA", "CH", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
        "IT", "LV", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "LI", "IS",
    }
)  # fmt: skip
REGIONS: Final = (_SEA, _WEST)
# How long the provider lets money wait with it, from the day it was charged.
# Source: https://docs.stripe.com/connect/manual-payouts ("Thailand 10 days, United States 2 years, others 90 days").
_USUAL_LIMIT: Final = timedelta(days=90)
_LIMITS: Final = {"TH": timedelta(days=10), "US": timedelta(days=730)}
# At this part of the limit the operator is alarmed, in per cent.
ALARM: Final = 80
# A payer has his money back before it is taken from the payee, but nobody waits longer for a refund that is not made.
REFUND_FIRST: Final = timedelta(hours=1)
# The job that sends what is owed.
SEND: Final = "send_transfers"


class PayoutWay(StrEnum):
    """How a payout leaves: an instruction to the provider's bank, or a transfer to the company's account there."""

    BANK_FILE = "bank_file"
    PROVIDER_TRANSFER = "provider_transfer"


class AccountState(StrEnum):
    """Where a company's account at the provider stands."""

    ASKED = "asked"  # claimed; the provider may or may not know it yet
    SETTING_UP = "setting_up"
    ACTIVE = "active"
    RESTRICTED = "restricted"  # the provider wants to know more before it pays on
    STOPPED = "stopped"  # the company is paid by bank file again


_S = AccountState
PROVIDER_ACCOUNTS: Final = Lifecycle[AccountState](
    "provider_account",
    {
        _S.ASKED: {"open": _S.SETTING_UP, "stop": _S.STOPPED},
        _S.SETTING_UP: {"activate": _S.ACTIVE, "stop": _S.STOPPED},
        _S.ACTIVE: {"restrict": _S.RESTRICTED, "stop": _S.STOPPED},
        _S.RESTRICTED: {"activate": _S.ACTIVE, "stop": _S.STOPPED},
        _S.STOPPED: {"resume": _S.SETTING_UP},
    },
)


class ReversalState(StrEnum):
    """Where taking back a part of a transfer stands."""

    DUE = "due"
    DONE = "done"
    FAILED = "failed"  # the company has it no longer: it owes it, and later payouts are less


REVERSALS: Final = Lifecycle[ReversalState](
    "payout_reversal",
    {ReversalState.DUE: {"finish": ReversalState.DONE, "fail": ReversalState.FAILED}},
)


def can_transfer(*, platform: str, company: str) -> bool:
    """Tell whether the provider moves money from the house's account to one in this country."""
    return any(platform in region and company in region for region in REGIONS)


def account_step(state: AccountState, *, receives: bool) -> str | None:
    """Return the drawn step towards what the provider shows of an account, None for none."""
    if state is AccountState.SETTING_UP or state is AccountState.RESTRICTED:
        return "activate" if receives else None
    return "restrict" if state is AccountState.ACTIVE and not receives else None


def hold_limit(*countries: str) -> timedelta:
    """Return how long money may wait at the provider: the shortest of the limits of these countries."""
    return min(_LIMITS.get(country, _USUAL_LIMIT) for country in countries)


def alarm_of(captured_at: datetime, hold_until: datetime) -> datetime:
    """Return when the operator is alarmed of money that waits at the provider."""
    return captured_at + (hold_until - captured_at) * ALARM // 100

"""Payouts of what a provider holds: who must agree, when one may go, and the file for the provider's bank."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.cells import as_csv
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.payments.rules.ledger import AccountKind
from marketplace.payments.rules.terms import PayeeAccount

PREFIX: Final = "OUT"
FILE_PREFIX: Final = "OUTF"
# What payouts are made from: a merchant's released goods money, a carrier's released freight, what the trading company
# owes a merchant.
SOURCES: Final = (AccountKind.MERCHANT_PAYABLE, AccountKind.CARRIER_PAYABLE, AccountKind.TRADE_PAYABLE)


class PayoutState(StrEnum):
    """Where a payout stands."""

    DUE = "due"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    FAILED = "failed"
    RETURNED = "returned"


class Waits(StrEnum):
    """Why released money stays where it is: no payout is made of it as long as this is so.

    But for an earlier payout, none that was made is agreed to or sent either.
    """

    SCREENING = "screening"
    SUSPENDED = "suspended"
    ACCOUNT_HELD = "account_held"  # another account was named, and does not count yet
    NO_ACCOUNT = "no_account"
    EARLIER_PAYOUT = "earlier_payout"  # one at a time is made of a balance, and that is not sent yet


class Failure(StrEnum):
    """Why a payout failed here; of the provider's own reasons a payout by transfer keeps the word."""

    ACCOUNT_HELD = "account_held"  # the company named another account, which does not count yet
    ACCOUNT_CHANGED = "account_changed"
    NO_ACCOUNT = "no_account"
    PROVIDER_ACCOUNT = "provider_account"  # stopped, or more is asked for
    TAKEN_BACK = "taken_back"  # its money had to go back to a payer meanwhile
    BANK = "bank"  # so the bank said


_S = PayoutState
PAYOUTS: Final = Lifecycle[PayoutState](
    "payout",
    {
        # One that fails before it is sent has moved nothing: its payee changed meanwhile.
        _S.DUE: {"approve": _S.APPROVED, "fail": _S.FAILED},
        _S.APPROVED: {"send": _S.SENT, "fail": _S.FAILED},
        _S.SENT: {"settle": _S.SETTLED, "fail": _S.FAILED, "return": _S.RETURNED},
        # The beneficiary's bank sends back days after the money left: only a statement says so.
        # What a line of a statement said is taken back where the line was another's.
        _S.SETTLED: {"bounce": _S.RETURNED, "unsettle": _S.SENT},
        _S.RETURNED: {"unbounce": _S.SETTLED},
        # The provider refused one call for a transfer that it had made for another.
        _S.FAILED: {"find": _S.SENT},
    },
)
# Money of these is still in the payable account and promised to them.
RESERVING: Final = (_S.DUE, _S.APPROVED)
RESULTS: Final = {"settled": "settle", "failed": "fail", "returned": "return"}


def check_result(*, booked_on: date, sent_on: date, today: date) -> None:
    """Refuse what is said of a payout for a day that cannot be."""
    if not sent_on <= booked_on <= today:
        raise Refused.field("booked_on", "range", f"{sent_on} to {today}")


def result_action(result: str) -> str:
    """Return the action of a result the bank reports, or refuse ``result``."""
    if result not in RESULTS:
        raise Refused.field("result", "choice", ", ".join(RESULTS))
    return RESULTS[result]


def approvals_needed(amount: Money, threshold: Money | None) -> int:
    """Return how many people must agree: two from the threshold on, and two where no rate tells."""
    return 1 if threshold is not None and amount < threshold else 2


def check_approver(
    *, person_id: UUID, companies: Collection[UUID], payee_company_id: UUID, approved_by: Collection[UUID]
) -> None:
    """Refuse whose own company would be paid, and whoever has agreed before: four eyes are two people's."""
    if payee_company_id in companies:
        raise NotAllowed("own_payout")
    if person_id in approved_by:
        raise Conflict("same_person")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of an instruction file."""

    reference: str
    account: PayeeAccount
    amount: Money


# The columns of an instruction file, in their order; docs/payouts.md describes them.
COLUMNS: Final = (
    "payout_reference",
    "beneficiary_name",
    "beneficiary_account",
    "bank_name",
    "bic",
    "bank_country",
    "amount",
    "currency",
    "remittance_text",
)


def instruction_file(instructions: Iterable[Instruction], *, remittance: str) -> str:
    """Return the file: UTF-8 CSV with a header, amounts with a decimal point and the currency's decimals."""
    rows = [
        (
            one.reference,
            one.account.account_name,
            one.account.account_number,
            one.account.bank_name,
            one.account.bic,
            one.account.country,
            f"{one.amount.amount:f}",
            one.amount.currency,
            f"{remittance} {one.reference}",
        )
        for one in instructions
    ]
    return as_csv([COLUMNS, *rows])

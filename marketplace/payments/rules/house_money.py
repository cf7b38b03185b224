"""What an entry of the operator's own bank account is for: who may say so, and what follows."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, cast
from uuid import UUID

from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.payments.rules.ledger import AccountKind, AccountRef, Entry, TransferKind, pair
from marketplace.payments.rules.payouts import PayoutState

RETURN_PREFIX: Final = "RET"
# What a payment provider calls itself on bank statements.
_PROVIDERS: Final = ("STRIPE",)


class EntryState(StrEnum):
    """Where an entry of a bank's statement stands; a company's own are taken or kept, the house's are matched."""

    TAKEN = "taken"  # a credit, which is an incoming transfer now
    KEPT = "kept"  # a debit, of which nothing follows
    UNMATCHED = "unmatched"
    PROPOSED = "proposed"
    MATCHED = "matched"
    REVERSING = "reversing"  # placed, and somebody says that it was wrong; another person decides


ENTRIES: Final = Lifecycle[EntryState](
    "bank_entry",
    {
        EntryState.UNMATCHED: {"propose": EntryState.PROPOSED, "match": EntryState.MATCHED},
        EntryState.PROPOSED: {"match": EntryState.MATCHED, "decline": EntryState.UNMATCHED},
        EntryState.MATCHED: {"doubt": EntryState.REVERSING},
        EntryState.REVERSING: {"reverse": EntryState.UNMATCHED, "keep": EntryState.MATCHED},
    },
)


# A line in one of these is placed: its parts are all of it.
PLACED: Final = (EntryState.MATCHED, EntryState.REVERSING)


class MatchState(StrEnum):
    """Where one person's word about an entry stands."""

    PROPOSED = "proposed"
    DONE = "done"
    DECLINED = "declined"
    REVERSED = "reversed"  # two people found that it was wrong


class ReversalState(StrEnum):
    """Where the word stands that a placed entry was placed wrongly."""

    PROPOSED = "proposed"
    DONE = "done"
    DECLINED = "declined"


class Purpose(StrEnum):
    """What house money is for."""

    COMMISSION = "commission"  # a company pays its commission bill
    RECEIVABLE = "receivable"  # a company pays what it owes after a payout that had to go back
    RECEIPT = "receipt"  # commission whose receipt was written down by hand before
    PAYOUT = "payout"  # a payout left the account
    PAYOUT_RETURN = "payout_return"  # a payout bounced
    PROVIDER = "provider"  # the card provider pays out what it cleared
    OWN = "own"  # the operator's own affairs, none of the city's
    SENDER = "sender"  # goes back to the account that it came from
    SENDER_SENT = "sender_sent"  # what was to go back left the account
    SALE = "sale"  # a buyer pays the trading company
    SALE_RECEIPT = "sale_receipt"  # the same, written down by hand before
    SALE_RETURN = "sale_return"  # what the trading company owed back left the account


# What a company pays of what it owes.
OF_COMPANY: Final = (Purpose.COMMISSION, Purpose.RECEIVABLE)
# Which of them a person may name, and what each names beside the amount.
BY_HAND: Final = {
    Purpose.COMMISSION: "company_id",
    Purpose.RECEIVABLE: "company_id",
    Purpose.RECEIPT: "receipt_id",
    Purpose.PAYOUT: "payout_id",
    Purpose.PAYOUT_RETURN: "payout_id",
    Purpose.SALE: "payment_id",
    Purpose.SALE_RECEIPT: "transfer_id",
    Purpose.SALE_RETURN: "return_id",
    Purpose.PROVIDER: "",
    Purpose.OWN: "",
}
_CREDITS: Final = frozenset(
    {
        Purpose.COMMISSION,
        Purpose.RECEIVABLE,
        Purpose.RECEIPT,
        Purpose.PAYOUT_RETURN,
        Purpose.PROVIDER,
        Purpose.SALE,
        Purpose.SALE_RECEIPT,
    }
)
# Parts by which the trading company's books moved the bank already.
TRADE: Final = (Purpose.SALE, Purpose.SALE_RECEIPT, Purpose.SALE_RETURN)


class ReturnState(StrEnum):
    """Where money stands that goes back to its sender: two people agreed before there is a row."""

    APPROVED = "approved"
    SENT = "sent"
    FAILED = "failed"  # the bank did not take it: it is taken back by the line that it came with, and said anew
    SETTLED = "settled"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"  # it was placed wrongly, and has not left


RETURNS: Final = Lifecycle[ReturnState](
    "sender_return",
    {
        ReturnState.APPROVED: {"send": ReturnState.SENT, "withdraw": ReturnState.WITHDRAWN},
        ReturnState.SENT: {"settle": ReturnState.SETTLED, "fail": ReturnState.FAILED},
        ReturnState.FAILED: {"settle": ReturnState.SETTLED, "withdraw": ReturnState.WITHDRAWN},
        # The line that said so was another's.
        ReturnState.SETTLED: {"return": ReturnState.RETURNED, "unsettle": ReturnState.SENT},
    },
)


# Money that goes back and has not left, as far as the bank's books say.
GOING_BACK: Final = (ReturnState.APPROVED, ReturnState.SENT, ReturnState.FAILED)


@dataclass(frozen=True, slots=True)
class Part:
    """One share of an entry: what for, whose (a company, a payout, a receipt), how much; the amount is positive."""

    purpose: Purpose
    target_id: UUID | None
    minor: int

    def as_json(self) -> dict[str, object]:
        """Return the part for a column."""
        return {"purpose": str(self.purpose), "target_id": self.target_id and str(self.target_id), "minor": self.minor}

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> "Part":
        """Return a part from its column."""
        target = kept["target_id"]
        return cls(Purpose(str(kept["purpose"])), UUID(str(target)) if target else None, cast("int", kept["minor"]))


def check_parts(parts: Sequence[Part], *, minor: int, currency: str) -> None:
    """Refuse parts that do not sum to the entry, or that money of its direction cannot be for."""
    whole = Money(abs(minor), currency)
    if not parts:
        raise Refused.field("parts", "required", ", ".join(BY_HAND))
    if any(part.minor <= 0 for part in parts):
        raise Refused.field("parts", "too_small", "more than 0 on every line")
    if sum(part.minor for part in parts) != abs(minor):
        raise Refused.field("parts", "parts_sum", str(whole))
    named = [(part.purpose, part.target_id) for part in parts]
    if len(set(named)) != len(named):
        raise Refused.field("parts", "parts_twice", "each once")
    fitting = [purpose for purpose in BY_HAND if purpose is Purpose.OWN or (purpose in _CREDITS) is (minor > 0)]
    fitting += [Purpose.SENDER] if minor > 0 else []
    if any(part.purpose not in fitting for part in parts):
        raise Refused.field("parts", "choice", ", ".join(fitting))
    for part in parts:
        wanted = BY_HAND.get(part.purpose, "")
        if bool(wanted) is not (part.target_id is not None):
            raise Refused.field(wanted or "parts", "required" if wanted else "choice", wanted or ", ".join(fitting))


def needs_two(amount: Money, threshold: Money | None, *, sends_back: bool) -> bool:
    """Tell whether a second person must agree: from the threshold on, where no rate tells, and whatever goes back."""
    return sends_back or threshold is None or amount >= threshold


def told_needs_two(purpose: Purpose, amount: Money, threshold: Money | None, *, is_table: bool) -> bool:
    """Tell whether a second person must agree to what the reference of an entry says.

    That what two people let go has left needs nobody more; anybody can write a table himself.
    """
    if purpose in (Purpose.PAYOUT, Purpose.SENDER_SENT):
        return False
    return is_table or needs_two(amount, threshold, sends_back=False)


def check_second(*, person_id: UUID, first_by: UUID | None) -> None:
    """Refuse the second word of the person who said the first."""
    if person_id == first_by:
        raise Conflict("same_person")


def check_not_own(companies: Collection[UUID], targets: Collection[UUID]) -> None:
    """Refuse whoever's own company the money is said to be of."""
    if set(companies) & set(targets):
        raise NotAllowed("own_money")


def is_provider(text: str) -> bool:
    """Tell whether a statement's text names the payment provider."""
    return any(name in text.upper() for name in _PROVIDERS)


def suspense(currency: str) -> AccountRef:
    """Return the account of house money that nobody has placed yet."""
    return AccountRef(AccountKind.SUSPENSE, None, currency)


def booked(amount: Money) -> tuple[Entry, Entry]:
    """Return the entries of a line of the bank's books before anybody says what it is for; positive came."""
    bank = AccountRef(AccountKind.HOUSE_BANK, None, amount.currency)
    if amount.minor > 0:
        return pair(bank, suspense(amount.currency), amount)
    return pair(suspense(amount.currency), bank, -amount)


def found_again(amount: Money) -> tuple[Entry, Entry]:
    """Return the entries of a line that was written down before the statements began: it is no new money.

    Positive for what came, negative for what left.
    """
    return pair(suspense(amount.currency), AccountRef(AccountKind.OPENING_BALANCE, None, amount.currency), amount)


def opened(difference: Money) -> tuple[Entry, Entry]:
    """Return the entries that let the books begin where the bank's do."""
    bank = AccountRef(AccountKind.HOUSE_BANK, None, difference.currency)
    before = AccountRef(AccountKind.OPENING_BALANCE, None, difference.currency)
    return pair(bank, before, difference) if difference.minor > 0 else pair(before, bank, -difference)


def placed(purpose: Purpose, amount: Money, *, is_credit: bool) -> tuple[TransferKind, tuple[Entry, Entry]]:
    """Return what the books say of money that is the provider's payout, or the operator's own affair."""
    waiting = suspense(amount.currency)
    if purpose is Purpose.PROVIDER:
        clearing = AccountRef(AccountKind.PROVIDER_CLEARING, None, amount.currency)
        return TransferKind.PROVIDER_PAID_OUT, pair(waiting, clearing, amount)
    own = AccountRef(AccountKind.HOUSE_OWN, None, amount.currency)
    return TransferKind.HOUSE_OWN_MOVED, pair(*((waiting, own) if is_credit else (own, waiting)), amount)


def said_by_reference(state: PayoutState, *, is_credit: bool, is_linked: bool) -> Purpose | None:
    """Return what an entry of a payout's exact amount that names it is: it left, or it bounced; None for neither."""
    if is_credit:
        return Purpose.PAYOUT_RETURN if state is PayoutState.SETTLED else None
    if state is PayoutState.SENT or (state is PayoutState.SETTLED and not is_linked):
        return Purpose.PAYOUT
    return None

"""The books: which accounts there are, which transfers, and what each transfer may touch.

Amounts are signed minor units: debits positive, credits negative. An asset's and an expense's balance is positive, a
liability's and an income's negative. Memorandum accounts say what two companies owe each other; nothing in them is the
city's money.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.money import Money
from marketplace.payments.rules.terms import Mode, Subject, SubjectKind


class Nature(StrEnum):
    """What an account is to the city."""

    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    MEMO = "memo"


class AccountKind(StrEnum):
    """What an account counts; ``ACCOUNTS`` is the table of them."""

    PROVIDER_CLEARING = "provider_clearing"
    HELD = "held"
    MERCHANT_PAYABLE = "merchant_payable"
    CARRIER_PAYABLE = "carrier_payable"
    COMMISSION_INCOME = "commission_income"
    COMMISSION_VAT = "commission_vat"
    PROVIDER_FEES = "provider_fees"
    PROVIDER_EXCHANGE = "provider_exchange"
    COMMISSION_RECEIVABLE = "commission_receivable"
    HOUSE_BANK = "house_bank"
    SUSPENSE = "suspense"
    OPENING_BALANCE = "opening_balance"
    HOUSE_OWN = "house_own"
    PAYOUT_IN_TRANSIT = "payout_in_transit"
    OBLIGATION_PAYER = "obligation_payer"
    OBLIGATION_PAYEE = "obligation_payee"
    RETURN_PAYER = "return_payer"
    RETURN_PAYEE = "return_payee"
    DISPUTED = "disputed"
    DISPUTE_LOSSES = "dispute_losses"
    MERCHANT_RECEIVABLE = "merchant_receivable"
    RECEIVABLE_LOSSES = "receivable_losses"
    TRADE_RECEIVABLE = "trade_receivable"
    TRADE_REFUND = "trade_refund"
    TRADE_SALES = "trade_sales"
    TRADE_PURCHASES = "trade_purchases"
    TRADE_PAYABLE = "trade_payable"
    BANK_CHARGES = "bank_charges"


@dataclass(frozen=True, slots=True)
class Account:
    """How accounts of a kind are kept: what they count, their nature, whose they are, whether one per subject."""

    counts: str
    nature: Nature
    owned: bool = False  # by a company; otherwise the house's
    per_subject: bool = False
    cash: bool = False  # moves only when the platform or its provider has the money in hand


ACCOUNTS: Final[dict[AccountKind, Account]] = {
    AccountKind.PROVIDER_CLEARING: Account("money at the card provider", Nature.ASSET, cash=True),
    AccountKind.HELD: Account(
        "captured money of a subject, not yet released", Nature.LIABILITY, per_subject=True, cash=True
    ),
    AccountKind.MERCHANT_PAYABLE: Account("released money of a merchant", Nature.LIABILITY, owned=True, cash=True),
    AccountKind.CARRIER_PAYABLE: Account("released freight of a carrier", Nature.LIABILITY, owned=True, cash=True),
    AccountKind.PAYOUT_IN_TRANSIT: Account("payouts sent, not yet settled", Nature.LIABILITY, owned=True, cash=True),
    AccountKind.COMMISSION_INCOME: Account("commission earned", Nature.INCOME),
    AccountKind.COMMISSION_VAT: Account("value added tax on commission, owed to the state", Nature.LIABILITY),
    AccountKind.PROVIDER_FEES: Account("fees that the card provider kept", Nature.EXPENSE),
    AccountKind.PROVIDER_EXCHANGE: Account(
        "money that the card provider changed into another currency, and the difference that its rates left",
        Nature.EXPENSE,
    ),
    AccountKind.COMMISSION_RECEIVABLE: Account("commission billed to a merchant", Nature.ASSET, owned=True),
    AccountKind.HOUSE_BANK: Account("money at the operator's own bank", Nature.ASSET, cash=True),
    AccountKind.SUSPENSE: Account("money at the operator's bank not yet placed", Nature.LIABILITY, cash=True),
    AccountKind.OPENING_BALANCE: Account("at the operator's bank before its statements", Nature.LIABILITY, cash=True),
    AccountKind.HOUSE_OWN: Account("the operator's own affairs at its bank", Nature.EXPENSE, cash=True),
    AccountKind.OBLIGATION_PAYER: Account("what a payer owes (negative)", Nature.MEMO, owned=True, per_subject=True),
    AccountKind.OBLIGATION_PAYEE: Account("what a payee is owed", Nature.MEMO, owned=True, per_subject=True),
    AccountKind.RETURN_PAYER: Account("what a payer is owed back", Nature.MEMO, owned=True, per_subject=True),
    AccountKind.RETURN_PAYEE: Account("what a payee owes back (negative)", Nature.MEMO, owned=True, per_subject=True),
    AccountKind.DISPUTED: Account(
        "money that card banks took and have not decided about", Nature.ASSET, per_subject=True, cash=True
    ),
    AccountKind.DISPUTE_LOSSES: Account("lost disputes that the house bears", Nature.EXPENSE),
    AccountKind.MERCHANT_RECEIVABLE: Account(
        "what a company owes of money that was paid out and had to go back", Nature.ASSET, owned=True
    ),
    AccountKind.RECEIVABLE_LOSSES: Account("what companies owed and two people wrote off", Nature.EXPENSE),
    AccountKind.TRADE_RECEIVABLE: Account("what the trading company's buyers owe", Nature.ASSET, per_subject=True),
    AccountKind.TRADE_REFUND: Account(
        "what the trading company owes its buyers back", Nature.LIABILITY, per_subject=True
    ),
    AccountKind.TRADE_SALES: Account("what the trading company sold", Nature.INCOME, per_subject=True),
    AccountKind.TRADE_PURCHASES: Account(
        "what the trading company bought to sell on", Nature.EXPENSE, per_subject=True
    ),
    AccountKind.TRADE_PAYABLE: Account(
        "what the trading company owes a merchant for its purchases", Nature.LIABILITY, owned=True, cash=True
    ),
    AccountKind.BANK_CHARGES: Account("what banks kept of the trading company's receipts", Nature.EXPENSE),
}
CASH: Final = frozenset(kind for kind, account in ACCOUNTS.items() if account.cash)
MEMO: Final = frozenset(kind for kind, account in ACCOUNTS.items() if account.nature is Nature.MEMO)


class TransferKind(StrEnum):
    """Why money or an obligation moves; ``TOUCHES`` says between which accounts."""

    CARD_CAPTURED = "card_captured"
    CARD_REFUNDED = "card_refunded"
    CARD_RETURNED = "card_returned"
    PROVIDER_FEE = "provider_fee"
    PROVIDER_CONVERTED = "provider_converted"
    RELEASED = "released"
    RELEASE_REVERSED = "release_reversed"
    PAYOUT_SENT = "payout_sent"
    PAYOUT_SETTLED = "payout_settled"
    PAYOUT_RETURNED = "payout_returned"
    COMMISSION_BILLED = "commission_billed"
    COMMISSION_PAID = "commission_paid"
    BANK_BOOKED = "bank_booked"
    BANK_OPENED = "bank_opened"
    PROVIDER_PAID_OUT = "provider_paid_out"
    HOUSE_OWN_MOVED = "house_own_moved"
    PLACEMENT_REVERSED = "placement_reversed"
    OBLIGATION_DUE = "obligation_due"
    OBLIGATION_PAID = "obligation_paid"
    OBLIGATION_CHARGES = "obligation_charges"
    OBLIGATION_CANCELLED = "obligation_cancelled"
    RETURN_DUE = "return_due"
    RETURN_WITHDRAWN = "return_withdrawn"
    RETURN_MADE = "return_made"
    DISPUTE_WITHDRAWN = "dispute_withdrawn"
    DISPUTE_REINSTATED = "dispute_reinstated"
    DISPUTE_FEE = "dispute_fee"
    DISPUTE_LOST = "dispute_lost"
    RECEIVABLE_BOOKED = "receivable_booked"
    RECEIVABLE_NETTED = "receivable_netted"
    RECEIVABLE_PAID = "receivable_paid"
    RECEIVABLE_WRITTEN_OFF = "receivable_written_off"
    TRANSFER_REVERSED = "transfer_reversed"
    SALE_DUE = "sale_due"
    SALE_RECEIVED = "sale_received"
    SALE_CHARGES = "sale_charges"
    SALE_LOWERED = "sale_lowered"
    SALE_SURPLUS = "sale_surplus"
    SALE_LET_OFF = "sale_let_off"
    SALE_REFUNDED = "sale_refunded"
    PURCHASE_DUE = "purchase_due"
    PURCHASE_REVERSED = "purchase_reversed"


_A = AccountKind
_PAID_OUT: Final = frozenset({_A.MERCHANT_PAYABLE, _A.CARRIER_PAYABLE, _A.TRADE_PAYABLE})
_RELEASE: Final = frozenset(
    {_A.HELD, _A.MERCHANT_PAYABLE, _A.CARRIER_PAYABLE, _A.TRADE_SALES, _A.COMMISSION_INCOME, _A.COMMISSION_VAT}
)
_PAYABLE: Final = _PAID_OUT | {_A.PAYOUT_IN_TRANSIT}
_RECEIVABLE: Final = _PAID_OUT | {_A.MERCHANT_RECEIVABLE}
# Where money of the trading company's buyers comes in: by the line of a statement, by hand before there are any.
_AT_BANK: Final = frozenset({_A.HOUSE_BANK, _A.SUSPENSE})
_OBLIGATION: Final = frozenset({_A.OBLIGATION_PAYER, _A.OBLIGATION_PAYEE})
_RETURN: Final = frozenset({_A.RETURN_PAYER, _A.RETURN_PAYEE})
TOUCHES: Final[dict[TransferKind, frozenset[AccountKind]]] = {
    TransferKind.CARD_CAPTURED: frozenset({_A.PROVIDER_CLEARING, _A.HELD}),
    TransferKind.CARD_REFUNDED: frozenset({_A.PROVIDER_CLEARING, _A.HELD}),
    TransferKind.CARD_RETURNED: frozenset({_A.PROVIDER_CLEARING, _A.HELD}),
    TransferKind.PROVIDER_FEE: frozenset(
        {_A.PROVIDER_CLEARING, _A.PROVIDER_FEES, _A.MERCHANT_PAYABLE, _A.CARRIER_PAYABLE}
    ),
    TransferKind.PROVIDER_CONVERTED: frozenset({_A.PROVIDER_CLEARING, _A.PROVIDER_EXCHANGE}),
    TransferKind.RELEASED: _RELEASE,
    TransferKind.RELEASE_REVERSED: _RELEASE,
    TransferKind.PAYOUT_SENT: _PAYABLE,
    # By the provider's bank, or by the operator's, whose statement says so.
    TransferKind.PAYOUT_SETTLED: frozenset({_A.PAYOUT_IN_TRANSIT, _A.PROVIDER_CLEARING}) | _AT_BANK,
    TransferKind.PAYOUT_RETURNED: _PAYABLE | {_A.PROVIDER_CLEARING} | _AT_BANK,
    TransferKind.COMMISSION_BILLED: frozenset({_A.COMMISSION_RECEIVABLE, _A.COMMISSION_INCOME, _A.COMMISSION_VAT}),
    TransferKind.COMMISSION_PAID: frozenset({_A.COMMISSION_RECEIVABLE, _A.HOUSE_BANK, _A.SUSPENSE}),
    TransferKind.BANK_BOOKED: frozenset({_A.HOUSE_BANK, _A.SUSPENSE}),
    TransferKind.BANK_OPENED: frozenset({_A.HOUSE_BANK, _A.OPENING_BALANCE, _A.SUSPENSE}),
    TransferKind.PROVIDER_PAID_OUT: frozenset({_A.SUSPENSE, _A.PROVIDER_CLEARING}),
    TransferKind.HOUSE_OWN_MOVED: frozenset({_A.SUSPENSE, _A.HOUSE_OWN}),
    # Whatever placing a line of the operator's bank, or a receipt of commission, may have touched, the other way round.
    TransferKind.PLACEMENT_REVERSED: _PAYABLE
    | _AT_BANK
    | {
        _A.MERCHANT_RECEIVABLE,
        _A.PROVIDER_CLEARING,
        _A.HOUSE_OWN,
        _A.OPENING_BALANCE,
        _A.COMMISSION_RECEIVABLE,
    },
    TransferKind.OBLIGATION_DUE: _OBLIGATION,
    TransferKind.OBLIGATION_PAID: _OBLIGATION,
    TransferKind.OBLIGATION_CHARGES: _OBLIGATION,
    TransferKind.OBLIGATION_CANCELLED: _OBLIGATION,
    TransferKind.RETURN_DUE: _RETURN,
    TransferKind.RETURN_WITHDRAWN: _RETURN,
    TransferKind.RETURN_MADE: _RETURN,
    TransferKind.DISPUTE_WITHDRAWN: frozenset({_A.DISPUTED, _A.PROVIDER_CLEARING}),
    TransferKind.DISPUTE_REINSTATED: frozenset({_A.DISPUTED, _A.PROVIDER_CLEARING}),
    TransferKind.DISPUTE_FEE: frozenset({_A.PROVIDER_FEES, _A.PROVIDER_CLEARING}),
    TransferKind.DISPUTE_LOST: frozenset({_A.DISPUTED, _A.HELD, _A.DISPUTE_LOSSES}),
    TransferKind.RECEIVABLE_BOOKED: _RECEIVABLE,
    TransferKind.RECEIVABLE_NETTED: _RECEIVABLE,
    TransferKind.RECEIVABLE_PAID: frozenset({_A.MERCHANT_RECEIVABLE, _A.SUSPENSE}),
    TransferKind.RECEIVABLE_WRITTEN_OFF: frozenset({_A.MERCHANT_RECEIVABLE, _A.RECEIVABLE_LOSSES}),
    TransferKind.TRANSFER_REVERSED: frozenset({_A.PROVIDER_CLEARING, _A.MERCHANT_RECEIVABLE}),
    TransferKind.SALE_DUE: frozenset({_A.TRADE_RECEIVABLE, _A.TRADE_SALES}),
    TransferKind.SALE_RECEIVED: frozenset({_A.TRADE_RECEIVABLE, _A.OPENING_BALANCE}) | _AT_BANK,
    TransferKind.SALE_CHARGES: frozenset({_A.TRADE_RECEIVABLE, _A.BANK_CHARGES}),
    TransferKind.SALE_LOWERED: frozenset({_A.TRADE_RECEIVABLE, _A.TRADE_SALES}),
    TransferKind.SALE_SURPLUS: frozenset({_A.TRADE_REFUND, _A.OPENING_BALANCE}) | _AT_BANK,
    TransferKind.SALE_LET_OFF: frozenset({_A.TRADE_REFUND, _A.TRADE_SALES}),
    TransferKind.SALE_REFUNDED: frozenset({_A.TRADE_REFUND}) | _AT_BANK,
    TransferKind.PURCHASE_DUE: frozenset({_A.TRADE_PURCHASES, _A.TRADE_PAYABLE}),
    TransferKind.PURCHASE_REVERSED: frozenset({_A.TRADE_PURCHASES, _A.TRADE_PAYABLE}),
}


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account by what it is: its kind, the company that owns it (None: the house), currency and subject."""

    kind: AccountKind
    owner_id: UUID | None
    currency: str
    subject: Subject | None = None

    @property
    def key(self) -> str:
        """Return the text that is this account's alone."""
        subject = f"{self.subject.kind}:{self.subject.id}" if self.subject else ""
        return f"{self.kind}|{self.owner_id or ''}|{self.currency}|{subject}"


Entry = tuple[AccountRef, Money]


def check_entries(kind: TransferKind, entries: Sequence[Entry]) -> None:
    """Raise ValueError for a transfer that does not balance or touches what its kind may not: our own mistake."""
    problem = _problem(kind, entries)
    if problem:
        msg = f"{kind}: {problem}"
        raise ValueError(msg)


def _problem(kind: TransferKind, entries: Sequence[Entry]) -> str:
    sums = Counter[str]()
    for ref, amount in entries:
        account = ACCOUNTS[ref.kind]
        if ref.kind not in TOUCHES[kind]:
            return f"may not touch {ref.kind}"
        if (ref.owner_id is not None) is not account.owned or (ref.subject is not None) is not account.per_subject:
            return f"{ref.kind} is kept otherwise"
        if amount.currency != ref.currency or not amount:
            return "an entry is some money in its account's currency"
        sums[ref.currency] += amount.minor
    if not entries or any(sums.values()):
        return "does not balance"
    return ""


def payable_of(subject: Subject, *, mode: Mode, payee_id: UUID, currency: str) -> AccountRef:
    """Return where the released money of a subject's payee is kept: who sells itself has earned it."""
    if subject.kind is SubjectKind.PURCHASE:
        return AccountRef(AccountKind.TRADE_PAYABLE, payee_id, currency)
    if mode is Mode.OPERATOR_SELLS:
        return AccountRef(AccountKind.TRADE_SALES, None, currency, subject)
    kind = AccountKind.MERCHANT_PAYABLE if subject.kind is SubjectKind.ORDER else AccountKind.CARRIER_PAYABLE
    return AccountRef(kind, payee_id, currency)


def turn_key(kind: TransferKind, thing_id: UUID, *, before: int) -> str:
    """Return the key under which something (a milestone, a payout) goes a way that it went so often before."""
    return f"{kind}:{thing_id}" if not before else f"{kind}:{thing_id}:{before + 1}"


def pair(debit: AccountRef, credit: AccountRef, amount: Money) -> tuple[Entry, Entry]:
    """Return the two entries that move an amount from the credited account to the debited one."""
    return (debit, amount), (credit, -amount)

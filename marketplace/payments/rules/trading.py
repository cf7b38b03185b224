"""The operator's trading company buys and sells on: what it pays of what it is paid, and who agreed to that.

A merchant agrees to a margin in basis points. A unit is bought for what it is sold for less the margin, at six places;
what is let off one price is let off the other, so that sale = purchase + margin on every line at any time.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money, UnitPrice
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.terms import WHOLE

PREFIX: Final = "PUR"
# Beyond it a purchase of the smallest coin would cost nothing.
MOST_MARGIN: Final = 4_000
LONGEST_WORDS: Final = 500
LONGEST_YEARS: Final = 5


class AgreementState(StrEnum):
    """Where a merchant's agreement to sell to the trading company stands."""

    OFFERED = "offered"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


AGREEMENTS: Final = Lifecycle[AgreementState](
    "trading_agreement",
    {
        AgreementState.OFFERED: {
            "agree": AgreementState.AGREED,
            "decline": AgreementState.DECLINED,
            "withdraw": AgreementState.WITHDRAWN,
        },
        AgreementState.AGREED: {"end": AgreementState.ENDED},
    },
)
LIVE: Final = (AgreementState.OFFERED, AgreementState.AGREED)


@dataclass(frozen=True, slots=True)
class Margin:
    """What the trading company keeps of each sale, in basis points of its price."""

    basis_points: int

    @property
    def percent(self) -> str:
        """Return it as people write it."""
        return f"{(Decimal(self.basis_points) / 100).normalize():f}"

    def purchase(self, sale: Money) -> Money:
        """Return what is bought for what is sold for this much."""
        return sale - sale.portion(self.basis_points, WHOLE)

    def price(self, sale: UnitPrice) -> UnitPrice:
        """Return the unit price of the purchase beside that of the sale."""
        return UnitPrice(self.purchase(Money(sale.micro, sale.currency)).minor, sale.currency)

    def line(self, price: UnitPrice, quantity: int, *, sale: Money) -> Money:
        """Return what so many units are bought for that are sold at a price: its own price times them, as papers say.

        At least the smallest coin, at most what they are sold for: what costs nothing is bought for nothing.
        """
        return min(max(self.price(price).times(quantity), Money(1, sale.currency)), sale)

    def credit(self, credit: Money, *, sale: Money, purchase: Money) -> Money:
        """Return what a credit that makes a line's sale cheaper takes off its purchase; some of that is always left."""
        most = Money(purchase.minor - 1, purchase.currency)
        return min(self.let_off(credit, sale_left=sale, purchase_left=purchase), most)

    def worth(self, sale: Money) -> Money:
        """Return what goods are worth to customs by the price of the purchase, never nothing."""
        return max(self.purchase(sale), Money(1, sale.currency))

    def sale(self, purchase: Money) -> Money:
        """Return the sale that a purchase of this much belongs to: ``purchase(sale(x)) = x``."""
        return purchase.portion(WHOLE, WHOLE - self.basis_points)

    def sale_price(self, purchase: UnitPrice) -> UnitPrice:
        """Return the unit price of the sale beside that of the purchase."""
        return UnitPrice(self.sale(Money(purchase.micro, purchase.currency)).minor, purchase.currency)

    def offered(self, purchase: Money, *, of: Money) -> Money:
        """Return the part of a sale that answers a part of its purchase; all of the one is all of the other."""
        return of if purchase == self.purchase(of) else self.sale(purchase)

    def let_off(self, amount: Money, *, sale_left: Money, purchase_left: Money) -> Money:
        """Return what falls off a line's purchase when an amount falls off its sale, of which so much is left before.

        All of the sale is all of the purchase; and neither purchase nor margin ever falls below nothing.
        """
        if amount == sale_left:
            return purchase_left
        least = purchase_left - (sale_left - amount)
        return min(max(self.purchase(amount), least), purchase_left)


def cause_of(purchase_id: UUID, cause_id: UUID) -> UUID:
    """Return the cause by which a purchase follows what was let off its sale: one each."""
    return uuid5(purchase_id, str(cause_id))


def check_margin(basis_points: int) -> None:
    """Refuse a margin that is none, or so large that small things would cost nothing."""
    if not 0 <= basis_points <= MOST_MARGIN:
        raise Refused.field("margin_basis_points", "range", f"0 to {MOST_MARGIN}")


def check_days(*, begins: date, ends: date | None, today: date) -> None:
    """Refuse days on which nothing could be bought."""
    if begins < today:
        raise Refused.field("begins_on", "range", f"{today} or later")
    if ends is not None and not begins <= ends <= begins.replace(year=begins.year + LONGEST_YEARS, day=1):
        raise Refused.field("ends_on", "range", f"{begins} or later")


def holds(state: AgreementState, *, begins: date, ends: date | None, today: date) -> bool:
    """Tell whether an agreement lets goods be bought today."""
    return state is AgreementState.AGREED and begins <= today and (ends is None or today <= ends)


def check_answerable(*, is_late: bool) -> None:
    """Refuse an answer to an offer that nobody answered in time: it is void by then."""
    if is_late:
        raise Conflict("trading_offer_late")


@dataclass(frozen=True, slots=True)
class Book:
    """What the books of the trading company say beside a memorandum entry: debited, credited; None is the bank."""

    kind: TransferKind
    debit: AccountKind
    credit: AccountKind | None


_K, _A = TransferKind, AccountKind
# By what two companies owe each other the trading company's own books move as well. Amounts are as there: what raises a
# debt, or lowers what is owed back, is positive.
BOOKS: Final = {
    _K.OBLIGATION_DUE: Book(_K.SALE_DUE, _A.TRADE_RECEIVABLE, _A.TRADE_SALES),
    _K.OBLIGATION_PAID: Book(_K.SALE_RECEIVED, _A.TRADE_RECEIVABLE, None),
    _K.OBLIGATION_CHARGES: Book(_K.SALE_CHARGES, _A.TRADE_RECEIVABLE, _A.BANK_CHARGES),
    _K.OBLIGATION_CANCELLED: Book(_K.SALE_LOWERED, _A.TRADE_RECEIVABLE, _A.TRADE_SALES),
    _K.RETURN_DUE: Book(_K.SALE_LET_OFF, _A.TRADE_REFUND, _A.TRADE_SALES),
    _K.RETURN_MADE: Book(_K.SALE_REFUNDED, _A.TRADE_REFUND, None),
}
# What a receipt brought too much came in at the bank; it was never sold for.
SURPLUS: Final = Book(_K.SALE_SURPLUS, _A.TRADE_REFUND, None)
# What moves the bank, and so waits for the line of a statement that tells of it.
AT_BANK: Final = (_K.SALE_RECEIVED, _K.SALE_SURPLUS, _K.SALE_REFUNDED)

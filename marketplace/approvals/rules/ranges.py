"""Approval of a range: so much at most, at so much landed at most, by a day at the latest."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import LARGEST_MINOR, Money, UnitPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What may be bought: of one thing, so many units at most, a landed price for one at most, leaving by a day.

    An empty ``to`` leaves the destination open.
    """

    item_id: UUID
    title: str
    unit: str
    most_quantity: int
    most_price: UnitPrice
    until: date
    to: str = ""

    @property
    def most(self) -> Money:
        """What it comes to at most."""
        return self.most_price.times(self.most_quantity)

    def check(self, *, today: date) -> None:
        """Refuse each field of a range that holds nothing."""
        errors: list[FieldError] = []
        if self.most_quantity < 1:
            errors.append(FieldError("most_quantity", "too_small", "1 or more"))
        if self.most_price.micro < 1:
            errors.append(FieldError("most_price", "positive", "more than 0"))
        most = Money(LARGEST_MINOR, self.most_price.currency)
        if not errors and self.most > most:
            errors += [FieldError(name, "too_large", f"{most} or less") for name in ("most_quantity", "most_price")]
        if self.until < today:
            errors.append(FieldError("until", "too_small", f"{today} or later"))
        if errors:
            raise Refused.fields(*errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What is to be bought of a range; a landed price that is not known is None."""

    item_id: UUID
    unit: str
    quantity: int
    price: UnitPrice | None
    departs_on: date
    to: str


class Outside(StrEnum):
    """In what something lies outside a range."""

    ITEM = "item"
    UNIT = "unit"
    QUANTITY = "quantity"
    PRICE = "price"
    DAY = "day"
    DESTINATION = "destination"


def within(allowed: Range, offered: Offered) -> tuple[Outside, ...]:
    """Return in what something lies outside a range: nothing when it is inside.

    A price that is not known, or in another currency, lies outside: no rate decides what somebody approved.
    """
    price = offered.price
    is_dear = price is None or price.currency != allowed.most_price.currency or price.micro > allowed.most_price.micro
    found = {
        Outside.ITEM: offered.item_id != allowed.item_id,
        Outside.UNIT: offered.unit != allowed.unit,
        Outside.QUANTITY: not 0 < offered.quantity <= allowed.most_quantity,
        Outside.PRICE: is_dear,
        Outside.DAY: offered.departs_on > allowed.until,
        Outside.DESTINATION: bool(allowed.to) and offered.to != allowed.to,
    }
    return tuple(part for part, lies_outside in found.items() if lies_outside)

"""What may be proposed about an order, what it changes, and what a proposal binds to."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import LARGEST_MINOR, Money, UnitPrice
from marketplace.orders.rules.cancelling import TOGETHER, Stage, may_alone
from marketplace.orders.rules.parts import Parts
from marketplace.orders.rules.states import BEFORE_PACKING, PRODUCING, LineState, OrderKind, OrderState
from marketplace.payments.rules import plans
from marketplace.payments.rules.terms import Rail

PREFIX: Final = "CHG"
# Orders for which one account is proposed together.
MOST_AT_ONCE: Final = 100


class ChangeKind(StrEnum):
    """What is to be changed."""

    REDUCE = "reduce"
    DISCOUNT = "discount"
    ADD = "add"
    CANCEL = "cancel"
    PLAN = "plan"
    PAYEE = "payee"


class ChangeState(StrEnum):
    """Where a proposal stands; ``agreed`` is accepted and waits for the day from which it binds."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"
    STOPPED = "stopped"  # by the operator


CHANGES: Final = Lifecycle[ChangeState](
    "order_change",
    {
        ChangeState.PROPOSED: {
            "accept": ChangeState.ACCEPTED,
            "agree": ChangeState.AGREED,
            "decline": ChangeState.DECLINED,
            "withdraw": ChangeState.WITHDRAWN,
            "expire": ChangeState.EXPIRED,
            "void": ChangeState.VOID,
            "stop": ChangeState.STOPPED,
        },
        ChangeState.AGREED: {
            "bind": ChangeState.ACCEPTED,
            "withdraw": ChangeState.WITHDRAWN,
            "void": ChangeState.VOID,
            "stop": ChangeState.STOPPED,
        },
    },
)
OPEN: Final = (ChangeState.PROPOSED, ChangeState.AGREED)

# What each kind has to name, and nothing else; a kind that names no line is about the whole order.
NAMES: Final[Mapping[ChangeKind, tuple[str, ...]]] = {
    ChangeKind.REDUCE: ("line", "quantity"),
    ChangeKind.DISCOUNT: ("line", "unit_price"),
    ChangeKind.ADD: ("line", "quantity", "departure"),
    ChangeKind.CANCEL: (),
    ChangeKind.PLAN: ("stages",),
    ChangeKind.PAYEE: ("payee",),
}
# The states of an order in which a kind can be proposed and accepted.
_GOES_ON: Final = (OrderState.PLACED, *PRODUCING)
WHILE: Final[Mapping[ChangeKind, tuple[OrderState, ...]]] = {
    ChangeKind.REDUCE: _GOES_ON,
    # Goods that came are cheaper by agreement too, until they are accepted.
    ChangeKind.DISCOUNT: (*_GOES_ON, OrderState.DELIVERED),
    ChangeKind.ADD: _GOES_ON,
    ChangeKind.CANCEL: _GOES_ON,
    ChangeKind.PLAN: (*_GOES_ON, OrderState.DELIVERED),
    ChangeKind.PAYEE: (*_GOES_ON, OrderState.DELIVERED),
}
# What changes how an order is paid, and nothing of its goods.
OF_PAYMENT: Final = frozenset({ChangeKind.PLAN, ChangeKind.PAYEE})
# The price of units in one of these is settled.
_PRICED: Final = frozenset(
    {LineState.ACCEPTED, LineState.RETURNED, LineState.CLOSED, LineState.REJECTED, LineState.CANCELLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is proposed; which of it is named depends on the kind."""

    kind: ChangeKind
    line: UUID | None = None
    quantity: int | None = None
    unit_price: UnitPrice | None = None
    departure: UUID | None = None
    stages: tuple[plans.Stage, ...] | None = None  # what is to come, their percentages being of that
    payee: UUID | None = None

    def check(self) -> None:
        """Refuse what the kind lacks, and what says nothing under it."""
        needed = NAMES[self.kind]
        names = ("line", "quantity", "unit_price", "departure", "stages", "payee")
        given = {name for name in names if getattr(self, name) is not None}
        errors = [FieldError(name, "required", "a value") for name in needed if name not in given]
        errors += [
            FieldError(name, "unknown_field", "only the documented fields") for name in sorted(given - set(needed))
        ]
        if errors:
            raise Refused.fields(*errors)

    def as_json(self) -> dict[str, Any]:
        """Return what is kept beside kind and line."""
        price = self.unit_price.micro if self.unit_price else None
        departure = str(self.departure) if self.departure else None
        kept = {
            "quantity": self.quantity,
            "unit_price_micro": price,
            "departure": departure,
            "stages": None if self.stages is None else plans.stages_to_json(self.stages),
            "payee": str(self.payee) if self.payee else None,
        }
        return {name: value for name, value in kept.items() if value is not None}


def terms_of(kind: ChangeKind, line: UUID | None, kept: Mapping[str, Any], currency: str) -> Terms:
    """Return terms as they were kept."""
    price, departure, stages, payee = (kept.get(name) for name in ("unit_price_micro", "departure", "stages", "payee"))
    return Terms(
        kind=kind,
        line=line,
        quantity=kept.get("quantity"),
        unit_price=None if price is None else UnitPrice(price, currency),
        departure=None if departure is None else UUID(departure),
        stages=None if stages is None else plans.stages_from_json(stages),
        payee=None if payee is None else UUID(payee),
    )


def check_state(kind: ChangeKind, state: OrderState) -> None:
    """Refuse a change of an order that is past it."""
    if state not in WHILE[kind]:
        raise Conflict("state", thing="order", state=str(state), action=str(kind), possible=[])


def unpacked(parts: Parts) -> int:
    """Count the units of a line that are not packed yet."""
    return sum(quantity for state, quantity in parts.items() if state in BEFORE_PACKING)


def unpriced(parts: Parts) -> int:
    """Count the units of a line whose price may still be lowered: neither accepted nor ended."""
    return sum(quantity for state, quantity in parts.items() if state not in _PRICED)


def reduced(price: UnitPrice, parts: Parts, quantity: int, left: Money) -> Money:
    """Return what the price of a line falls by when so many units are taken off it, at most what is left of it.

    Rounded over all its units together, so that taking them off in steps comes to the same. Refused ``quantity`` for
    none, or more than are not packed.
    """
    most = unpacked(parts)
    if not most:
        raise Conflict("nothing_unpacked")
    if not 1 <= quantity <= most:
        raise Refused.field("quantity", "range", f"1 to {most}")
    units = unpriced(parts)
    if quantity == units == sum(parts.values()) - _taken(parts):
        return left
    return min(price.times(units) - price.times(units - quantity), left)


def discounted(price: UnitPrice, new: UnitPrice, parts: Parts, left: Money) -> Money:
    """Return what the price of a line falls by at a lower unit price, something being left of it.

    Refused ``unit_price`` for one that is not lower, or at which the sum would be the same, or nothing; Conflict
    ``nothing_unpriced`` for a line of which everything is accepted or over.
    """
    units = unpriced(parts)
    if not units:
        raise Conflict("nothing_unpriced")
    if new.currency != price.currency:
        raise Refused.field("currency", "currency", price.currency)
    if not 0 < new.micro < price.micro:
        raise Refused.field("unit_price", "range", f"more than 0, less than {price}")
    lower = price.times(units) - new.times(units)
    if not lower:
        raise Refused.field("unit_price", "changes_nothing", "a lower price")
    if lower.minor >= left.minor:
        raise Refused.field("unit_price", "costs_nothing", "a higher price")
    return lower


def added(price: UnitPrice, quantity: int) -> Money:
    """Return what so many more units cost; Refused ``quantity`` for none or too many, or units that cost nothing."""
    if 1 <= quantity <= LARGEST_QUANTITY and 0 < price.times(quantity).minor <= LARGEST_MINOR:
        return price.times(quantity)
    raise Refused.field("quantity", "range", f"1 to {LARGEST_QUANTITY}")


def check_addable(*, kind: OrderKind, rail: Rail, owes_deposit: bool, is_secured: bool) -> None:
    """Refuse to add to a sample, to an order that a card paid, or to one whose deposit has not come.

    Conflict ``sample_anew``: more of the goods is bought at their own price. ``order_anew``: a charge is never raised,
    a new order charges the card again. ``deposit_first``: room and goods are not promised before it, more neither.
    """
    if kind is OrderKind.SAMPLE:
        raise Conflict("sample_anew")
    if rail is Rail.CARD:
        raise Conflict("order_anew")
    if owes_deposit and not is_secured:
        raise Conflict("deposit_first")


def check_cancellable(stage: Stage, side: str) -> None:
    """Refuse to ask for what one side may do alone, or what nobody may any longer."""
    if stage not in TOGETHER:
        raise Conflict("goods_gone")
    if may_alone(stage, side):
        raise Conflict("cancel_alone")


def binding(*, order: str, state: OrderState, lines: Sequence[Mapping[str, Any]], terms: Terms, delta: Money) -> str:
    """Return the hash that a proposal binds to: order, how far it is, the lines it is about, terms and delta.

    A confirmed order and one that another line put into fulfilment are the same to a line's change.
    """
    content = {
        "order": order,
        "state": str(OrderState.CONFIRMED if state in PRODUCING else state),
        "lines": list(lines),
        "kind": str(terms.kind),
        "line": str(terms.line) if terms.line else None,
        "terms": terms.as_json(),
        "delta_minor": delta.minor,
        "currency": delta.currency,
    }
    return _digest(content)


def binding_of_payment(*, order: str, terms: Terms, about: Mapping[str, Any]) -> str:
    """Return the hash that a proposal about paying binds to: order, terms, and what they would change of the money.

    Goods that go their way leave it as it is, unless they decide what can still be agreed.
    """
    return _digest({"order": order, "kind": str(terms.kind), "terms": terms.as_json(), "about": dict(about)})


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _taken(parts: Parts) -> int:
    return parts.get(LineState.CANCELLED, 0) + parts.get(LineState.REJECTED, 0)

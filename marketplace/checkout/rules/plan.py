"""Everything a checkout will place, frozen when its holds were taken, as one value that survives as JSON."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from marketplace.distribution.rules.freight import FreightAgreement, LineSpace
from marketplace.kernel.money import Money
from marketplace.orders.rules.placing import PlacedGroup
from marketplace.payments.rules import plans as payment_plans
from marketplace.payments.rules.terms import Mode, Plan, Rail, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One amount to authorise on a card; ``key`` names it at the provider for ever."""

    key: str
    subject_kind: SubjectKind
    subject_id: UUID
    amount: Money
    payment_method: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPlan:
    """The orders of a checkout, the room of their lines, the freight contracts, and what is charged by card."""

    group: PlacedGroup
    spaces: tuple[LineSpace, ...]
    freight: tuple[FreightAgreement, ...]
    charges: tuple[Charge, ...]

    @property
    def listing_ids(self) -> tuple[UUID, ...]:
        """The listings that are ordered."""
        return tuple(line.listing_id for order in self.group.orders for line in order.lines)

    def reference_of(self, subject_id: UUID) -> str:
        """Return the number of the order or freight contract that a charge pays."""
        return next(one.reference for one in (*self.group.orders, *self.freight) if one.id == subject_id)


# The days to pay of orders from before plans were values, while their checkout was still open.
_HOUSE_DAYS: Final = 5
_ADAPTER: Final = TypeAdapter(CheckoutPlan)


def to_json(plan: CheckoutPlan) -> dict[str, Any]:
    """Return the plan as JSON values."""
    return _ADAPTER.dump_python(plan, mode="json")


def from_json(kept: dict[str, Any]) -> CheckoutPlan:
    """Return the plan that was kept; an order of before plans were values has its preset's."""
    group = kept["group"]
    orders = [order if "agreed" in order else {**order, "agreed": _agreed(order)} for order in group["orders"]]
    return _ADAPTER.validate_python({**kept, "group": {**group, "orders": orders}})


def _agreed(order: dict[str, Any]) -> dict[str, Any]:
    return payment_plans.to_json(payment_plans.preset(Plan(order["plan"]), mode=Mode(order["mode"]), days=_HOUSE_DAYS))


def charges_of(
    checkout_id: UUID, group: PlacedGroup, freight: tuple[FreightAgreement, ...], methods: dict[UUID, str | None]
) -> tuple[Charge, ...]:
    """Return one charge for each order and each of the buyer's freight contracts that are paid by card.

    ``methods`` gives the payment method by order.
    """
    subjects = [
        (SubjectKind.ORDER, order.id, order.total, methods.get(order.id))
        for order in group.orders
        if order.rail is Rail.CARD
    ]
    subjects += [
        (SubjectKind.FREIGHT, agreement.id, agreement.total, methods.get(agreement.order_id))
        for agreement in freight
        if agreement.rail is Rail.CARD and agreement.payer_id == group.buyer_id
    ]
    return tuple(
        Charge(
            key=f"checkout:{checkout_id}:{number}",
            subject_kind=kind,
            subject_id=subject_id,
            amount=amount,
            payment_method=method,
        )
        for number, (kind, subject_id, amount, method) in enumerate(subjects, start=1)
    )

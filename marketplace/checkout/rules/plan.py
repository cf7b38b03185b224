"""Everything a checkout will place, frozen when its holds were taken, as one value that survives as JSON."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from marketplace.distribution.centre_sales.rules import CentreUnits
from marketplace.distribution.hires.rules.chosen import ChosenLorry
from marketplace.distribution.onward.rules import RideSpace
from marketplace.distribution.rules.freight import FreightAgreement, LineSpace
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules.placing import PlacedGroup
from marketplace.orders.rules.samples import Credited
from marketplace.payments.rules import plans as payment_plans
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Mode, Plan, Rail, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """One amount to authorise on a card, or to take by a local method; ``key`` names it at the provider for ever."""

    key: str
    subject_kind: SubjectKind
    subject_id: UUID
    amount: Money
    payment_method: str | None
    local_method: LocalMethod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedInsurance:
    """The insurance that the buyer wants of an order's goods; ``declared`` None for 110 per cent of their value."""

    order_id: UUID
    cover_id: UUID
    value: Money
    declared: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPlan:
    """The orders of a checkout, the room of their lines, the freight contracts, and what is charged by card.

    ``from_centre``: the units of lines that are fetched where they lie, and have no room anywhere.
    """

    group: PlacedGroup
    spaces: tuple[LineSpace, ...]
    freight: tuple[FreightAgreement, ...]
    charges: tuple[Charge, ...]
    insurance: tuple[PlannedInsurance, ...] = ()
    from_centre: tuple[CentreUnits, ...] = ()
    # The second halves of lines that change lorry.
    onward: tuple[RideSpace, ...] = ()
    # Departures that it takes all of.
    whole: tuple[ChosenLorry, ...] = ()

    @property
    def rooms(self) -> tuple[LineSpace, ...]:
        """All room that it takes, on first and on second departures."""
        return (*self.spaces, *(one.space for one in self.onward))

    @property
    def listing_ids(self) -> tuple[UUID, ...]:
        """The listings that are ordered."""
        return tuple(line.listing_id for order in self.group.orders for line in order.lines)

    @property
    def credited(self) -> tuple[Credited, ...]:
        """The samples that its lines take the credit of."""
        return tuple(
            Credited(sample_id=line.credit.sample_id, order_id=order.id, line_id=line.id, amount=line.credit.amount)
            for order in self.group.orders
            for line in order.lines
            if line.credit is not None
        )

    @property
    def is_sample(self) -> bool:
        """Whether it is a sample, which never lay in a cart."""
        return any(order.sample is not None for order in self.group.orders)

    def reference_of(self, subject_id: UUID) -> str:
        """Return the number of the order or freight contract that a charge pays."""
        return next(one.reference for one in (*self.group.orders, *self.freight) if one.id == subject_id)

    def merchant_of(self, subject_id: UUID) -> UUID:
        """Return whose goods an order buys, or a freight contract carries."""
        order_id = next((one.order_id for one in self.freight if one.id == subject_id), subject_id)
        return next(order.merchant_id for order in self.group.orders if order.id == order_id)


# The days to pay of orders from before plans were values, while their checkout was still open.
_HOUSE_DAYS: Final = 5
# Neither is named: the provider's page takes a card.
_PAGE: Final = (None, None)
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


def with_local_methods(plan: CheckoutPlan, takes: Callable[[Money], Collection[LocalMethod]]) -> CheckoutPlan:
    """Return the plan with the local methods that can be: freight in what its order's method does not take is by card.

    Refused for goods that the method cannot pay.
    """
    charges: list[Charge] = []
    for charge in plan.charges:
        able = charge.local_method is None or charge.local_method in takes(charge.amount)
        if not able and charge.subject_kind is SubjectKind.ORDER:
            raise Refused.field("payment.method", "choice", ", ".join(takes(charge.amount)) or "a card")
        charges.append(charge if able else replace(charge, local_method=None))
    return replace(plan, charges=tuple(charges))


def charges_of(
    checkout_id: UUID,
    group: PlacedGroup,
    freight: tuple[FreightAgreement, ...],
    methods: Mapping[UUID, tuple[str | None, LocalMethod | None]],
) -> tuple[Charge, ...]:
    """Return one charge for each order and each of the buyer's freight contracts that are paid by card.

    ``methods`` gives the payment method, or the local method, by order.
    """
    subjects = [
        (SubjectKind.ORDER, order.id, order.payable, methods.get(order.id, _PAGE))
        for order in group.orders
        if order.rail is Rail.CARD
    ]
    subjects += [
        (SubjectKind.FREIGHT, agreement.id, agreement.total, methods.get(agreement.order_id, _PAGE))
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
            local_method=local,
        )
        for number, (kind, subject_id, amount, (method, local)) in enumerate(subjects, start=1)
    )

"""What approvers are asked for: where goods lie, whole lorries and the freight that is owed are part of it."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from marketplace.approvals.rules.content import Carriage
from marketplace.checkout.rules.approving import order_numbers, purchase_of
from marketplace.checkout.rules.plan import CheckoutPlan
from marketplace.distribution.hires.rules.chosen import ChosenLorry, ChosenShare
from marketplace.distribution.rules.freight import Vehicle
from marketplace.kernel.money import Money, UnitPrice
from marketplace.payments.rules.plans import AgreedPlan

BUYER, MERCHANT, CENTRE = uuid4(), uuid4(), uuid4()
NOTHING = Money.of("0", "CNY")


def _plan(centre_id=None, *, is_domestic=False, number="", lines=(), whole=(), freight=()):
    order: Any = SimpleNamespace(
        merchant_id=MERCHANT,
        incoterm="FCA",
        place_code="CN-DC-CQ",
        destination="CN-DC-CQ",
        currency="CNY",
        agreed=AgreedPlan(code="on_acceptance", stages=()),
        plan="on_acceptance",
        rail="bank",
        mode="direct",
        payee=None,
        sample=None,
        centre_id=centre_id,
        is_domestic=is_domestic,
        credit=NOTHING,
        lines=lines,
        purchase_order_number=number,
    )
    group: Any = SimpleNamespace(orders=(order,), buyer_id=BUYER)
    return CheckoutPlan(group=group, spaces=(), freight=freight, charges=(), whole=whole)


def test_where_goods_lie_is_part_of_what_is_approved():
    terms = [purchase_of(plan).parts[0].terms for plan in (_plan(), _plan(CENTRE), _plan(CENTRE, is_domestic=True))]
    assert [(one.get("centre"), one.get("lies")) for one in terms] == [
        (None, None), (str(CENTRE), "bonded"), (str(CENTRE), "free"),
    ]  # fmt: skip


def test_the_buyers_numbers_are_told_by_where_goods_lie():
    plans = [_plan(), _plan(CENTRE, number="PO-1"), _plan(CENTRE, is_domestic=True, number="PO-2")]
    (bonded,), (free,) = (order_numbers(plan).items() for plan in plans[1:])
    assert order_numbers(plans[0]) == {}
    assert (bonded[1], free[1]) == ("PO-1", "PO-2")
    assert (bonded[0].rsplit(".", 1)[1], free[0].rsplit(".", 1)[1]) == ("bonded", "free")


def test_a_lorry_that_is_taken_whole_is_part_of_what_is_approved():
    line: Any = SimpleNamespace(
        id=uuid4(), listing_id=uuid4(), sku="A", titles={}, source_locale="en", quantity=1, unit="H87",
        unit_price=UnitPrice.of("1", "CNY"), amount=NOTHING, packing=None, warranty=None, kept_at=None,
        hs_code="871410", origin="CN", lead_days=None, conforms_to=None,
    )  # fmt: skip
    vehicle = Vehicle(departure_id=uuid4(), price=Money.of("500", "CNY"), free_minutes=0, waiting=NOTHING)
    lorry = ChosenLorry(
        vehicle=vehicle, shares=(ChosenShare(line_id=line.id, by_weight=NOTHING, share=vehicle.price),)
    )  # fmt: skip
    plain, whole = (purchase_of(_plan(lines=(line,), whole=some)).lines[0].promised for some in ((), (lorry,)))
    assert whole == plain | {"whole_lorry": str(vehicle.price)}


def test_freight_is_asked_for_where_the_company_owes_it_and_in_an_order_of_its_own():
    def contract(carrier, payer, amount):
        found: Any = SimpleNamespace(carrier_id=UUID(int=carrier), payer_id=payer, total=Money.of(amount, "CNY"))
        return found

    freight = (contract(2, BUYER, "7"), contract(1, BUYER, "9"), contract(3, MERCHANT, "5"), contract(1, BUYER, "8"))
    assert purchase_of(_plan(freight=freight)).carriage == tuple(
        Carriage(carrier_id=UUID(int=carrier), amount=Money.of(amount, "CNY"))
        for carrier, amount in ((1, "8"), (1, "9"), (2, "7"))
    )

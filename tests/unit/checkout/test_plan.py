"""What a checkout will place, as it is kept, and by which local method its charges are paid."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from marketplace.checkout.rules.plan import CheckoutPlan, charges_of, from_json, to_json, with_local_methods
from marketplace.distribution.onward.rules import RideSpace
from marketplace.distribution.rules.freight import FreightAgreement, FreightLine, LineSpace
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.orders.rules.incoterms import roles_of
from marketplace.orders.rules.placing import PlacedGroup, PlacedLine, PlacedOrder
from marketplace.orders.rules.samples import Credited, PlacedSample, SampleCredit, Way
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import Mode, Plan, Rail

ORDER, BUYER = uuid4(), uuid4()


def _plan(currency, method):
    order = SimpleNamespace(id=ORDER, payable=Money.of("10", currency), rail=Rail.CARD)
    freight: Any = SimpleNamespace(
        id=uuid4(), order_id=ORDER, total=Money.of("5", "USD"), rail=Rail.CARD, payer_id=BUYER
    )
    group: Any = SimpleNamespace(orders=(order,), buyer_id=BUYER)
    charges = charges_of(uuid4(), group, (freight,), {ORDER: (None, method)})
    return CheckoutPlan(group=group, spaces=(), freight=(), charges=charges)


def _takes(amount):
    return (LocalMethod.ALIPAY,) if amount.currency == "CNY" else ()


def test_freight_that_the_method_does_not_take_is_paid_by_card():
    plan = with_local_methods(_plan("CNY", LocalMethod.ALIPAY), _takes)
    assert [charge.local_method for charge in plan.charges] == [LocalMethod.ALIPAY, None]
    assert [charge.local_method for charge in with_local_methods(_plan("THB", None), _takes).charges] == [None, None]


@pytest.mark.parametrize(
    ("currency", "method", "accepted"), [("CNY", LocalMethod.PAYNOW, "alipay"), ("THB", LocalMethod.ALIPAY, "a card")]
)
def test_goods_that_the_method_does_not_take_are_refused(currency, method, accepted):
    with pytest.raises(Refused) as refused:
        with_local_methods(_plan(currency, method), _takes)
    (error,) = refused.value.errors
    assert (error.field, error.code, error.accepted) == ("payment.method", "choice", accepted)


def _line(credit=None):
    return PlacedLine(
        id=uuid4(), listing_id=uuid4(), listing_version=1, sku="A", titles={"en": "Chain"}, source_locale="en",
        hs_code="871410", origin="CN", unit="H87", quantity=10, unit_price=UnitPrice.of("1", "CNY"),
        amount=Money.of("10", "CNY"), packing=None, lead_days=None, fresh=False, credit=credit,
    )  # fmt: skip


def _order(*lines, **facts):
    seller = uuid4()
    return PlacedOrder(
        id=uuid4(), reference=f"ORD-{len(lines)}", merchant_id=seller, currency="CNY", incoterm="FCA",
        place_code="CN-NANPENG", place_names={"en": "Nanpeng"}, destination="VNHAN",
        roles=roles_of("FCA", buyer_id=BUYER, seller_id=seller), parties={},
        agreed=preset(Plan.ACCEPTANCE_100, mode=Mode.PROVIDER_HELD, days=5), mode=Mode.PROVIDER_HELD, rail=Rail.CARD,
        payee=None, commission_bp=0, tax_ids={}, fx=None, confirm_by=datetime(2026, 12, 2, 10, tzinfo=UTC),
        proforma_ends_at=None, purchase_order_number="", lines=lines, **facts,
    )  # fmt: skip


def _freight(order):
    lines = (FreightLine(line_id=uuid4(), amount=Money.of("5", "CNY"), chargeable_g=1, binding="gross"),)
    return FreightAgreement(
        id=uuid4(), reference="FRT-1", order_id=order.id, payer_id=BUYER, carrier_id=uuid4(),
        carrier=Party(name="Lorry", country="CN"), tariff_id=uuid4(), terms={}, mode=Mode.PROVIDER_HELD,
        rail=Rail.CARD, payee=None, lines=lines,
    )  # fmt: skip


def _space(line_id):
    return LineSpace(
        line_id=line_id, departure_id=uuid4(), to_place="VNHAN", load=Load(grams=12_500), quantity=10, from_stock=True,
        shipper_id=uuid4(), consignee_id=BUYER,
    )  # fmt: skip


CREDIT = SampleCredit(sample_id=uuid4(), reference="SMP-1", amount=Money.of("2", "CNY"))
PLAIN, CREDITED, OTHER = _line(), _line(CREDIT), _line()
FIRST, SECOND = _order(PLAIN, CREDITED), _order(OTHER)
FREIGHT = _freight(SECOND)
RIDE = RideSpace(line_id=PLAIN.id, change_at="CN-PINGXIANG", tariff_id=uuid4(), space=_space(uuid4()))
GROUP = PlacedGroup(
    id=uuid4(), reference="GRP-1", buyer_id=BUYER, person_id=uuid4(), checkout_id=uuid4(), orders=(FIRST, SECOND)
)
PLACED = CheckoutPlan(
    group=GROUP, spaces=(_space(PLAIN.id), _space(OTHER.id)), freight=(FREIGHT,),
    charges=charges_of(GROUP.checkout_id, GROUP, (FREIGHT,), {}), onward=(RIDE,),
)  # fmt: skip


def test_goods_that_change_lorry_take_room_on_both_departures():
    assert PLACED.rooms == (*PLACED.spaces, RIDE.space)
    assert replace(PLACED, onward=()).rooms == PLACED.spaces


def test_every_line_of_every_order_orders_its_listing():
    assert PLACED.listing_ids == (PLAIN.listing_id, CREDITED.listing_id, OTHER.listing_id)


def test_a_credited_sample_names_the_order_and_the_line_that_take_its_credit():
    assert PLACED.credited == (
        Credited(sample_id=CREDIT.sample_id, order_id=FIRST.id, line_id=CREDITED.id, amount=CREDIT.amount),
    )


def test_a_plan_is_of_a_sample_where_an_order_of_it_is_one():
    nothing = Money.zero("CNY")
    sample = PlacedSample(
        id=uuid4(), reference="SMP-2", way=Way.COURIER, goods=nothing, courier=nothing, customs=nothing, lead_days=1,
        courier_days=5, credit_days=None, credit_least=None,
    )  # fmt: skip
    assert not PLACED.is_sample
    assert replace(PLACED, group=replace(GROUP, orders=(_order(_line(), sample=sample),))).is_sample


def test_a_charge_is_called_by_what_it_pays_and_is_for_the_goods_of_that_merchant():
    subjects = [charge.subject_id for charge in PLACED.charges]
    assert [PLACED.reference_of(subject) for subject in subjects] == ["ORD-2", "ORD-1", "FRT-1"]
    assert [PLACED.merchant_of(subject) for subject in subjects] == [
        FIRST.merchant_id, SECOND.merchant_id, SECOND.merchant_id,
    ]  # fmt: skip


def test_what_is_kept_of_a_plan_is_read_back_as_it_was():
    assert from_json(to_json(PLACED)) == PLACED


def test_an_order_that_was_kept_before_plans_were_values_has_its_presets_plan():
    kept = to_json(PLACED)
    for order in kept["group"]["orders"]:
        del order["agreed"]
        order["plan"] = "deposit_30_70"
    agreed = preset(Plan.DEPOSIT_30_70, mode=Mode.PROVIDER_HELD, days=5)
    assert [order.agreed for order in from_json(kept).group.orders] == [agreed, agreed]

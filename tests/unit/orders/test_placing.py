"""What an order comes to, who stands in it, what of it is frozen, and what secures it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from marketplace.catalog.rules.packing import Packing
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.rules.classes import CommodityClass, Windows
from marketplace.orders.rules.incoterms import roles_of
from marketplace.orders.rules.placing import (
    FxSnapshot,
    PlacedGroup,
    PlacedLine,
    PlacedOrder,
    PlacedPurchase,
    TradeModel,
    frozen_line,
    frozen_order,
    owes_deposit,
    secured_by,
    total_of,
)
from marketplace.orders.rules.samples import Conforming, PlacedSample, SampleCredit, Way
from marketplace.orders.rules.states import OrderKind
from marketplace.orders.rules.temperatures import KeptAt
from marketplace.papers.rules.parts import Party
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MODE_OF_RAIL, Mode, PayeeAccount, Plan, Rail


@pytest.mark.parametrize(
    ("plan", "rail", "by"),
    [
        (Plan.DEPOSIT_30_70, Rail.BANK, "deposit"),
        (Plan.ACCEPTANCE_100, Rail.BANK, "confirmation"),
        (Plan.DEPOSIT_30_70, Rail.CARD, "card"),
        (Plan.ACCEPTANCE_100, Rail.CARD, "card"),
    ],
)
def test_what_secures_an_order(plan, rail, by):
    agreed = preset(plan, mode=MODE_OF_RAIL[rail], days=5)
    assert secured_by(rail, owes_deposit=owes_deposit(agreed, rail)) == by


def test_a_total_is_the_sum():
    assert total_of([Money(1, "CNY"), Money(2, "CNY")]) == Money(3, "CNY")


PURCHASE = PlacedPurchase(
    id=new_id(), reference="PUR-1", agreement_id=new_id(), margin_bp=500,
    payee=PayeeAccount("Demo Account", "Demo Bank", "6222", "DEMOCN22", "CN"), words="",
)  # fmt: skip


def line(price, quantity, amount, credit=None):
    taken = credit and SampleCredit(sample_id=new_id(), reference="SMP-1", amount=Money(credit, "CNY"))
    return PlacedLine(
        id=new_id(), listing_id=new_id(), listing_version=1, sku="CH-1", titles={}, source_locale="en",
        hs_code="731511", origin="CN", unit="pcs", quantity=quantity, unit_price=UnitPrice.of(price, "CNY"),
        amount=Money(amount, "CNY"), packing=None, lead_days=None, fresh=False, credit=taken,
    )  # fmt: skip


def sample(goods, courier, customs):
    return PlacedSample(
        id=new_id(), reference="SMP-1", way=Way.COURIER, goods=Money(goods, "CNY"), courier=Money(courier, "CNY"),
        customs=Money(customs, "CNY"), lead_days=1, courier_days=1, credit_days=None, credit_least=None,
    )  # fmt: skip


def test_a_line_is_bought_for_less_its_margin_and_so_is_its_credit():
    bought = PURCHASE.line(line("27.40", 400, 10_960_00, credit=90_00))
    assert (bought.unit_price, bought.customs) == (UnitPrice.of("26.03", "CNY"), None)
    assert [one.minor for one in (bought.amount, bought.credit, bought.payable)] == [10_412_00, 85_50, 10_326_50]


@pytest.mark.parametrize(
    ("price", "goods", "courier", "customs", "amount", "worth"),
    [("45", 90_00, 120_00, 90_00, 199_50, 85_50), ("0", 0, 0, 77_00, 0, 73_15), ("0", 0, 1, 1, 1, 1)],
)
def test_a_sample_is_bought_with_its_courier_and_is_worth_something(price, goods, courier, customs, amount, worth):
    bought = PURCHASE.line(line(price, 2, goods + courier), sample=sample(goods, courier, customs))
    assert (bought.amount.minor, bought.customs) == (amount, Money(worth, "CNY"))
    assert bought.payable == bought.amount


BUYER, MERCHANT, TRADER, BROKER = (new_id() for _ in range(4))
CONFIRM_BY, ENDS_AT = datetime(2026, 12, 2, 10, tzinfo=UTC), datetime(2026, 12, 9, 10, tzinfo=UTC)
LINES = (line("27.40", 400, 10_960_00, credit=90_00), line("1.00", 100, 100_00))


def order(*, lines=LINES, seller_id=None, plan=Plan.DEPOSIT_30_70, rail=Rail.BANK, **facts):
    mode = MODE_OF_RAIL[rail]
    return PlacedOrder(
        id=new_id(), reference="ORD-1", merchant_id=MERCHANT, currency="CNY", incoterm="FCA", place_code="CN-NANPENG",
        place_names={"en": "Nanpeng"}, destination="VNHAN",
        roles=roles_of("FCA", buyer_id=BUYER, seller_id=seller_id or MERCHANT),
        parties={str(BUYER): Party(name="Buyer", country="VN")}, agreed=preset(plan, mode=mode, days=5),
        mode=mode, rail=rail, payee=None, commission_bp=150, tax_ids={"buyer": "0101243150"}, fx=None,
        confirm_by=CONFIRM_BY, proforma_ends_at=ENDS_AT, purchase_order_number="PO-7", lines=lines,
        seller_id=seller_id, **facts,
    )  # fmt: skip


def group(*orders):
    return PlacedGroup(
        id=new_id(), reference="GRP-1", buyer_id=BUYER, person_id=new_id(), checkout_id=new_id(), orders=orders
    )  # fmt: skip


def test_a_credit_lessens_what_is_to_be_paid_and_not_the_total():
    credited, plain = LINES
    assert [one.payable.minor for one in LINES] == [10_870_00, 100_00]
    found = order()
    assert [one.minor for one in (found.total, found.credit, found.payable)] == [11_060_00, 90_00, 10_970_00]
    assert order(lines=(plain,)).credit == Money.zero("CNY")
    assert (credited.from_stock, replace(credited, lead_days=0).from_stock) == (True, False)


def test_a_sample_is_an_order_of_its_kind_that_a_courier_takes_or_a_lorry():
    by_courier = sample(90_00, 120_00, 90_00)
    found = [order(), order(sample=by_courier), order(sample=replace(by_courier, way=Way.LORRY))]
    assert [(one.kind, one.by_courier) for one in found] == [
        (OrderKind.BULK, False), (OrderKind.SAMPLE, True), (OrderKind.SAMPLE, False),
    ]  # fmt: skip


def test_the_buyers_contract_is_with_the_trading_company_where_one_sells():
    assert (order().sold_by, order(seller_id=TRADER).sold_by) == (MERCHANT, TRADER)


def test_what_is_sold_on_is_bought_line_by_line_and_nothing_where_the_merchant_sells():
    found = order(seller_id=TRADER, purchase=PURCHASE).bought
    assert [(one.line_id, one.amount.minor, one.payable.minor) for one in found] == [
        (LINES[0].id, 10_412_00, 10_326_50), (LINES[1].id, 95_00, 95_00),
    ]  # fmt: skip
    assert order().bought == ()


@pytest.mark.parametrize(
    ("plan", "rail", "owed"),
    [
        (Plan.DEPOSIT_30_70, Rail.BANK, True),
        (Plan.DEPOSIT_30_70, Rail.CARD, False),
        (Plan.ACCEPTANCE_100, Rail.BANK, False),
    ],
)
def test_an_order_names_its_plan_and_owes_a_deposit_by_bank_alone(plan, rail, owed):
    found = order(plan=plan, rail=rail)
    assert (found.plan, found.owes_deposit) == (plan, owed)


def test_an_order_keeps_its_terms_its_roles_and_its_sums():
    placed = order()
    bundle = group(placed)
    assert frozen_order(bundle, placed) == {
        "reference": "ORD-1", "group_id": bundle.id, "buyer_id": BUYER, "merchant_id": MERCHANT, "seller_id": None,
        "currency": "CNY", "kind": OrderKind.BULK, "by_courier": False, "centre_id": None, "is_domestic": False,
        "total_minor": 11_060_00, "credit_minor": 90_00, "incoterm": "FCA", "place_code": "CN-NANPENG",
        "place_names": {"en": "Nanpeng"}, "destination": "VNHAN", "plan": "deposit_30_70", "mode": Mode.DIRECT,
        "rail": Rail.BANK, "trade_model": TradeModel.SELLER_EXPORTS, "exporter_id": MERCHANT, "importer_id": BUYER,
        "consignee_id": BUYER, "notify_id": BUYER, "brokers": [],
        "costs": {"freight": "buyer", "insurance": "buyer", "duty": "buyer"},
        "parties": {
            str(BUYER): {
                "name": "Buyer", "country": "VN", "address": "", "registration_number": "", "tax_id": "", "contact": "",
            },
        },
        "payee": None, "commission_bp": 150, "tax_ids": {"buyer": "0101243150"}, "fx": None,
        "purchase_order_number": "PO-7", "cost_centre": "", "confirm_by": CONFIRM_BY, "proforma_ends_at": ENDS_AT,
    }  # fmt: skip


def test_an_order_of_a_trading_company_keeps_seller_payee_brokers_and_the_rate_that_was_shown():
    fx = FxSnapshot(quote="VND", rate="3600", source="HMRC", date="2026-11-01")
    sold = order(seller_id=TRADER, sample=sample(90_00, 120_00, 90_00), centre_id=BROKER, is_domestic=True)
    placed = replace(sold, payee=PURCHASE.payee, fx=fx, roles=replace(sold.roles, brokers=(BROKER,)), cost_centre="C-1")
    found = frozen_order(group(placed), placed)
    assert (found["seller_id"], found["trade_model"], found["exporter_id"]) == (TRADER, TradeModel.BUY_SELL, TRADER)
    assert (found["kind"], found["by_courier"]) == (OrderKind.SAMPLE, True)
    assert (found["centre_id"], found["is_domestic"], found["cost_centre"]) == (BROKER, True, "C-1")
    assert (found["brokers"], found["payee"]) == ([str(BROKER)], PURCHASE.payee.as_json())
    assert found["fx"] == {"quote": "VND", "rate": "3600", "source": "HMRC", "date": "2026-11-01"}


def test_a_line_keeps_its_goods_and_its_price_and_names_the_credited_sample():
    placed = order()
    sold = LINES[0]
    assert frozen_line(placed, 2, sold) == {
        "credit_minor": 90_00, "customs_minor": None, "sample": {"credited": "SMP-1"}, "order_id": placed.id,
        "position": 2, "listing_id": sold.listing_id, "listing_version": 1, "sku": "CH-1", "titles": {},
        "source_locale": "en", "hs_code": "731511", "origin": "CN", "unit": "pcs", "quantity": 400,
        "unit_price_micro": 27_400_000, "amount_minor": 10_960_00, "packing": None, "lead_days": None, "fresh": False,
        "windows": None, "warranty": None, "kept_at": None,
    }  # fmt: skip


def test_a_line_keeps_what_was_promised_of_its_goods():
    promised = replace(
        LINES[1],
        packing=Packing(carton_units=10, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000),
        windows=Windows(CommodityClass.FRESH, hours=24, days=None, hidden_days=3, late_day_bp=50, late_most_bp=500),
        warranty={"months": 12},
        kept_at=KeptAt(200, 400),
        lead_days=7,
    )
    found = frozen_line(order(), 1, promised)
    assert (found["credit_minor"], found["sample"]) == (0, None)
    assert found["packing"] == {
        "carton_units": 10, "length_mm": 500, "width_mm": 400, "height_mm": 300, "gross_g": 12_500, "net_g": 11_000,
        "stackable": True,
    }  # fmt: skip
    assert found["windows"] == {
        "commodity": "fresh", "hours": 24, "days": None, "hidden_days": 3, "late_day_bp": 50, "late_most_bp": 500,
    }  # fmt: skip
    assert (found["warranty"], found["lead_days"]) == ({"months": 12}, 7)
    assert found["kept_at"] == {"least_centi": 200, "most_centi": 400}


def test_a_line_names_the_sample_that_it_is_and_the_approved_one_that_it_has_to_be_like():
    of_sample = frozen_line(order(sample=sample(90_00, 120_00, 77_00)), 1, LINES[1])
    assert (of_sample["customs_minor"], of_sample["sample"]) == (77_00, {"reference": "SMP-1", "courier_minor": 120_00})
    approved = Conforming(reference="SMP-2", approved_at=CONFIRM_BY, content_hash="ab" * 32)
    like = frozen_line(order(), 1, replace(LINES[1], conforms_to=approved))
    assert like["sample"] == {
        "conforms_to": {"reference": "SMP-2", "approved_at": "2026-12-02T10:00:00+00:00", "content_hash": "ab" * 32},
    }  # fmt: skip

"""What secures an order, and sums."""

import pytest

from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.rules.placing import PlacedLine, PlacedPurchase, owes_deposit, secured_by, total_of
from marketplace.orders.rules.samples import PlacedSample, SampleCredit, Way
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import MODE_OF_RAIL, PayeeAccount, Plan, Rail


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

"""What the trading company pays of what it is paid: no cent lost between the two prices, whatever happens to them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.payments.rules import trading as rules
from marketplace.payments.rules.trading import MOST_MARGIN, AgreementState, Margin

TODAY = date(2026, 11, 28)
margins = st.integers(0, MOST_MARGIN).map(Margin)
minors = st.integers(1, 10**12)


@given(margins, minors)
def test_a_purchase_names_its_sale_and_back(margin, minor):
    purchase = margin.purchase(Money(minor, "CNY"))
    assert 0 < purchase.minor <= minor
    assert margin.purchase(margin.sale(purchase)) == purchase
    price = margin.price(UnitPrice(minor, "CNY"))
    assert margin.price(margin.sale_price(price)) == price


@given(margins, minors, st.integers(1, 10**5))
def test_a_line_is_never_bought_for_more_than_it_is_sold(margin, micro, quantity):
    price = UnitPrice(micro, "VND")
    sale = max(price.times(quantity), Money(1, "VND"))
    bought = margin.line(price, quantity, sale=sale)
    assert 0 < bought.minor <= sale.minor


@given(margins, minors, st.data())
def test_whatever_falls_off_the_sale_the_margin_stays_between_nothing_and_all(margin, minor, data):
    sale = Money(minor, "THB")
    purchase = margin.purchase(sale)
    while sale and data.draw(st.booleans()):
        amount = Money(data.draw(st.integers(1, sale.minor)), "THB")
        part = margin.let_off(amount, sale_left=sale, purchase_left=purchase)
        sale, purchase = sale - amount, purchase - part
        assert 0 <= purchase.minor <= sale.minor
    if not sale:
        assert not purchase


@given(margins, st.integers(1, 10**6), st.integers(1, 10**4), st.data())
def test_a_credit_and_a_value_for_customs_follow_the_price(margin, micro, quantity, data):
    price = UnitPrice(micro, "CNY")
    sale = max(price.times(quantity), Money(2, "CNY"))
    bought = margin.line(price, quantity, sale=sale)
    credit = Money(data.draw(st.integers(1, sale.minor - 1)), "CNY")
    taken = margin.credit(credit, sale=sale, purchase=bought)
    assert 0 < (bought - taken).minor <= (sale - credit).minor
    assert 0 < margin.worth(sale).minor <= sale.minor
    assert not margin.line(UnitPrice(0, "CNY"), quantity, sale=Money(0, "CNY"))


@given(margins, minors, st.data())
def test_an_offer_of_a_merchant_is_read_back_as_it_was_made(margin, minor, data):
    value = Money(minor, "CNY")
    offer = Money(data.draw(st.integers(0, margin.purchase(value).minor)), "CNY")
    passed_on = margin.offered(offer, of=value)
    assert margin.purchase(passed_on) == offer
    assert passed_on.minor <= value.minor


def test_all_of_a_purchase_is_all_of_its_sale():
    value = Money(100, "CNY")
    assert Margin(300).offered(Money(97, "CNY"), of=value) == value
    assert Margin(300).let_off(value, sale_left=value, purchase_left=Money(97, "CNY")) == Money(97, "CNY")


@pytest.mark.parametrize("wrong", [-1, MOST_MARGIN + 1])
def test_a_margin_has_its_bounds(wrong):
    rules.check_margin(MOST_MARGIN)
    with pytest.raises(Refused):
        rules.check_margin(wrong)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (TODAY - timedelta(1), None),
        (TODAY, TODAY - timedelta(1)),
        (TODAY, TODAY.replace(year=TODAY.year + 6)),
    ],
)
def test_days_on_which_nothing_could_be_bought_are_refused(begins, ends):
    rules.check_days(begins=TODAY, ends=None, today=TODAY)
    rules.check_days(begins=TODAY, ends=TODAY, today=TODAY)
    with pytest.raises(Refused):
        rules.check_days(begins=begins, ends=ends, today=TODAY)


def test_an_agreement_holds_on_its_days():
    agreed = AgreementState.AGREED
    assert rules.holds(agreed, begins=TODAY, ends=TODAY, today=TODAY)
    assert rules.holds(agreed, begins=TODAY, ends=None, today=TODAY)
    assert not rules.holds(agreed, begins=TODAY + timedelta(1), ends=None, today=TODAY)
    assert not rules.holds(agreed, begins=TODAY, ends=TODAY, today=TODAY + timedelta(1))
    assert not rules.holds(AgreementState.OFFERED, begins=TODAY, ends=None, today=TODAY)


def test_an_offer_that_is_over_cannot_be_answered():
    rules.check_answerable(is_late=False)
    with pytest.raises(Conflict):
        rules.check_answerable(is_late=True)


def test_a_purchase_has_a_cause_of_its_own():
    purchase, cause = new_id(), new_id()
    assert rules.cause_of(purchase, cause) == rules.cause_of(purchase, cause) != rules.cause_of(cause, purchase)


@pytest.mark.parametrize(("basis_points", "said"), [(250, "2.5"), (4_000, "40"), (0, "0"), (5, "0.05")])
def test_a_margin_is_said_in_percent(basis_points, said):
    assert Margin(basis_points).percent == said

"""Which local ways to pay are offered for what."""

import pytest

from marketplace.kernel.money import Money
from marketplace.payments.rules.local_methods import LocalMethod, named, offered

M = LocalMethod


@pytest.mark.parametrize(
    ("amount", "currency", "country", "methods"),
    [
        ("100", "SGD", "SG", (M.ALIPAY, M.GRABPAY, M.PAYNOW, M.WECHAT_PAY)),
        ("200000", "SGD", "SG", (M.ALIPAY, M.GRABPAY, M.PAYNOW, M.WECHAT_PAY)),
        ("200000.01", "SGD", "SG", (M.ALIPAY, M.GRABPAY, M.WECHAT_PAY)),
        ("100", "CNY", "SG", (M.ALIPAY, M.WECHAT_PAY)),
        ("100", "THB", "SG", ()),
        ("100", "THB", "TH", (M.PROMPTPAY,)),
        ("100", "MYR", "MY", (M.ALIPAY, M.FPX, M.GRABPAY)),
        ("100", "SGD", "US", ()),
    ],
)
def test_a_method_is_offered_where_its_country_takes_the_currency(amount, currency, country, methods):
    assert offered(Money.of(amount, currency), country=country, enabled=tuple(M)) == methods


def test_only_what_is_switched_on_is_offered():
    price = Money.of("100", "SGD")
    assert offered(price, country="SG", enabled=named("paynow, fpx")) == (M.PAYNOW,)
    assert offered(price, country="SG", enabled=named("")) == ()
    assert named("all") == tuple(M)
    with pytest.raises(ValueError, match="cowries"):
        named("paynow,cowries")

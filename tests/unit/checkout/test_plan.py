"""By which local method the charges of a checkout are paid."""

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from marketplace.checkout.rules.plan import CheckoutPlan, charges_of, with_local_methods
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.payments.rules.local_methods import LocalMethod
from marketplace.payments.rules.terms import Rail

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

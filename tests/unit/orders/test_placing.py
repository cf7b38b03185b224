"""What secures an order, and sums."""

import pytest

from marketplace.kernel.money import Money
from marketplace.orders.rules.placing import owes_deposit, secured_by, total_of
from marketplace.payments.rules.plans import preset
from marketplace.payments.rules.terms import Mode, Plan


@pytest.mark.parametrize(
    ("plan", "mode", "by"),
    [
        (Plan.DEPOSIT_30_70, Mode.DIRECT, "deposit"),
        (Plan.ACCEPTANCE_100, Mode.DIRECT, "confirmation"),
        (Plan.DEPOSIT_30_70, Mode.PROVIDER_HELD, "card"),
        (Plan.ACCEPTANCE_100, Mode.PROVIDER_HELD, "card"),
    ],
)
def test_what_secures_an_order(plan, mode, by):
    agreed = preset(plan, mode=mode, days=5)
    assert secured_by(mode, owes_deposit=owes_deposit(agreed, mode)) == by


def test_a_total_is_the_sum():
    assert total_of([Money(1, "CNY"), Money(2, "CNY")]) == Money(3, "CNY")

"""A freight is explained: by components, beside a whole lorry, and as a share that falls as the lorry fills."""

from marketplace.kernel.money import Money
from marketplace.kernel.quantity import Load
from marketplace.logistics.pricing.rules.made import Shares, made
from marketplace.logistics.pricing.rules.making import Component
from marketplace.logistics.pricing.rules.terms import PLAIN, FillStep, Terms, WholeLorry

LORRY = Load(24_000_000, 80_000_000, 13_600, 33)
PARTS = (Component("base", Money.of(900, "CNY")), Component("fuel", Money.of(100, "CNY")))


def test_a_plain_tariff_has_components_alone():
    found = made(PARTS[:1], PLAIN, whole_from_g=None, taken=Load(pallets=33), capacity=LORRY)
    assert (found.components, found.whole, found.shares, found.is_fictitious) == (PARTS[:1], None, None, False)


def test_a_share_is_what_is_left_of_all_components():
    whole = WholeLorry(Money.of(9_000, "CNY"), 0, Money.of(80, "CNY"))
    terms = Terms(whole=whole, fill=(FillStep(50, 9_500), FillStep(90, 8_000)), lorry_g=1, is_fictitious=True)
    found = made(PARTS, terms, whole_from_g=9_400_000, taken=Load(pallets=20), capacity=LORRY)
    assert found.shares == Shares(60, Money.of(950, "CNY"), Money.of(800, "CNY"))
    assert (found.whole, found.whole_from_g, found.is_fictitious) == (Money.of(9_000, "CNY"), 9_400_000, True)

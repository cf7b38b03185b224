"""The demo's tariffs make sense in every currency that its lines charge."""

import pytest

from marketplace.kernel.money import Money, UnitPrice
from marketplace.logistics.pricing.rules import making
from marketplace.logistics.pricing.rules.terms import errors_of
from marketplace.seed import network
from marketplace.seed.tariffs import terms

CHARGED = sorted({(stop.per_kg, line.currency) for line in network.LINES for stop in line.stops if stop.per_kg})


@pytest.mark.parametrize(("per_kg", "currency"), CHARGED)
def test_the_terms_of_a_demo_line_make_sense(per_kg, currency):
    price = UnitPrice.of(per_kg, currency)
    found = terms(per_kg, currency, crosses=True, tranships=True)
    assert errors_of(found, per_kg=price) == []
    assert found.is_fictitious
    nothing = Money.zero(currency)
    assert 5_000_000 < (making.whole_from(per_kg=price, minimum=nothing, terms=found) or 0) < 16_000_000

"""What merchants offer of samples: read whole, refused by name, with numbers and ways that are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details import samples
from marketplace.catalog.rules.details.samples import SampleOffer
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money

PLAIN = {"price": "12.50", "currency": "CNY", "lead_days": 3}
WHOLE = PLAIN | {
    "customs_value": "10", "least": 2, "most": 4, "per_buyer": 6, "lorry": False, "courier_fee": "30",
    "courier_days": 5, "credit_days": 90, "credit_least": 400,
}  # fmt: skip


def refused(fields, *names, read=samples.parse):
    with pytest.raises(Refused) as refusal:
        read(fields)
    assert [error.field for error in refusal.value.errors] == list(names)


@pytest.mark.parametrize("given_", [PLAIN, WHOLE])
def test_what_is_read_reads_back(given_):
    offer = samples.parse(given_)
    assert samples.parse(offer.document) == offer == samples.offer_of(offer.document)


def test_an_offer_of_before_says_little_more_than_a_price():
    offer = samples.offer_of(PLAIN)
    assert (offer.least, offer.most, offer.per_buyer, offer.ways) == (1, 5, 5, ("lorry",))
    assert (offer.credit_days, offer.customs(2)) == (None, Money.of("25", "CNY"))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"price": "0"}, ("customs_value",)),
        ({"price": "0", "customs_value": "0"}, ("customs_value",)),
        ({"customs_value": "0.001"}, ("customs_value",)),
        ({"least": 6, "most": 5}, ("most",)),
        ({"most": 5, "per_buyer": 4}, ("per_buyer",)),
        ({"least": 0}, ("least",)),
        ({"courier_fee": "30"}, ("courier_days",)),
        ({"courier_days": 5}, ("courier_fee",)),
        ({"lorry": False}, ("lorry",)),
        ({"credit_least": 5}, ("credit_days",)),
        ({"credit_least": 5, "credit_days": 0}, ("credit_days",)),
        ({"currency": "XXX", "price": "", "lead_days": ""}, ("currency", "price", "lead_days")),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(change, fields):
    refused(PLAIN | change, *fields)


def test_credit_without_a_quantity_is_for_any():
    assert samples.parse(PLAIN | {"credit_days": 30}).credit_least == 1


def test_a_courier_costs_his_fee_and_the_lorry_nothing_here():
    offer = samples.parse(WHOLE | {"lorry": True})
    assert offer.ways == ("courier", "lorry")
    assert (offer.fee("courier"), offer.fee("lorry")) == (Money.of("30", "CNY"), Money.zero("CNY"))
    assert samples.parse(WHOLE).ways == ("courier",)


@pytest.mark.parametrize(
    ("quantity", "way", "had", "field"),
    [
        (2, "lorry", 0, "way"),
        (1, "courier", 0, "quantity"),
        (5, "courier", 0, "quantity"),
        (3, "courier", 4, "quantity"),
        (2, "courier", 5, "quantity"),
    ],
)
def test_numbers_and_ways_are_kept(quantity, way, had, field):
    offer = samples.parse(WHOLE)
    offer.check(2, way="courier", had=4)
    refused(None, field, read=lambda _: offer.check(quantity, way=way, had=had))


def test_what_is_not_said_yet_is_not_refused():
    offer = samples.parse(WHOLE)
    offer.check(None, way=None, had=9)
    refused(None, "way", read=lambda _: offer.check(None, way="lorry", had=0))
    refused(None, "quantity", read=lambda _: offer.check(1, way=None, had=0))


def test_a_free_sample_nobody_valued_cannot_be_ordered():
    offer = SampleOffer(price="0", currency="CNY", lead_days=1)
    refused(None, "sample", read=lambda _: offer.check(1, way="lorry", had=0))


@given(
    st.decimals("0", "9999", places=2),
    st.one_of(st.none(), st.decimals("0.01", "9999", places=2)),
    st.integers(1, 1000),
)
def test_a_sample_is_always_worth_something_to_customs(price, value, quantity):
    fields = PLAIN | {"price": f"{price:f}", "customs_value": f"{value:f}" if value is not None else None}
    if not price and value is None:
        refused(fields, "customs_value")
        return
    offer = samples.parse(fields)
    assert offer.customs(quantity).minor > 0
    assert offer.goods(quantity) == Money.of(price * quantity, "CNY")
    assert samples.price(offer.document) == offer.goods(1)

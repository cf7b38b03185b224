"""What of an offer may be put into a cart, and which lines name the same goods twice."""

from uuid import uuid4

import pytest

from marketplace.kernel.errors import DomainError, NotFound
from marketplace.orders.rules.carts import Wish, check, check_named_once
from tests.support.carts import LADDERS, offer

BUYER = uuid4()


def wish(found, quantity=10, **basis):
    return Wish(listing_id=found.listing_id, quantity=quantity, **basis)


def test_a_wish_comes_to_the_first_ladder_that_fits():
    found = offer()
    assert check(wish(found), found, company_id=BUYER).ladder == LADDERS[0]
    chosen = check(wish(found, 20, incoterm="DAP"), found, company_id=BUYER)
    assert (chosen.ladder, chosen.quantity, chosen.country) == (LADDERS[1], 20, "CN")


@pytest.mark.parametrize(
    ("changes", "asked", "field", "code"),
    [
        ({"merchant_id": BUYER}, {}, "listing", "own_goods"),
        ({"packing": None}, {}, "listing", "packing_unknown"),
        ({}, {"quantity": 15}, "quantity", "quantity_multiple"),
        ({"ladders": ()}, {}, "listing", "price_hidden"),
        ({}, {"currency": "USD"}, "price_basis", "price_basis"),
    ],
)
def test_each_refusal_names_its_field(changes, asked, field, code):
    found = offer(**changes)
    with pytest.raises(DomainError) as refusal:
        check(wish(found, **asked), found, company_id=BUYER)
    assert [(error.field, error.code) for error in refusal.value.errors] == [(field, code)]


def test_what_is_not_live_is_not_found():
    with pytest.raises(NotFound):
        check(wish(offer()), None, company_id=BUYER)


def test_the_second_line_for_the_same_goods_names_the_first():
    one, other = wish(offer()), wish(offer())
    refusals = check_named_once([one, other, one])
    assert refusals[:2] == (None, None)
    assert (refusals[2].code, refusals[2].facts) == ("line_twice", {"line": 1})

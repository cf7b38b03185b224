"""Why saved goods cannot go into a cart."""

from decimal import Decimal
from uuid import uuid4

import pytest

from marketplace.catalog.rules.pricing import make_ladder
from marketplace.exchange.rules.lists import LONGEST_NAME, LONGEST_NOTE, check_name, check_note, obstacle, on_basis
from marketplace.kernel.errors import Refused
from tests.support.carts import offer

BUYER = uuid4()
BASIS = ("CNY", "FCA", "CN-NANPENG")


def why(found, quantity=10, basis=BASIS, company_id=BUYER):
    fault = obstacle(found, quantity=quantity, basis=basis, company_id=company_id)
    return fault and (fault.field, fault.code)


def test_goods_that_are_as_they_were_saved_can_go():
    assert why(offer()) is None
    assert on_basis(offer(), BASIS) == make_ladder(*BASIS, price=Decimal("27.405"))


def test_each_obstacle_is_named():
    mine = offer()
    assert why(None) == ("listing", "listing_gone")
    assert why(mine, company_id=mine.merchant_id) == ("listing", "own_goods")
    assert why(offer(packing=None)) == ("listing", "packing_unknown")
    assert why(offer(), quantity=15) == ("quantity", "quantity_multiple")
    assert why(offer(), basis=("USD", "FCA", "CN-NANPENG")) == ("price_basis", "price_basis")
    assert why(offer(ladders=())) == ("listing", "price_hidden")


def test_names_and_notes_end_and_lose_their_margins():
    assert (check_name(" Durians "), check_note(" for June ")) == ("Durians", "for June")
    for check, text, code in (
        (check_name, " ", "required"),
        (check_name, "x" * (LONGEST_NAME + 1), "too_long"),
        (check_note, "x" * (LONGEST_NOTE + 1), "too_long"),
    ):
        with pytest.raises(Refused) as refusal:
            check(text)
        assert [error.code for error in refusal.value.errors] == [code]

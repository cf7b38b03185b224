"""What may be sold from a distribution centre: bonded goods as an import, free ones by a domestic seller."""

from dataclasses import replace

import pytest

from marketplace.distribution.centres.rules import Basis, Sale, check_sale
from marketplace.kernel.errors import Refused
from marketplace.logistics.centres.rules.lots import Status

IMPORT, LOCAL, HOME = Basis("CNY", "DAP", "VN"), Basis("VND", "FCA", "VN"), Basis("CNY", "FCA", "CN")
SALE = Sale(Status.FREE, "VN", "VND", "VN", (HOME, IMPORT, LOCAL))


def refused(sale):
    with pytest.raises(Refused) as caught:
        check_sale(sale)
    return [(error.field, error.accepted) for error in caught.value.errors]


def test_free_goods_are_sold_by_a_domestic_seller_in_local_currency():
    assert check_sale(SALE) is LOCAL
    abroad = replace(SALE, seller_country="CN")
    assert refused(abroad) == [("seller", "a company of VN")]
    assert refused(replace(abroad, bases=(HOME, IMPORT))) == [
        ("seller", "a company of VN"), ("currency", "VND at a place in VN"),
    ]  # fmt: skip


def test_bonded_goods_are_sold_as_an_import_by_anybody():
    bonded = replace(SALE, status=Status.BONDED, seller_country="CN")
    assert check_sale(bonded) is IMPORT
    assert refused(replace(bonded, bases=(HOME,))) == [("basis", "FCA or DAP at a place in VN")]


def test_imports_are_sold_onward_in_chongqing_in_the_same_way():
    onward = Sale(Status.FREE, "CN", "CNY", "CN", (HOME,))
    assert check_sale(onward) is HOME
    assert refused(replace(onward, seller_country="VN")) == [("seller", "a company of CN")]

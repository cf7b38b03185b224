"""An order's page is written by one clock: that of the reader's company."""

import re

import pytest

from tests.support.visitors import Visitor
from tests.support.ways import Way

pytestmark = pytest.mark.both_databases
AXIS = re.compile(r'<section class="axis">.*?</section>', re.DOTALL)


def test_goods_and_transport_stand_on_the_clock_of_the_readers_company(app, call, market, operator):
    way = Way(call, market, operator).secure()
    way.pack()
    way.hand_over()
    for name, body in (
        ("close", {}),
        ("load", {}),
        ("seal", {"seal_number": "CN-7"}),
        ("depart", {}),
    ):
        way.act(name, **body)
    for reader, own in ((market.buyer, "UTC+07"), (market.merchant, "UTC+08")):
        page = Visitor(app)
        page.log_in(reader.login)
        goods, transport, *_ = AXIS.findall(page.open(f"/orders/{way.order_id}"))
        for axis in (goods, transport):
            assert set(re.findall(r"UTC[+-]\d\d", axis)) == {own}

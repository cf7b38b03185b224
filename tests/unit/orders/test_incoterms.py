"""Who pays what, and who stands where."""

from uuid import uuid4

import pytest

from marketplace.orders.rules.incoterms import costs_of, roles_of
from marketplace.reference.rules import INCOTERMS

BUYER, MERCHANT = uuid4(), uuid4()


@pytest.mark.parametrize(
    ("rule", "freight", "insurance", "duty"),
    [("FCA", "buyer", "buyer", "buyer"), ("DAP", "seller", "seller", "buyer"), ("CPT", "seller", "buyer", "buyer"),
     ("CIP", "seller", "seller", "buyer"), ("DDP", "seller", "seller", "seller"), ("EXW", "buyer", "buyer", "buyer"),
     ("DPU", "seller", "seller", "buyer")],
)  # fmt: skip
def test_the_rule_says_who_pays(rule, freight, insurance, duty):
    costs = costs_of(rule)
    assert (costs.freight, costs.insurance, costs.duty) == (freight, insurance, duty)


@pytest.mark.parametrize("rule", INCOTERMS)
def test_where_the_seller_exports_the_buyer_imports(rule):
    roles = roles_of(rule, buyer_id=BUYER, seller_id=MERCHANT)
    assert (roles.exporter_id, roles.importer_id) == (MERCHANT, BUYER)
    assert (roles.consignee_id, roles.notify_id, roles.brokers) == (BUYER, BUYER, ())


def test_duty_paid_by_the_seller_makes_him_the_importer():
    assert roles_of("DDP", buyer_id=BUYER, seller_id=MERCHANT).importer_id == MERCHANT

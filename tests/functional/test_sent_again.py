"""A form that the browser went back to: what was typed stays, and goes through when it is sent again."""

import pytest

from tests import factories
from tests.support.visitors import Visitor


@pytest.fixture
def seller(app):
    found = factories.open_market(app)
    visitor = Visitor(app)
    visitor.log_in(found.merchant.login)
    return visitor


def rows(shown):
    return [name for name in ("Yard A", "Yard B") if name in shown]


def test_a_form_sent_before_with_other_content_comes_back_and_can_be_sent_again(seller):
    form = "/merchant/warehouses"
    seller.open(form)
    key = seller.hidden(form)["idempotency_key"]
    seller.send(form, {"name": "Yard A"})
    seller.open(form)
    seller.send(form, {"name": "Yard B", "idempotency_key": key}, 422)
    assert "This form was sent already, with other content." in seller.text()
    assert "Idempotency-Key" not in seller.shown
    assert 'value="Yard B"' in seller.shown
    seller.send(form, {"name": "Yard B"})
    assert rows(seller.open(form)) == ["Yard A", "Yard B"]

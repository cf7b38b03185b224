"""Two at once: one company asks twice, two members answer one request."""

import sqlalchemy as sa

from marketplace.catalog.customer_prices.models import Audience, PriceRequest
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import Conflict
from tests import factories
from tests.support.racing import before_the_end_of_the_other


def test_one_company_asks_once_and_is_answered_once(app):
    market, now = factories.open_market(app), clock.now()
    seller, buyer = market.merchant.actor, market.buyer.actor
    with unit_of_work() as session:
        showing.show(
            session, listing_id=market.chains, visibility=Visibility.ON_REQUEST, named=Named(), actor=seller, now=now
        )

    def ask(session):
        return showing.ask(session, listing_id=market.chains, quantity=400, actor=buyer, now=now)

    first, second = before_the_end_of_the_other(app, ask, ask)
    assert first == second

    def answer(action):
        return lambda session: showing.answer(session, request_id=first, action=action, actor=seller, now=now)

    results = before_the_end_of_the_other(app, answer("grant"), answer("decline"))
    assert len([result for result in results if isinstance(result, Conflict)]) == 1
    with unit_of_work() as session:
        request = session.get_one(PriceRequest, first)
        named = session.scalar(sa.select(sa.func.count()).where(Audience.subject == market.chains))
        assert named == (1 if request.state is RequestState.GRANTED else 0)

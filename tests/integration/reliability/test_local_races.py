"""Money that is taken before its order: whoever comes first, it is held for the order or goes back, once."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.checkout.flows import finishing, sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.rules.states import AttemptState
from marketplace.kernel import clock
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.models.plans import Payment
from marketplace.payments.rules.cards import CardState
from marketplace.payments.rules.paying import PaymentState
from tests.conftest import SOAK
from tests.integration.reliability.crowd import PACK
from tests.integration.reliability.test_money_races import settle
from tests.support.cards import bring_notices, double_of
from tests.support.invariants import fresh
from tests.support.racing import at_once

ALIPAY = {"rail": "card", "plan": "acceptance_100", "method": "alipay"}
HOUR = 3600
TRIES = 100 if SOAK else 4


def _pay(app, url):
    """Choose the method on the provider's page and confirm at the bank."""
    visitor = app.test_client()
    chosen = visitor.post("/" + url.split("/", 3)[3], data={"card": "alipay", "act": "pay"})
    return visitor.post("/" + chosen.location.split("/", 3)[3], data={"act": "pay"}).status_code


@pytest.mark.soak
def test_paid_placed_and_expired_at_once_the_money_is_held_or_back(town):
    double = double_of(town.app)
    buyer, goods = town.buyers[0], town.offer(PACK * (TRIES + 1))
    chance, ends = random.Random(12), Counter()
    for turn in range(TRIES):
        (asked,) = town.checkouts([[(goods, PACK)]], ALIPAY)
        begun = town.call(buyer, "/checkout", key=f"{asked.key}-{turn}", **asked.body)
        assert begun.status == 202, begun
        attempt_id = UUID(begun.body["id"])
        wanted = sa.select(CardCharge.page_url).where(CardCharge.key.contains(str(attempt_id)))
        pages = list(fresh().scalars(wanted).all())
        late = pages.pop() if turn % 2 else None
        for page in pages:
            assert _pay(town.app, page) == 303
        over = clock.now() + timedelta(seconds=HOUR)
        acts = [
            partial(town.call, buyer, f"/checkout/{attempt_id}/completion"),
            partial(finishing.advance, attempt_id=attempt_id, now=clock.now()),
            partial(bring_notices, double),
            *(
                [partial(_pay, town.app, late), partial(sweeping.finish, attempt_id=attempt_id, now=over)]
                if late
                else []
            ),
        ]
        chance.shuffle(acts)
        at_once(town.app, acts)
        clock.set_offset(HOUR)  # what the sweeper asked for is due at its hour
        sweeping.finish(attempt_id=attempt_id, now=clock.now())
        session = settle(town)
        clock.set_offset(0)
        ended = session.get(CheckoutAttempt, attempt_id)
        charges = session.scalars(sa.select(CardCharge).where(CardCharge.key.contains(str(attempt_id)))).all()
        ends[ended.state] += 1
        if ended.state is AttemptState.ORDERED:
            paid = session.scalars(
                sa.select(Payment.state).where(Payment.subject_id.in_([one.subject_id for one in charges]))
            ).all()
            assert set(paid) == {PaymentState.CAPTURED}
            assert {one.state for one in charges} == {CardState.CAPTURED}
        else:
            assert {one.state for one in charges} <= {CardState.REFUNDED, CardState.CANCELLED}
    assert ends[AttemptState.ORDERED] >= 1
    assert town.is_sound()

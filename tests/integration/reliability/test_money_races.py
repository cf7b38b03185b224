"""What happens while somebody pays, cancels, delivers or decides: docs/reliability.md, C7, C8, C9, C11 and I3."""

import random
import re
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.audit.models import AuditRow
from marketplace.catalog import flows as catalog
from marketplace.catalog.models import Stock
from marketplace.catalog.services import listings
from marketplace.checkout.flows import finishing, sweeping
from marketplace.checkout.models import CheckoutAttempt
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError
from marketplace.logistics import flows as lorries
from marketplace.moderation import services as moderation
from marketplace.moderation.models import Case
from marketplace.orders.models import Order, OrderLine
from marketplace.outbox.models import OutboxJob
from marketplace.outbox.rules import JobState
from marketplace.payments.flows import cards
from marketplace.payments.models.cards import CardCharge
from marketplace.payments.rules.cards import GIVE_BACK, IN_FLIGHT
from marketplace.reports import queries as reports
from marketplace.worker import runner
from tests import factories
from tests.conftest import SOAK
from tests.integration.reliability.crowd import BANK, CARD, PACK
from tests.support.cards import bring_notices, double_of, pay_on
from tests.support.invariants import fresh
from tests.support.racing import at_once
from tests.support.visitors import Visitor

pytestmark = pytest.mark.slow

PAGE = {"rail": "card", "plan": "acceptance_100"}
TRIES = 200 if SOAK else 3
DECISIONS = 100 if SOAK else 3


def settle(town):
    """Let everything come to its end: checkouts, charges, notices, jobs."""
    later = clock.now() + IN_FLIGHT * 2
    cards.reconcile(later)
    sweeping.finish_checkouts(now=later)
    bring_notices(double_of(town.app))
    back = sa.select(OutboxJob.id).where(OutboxJob.name == GIVE_BACK, OutboxJob.state != JobState.DONE)
    for job_id in fresh().scalars(back).all():
        assert runner.run(town.app, job_id)
    return fresh()


def charges_of(session, subject_id):
    return session.scalars(sa.select(CardCharge).where(CardCharge.subject_id == subject_id)).all()


def test_c7_what_is_captured_is_what_is_owed_however_the_cart_changes_meanwhile(town):
    double_of(town.app)
    chance = random.Random(7)
    buyer = town.buyers[0]
    goods, more = town.offer(PACK * 2 * TRIES), town.offer(PACK * TRIES)
    for turn in range(TRIES):
        in_unit_of_work(partial(reprice, town=town, listing_id=goods, price="27.40"))
        (asked,) = town.checkouts([[(goods, PACK)]], PAGE)
        begun = town.call(buyer, "/checkout", key=f"{asked.key}-{turn}", **asked.body)
        assert begun.status == 202, begun
        pages = fresh().scalars(sa.select(CardCharge.page_url).where(CardCharge.key.contains(begun.body["id"]))).all()

        for page in pages:
            pay_on(town.app, page)
        edits = [
            partial(town.call, buyer, f"/cart/lines/{goods}", method="PUT", quantity=PACK * 3),
            partial(town.call, buyer, f"/cart/lines/{more}", method="PUT", quantity=PACK),
            partial(in_unit_of_work, partial(reprice, town=town, listing_id=goods, price="31.00")),
        ]
        # The buyer comes back from the page while the city looks by itself, and somebody else edits.
        pay = partial(town.call, buyer, f"/checkout/{begun.body['id']}/completion")
        look = partial(finishing.advance, attempt_id=UUID(begun.body["id"]), now=clock.now())
        paid, seen, *_ = at_once(town.app, [pay, look, look, *chance.sample(edits, 2)])
        assert not isinstance(seen, DomainError), seen
        assert paid.status == 200, paid
        session = settle(town)
        for order_id in map(UUID, paid.body["order_ids"]):
            order = session.get(Order, order_id)
            lines = session.scalars(sa.select(OrderLine.amount_minor).where(OrderLine.order_id == order_id))
            (charge,) = charges_of(session, order_id)
            assert order.total_minor == sum(lines) == charge.captured_minor == 27_40 * PACK
    assert town.is_sound()


def reprice(session, *, town, listing_id, price):
    draft = replace(factories.DRAFT, sku=town.skus[listing_id], ladders=(factories.ladder(price=price),))
    actor = town.market.merchant.actor
    listings.edit(session, actor=actor, listing_id=listing_id, draft=draft, now=clock.now())


def test_c8_cancelled_paid_and_packed_at_once_has_one_winner_and_the_money_follows(town):
    double_of(town.app)
    buyer, merchant = town.buyers[0], town.market.merchant
    goods = town.offer(PACK * (TRIES + 1))
    chance, ends = random.Random(8), Counter()
    for turn in range(TRIES):
        payment = BANK if turn % 2 else CARD | {"plan": "deposit_30_70"}
        (asked,) = town.checkouts([[(goods, PACK)]], payment)
        (order_id,) = town.call(buyer, "/checkout", key=f"{asked.key}-{turn}", **asked.body).body["order_ids"]
        order = town.call(buyer, f"/orders/{order_id}", method="GET").body
        (line,) = order["lines"]

        def pay(order=order, order_id=order_id):
            if order["payments"][0]["state"] == "captured":
                return town.call(merchant, f"/orders/{order_id}/confirmation")  # releases the deposit that is held
            amount, day = order["payments"][0]["amount"]["amount"], clock.now().date().isoformat()
            return town.call(
                merchant, f"/payments/{order['payments'][0]['id']}/confirmation", amount=amount, received_on=day
            )

        def deliver(order_id=order_id, line=line):
            town.call(merchant, f"/orders/{order_id}/confirmation")
            return town.call(merchant, f"/order-lines/{line['id']}/packing", cartons=1)

        wait = chance.uniform(0, 0.15) if turn != 2 else 2  # once for sure it comes when the goods are packed

        def cancel(order_id=order_id, wait=wait):
            time.sleep(wait)
            return town.call(buyer, f"/orders/{order_id}/cancellation")

        if turn // 2 % 2:  # half of the orders are confirmed before
            town.call(merchant, f"/orders/{order_id}/confirmation")
        acts = [cancel, pay, deliver]
        told = at_once(town.app, acts)
        assert {one.status for one in told} <= {200, 201, 204, 409, 422}, told
        session = settle(town)
        row = session.get(Order, UUID(order_id))
        ends[str(row.state)] += 1
        assert row.state in ("cancelled", "confirmed", "in_fulfilment"), row.state
        is_over = row.state == "cancelled"
        assert (told[0].status == 204) is is_over, told
        assert (told[2].status == 201) is not is_over, told  # what is packed is no longer cancelled, nor the reverse
        for charge in charges_of(session, row.id):
            assert charge.refunded_minor == (charge.captured_minor if is_over else 0)
        stock = session.scalars(sa.select(Stock).where(Stock.listing_id == goods)).one()
        assert stock.allocated + stock.held == PACK * (turn + 1 - ends["cancelled"])
    assert reports.check(fresh()) == []
    print(f"C8: {dict(ends)}")


def test_c9_of_two_reviewers_who_decide_at_once_one_has_the_word(town):
    """Moderation here; approvals of companies, of payouts and of merchants have tests of their own: see the table."""
    for turn in range(DECISIONS):
        with unit_of_work() as session:
            seller = town.market.merchant.actor
            draft = replace(factories.DRAFT, sku=f"N-{turn}")
            listing_id = listings.create(session, actor=seller, draft=draft, now=clock.now())
            listings.submit(session, actor=seller, listing_id=listing_id, now=clock.now())
        case_id = fresh().scalars(sa.select(Case.id).where(Case.listing_id == listing_id)).one()
        told = at_once(town.app, [partial(decide, case_id, said) for said in ("approve", "reject")])
        (refused,) = [one for one in told if isinstance(one, DomainError)]
        state = fresh().get(Case, case_id).state
        assert (type(refused), refused.code) == (Conflict, "state")
        assert refused.facts["state"] == state
        assert state in told
        said = sa.select(AuditRow.action).where(AuditRow.subject_id == case_id, AuditRow.action.like("moderation.%"))
        assert len(fresh().scalars(said).all()) == 1
    assert reports.check(fresh()) == []


def decide(case_id, said):
    return in_unit_of_work(
        lambda session: moderation.decide(
            session, actor=factories.moderator(), case_id=case_id, decision=said, reason="So.", now=clock.now()
        )
    )


def test_c11_goods_whose_hold_ends_while_they_are_paid_for_are_sold_once_or_the_money_goes_back(town):
    double_of(town.app)
    chance = random.Random(11)
    first, second = town.buyers[:2]
    ends = Counter()
    for turn in range(TRIES):
        goods = town.offer(PACK)
        asked = town.checkouts([[(goods, PACK)]] * 2, PAGE)
        begun = town.call(first, "/checkout", key=asked[0].key, **asked[0].body)
        assert begun.status == 202, begun
        attempt_id = UUID(begun.body["id"])
        over = fresh().get(CheckoutAttempt, attempt_id).expires_at
        pages = fresh().scalars(sa.select(CardCharge.page_url).where(CardCharge.key.contains(str(attempt_id)))).all()
        moments = [over + timedelta(milliseconds=chance.randint(-100, 100)) for _ in range(2)]

        def pay(pages=pages, attempt_id=attempt_id, now=moments[0]):
            for page in pages:
                pay_on(town.app, page)
            return finishing.advance(attempt_id=attempt_id, now=now)

        waits = [chance.uniform(0, 0.4) for _ in range(2)]

        def end(now=moments[1], wait=waits[0]):
            time.sleep(wait)
            catalog.expire_holds(now=now)
            lorries.expire_holds(now=now)
            sweeping.finish_checkouts(now=now)

        def buy(asked=asked[1], wait=waits[1]):
            time.sleep(wait)
            return town.call(second, "/checkout", key=asked.key, **(asked.body | {"payment": BANK}))

        if turn == 0:  # once for sure: another has the goods, and the payment comes a moment before its time is over
            catalog.expire_holds(now=over)
            bought = buy()
            (paid,) = at_once(town.app, [partial(pay, now=over - timedelta(milliseconds=1))])
            assert bought.status == 201, bought
        else:
            paid, _, bought = at_once(town.app, [pay, end, buy])
        assert bought.status in (201, 409), bought
        sweeping.finish_checkouts(now=over + timedelta(minutes=5))
        session = settle(town)
        orders = session.scalars(
            sa.select(Order).join(OrderLine, OrderLine.order_id == Order.id).where(OrderLine.listing_id == goods)
        ).all()
        assert len(orders) <= 1, (paid, bought)
        assert [order.buyer_id for order in orders if order.rail == "bank"] == [second.company] * (bought.status == 201)
        stock = session.scalars(sa.select(Stock).where(Stock.listing_id == goods)).one()
        assert stock.allocated + stock.held == PACK * len(orders)
        mine = session.scalars(sa.select(CardCharge).where(CardCharge.key.contains(str(attempt_id)))).all()
        kept = sum(one.captured_minor - one.refunded_minor for one in mine if one.subject_kind == "order")
        assert kept == sum(order.total_minor for order in orders if order.rail == "card")
        ends[orders[0].rail if orders else "nobody"] += 1
    assert town.is_sound()
    print(f"C11: {dict(ends)}")


def test_i3_a_form_that_is_clicked_twice_places_one_order(town):
    buyer = town.buyers[0]
    for turn in range(20 if SOAK else 2):
        goods = town.offer(PACK * 10)
        town.fill([[(goods, PACK)]])
        browser = Visitor(town.app)
        browser.log_in(buyer.login)
        browser.open("/checkout")
        (payment,) = set(re.findall(r'name="(payment\.[^"]+)"', browser.shown))
        form = browser.hidden("/checkout") | {
            payment: "bank acceptance_100", "total": re.findall(r'name="total" value="([^"]+)"', browser.shown),
        }  # fmt: skip
        clients = [town.app.test_client() for _ in range(4 if turn % 2 else 2)]
        for client in clients:
            client._cookies = dict(browser.client._cookies)
        answers = at_once(town.app, [partial(client.post, "/checkout", data=form) for client in clients])
        assert {one.status_code for one in answers} <= {303, 409}, [one.status_code for one in answers]
        assert len({one.headers["Location"] for one in answers if one.status_code == 303}) == 1
        assert town.sold(goods) == PACK
    assert town.is_sound()

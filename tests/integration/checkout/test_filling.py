"""Many lines go into a cart at once: each as if it were put there alone, and each other says why."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace import reactions
from marketplace.catalog.models import ListingNumber
from marketplace.catalog.queries import named
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.services import details, listings
from marketplace.checkout.rules.quick import Asked
from marketplace.checkout.services import filling
from marketplace.kernel import clock, events
from marketplace.kernel.checks import Promises
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Refused
from marketplace.moderation import services as moderation
from marketplace.moderation.models import Case
from marketplace.orders.models import Cart
from marketplace.orders.queries import checks
from marketplace.orders.queries.carts import cart_of
from marketplace.orders.rules.carts import Wish
from marketplace.reports import queries as reports
from tests import factories


def in_cart(market):
    actor = market.buyer.actor
    return [
        (line.listing_id, line.quantity)
        for line in cart_of(reading(), company_id=actor.company, person_id=actor.person).lines
    ]


def fill(market, *wishes, keep=False, to=factories.HANOI):
    with unit_of_work() as session:
        results = filling.fill(
            session, wishes=wishes, keep=keep, to=to, actor=market.buyer.actor, now=clock.now() + timedelta(seconds=1)
        )
    return [
        None if result.refusal is None else (result.refusal.errors or (result.refusal,))[0].code for result in results
    ]


def part(market, numbers):
    """Put a part on sale with the numbers it goes by."""
    actor, now = market.merchant.actor, clock.now()
    with unit_of_work() as session:
        listing_id = listings.create(session, actor=actor, draft=replace(factories.DRAFT, sku="OE-1"), now=now)
        details.put(session, actor=actor, listing_id=listing_id, documents={DetailKind.PARTS: numbers}, now=now)
        listings.submit(session, actor=actor, listing_id=listing_id, now=now)
        events.dispatch(session, reactions.TABLE)
        case_id = session.scalars(sa.select(Case.id).where(Case.listing_id == listing_id)).one()
        actor = factories.moderator()
        moderation.decide(session, actor=actor, case_id=case_id, decision="approve", reason="", now=now)
    return listing_id


def test_lines_are_set_or_kept_and_stay_in_their_order(market):
    chains, pads = market.chains, market.pads
    wish = Wish(listing_id=chains, quantity=400)
    assert fill(market, Wish(listing_id=pads, quantity=80), wish) == [None, None]
    assert in_cart(market) == [(pads, 80), (chains, 400)]
    more = Wish(listing_id=chains, quantity=800)
    assert fill(market, more, wish) == [None, "line_twice"]
    assert in_cart(market) == [(pads, 80), (chains, 800)]
    assert fill(market, wish, keep=True) == ["in_cart"]
    assert in_cart(market) == [(pads, 80), (chains, 800)]
    assert fill(market) == []


def test_a_place_no_lorry_goes_to_is_said_of_the_lines_it_is_about(market):
    to_bangkok = [Wish(listing_id=market.chains, quantity=400), Wish(listing_id=market.pads, quantity=80)]
    # The pads are brought to Hanoi by their price, wherever the rest goes.
    assert fill(market, *to_bangkok, to="THBKK") == ["no_departure", None]
    with pytest.raises(Refused):
        fill(market, *to_bangkok, to="nowhere")
    assert fill(market, to_bangkok[0], to=None) == ["no_departure"]
    with unit_of_work() as session:
        session.execute(sa.update(Cart).values(destination=None))
    # A cart that goes nowhere yet asks for that itself.
    assert fill(market, to_bangkok[0], to=None) == [None]


def test_a_full_cart_takes_what_it_has_room_for(market):
    with unit_of_work() as session:
        more = [
            factories.listing(session, market.merchant.actor, sku=f"F-{number}", now=clock.now()) for number in range(3)
        ]
        first = [Wish(listing_id=market.chains, quantity=400), Wish(listing_id=more[0], quantity=40)]
    assert fill(market, *first) == [None, None]
    rest = [Wish(listing_id=listing_id, quantity=80) for listing_id in more]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("marketplace.orders.services.carts.MOST_LINES", 3)
        assert fill(market, *rest) == [None, None, "cart_full"]
    assert in_cart(market) == [(market.chains, 400), (more[0], 80), (more[1], 80)]


def test_goods_go_by_every_number_while_they_are_on_sale(market):
    def found(number):
        return [row.listing_id for row in named.by_number(reading(), numbers=[number])[number]]

    assert found("ch 428-116") == [market.chains]
    assert found("nothing") == []
    assert named.by_number(reading(), numbers=[]) == {}
    drafted = part(
        market, {"manufacturer": "KMC", "number": "KMC 11", "crosses": [{"brand": "DID", "number": "DID-22"}]}
    )
    with unit_of_work() as session:
        results = filling.order(
            session,
            lines=[Asked(sku="did22", quantity=40), Asked(sku="x", quantity=1), Asked(sku="OE-1", quantity=40)],
            to=None,
            actor=market.buyer.actor,
            now=clock.now(),
        )
    assert [result.listing_id for result in results] == [drafted, None, drafted]
    assert results[2].refusal.facts == {"line": 1}
    with unit_of_work() as session:
        listings.act(session, actor=market.merchant.actor, listing_id=drafted, action="pause", now=clock.now())
    assert found("KMC11") == []
    assert reading().scalars(sa.select(ListingNumber).where(ListingNumber.listing_id == drafted)).all() == []


def test_carts_and_numbers_that_do_not_hold_are_found(market):
    assert fill(market, Wish(listing_id=market.chains, quantity=400), Wish(listing_id=market.pads, quantity=80)) == [
        None, None,
    ]  # fmt: skip
    with unit_of_work() as session:
        session.execute(sa.delete(ListingNumber).where(ListingNumber.listing_id == market.pads))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checks, "MOST_LINES", 1)
        # Asked anew: the question that the city asks may be written already, with as many as there are.
        known = checks._PROMISES
        patch.setattr(checks, "_PROMISES", Promises(known._invariant, *known._promises))
        found = {(breach.subject, breach.what) for breach in reports.check(reading())}
    assert found == {("cart", "holds too many lines"), ("listing", "the goods have no number to order by")}

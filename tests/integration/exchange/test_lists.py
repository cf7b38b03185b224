"""Saved lists are their person's or shared, bounded, priced as saved and as now, and gone goods stay on them."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import Membership
from marketplace.accounts.queries import acting
from marketplace.catalog.services import listings
from marketplace.exchange.models.lists import SavedItem, SavedList
from marketplace.exchange.queries import lists as queries
from marketplace.exchange.rules import lists as rules
from marketplace.exchange.services import lists
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.invariants import fresh


def create(actor, name="Spring", *, is_shared=False):
    with unit_of_work() as session:
        return lists.create(session, actor=actor, name=name, is_shared=is_shared, now=clock.now())


def put(actor, list_id, listing_id, quantity=None, **more):
    with unit_of_work() as session:
        lists.put(
            session, actor=actor, list_id=list_id, listing_id=listing_id, quantity=quantity, now=clock.now(), **more
        )


def items(actor, list_id):
    return queries.items(fresh(), list_id=list_id, company_id=actor.company, now=clock.now())


def colleague(app, market):
    """Let somebody join the buyer who buys and leads nobody."""
    now = clock.now()
    (other,) = factories.more_buyers(app, 1)
    with unit_of_work() as session:
        session.add(
            Membership(
                id=new_id(), person_id=other.actor.person, company_id=market.buyer.company, roles=["purchasing"],
                created_at=now,
            )
        )  # fmt: skip
        session.flush()
        return acting.actor_of(session, person_id=other.actor.person, company_id=market.buyer.company)


def test_a_list_is_its_persons_until_it_is_shared(app, market):
    mine, mate = market.buyer.actor, colleague(app, market)
    made = create(mine)
    with pytest.raises(NotFound):
        put(mate, made, market.chains)
    with unit_of_work() as session:
        lists.change(session, actor=mine, list_id=made, name=None, is_shared=True, now=clock.now())
    put(mate, made, market.chains)
    seen = queries.lists(reading(), company_id=mate.company, person_id=mate.person)
    assert [(row.name, row.is_mine, row.items) for row in seen] == [("Spring", False, 1)]
    for act in (
        lambda session: lists.change(session, actor=mate, list_id=made, name="Mine", is_shared=None, now=clock.now()),
        lambda session: lists.remove(session, actor=mate, list_id=made, now=clock.now()),
    ):
        with pytest.raises(NotAllowed), unit_of_work() as session:
            act(session)
    with pytest.raises(NotFound):
        put(market.thai.actor, made, market.chains)
    with unit_of_work() as session:
        lists.remove(session, actor=mine, list_id=made, now=clock.now())
    assert queries.lists(reading(), company_id=mate.company, person_id=mate.person) == ()


def test_quantities_are_those_that_are_sold(market):
    made = create(market.buyer.actor)
    put(market.buyer.actor, made, market.chains)
    assert [item.quantity for item in items(market.buyer.actor, made)] == [40]
    for wrong, accepted in ((90, "80 or 120"), (1, "40 or more")):
        with pytest.raises(Refused) as refusal:
            put(market.buyer.actor, made, market.chains, wrong)
        assert refusal.value.errors[0].accepted == accepted
    with pytest.raises(Refused) as refusal:
        put(market.buyer.actor, made, market.chains, 80, currency="USD")
    assert refusal.value.errors[0].field == "price_basis"
    with pytest.raises(Refused):
        put(market.buyer.actor, made, market.chains, 80, note="x" * (rules.LONGEST_NOTE + 1))
    put(market.buyer.actor, made, market.chains, 80, note=" for Tet ")
    (item,) = items(market.buyer.actor, made)
    assert (item.quantity, item.note, item.obstacle) == (80, "for Tet", None)


def test_prices_then_and_now_and_what_is_gone(market):
    made = create(market.buyer.actor)
    put(market.buyer.actor, made, market.chains, 80)
    put(market.buyer.actor, made, market.pads)
    with unit_of_work() as session:
        dearer = replace(factories.DRAFT, ladders=(factories.ladder(price="30.00"),))
        listings.edit(session, actor=market.merchant.actor, listing_id=market.chains, draft=dearer, now=clock.now())
        listings.act(session, actor=market.thai.actor, listing_id=market.pads, action="pause", now=clock.now())
    chains, pads = items(market.buyer.actor, made)
    assert (f"{chains.saved_price.amount:.2f}", f"{chains.price.amount:.2f}") == ("27.40", "30.00")
    assert (chains.has_risen, chains.has_fallen) == (True, False)
    assert (pads.title, pads.offer, pads.price, pads.obstacle.code) == ("Brake pads", None, None, "listing_gone")
    with unit_of_work() as session:
        other = replace(factories.DRAFT, moq=200, multiple=200, ladders=(factories.ladder(price="30.00", moq=200),))
        listings.edit(session, actor=market.merchant.actor, listing_id=market.chains, draft=other, now=clock.now())
    chains, _ = items(market.buyer.actor, made)
    assert (chains.obstacle.code, chains.obstacle.accepted) == ("quantity_minimum", "200 or more")


def test_lists_and_lines_are_bounded_however_many_come_at_once(market, at_once, monkeypatch):
    monkeypatch.setattr(rules, "MOST_LISTS", 2)
    actor = market.buyer.actor
    results = at_once(
        lambda session, number: lists.create(
            session, actor=actor, name=f"List {number}", is_shared=False, now=clock.now()
        ),
        *range(5),
    )
    assert results.count("lists_full") == 3
    monkeypatch.setattr(rules, "MOST_ITEMS", 1)
    made = queries.lists(fresh(), company_id=actor.company, person_id=actor.person)[0].id
    goods = (market.chains, market.pads)
    results = at_once(
        lambda session, listing: lists.put(session, actor=actor, list_id=made, listing_id=listing, now=clock.now()),
        *goods,
    )
    assert sorted(map(str, results)) == ["None", "list_full"]
    with pytest.raises(Conflict):
        create(actor)


def test_the_lists_of_an_erased_person(app, market):
    mate = colleague(app, market)
    own, shared = create(mate), create(mate, "Shared", is_shared=True)
    for made in (own, shared):
        put(mate, made, market.chains, note="Ask Hoa.")
    mine = queries.of_person(reading(), person_id=mate.person)
    assert {row["name"] for row in mine["saved_lists"]} == {"Spring", "Shared"}
    assert [row["note"] for row in mine["saved_goods"]] == ["Ask Hoa."] * 2
    with unit_of_work() as session:
        lists.on_person_erased(session, PersonErased(person_id=mate.person, at=clock.now()))
    assert reading().scalars(sa.select(SavedList.id)).all() == [shared]
    assert reading().scalars(sa.select(SavedItem.note)).all() == [""]


def test_names_are_short_and_not_empty(market):
    for wrong in (" ", "x" * (rules.LONGEST_NAME + 1)):
        with pytest.raises(Refused):
            create(market.buyer.actor, wrong)

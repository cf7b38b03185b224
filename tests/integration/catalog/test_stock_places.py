"""Units lie in warehouses: what is sold is their sum, whatever leaves, comes, or is set by whom."""

import contextlib
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.models import AuditRow
from marketplace.catalog.models import Stock
from marketplace.catalog.queries import checks
from marketplace.catalog.services import listings, stock, stock_places
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.models import StockPlace
from marketplace.catalog.warehouses.rules import MOST_WAREHOUSES, Figure
from marketplace.catalog.warehouses.services import own
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work, write_put_off
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests import factories
from tests.integration.catalog.conftest import NOW, actor_in, merchant, publish
from tests.integration.catalog.test_stock import claim, counts
from tests.support.invariants import fresh
from tests.support.racing import before_the_end_of_the_other


@pytest.fixture
def houses(session, seller):
    return [own.add(session, actor=seller, name=name, place="", now=NOW) for name in ("One", "Two", "Three")]


@pytest.fixture
def goods(session, seller, houses):
    listing_id = publish(session, seller, stock=100)
    put(session, seller, listing_id, {houses[0]: 60, houses[1]: 40})
    return listing_id


def put(session, actor, listing_id, units):
    figures = [Figure(warehouse_id, number) for warehouse_id, number in units.items()]
    return stock_places.set_places(session, actor=actor, listing_id=listing_id, figures=figures, now=NOW)


def lying(session, actor, listing_id):
    on_hand = counts(session, listing_id)[0]
    found = queries.lying(session, company_id=actor.company, listing_id=listing_id, on_hand=on_hand)
    return [row.on_hand for row in found.places] if found.is_split else None


def broken(session):
    return [*checks.breaches(session), *queries.breaches(session)]


def promise(session, listing_id, quantity):
    line = new_id()
    claim(session, listing_id, quantity, line)
    stock.allocate(session, subject=line, now=NOW)
    return line


def actions(session):
    write_put_off(session)
    return list(session.scalars(sa.select(AuditRow.action).order_by(AuditRow.id)))


def test_warehouses_are_named_put_in_order_and_retired(session, seller, houses):
    def names():
        return [row.name for row in queries.warehouses(session, company_id=seller.company)]

    assert names() == ["One", "Two", "Three"]
    for taken in ("one", " ＯＮＥ "):
        with pytest.raises(Refused, match="fields"):
            own.add(session, actor=seller, name=taken, place="", now=NOW)
        with pytest.raises(Refused):
            own.rename(session, actor=seller, warehouse_id=houses[1], name=taken, place="", now=NOW)
    for _ in range(2):
        own.rename(session, actor=seller, warehouse_id=houses[0], name="ONE", place="Chongqing", now=NOW)
    own.move_up(session, actor=seller, warehouse_id=houses[2], now=NOW)
    assert names() == ["ONE", "Three", "Two"]
    for _ in range(2):
        own.move_up(session, actor=seller, warehouse_id=houses[2], now=NOW)
    assert names() == ["Three", "ONE", "Two"]
    own.retire(session, actor=seller, warehouse_id=houses[0], now=NOW)
    with pytest.raises(NotFound):
        own.retire(session, actor=seller, warehouse_id=houses[0], now=NOW)
    own.add(session, actor=seller, name="one", place="", now=NOW)
    assert names() == ["Three", "Two", "one"]
    assert [name for name in actions(session) if name.startswith("warehouse.")] == [
        *["warehouse.added"] * 3, "warehouse.renamed", "warehouse.moved_up", "warehouse.moved_up", "warehouse.retired",
        "warehouse.added",
    ]  # fmt: skip


def test_there_are_so_many_warehouses_at_most(session, seller):
    for number in range(MOST_WAREHOUSES):
        own.add(session, actor=seller, name=f"W{number}", place="", now=NOW)
    with pytest.raises(Conflict, match="warehouses_full"):
        own.add(session, actor=seller, name="one more", place="", now=NOW)


def test_warehouses_of_others_are_none(session, seller, houses, goods):
    rival = merchant(session, name="Rival")
    for act in (own.move_up, own.retire):
        for warehouse_id in (houses[1], new_id()):
            with pytest.raises(NotFound):
                act(session, actor=rival, warehouse_id=warehouse_id, now=NOW)
    with pytest.raises(NotFound):
        own.rename(session, actor=rival, warehouse_id=houses[1], name="Mine", place="", now=NOW)
    with pytest.raises(NotFound):
        put(session, rival, goods, {houses[1]: 1})
    theirs = own.add(session, actor=rival, name="One", place="", now=NOW)
    for unknown in (theirs, new_id()):
        with pytest.raises(Refused) as refusal:
            put(session, seller, goods, {houses[0]: 1, unknown: 1})
        assert [(error.field, error.code) for error in refusal.value.errors] == [("places.1.warehouse_id", "unknown")]
    with pytest.raises(NotAllowed):
        own.add(session, actor=actor_in(seller.company, role=Role.FINANCE), name="X", place="", now=NOW)


def test_one_figure_becomes_several_and_one_again(session, seller, houses):
    listing_id = publish(session, seller, stock=100)
    assert lying(session, seller, listing_id) is None
    assert put(session, seller, listing_id, {houses[0]: 70, houses[2]: 30}) == (100, 0)
    assert lying(session, seller, listing_id) == [70, 0, 30]
    assert put(session, seller, listing_id, {houses[1]: 5}) == (105, 5)
    assert put(session, seller, listing_id, {houses[1]: 5}) == (105, 0)
    assert lying(session, seller, listing_id) == [70, 5, 30]
    for _ in range(2):
        stock_places.join(session, actor=seller, listing_id=listing_id, now=NOW)
    assert (lying(session, seller, listing_id), counts(session, listing_id)[0]) == (None, 105)
    listings.set_stock(session, actor=seller, listing_id=listing_id, on_hand=50, now=NOW)
    assert lying(session, seller, listing_id) is None
    assert [name for name in actions(session) if "places" in name] == [
        "listing.places_set", "listing.places_set", "listing.places_joined",
    ]  # fmt: skip
    assert broken(session) == []


def test_what_leaves_is_taken_in_the_merchants_order(session, seller, houses, goods):
    line = promise(session, goods, 80)
    assert lying(session, seller, goods) == [60, 40, 0]
    stock.ship(session, subject=line, quantity=30, now=NOW)
    assert lying(session, seller, goods) == [30, 40, 0]
    own.move_up(session, actor=seller, warehouse_id=houses[1], now=NOW)
    for _ in range(2):
        stock.ship(session, subject=line, quantity=75, now=NOW)
    assert lying(session, seller, goods) == [0, 25, 0]
    stock.release(session, subject=line, now=NOW, reason="short")
    assert lying(session, seller, goods) == [0, 25, 0]
    # What comes back to the shelf is put into the first.
    stock.set_on_hand(session, listing_id=goods, on_hand=55, now=NOW)
    assert lying(session, seller, goods) == [30, 25, 0]
    assert broken(session) == []


def test_a_new_total_goes_the_same_way_whoever_sets_it(session, seller, houses, goods):
    listings.set_stock(session, actor=seller, listing_id=goods, on_hand=110, now=NOW)
    assert lying(session, seller, goods) == [70, 40, 0]
    draft = listings.draft_of(session, actor=seller, listing_id=goods)
    edited = replace(draft, stock=35)
    listings.edit(session, actor=seller, listing_id=goods, draft=edited, now=NOW)
    assert lying(session, seller, goods) == [0, 35, 0]
    made = replace(draft, stock=None, lead_days=9)
    listings.edit(session, actor=seller, listing_id=goods, draft=made, now=NOW)
    assert lying(session, seller, goods) == [0, 0, 0]
    for act in (
        lambda: put(session, seller, goods, {houses[0]: 1}),
        lambda: stock_places.join(session, actor=seller, listing_id=goods, now=NOW),
    ):
        with pytest.raises(Conflict, match="made_to_order"):
            act()
    listings.edit(session, actor=seller, listing_id=goods, draft=edited, now=NOW)
    assert lying(session, seller, goods) == [35, 0, 0]
    assert broken(session) == []


def test_places_are_not_set_below_what_is_promised(session, seller, houses, goods):
    promise(session, goods, 50)
    claim(session, goods, 20)
    with pytest.raises(Refused) as refusal:
        put(session, seller, goods, {houses[1]: 0, houses[0]: 55})
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("places.0.on_hand", "places_promised", "15 or more")
    assert error.facts["promised"] == 70
    assert put(session, seller, goods, {houses[1]: 15, houses[0]: 55}) == (70, -30)
    assert broken(session) == []


def test_who_empties_every_warehouse_sells_out_and_units_bring_it_back(session, seller, houses, goods):
    put(session, seller, goods, {houses[0]: 0, houses[1]: 0})
    assert listings.own(session, actor=seller, listing_id=goods).state == "sold_out"
    put(session, seller, goods, {houses[2]: 3})
    assert listings.own(session, actor=seller, listing_id=goods).state == "live"


def test_a_warehouse_with_units_is_not_retired(session, seller, houses, goods):
    with pytest.raises(Conflict) as refusal:
        own.retire(session, actor=seller, warehouse_id=houses[0], now=NOW)
    assert refusal.value.facts["units"] == 60
    put(session, seller, goods, {houses[0]: 0})
    own.retire(session, actor=seller, warehouse_id=houses[0], now=NOW)
    stock.set_on_hand(session, listing_id=goods, on_hand=41, now=NOW)
    assert lying(session, seller, goods) == [41, 0]
    assert broken(session) == []


def test_falsified_places_are_found(session, seller, houses, goods):
    session.execute(sa.update(StockPlace).where(StockPlace.warehouse_id == houses[0]).values(on_hand=61))
    assert {breach.what for breach in queries.breaches(session)} == {"the places do not sum to the stock"}
    session.execute(sa.update(StockPlace).where(StockPlace.warehouse_id == houses[0]).values(on_hand=60))
    theirs = own.add(session, actor=merchant(session, name="Rival"), name="One", place="", now=NOW)
    session.execute(sa.update(StockPlace).where(StockPlace.warehouse_id == houses[0]).values(warehouse_id=theirs))
    assert {breach.what for breach in queries.breaches(session)} == {"units lie in no open warehouse of their merchant"}


class Trade:
    """One listing and its merchant's warehouses, to which anything may happen."""

    def __init__(self, session, seller):
        self.session, self.seller = session, seller
        self.goods = publish(session, seller, stock=100, sku=f"P-{new_id()}")
        self.open, self.shipped = [], {}
        for _ in range(3):
            self.add(0, 0)

    def set(self, number, at):
        put(self.session, self.seller, self.goods, {self._house(at): number, self.open[0]: number // 2})

    def take(self, number, at):
        if self.shipped:
            line = list(self.shipped)[at % len(self.shipped)]
            stock.ship(self.session, subject=line, quantity=self.shipped[line] + number // 4, now=NOW)
            self.shipped[line] += number // 4

    def come(self, number, _at):
        on_hand = counts(self.session, self.goods)[0] + number
        stock.set_on_hand(self.session, listing_id=self.goods, on_hand=on_hand, now=NOW)

    def total(self, number, _at):
        listings.set_stock(self.session, actor=self.seller, listing_id=self.goods, on_hand=number * 2, now=NOW)

    def promise(self, number, _at):
        self.shipped[promise(self.session, self.goods, number)] = 0

    def join(self, number, _at):
        if number > 50:
            stock_places.join(self.session, actor=self.seller, listing_id=self.goods, now=NOW)

    def prefer(self, _number, at):
        own.move_up(self.session, actor=self.seller, warehouse_id=self._house(at), now=NOW)

    def retire(self, _number, at):
        if len(self.open) > 1:
            own.retire(self.session, actor=self.seller, warehouse_id=self._house(at), now=NOW)
            self.open.remove(self._house(at))

    def add(self, _number, _at):
        self.open.append(own.add(self.session, actor=self.seller, name=str(new_id()), place="", now=NOW))

    def _house(self, at):
        return self.open[at % len(self.open)]


ACTS = ("set", "take", "come", "total", "promise", "join", "prefer", "retire", "add")


@pytest.mark.usefixtures("seller")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=some.lists(some.tuples(some.sampled_from(ACTS), some.integers(0, 60), some.integers(0, 3)), max_size=25))
def test_whatever_happens_places_sum_to_the_stock(session, acts):
    # Each example is of a merchant of its own, who has no warehouse yet.
    trade = Trade(session, merchant(session, name="Chains"))
    for act, number, at in acts:
        with contextlib.suppress(DomainError):
            getattr(trade, act)(number, at)
        assert [breach for breach in broken(session) if breach.invariant == "3 stock"] == []
        found = lying(session, trade.seller, trade.goods)
        assert found is None or sum(found) == counts(session, trade.goods)[0]


@pytest.fixture
def market(app):
    """A market whose chains lie in two warehouses."""
    found = factories.open_market(app)
    seller, now = found.merchant.actor, clock.now()
    with unit_of_work() as session:
        pair = [own.add(session, actor=seller, name=name, place="", now=now) for name in ("One", "Two")]
        on_hand = stock.on_hand(session, listing_ids=[found.chains])[found.chains]
        figures = [Figure(pair[0], on_hand), Figure(pair[1], 0)]
        stock_places.set_places(session, actor=seller, listing_id=found.chains, figures=figures, now=now)
    return found, seller, pair, on_hand


def test_of_two_who_set_a_figure_at_once_one_is_told(app, market):
    found, seller, (first, second), on_hand = market

    def by(warehouse_id, was, units):
        figures = [Figure(warehouse_id, units, was=was)]
        return lambda session: stock_places.set_places(
            session, actor=seller, listing_id=found.chains, figures=figures, now=clock.now()
        )

    results = before_the_end_of_the_other(app, by(second, 0, 7), by(second, 0, 9))
    (refusal,) = [result for result in results if isinstance(result, DomainError)]
    assert [(error.field, error.code) for error in refusal.errors] == [("places.0.on_hand", "stock_moved")]
    # Figures of two warehouses are both kept.
    now_in_second = int(refusal.errors[0].accepted)
    results = before_the_end_of_the_other(app, by(first, on_hand, on_hand + 1), by(second, now_in_second, 5))
    assert not [result for result in results if isinstance(result, DomainError)]
    kept = queries.lying(fresh(), company_id=seller.company, listing_id=found.chains, on_hand=0)
    assert [row.on_hand for row in kept.places] == [on_hand + 1, 5]
    assert queries.breaches(reading()) == []


def test_no_warehouse_is_retired_while_somebody_puts_units_there(app, market):
    found, seller, (first, second), on_hand = market

    def fill(session):
        figures = [Figure(first, on_hand - 9), Figure(second, 9)]
        return stock_places.set_places(session, actor=seller, listing_id=found.chains, figures=figures, now=clock.now())

    def retire(session):
        return own.retire(session, actor=seller, warehouse_id=second, now=clock.now())

    results = before_the_end_of_the_other(app, fill, retire)
    assert [result for result in results if isinstance(result, DomainError)]
    assert queries.breaches(fresh()) == []


def test_units_that_leave_and_units_that_are_set_at_once_are_both_counted(app, market):
    found, seller, (_first, second), on_hand = market
    with unit_of_work() as session:
        line = promise(session, found.chains, 40)

    def ship(session):
        stock.ship(session, subject=line, quantity=40, now=clock.now())

    def fill(session):
        figures = [Figure(second, 9, was=0)]
        return stock_places.set_places(session, actor=seller, listing_id=found.chains, figures=figures, now=clock.now())

    results = before_the_end_of_the_other(app, ship, fill)
    assert not [result for result in results if isinstance(result, DomainError)]
    assert fresh().scalar(sa.select(Stock.on_hand).where(Stock.listing_id == found.chains)) == on_hand - 40 + 9
    assert queries.breaches(reading()) == []

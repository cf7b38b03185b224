"""Imports beside other work: a second import, buyers at the till, an edit by hand. Nothing is lost, nothing twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.catalog.imports import flows, services
from marketplace.catalog.models import ChangeSet, Listing, Stock, StockEntry
from marketplace.catalog.queries import checks
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.catalog.services import listings, stock
from marketplace.edge.acts.imports import called, explain
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError
from marketplace.kernel.ids import new_id
from marketplace.moderation.models import Case
from marketplace.moderation.rules import CaseKind, CaseState
from tests.support.invariants import fresh
from tests.support.racing import at_once
from tests.support.sheets import row, table, workbook


def together(app, *works):
    """Do the works at the same moment; none is refused."""
    assert not [end for end in at_once(app, works) if isinstance(end, DomainError)]


def importing(desk, import_id):
    return lambda: flows.run(import_id, store=desk.store, explain=explain, called=called)


def test_two_imports_of_one_file_at_the_same_time_write_every_listing_once(desk):
    content = workbook(table([row(sku=f"T-{number}") for number in range(700)]))
    first, second = desk.bring(content, dry_run=True), desk.bring(content, dry_run=True)
    for view in (first, second):
        with unit_of_work() as session:
            services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    together(desk.app, importing(desk, first.id), importing(desk, second.id))
    views = [desk.view(first.id), desk.view(second.id)]
    assert {view.state for view in views} == {ImportState.DONE}
    assert sum(view.counts[Outcome.CREATE] for view in views) == 700
    assert sum(view.counts[Outcome.UNCHANGED] for view in views) == 700
    session = reading()
    ids = session.scalars(sa.select(Listing.id).where(Listing.sku.like("T-%"))).all()
    assert len(ids) == 700
    assert len(session.scalars(sa.select(StockEntry.id).where(StockEntry.listing_id.in_(ids))).all()) == 700
    assert len(session.scalars(sa.select(Case.id).where(Case.listing_id.in_(ids))).all()) == 700
    assert checks.breaches(session) == []


@pytest.mark.parametrize("units", [40, 400])
def test_stock_of_goods_that_are_bought_meanwhile_is_never_below_what_is_promised(desk, units):
    goods = desk.market.chains
    sku = reading().scalars(sa.select(Listing.sku).where(Listing.id == goods)).one()
    import_id = desk.begin(workbook(table([{"sku": sku, "stock": units, "origin": "CN"}])))
    sold = []

    def buy():
        for _ in range(6):
            subject, now = new_id(), clock.now()
            try:
                in_unit_of_work(
                    lambda session, subject=subject, now=now: stock.hold(
                        session, listing_id=goods, quantity=40, subject=subject, now=now,
                        expires_at=now + timedelta(minutes=15),
                    )
                )  # fmt: skip
            except Conflict:
                continue
            in_unit_of_work(lambda session, subject=subject, now=now: stock.allocate(session, subject=subject, now=now))
            sold.append(40)

    together(desk.app, importing(desk, import_id), buy, buy)
    session = fresh()
    found = session.execute(sa.select(Stock.on_hand, Stock.allocated).where(Stock.listing_id == goods)).one()
    assert found.allocated == sum(sold) <= found.on_hand
    view = desk.view(import_id)
    # Below what is promised the row is refused, and says so.
    assert found.on_hand in ({units} if view.counts[Outcome.UPDATE] else {10_000})
    assert view.counts[Outcome.UPDATE] + view.counts[Outcome.ERROR] == 1
    assert checks.breaches(session) == []


def test_edits_by_hand_and_a_price_list_at_the_same_time_both_stay(desk):
    rows = [row(sku=f"H-{number}") for number in range(30)]
    desk.bring(workbook(table(rows)), submit=False)
    import_id = desk.begin(
        workbook(table([{"sku": each["sku"], "price": 28, "origin": "CN"} for each in rows])), submit=False
    )
    actor = desk.market.merchant.actor
    ids = reading().scalars(sa.select(Listing.id).where(Listing.sku.like("H-%"))).all()

    def rename():
        for listing_id in ids:
            in_unit_of_work(lambda session, listing_id=listing_id: renamed(session, listing_id))

    def renamed(session, listing_id):
        listings.own(session, actor=actor, listing_id=listing_id)
        draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
        named = replace(draft, titles={"zh": "手改的名称"})
        listings.edit(session, actor=actor, listing_id=listing_id, draft=named, now=clock.now())

    together(desk.app, importing(desk, import_id), rename)
    assert desk.view(import_id).counts[Outcome.UPDATE] == 30
    for each in rows:
        draft = desk.draft(each["sku"])
        assert draft is not None
        assert (draft.titles, str(draft.ladders[0].tiers[0].price)) == ({"zh": "手改的名称"}, "28.00 CNY")


def test_a_list_for_goods_that_are_up_changes_prices_and_stock_at_once_and_lets_titles_wait(desk):
    goods = desk.market.chains
    found = reading().execute(sa.select(Listing.sku, Listing.titles, Listing.version).where(Listing.id == goods)).one()
    now_named = {"sku": found.sku, "title": "更好的链条", "price": 60, "stock": 500}
    view = desk.bring(workbook(table([now_named])))
    assert view.counts[Outcome.UPDATE] == 1
    session = fresh()
    listing = session.get_one(Listing, goods, populate_existing=True)
    assert (listing.titles, listing.state, listing.price_jumped) == (found.titles, ListingState.LIVE, True)
    assert session.scalars(sa.select(Stock.on_hand).where(Stock.listing_id == goods)).one() == 500
    (change,) = session.scalars(
        sa.select(ChangeSet).where(ChangeSet.listing_id == goods, ChangeSet.state == ChangeState.PENDING)
    )
    assert set(change.changes) == {"titles"}
    waiting = sa.select(Case.kind).where(Case.listing_id == goods, Case.state == CaseState.PENDING)
    assert set(session.scalars(waiting)) == {CaseKind.CHANGE, CaseKind.PRICE}
    again = desk.bring(workbook(table([now_named])))
    assert again.counts[Outcome.UNCHANGED] == 1

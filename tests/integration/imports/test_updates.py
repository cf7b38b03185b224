"""Sheets of prices and stock alone, further prices as further rows, and rows that were cut short."""

import csv
import io
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.catalog.imports import flows
from marketplace.catalog.models import Listing, StockEntry
from marketplace.catalog.rules.imported import Outcome
from marketplace.kernel.db import reading
from tests.support.sheets import comma_separated, row, table, workbook

TIERED = [row(), row(sku="CH-2", **{"price@500": 20})]


def prices(desk, sku="CH-1"):
    """Return a listing's prices by basis: quantity and amount."""
    return {
        ladder.basis: [(tier.from_quantity, tier.price.amount) for tier in ladder.tiers]
        for ladder in desk.draft(sku).ladders
    }


FCA = ("CNY", "FCA", "CN-NANPENG")


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ([{"sku": "CH-1", "price": 28}], [(40, Decimal(28)), (500, Decimal("25.9"))]),
        ([{"sku": "CH-1", "price@500": 26}], [(40, Decimal("27.4")), (500, Decimal(26))]),
        ([{"sku": "CH-1", "price": 28, "price@800": 24}], [(40, Decimal(28)), (800, Decimal(24))]),
        ([{"sku": "CH-1", "price": 28, "moq": 80}], [(80, Decimal(28)), (500, Decimal("25.9"))]),
    ],
)
def test_prices_alone_leave_all_else(desk, sheet, expected):
    desk.bring(workbook(table(TIERED)))
    before = desk.draft("CH-1")
    view = desk.bring(comma_separated(table(sheet)), "prices.csv")
    assert (view.counts[Outcome.UPDATE], view.counts[Outcome.ERROR]) == (1, 0)
    assert prices(desk) == {FCA: expected}
    after = desk.draft("CH-1")
    assert (after.titles, after.packing, after.stock, after.descriptions) == (
        before.titles, before.packing, before.stock, before.descriptions,
    )  # fmt: skip
    again = desk.bring(comma_separated(table(sheet)), "prices.csv")
    assert (again.counts[Outcome.UNCHANGED], again.counts[Outcome.UPDATE]) == (1, 0)


def test_stock_alone_leaves_all_else(desk):
    made = row(sku="MADE", stock=None, lead_days=20)
    desk.bring(workbook(table([row(), made])))
    before = desk.draft("CH-1")
    view = desk.bring(comma_separated(table([{"sku": "CH-1", "stock": 12}, {"sku": "MADE", "stock": 0}])), "s.csv")
    assert (view.counts[Outcome.UPDATE], view.counts[Outcome.UNCHANGED], view.counts[Outcome.ERROR]) == (1, 1, 0)
    assert not any(found.warnings for found in desk.rows(view))
    after = desk.draft("CH-1")
    assert (after.stock, after.ladders, after.titles) == (12, before.ladders, before.titles)
    assert desk.draft("MADE").lead_days == 20


def test_an_unknown_article_is_refused_by_name_and_makes_no_listing(desk):
    view = desk.bring(comma_separated(table([{"sku": "NOBODY", "price": 3, "currency": "CNY"}])), "prices.csv")
    assert desk.errors(view) == [{"sku": "sku_unknown"}]
    assert desk.draft("NOBODY") is None


def test_a_price_that_jumps_is_said_in_the_preview_and_flagged_once_it_is_up(desk):
    market = desk.market
    sku = reading().scalars(sa.select(Listing.sku).where(Listing.id == market.chains)).one()
    (price, *_), *_ = prices(desk, sku).values()
    content = comma_separated(table([{"sku": sku, "price": price[1] * 3}]))
    view = desk.bring(content, "prices.csv", dry_run=True)
    assert "price_jumps" in {error.code for found in desk.rows(view) for error in found.warnings}
    desk.bring(content, "prices.csv")
    reading().rollback()
    assert reading().get(Listing, market.chains).price_jumped


def further(**changes):
    return {"sku": "CH-1", "currency": "USD", "incoterm": "DAP", "place": "VNHAN", "price": 4.1, **changes}


def test_further_prices_of_an_article_are_further_rows(desk):
    rows = [row(), further(), further(currency="VND", price=99_000, **{"price@500": 95_000})]
    view = desk.bring(workbook(table(rows)))
    assert (view.counts[Outcome.CREATE], view.counts[Outcome.UPDATE], view.counts[Outcome.ERROR]) == (1, 2, 0)
    assert list(prices(desk)) == [FCA, ("USD", "DAP", "VNHAN"), ("VND", "DAP", "VNHAN")]
    assert desk.draft("CH-1").stock == 1000
    assert desk.bring(workbook(table(rows))).counts[Outcome.UNCHANGED] == 3
    entries = sa.select(sa.func.count()).select_from(StockEntry).join(Listing, Listing.id == StockEntry.listing_id)
    assert reading().scalar(entries.where(Listing.sku == "CH-1")) == 1


def test_further_prices_far_below_their_article_find_it(desk, monkeypatch):
    monkeypatch.setattr(flows, "_PIECE", 20)
    rows = [row(sku=f"CH-{number}") for number in range(1, 50)]
    view = desk.bring(workbook(table([*rows, further(), further(sku="CH-7")])), dry_run=True)
    assert (view.counts[Outcome.CREATE], view.counts[Outcome.UPDATE], view.counts[Outcome.ERROR]) == (49, 2, 0)


@pytest.mark.one_database
def test_further_prices_of_an_article_that_is_not_in_order_wait_for_it(desk):
    view = desk.bring(workbook(table([row(hs="1"), further()])))
    assert desk.errors(view) == [{"hs": "hs_code"}, {"sku": "sku_first"}]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "second", [row(price=1), further(title="Another"), {"sku": "CH-1", "stock": 3}, row(currency="USD", stock=1)]
)
def test_a_row_that_says_something_else_of_an_article_is_refused(desk, second):
    view = desk.bring(workbook(table([row(), second])))
    assert desk.errors(view) == [{"sku": "sku_twice"}]


def test_a_price_of_the_second_basis_is_found_by_what_the_row_names(desk):
    desk.bring(workbook(table([row(), further()])))
    desk.bring(comma_separated(table([{"sku": "CH-1", "currency": "USD", "price": 4.2}])), "prices.csv")
    assert prices(desk)["USD", "DAP", "VNHAN"] == [(40, Decimal("4.2"))]
    assert len(prices(desk)) == 2


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_the_whole_list_carries_every_price_and_comes_back_unchanged(desk, client, shape):
    desk.bring(workbook(table([row(), further(), further(currency="VND", price=99_000)])))
    answer = client.get(f"/api/v1/listings.{shape}", headers=desk.market.merchant.headers)
    if shape == "csv":
        lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert [line["currency"] for line in lines if line["sku"] == "CH-1"] == ["CNY", "USD", "VND"]
    view = desk.bring(answer.data, f"list.{shape}")
    assert view.counts == {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: 4, Outcome.ERROR: 0}
    assert not any(found.warnings for found in desk.rows(view))


@pytest.mark.one_database
def test_a_row_that_was_cut_short_is_told(desk):
    lines = table([row(), row(sku="CH-2")])
    content = comma_separated([lines[0], lines[1], lines[2][:-2]])
    first, second = desk.rows(desk.bring(content, "list.csv", dry_run=True))
    assert [error.code for error in first.warnings] == []
    assert [(error.code, error.facts["cells"]) for error in second.warnings if error.code == "row_short"] == [
        ("row_short", len(lines[0]) - 2)
    ]

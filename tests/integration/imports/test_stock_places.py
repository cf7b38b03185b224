"""Where units lie goes out with the list and comes back: unchanged when it is, written when it is not."""

import pytest
import sqlalchemy as sa

from marketplace.audit.models import AuditRow
from marketplace.catalog.imports import price_list
from marketplace.catalog.queries import checks
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.services import stock, stock_places
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.rules import Figure
from marketplace.catalog.warehouses.services import own
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading, unit_of_work
from tests.integration.imports.test_details import as_rows, export
from tests.support.sheets import row, table, workbook

NAMES = ("Chongqing 1", "Nanning; A | B", "Hanoi")


@pytest.fixture
def split(desk):
    """Chains that lie in two of three warehouses: 400 in the first, 60 in the second."""
    actor, now = desk.market.merchant.actor, clock.now()
    with unit_of_work() as session:
        ids = [own.add(session, actor=actor, name=name, place="", now=now) for name in NAMES]
        figures = [Figure(ids[0], 400), Figure(ids[1], 60)]
        stock_places.set_places(session, actor=actor, listing_id=desk.market.chains, figures=figures, now=now)
    return desk, ids


def lying(desk):
    reading().rollback()
    chains = desk.market.chains
    on_hand = stock.on_hand(reading(), listing_ids=[chains])[chains]
    assert [*checks.breaches(reading()), *queries.breaches(reading())] == []
    found = queries.places_by_name(reading(), listing_ids=[chains]).get(chains, {})
    assert not found or sum(found.values()) == on_hand
    return found


def daily(**cells):
    return workbook(table([{"sku": "CH-428-116", **cells}]))


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_a_split_comes_back_unchanged(split, shape):
    desk, _ids = split
    content = export(desk, shape)
    cells = {line["sku"]: line for line in as_rows(content, shape)}["CH-428-116"]
    assert cells["stock_places"] == r"Chongqing 1: 400; Nanning\; A \| B: 60"
    assert str(cells["stock"]) == "460"
    view = desk.bring(content, f"list.{shape}", submit=False)
    assert view.counts[Outcome.UNCHANGED] == view.total == 1, desk.errors(view)
    # Under another number it makes a listing whose units lie so.
    again = as_csv(table([{**cells, "sku": "NEW"}])).encode()
    assert desk.bring(again, "again.csv", submit=False).counts[Outcome.CREATE] == 1
    (made,) = (line for line in as_rows(export(desk, shape), shape) if line["sku"] == "NEW")
    assert made["stock_places"] == cells["stock_places"]
    assert desk.bring(export(desk, shape), f"list.{shape}", submit=False).counts[Outcome.UNCHANGED] == 2


def test_who_splits_nothing_has_no_column(desk):
    assert "stock_places" not in price_list.columns(reading(), company_id=desk.market.merchant.company)


def test_a_new_split_is_written_and_told_in_the_preview(split):
    desk, _ids = split
    view = desk.bring(daily(stock_places="hanoi: 70; CHONGQING 1: 300"), dry_run=True)
    (found,) = desk.rows(view)
    assert [(each.column, each.before, each.after) for each in found.changes] == [
        ("stock", "460", "370"),
        ("stock_places", r"Chongqing 1: 400; Nanning\; A \| B: 60", "Chongqing 1: 300; Hanoi: 70"),
    ]
    assert lying(desk) == {NAMES[0]: 400, NAMES[1]: 60}
    assert desk.bring(daily(stock_places="hanoi: 70; CHONGQING 1: 300")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {NAMES[0]: 300, NAMES[2]: 70}
    # Units that only move leave the total, and are written down.
    assert desk.bring(daily(stock_places="Hanoi: 370")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {NAMES[2]: 370}
    acts = reading().scalars(sa.select(AuditRow.action).where(AuditRow.action == "listing.places_set"))
    assert len(list(acts)) == 3
    assert desk.bring(daily(stock_places="Hanoi: 370")).counts[Outcome.UNCHANGED] == 1


def test_a_total_alone_goes_to_the_first_or_is_taken_in_order(split):
    desk, ids = split
    assert desk.bring(daily(stock=470, visibility="public")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {NAMES[0]: 410, NAMES[1]: 60}
    assert desk.bring(daily(stock=450)).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {NAMES[0]: 390, NAMES[1]: 60}
    with unit_of_work() as session:
        own.move_up(session, actor=desk.market.merchant.actor, warehouse_id=ids[1], now=clock.now())
    assert desk.bring(daily(stock=380, visibility="public")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {NAMES[0]: 380}


@pytest.mark.parametrize(
    ("cells", "code", "accepted"),
    [
        ({"stock_places": "Shanghai: 5"}, "warehouse_unknown", ", ".join(NAMES)),
        ({"stock_places": "Hanoi: 5", "stock": 6}, "places_sum", "6"),
        ({"stock_places": "Hanoi 5"}, "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ({"stock_places": "400"}, "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ({"stock_places": "Hanoi: -5"}, "places_cell", "Chongqing 1: 400; Nanning: 60"),
        ({"stock_places": "Hanoi: 9999999999"}, "too_large", "0 to 1000000000"),
    ],
)
def test_a_split_that_cannot_be_is_refused_naming_its_column(split, cells, code, accepted):
    desk, _ids = split
    view = desk.bring(daily(**cells))
    (found,) = desk.rows(view)
    assert [(error.field, error.code, error.accepted) for error in found.errors] == [("stock_places", code, accepted)]
    assert lying(desk) == {NAMES[0]: 400, NAMES[1]: 60}


def test_less_than_is_promised_is_refused_whatever_the_split(split):
    desk, _ids = split
    with unit_of_work() as session:
        stock.hold(
            session, listing_id=desk.market.chains, quantity=440, subject=desk.market.chains,
            expires_at=clock.now().replace(year=2100), now=clock.now(),
        )  # fmt: skip
    view = desk.bring(daily(stock_places="Hanoi: 439"))
    assert desk.errors(view) == [{"sku": "stock_promised"}]
    assert lying(desk) == {NAMES[0]: 400, NAMES[1]: 60}


def test_goods_that_are_made_to_order_lie_nowhere(split):
    desk, _ids = split
    assert desk.bring(daily(lead_days=9, visibility="public")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {}
    assert desk.bring(daily(stock_places="Hanoi: 12")).counts[Outcome.UPDATE] == 1
    assert lying(desk) == {"Hanoi": 12}


def test_a_new_article_needs_no_total_beside_its_split(split):
    desk, _ids = split
    cells = {name: cell for name, cell in row(sku="X-1").items() if name not in {"stock", "lead_days"}}
    view = desk.bring(workbook(table([{**cells, "stock_places": "Hanoi: 800"}])))
    assert view.counts[Outcome.CREATE] == 1, desk.errors(view)
    assert desk.draft("X-1").stock == 800

"""What is exported: a price list that comes back unchanged, order lines and the ledger without people."""

import contextvars
import csv
import io
import json
import unicodedata
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.accounts.models import Person
from marketplace.catalog.imports import price_list, reader
from marketplace.catalog.models import Listing, PriceLadder
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.imported import Outcome, Surroundings, judge
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.places import NamedPlace
from marketplace.catalog.rules.pricing import Ladder, Tier
from marketplace.catalog.rules.sheet_rows import read_rows
from marketplace.catalog.rules.sheets import RawSheet, layout_of
from marketplace.cli import export
from marketplace.cli.main import city as commands
from marketplace.cli.wiring import City
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.money import UnitPrice
from tests.conftest import SOAK
from tests.functional.test_path_bank import BANK
from tests.integration.imports.conftest import Desk
from tests.support.ways import caller, fill

PLACES = [NamedPlace("CN-NANPENG", "hub", "CN", {"en": "Nanpeng"}), NamedPlace("VNHAN", "city", "VN", {"en": "Hanoi"})]
AROUND = Surroundings(PLACES, frozenset({"motorcycle-parts"}), "en")
_LETTERS = st.characters(categories=("L", "N"), max_codepoint=0x9FFF) | st.sampled_from("=+-@\t'＝＋－＠.")
# As the city keeps a line: white space is one blank between words.
words = (
    st.text(_LETTERS, min_size=1, max_size=20)
    .map(lambda text: " ".join(unicodedata.normalize("NFC", text).split()))
    .filter(bool)
)


@st.composite
def drafts(draw):
    moq = draw(st.integers(1, 500))
    quantities = draw(st.sets(st.integers(1, 9_999), max_size=3)) | {draw(st.sampled_from([1, moq]))}
    prices = {quantity: draw(st.integers(1, 10**12)) for quantity in sorted(quantities)}
    bases = [(currency, *place) for currency in ("CNY", "VND") for place in (("FCA", "CN-NANPENG"), ("DAP", "VNHAN"))]
    ladders = tuple(
        Ladder(
            currency,
            *place,
            tuple(
                Tier(quantity, UnitPrice(micro + more, currency))
                for quantity, micro in prices.items()
                if kept(quantity)
            ),
        )
        for more, (currency, *place) in enumerate(draw(st.lists(st.sampled_from(bases), min_size=1, unique=True)))
        for kept in (
            (lambda _: True) if more % 2 == 0 else (lambda quantity: quantity != max(prices) or len(prices) == 1),
        )
    )
    units, gross = draw(st.integers(1, 100)), draw(st.integers(2, 999_999))
    sides = [draw(st.integers(1, 9_999)) for _ in range(3)]
    packing = Packing(units, *sides, gross, draw(st.integers(1, gross)))
    source = draw(st.sampled_from(["en", "zh", "th"]))
    stock = draw(st.none() | st.integers(0, 10**6))
    return ListingDraft(
        sku=draw(words), titles={source: draw(words), "vi": draw(words)}, source_locale=source,
        hs=draw(st.sampled_from(["871410", "081060"])), origin="CN", unit="H87", moq=moq,
        multiple=draw(st.sampled_from([1, units, 2 * units])), ladders=ladders, stock=stock,
        lead_days=None if stock is not None else draw(st.integers(1, 365)),
        packing=draw(st.sampled_from([None, packing])),
        descriptions=draw(st.sampled_from([{}, {source: 'Two\nlines, "quoted"'}, {source: "=HYPERLINK(1)\n\t-2"}])),
        category="motorcycle-parts",
        grade=draw(st.sampled_from(["", "A"])), hub_code="CN-NANPENG",
    )  # fmt: skip


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(drafts(), min_size=1, max_size=4, unique_by=lambda draft: draft.sku))
def test_any_price_list_that_goes_out_comes_back_unchanged(listed):
    lines = [(draft, cells) for draft in listed for cells in price_list.rows_of(draft)]
    cells = [row for _, row in lines]
    columns = list(dict.fromkeys(name for row in cells for name in row))
    content = as_csv([columns, *([row.get(name, "") for name in columns] for row in cells)])
    for cell in (cell for row in csv.reader(io.StringIO(content)) for cell in row):
        assert cell[:1] not in set("=+-@\t\r＝＋－＠") or cell[1:].replace(".", "", 1).isdigit()
    sheet = RawSheet("CSV", list(reader._read_csv(content.encode()))[1:])
    rows = list(read_rows(sheet, layout_of(sheet, read_mapping({}))))
    assert [row.errors for row in rows] == [[] for _ in rows]
    around = replace(AROUND, columns=frozenset(columns))
    for row, (draft, _) in zip(rows, lines, strict=True):
        assert judge(row.values, draft, around).draft == draft
    made: dict[str, ListingDraft] = {}
    for row in rows:
        judged = judge(row.values, made.get(row.values["sku"]), around)
        assert judged.draft is not None
        made[row.values["sku"]] = judged.draft
    assert [made[draft.sku].ladders for draft in listed] == [draft.ladders for draft in listed]


@pytest.fixture
def run(app):
    """Runs ``city export`` on the test's city."""

    def run(*arguments, code=0):
        stands = City(create_app=lambda: app, supervise=print, consume=print)
        order = ["export", *map(str, arguments)]
        done = contextvars.Context().run(CliRunner().invoke, commands, order, obj=stands)
        assert done.exit_code == code, (done.output, done.exception)
        return done.output

    return run


@pytest.fixture
def traded(market, client):
    """A market on which two orders were placed and one deposit paid."""
    call = caller(client)
    cart = fill(call, market)
    body = {"expected_totals": cart["totals"], "payment": BANK}
    placed = call(market.buyer, "POST", "/checkout", key="one", json=body, expect=201)["order_ids"]
    order = call(market.buyer, "GET", f"/orders/{placed[0]}", expect=200)
    payment = order["payments"][0]
    paid = {"amount": payment["amount"], "received_on": clock.now().date().isoformat()}
    payee = market.merchant if payment["amount"]["currency"] == "CNY" else market.thai
    call(payee, "POST", f"/payments/{payment['id']}/confirmation", key="paid", json=paid, expect=200)
    return market


def test_a_price_list_is_brought_in_again_unchanged(app, market, run, tmp_path):
    desk = Desk(app, market)
    run("listings", tmp_path / "list.csv", "--company", market.merchant.company)
    found = desk.bring((tmp_path / "list.csv").read_bytes(), "list.csv")
    assert found.counts == {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: 1, Outcome.ERROR: 0}
    assert "--company" in run("listings", tmp_path / "list.csv", code=2)
    run("listings", tmp_path / "none.csv", "--company", market.merchant.company, "--since", "2200-01-01")
    assert (tmp_path / "none.csv").read_text().count("\n") == 1


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_a_list_is_taken_along_from_the_site_and_brought_in_again_unchanged(app, market, client, shape):
    desk, path = Desk(app, market), f"/api/v1/listings.{shape}"
    words = {"title": "=SUM(A1)", "titles": {"zh": "链条", "vi": "Xích"}, "description": 'two\nlines, "quoted"'}
    changed = client.patch(f"/api/v1/listings/{market.chains}", json=words, headers=market.merchant.headers)
    assert changed.status_code == 200, changed.text
    answer = client.get(path, headers=market.merchant.headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f".{shape}")
    assert answer.headers["Cache-Control"] == "no-store"
    found = desk.bring(answer.data, f"list.{shape}")
    assert found.counts == {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: 1, Outcome.ERROR: 0}
    if shape == "csv":
        header, row = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
        cells = dict(zip(header, row, strict=True))
        assert (cells["title"], cells["price"]) == ("'=SUM(A1)", "27.400000")
    else:
        header, row = openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows()
        cells = {name.value: cell for name, cell in zip(header, row, strict=True)}
        assert (cells["title"].value, cells["title"].data_type) == ("=SUM(A1)", "s")
        assert (cells["price"].value, cells["price"].data_type) == (27.4, "n")
    other = client.get(path, headers=market.thai.headers)
    assert other.status_code == 200
    assert str(cells["sku"]) not in other.data.decode("utf-8", "replace")
    assert client.get(path, headers=market.carrier.headers).status_code == 403
    assert client.get(path).status_code == 401


def test_a_price_for_another_quantity_while_the_list_is_written_is_never_left_out(market, run, tmp_path, monkeypatch):
    count = price_list.count

    def count_late(session, **facts):
        with unit_of_work() as writing:
            ladder = writing.scalars(
                sa.select(PriceLadder).join(Listing).where(Listing.company_id == market.merchant.company)
            ).first()
            ladder.tiers = [*ladder.tiers, [7_777, ladder.tiers[-1][1]]]
        return count(session, **facts)

    order = ("listings", tmp_path / "list.csv", "--company", market.merchant.company)
    monkeypatch.setattr(price_list, "count", count_late)
    assert "price@7777" in run(*order, code=1)
    assert not (tmp_path / "list.csv").exists()
    monkeypatch.setattr(price_list, "count", count)
    run(*order)
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        assert [row["price@7777"] for row in csv.DictReader(file) if row["price@7777"]]


def test_orders_go_to_both_sides_and_to_nobody_else(traded, run, tmp_path):
    def exported(*options):
        run("orders", tmp_path / "orders.csv", *options)
        with (tmp_path / "orders.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    everything = exported()
    assert {row["currency"] for row in everything} == {"CNY", "THB"}
    assert exported("--company", traded.buyer.company) == everything
    mine = exported("--company", traded.merchant.company)
    assert [row["merchant_id"] for row in mine] == [str(traded.merchant.company)]
    assert (mine[0]["quantity"], mine[0]["amount"]) == ("400", "10960.00")
    assert exported("--company", traded.carrier.company) == []


def test_the_ledger_sums_to_nothing_and_names_nobody(traded, run, tmp_path):
    run("ledger", tmp_path / "ledger.jsonl")
    text = (tmp_path / "ledger.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) > 1
    for currency in {row["currency"] for row in rows}:
        assert sum(Decimal(row["amount"]) for row in rows if row["currency"] == currency) == 0
    for person in reading().scalars(sa.select(Person)):
        assert str(person.id) not in text
        assert person.name is None or person.name not in text
        assert person.email is None or person.email not in text
    run("ledger", tmp_path / "mine.jsonl", "--company", traded.merchant.company)
    owners = {json.loads(line)["owner_id"] for line in (tmp_path / "mine.jsonl").read_text().splitlines()}
    assert owners <= {str(traded.merchant.company)}


def test_an_export_that_was_cut_off_goes_on(traded, run, tmp_path, monkeypatch):
    run("ledger", tmp_path / "whole.csv")
    monkeypatch.setattr(export, "_AT_ONCE", 1)
    told = []

    def cut_off(_what, done, _total):
        told.append(done)
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(export, "progress", cut_off)
    run("ledger", tmp_path / "parts.csv", code=1)
    assert not (tmp_path / "parts.csv").exists()
    assert "went on" in run("ledger", tmp_path / "parts.csv")
    assert (tmp_path / "parts.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert told[:3] == [1, 2, 3]

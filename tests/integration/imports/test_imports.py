"""Price lists become listings: every form that merchants send, and what is wrong with some rows."""

import io
import itertools
import zipfile
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Membership, Person
from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.imports import flows, services
from marketplace.catalog.models import Listing
from marketplace.catalog.rules.import_states import ImportState
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.states import ListingState
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Refused
from tests import factories
from tests.conftest import SOAK
from tests.support.sheets import comma_separated, row, table, workbook, written_by_programs


def test_good_rows_land_and_wait_for_review(desk):
    view = desk.bring(workbook(table([row(), row(sku="CH-2", price=30)], chinese=True), title="2026 年价格表"))
    assert (view.state, view.counts[Outcome.CREATE], view.counts[Outcome.ERROR]) == (ImportState.DONE, 2, 0)
    draft = desk.draft("CH-1")
    assert draft is not None
    assert draft.titles == {"zh": "摩托车链条"}
    assert (draft.moq, draft.multiple, draft.stock, draft.lead_days) == (40, 40, 1000, None)
    (ladder,) = draft.ladders
    assert ladder.basis == ("CNY", "FCA", "CN-NANPENG")
    assert [(tier.from_quantity, tier.price.amount) for tier in ladder.tiers] == [
        (40, Decimal("27.40")),
        (500, Decimal("25.90")),
    ]
    packing = draft.packing
    assert packing is not None
    assert (packing.length_mm, packing.gross_g, packing.net_g) == (500, 12_500, 11_000)
    states = reading().scalars(sa.select(Listing.state).where(Listing.sku.in_(["CH-1", "CH-2"]))).all()
    assert set(states) == {ListingState.SUBMITTED}


def test_left_as_drafts_when_nothing_is_to_be_handed_in(desk):
    desk.bring(workbook(table([row()])), submit=False)
    assert reading().scalars(sa.select(Listing.state).where(Listing.sku == "CH-1")).one() is ListingState.DRAFT


def test_a_dry_run_writes_nothing_until_it_is_committed(desk):
    view = desk.bring(workbook(table([row()])), dry_run=True)
    assert (view.state, view.counts[Outcome.CREATE], view.done) == (ImportState.PREVIEWED, 1, 0)
    assert desk.draft("CH-1") is None
    with unit_of_work() as session:
        services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    assert desk.run(view.id).state is ImportState.DONE
    assert desk.draft("CH-1") is not None


def test_a_colleague_writes_what_somebody_began_who_left(desk):
    view = desk.bring(workbook(table([row()])), dry_run=True)
    begun_by = desk.market.merchant.actor
    with unit_of_work() as session:
        heir = factories.trader(session, desk.app, name="Heir", country="CN", now=clock.now()).actor.person
        session.add(Membership(person_id=heir, company_id=begun_by.company, roles=[Role.SALES], created_at=clock.now()))
        session.execute(sa.update(Person).where(Person.id == begun_by.person).values(disabled_at=clock.now()))
    with unit_of_work() as session:
        services.commit(session, actor=replace(begun_by, person_id=heir), import_id=view.id, now=clock.now())
    assert desk.run(view.id).state is ImportState.DONE
    assert desk.draft("CH-1") is not None


def test_the_same_file_twice_changes_nothing(desk):
    content = workbook(table([row(), row(sku="CH-2"), row(sku="CH-3", hs="1")], chinese=True))
    desk.bring(content)
    before = reading().execute(sa.select(Listing.id, Listing.version).order_by(Listing.id)).all()
    view = desk.bring(content)
    assert view.counts == {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: 2, Outcome.ERROR: 1}
    reading().rollback()
    assert reading().execute(sa.select(Listing.id, Listing.version).order_by(Listing.id)).all() == before


def test_a_changed_price_updates_and_the_rest_stays(desk):
    desk.bring(workbook(table([row(), row(sku="CH-2")])))
    view = desk.bring(workbook(table([{"sku": "CH-1", "title": "摩托车链条", "price": 28}, row(sku="CH-2")])))
    assert (view.counts[Outcome.UPDATE], view.counts[Outcome.UNCHANGED]) == (1, 1)
    draft = desk.draft("CH-1")
    assert draft is not None
    assert [str(tier.price) for tier in draft.ladders[0].tiers] == ["28.00 CNY"]
    assert (draft.stock, draft.descriptions) == (1000, {"zh": "加强型"})


BAD = [
    ({"hs": "99"}, {"hs": "hs_code"}),
    ({"price": -1}, {"price": "price"}),
    ({"price": "NaN"}, {"price": "number"}),
    ({"price": 1e30}, {"price": "number"}),
    ({"price": "12.5 THB"}, {"price": "currency_differs"}),
    ({"price@500": "x"}, {"price@500": "number"}),
    ({"moq": 1.5}, {"moq": "whole_number"}),
    ({"moq": -3}, {"moq": "too_small"}),
    ({"stock": "plenty"}, {"stock": "number"}),
    ({"origin": "Atlantis"}, {"origin": "choice"}),
    ({"unit": "bushel"}, {"unit": "choice"}),
    ({"currency": "XXX"}, {"currency": "currency"}),
    ({"incoterm": "EXW"}, {"incoterm": "choice"}),
    ({"place": "Timbuktu"}, {"place": "place"}),
    ({"title": None}, {"title": "required"}),
    ({"sku": None}, {"sku": "required"}),
    ({"title": "x" * 161}, {"title": "too_long"}),
    ({"gross_kg": "12 stone"}, {"gross_kg": "measure"}),
    ({"gross_kg": 0}, {"gross_kg": "carton_weight", "net_kg": "net_weight"}),
    ({"net_kg": 50}, {"net_kg": "net_weight"}),
    ({"carton_l": 99_999}, {"carton_l": "carton_side"}),
    ({"stock": None}, {"stock": "stock_or_lead"}),
    ({"multiple": 7}, {"multiple": "multiple_carton"}),
    ({"title": "bell\x07"}, {"title": "control_characters"}),
]


def test_bad_rows_are_named_field_by_field_and_the_good_one_lands(desk):
    rows = [
        row(sku=f"BAD-{number}", **changes) if "sku" not in changes else row(**changes)
        for number, (changes, _) in enumerate(BAD)
    ]
    # What a workbook cannot hold, a table of text can.
    view = desk.bring(comma_separated(table([*rows, row(sku="GOOD", price="12.75")])), "list.csv")
    assert desk.errors(view) == [expected for _, expected in BAD]
    assert view.counts[Outcome.CREATE] == 1
    assert desk.draft("GOOD") is not None


@pytest.mark.one_database
def test_a_price_that_reads_two_ways_is_never_guessed(desk):
    rows = [row(price="1,234", **{"price@500": "900"}), row(sku="CH-2", price="1.234", **{"price@500": "900"})]
    view = desk.bring(comma_separated(table(rows)), "list.csv")
    assert desk.errors(view) == [{"price": "number_ambiguous"}] * 2
    assert desk.rows(view)[0].errors[0].accepted == "1.234 / 1234"
    # One cell that can be read in one way only tells how the others are meant.
    rows.append(row(sku="CH-3", price="5,50"))
    assert desk.errors(desk.bring(comma_separated(table(rows)), "list.csv")) == []
    draft = desk.draft("CH-1")
    assert draft is not None
    assert draft.ladders[0].tiers[0].price.amount == Decimal("1.234")


def test_the_bad_rows_come_back_with_their_reasons_and_without_formulas(desk):
    cells = row(sku='=HYPERLINK("http://evil.invalid")', title="+1", description="@SUM(A1)", price="-")
    view = desk.bring(comma_separated(table([cells, row()])), "list.csv", locale="en")
    header, line = desk.given_back(view)
    assert header[-1] == "error"
    assert line[header.index("sku")] == cells["sku"]
    assert "price" in line[-1]
    assert "number" in line[-1]
    content = flows.errors_of(reading(), import_id=view.id, store=desk.store)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_mended_file_of_bad_rows_imports(desk):
    view = desk.bring(workbook(table([row(), row(sku="CH-2", hs="1")], chinese=True)))
    header, line = desk.given_back(view)
    line[header.index("海关编码")] = "871410"
    assert desk.bring(workbook([header, line])).counts[Outcome.CREATE] == 1


def test_an_article_number_that_comes_twice_is_refused_the_second_time(desk):
    view = desk.bring(workbook(table([row(), row(price=1)])))
    assert desk.errors(view) == [{"sku": "sku_twice"}]
    assert view.counts[Outcome.CREATE] == 1


@pytest.mark.soak
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    list(itertools.product(["utf-8", "utf-8-sig", "gb18030", "utf-16"], [",", ";", "\t"]))
    if SOAK
    else [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", ",")],
)
def test_tables_of_text_in_the_encodings_of_sheet_programs(desk, encoding, delimiter):
    lines = table([row(price="27,40", gross_kg="12,5")], chinese=True)
    view = desk.bring(comma_separated(lines, delimiter=delimiter, encoding=encoding), "list.csv")
    assert desk.errors(view) == []
    draft = desk.draft("CH-1")
    assert draft is not None
    assert (draft.titles, draft.packing.gross_g) == ({"zh": "摩托车链条"}, 12_500)
    assert draft.ladders[0].tiers[0].price.amount == Decimal("27.40")


@pytest.mark.one_database
def test_headers_over_two_rows_with_merged_cells_and_other_units(desk):
    top = [
        "货号",
        "品名",
        "海关编码",
        "原产地",
        "单位",
        "币种",
        "单价",
        "外箱尺寸 (mm)",
        None,
        None,
        "毛重(克)",
        "净重(g)",
        "装箱数",
        "库存",
        "价格条款",
        "交货地",
        "倍数",
    ]
    below = [None] * 7 + ["长", "宽", "高"] + [None] * 7
    cells = [
        "CH-1",
        "链条",
        "871410",
        "中国",
        "件",
        "人民币",
        "¥27.40",
        500,
        400,
        300,
        "12500",
        "11000",
        40,
        7,
        "FCA",
        "南宁",
        40,
    ]
    merges = ("H1:J1", *(f"{letter}1:{letter}2" for letter in "ABCDEFGKLMNOPQ"))
    view = desk.bring(workbook([top, below, cells], merge=merges))
    assert desk.errors(view) == []
    draft = desk.draft("CH-1")
    assert draft is not None
    packing = draft.packing
    assert packing is not None
    assert (packing.length_mm, packing.width_mm, packing.height_mm, packing.gross_g) == (500, 400, 300, 12_500)
    assert (draft.origin, draft.unit, draft.ladders[0].basis) == ("CN", "H87", ("CNY", "FCA", "CNNIN"))


@pytest.mark.one_database
@pytest.mark.parametrize("write", [workbook, written_by_programs])
def test_every_row_of_a_merged_range_reads_its_value(desk, write):
    order = ["sku", "title", "hs", "origin", "unit", "currency", "price", "incoterm", "place", "stock"]
    rows = [row(sku=f"CH-{number}", price=20 + number) for number in range(1, 6)]
    rows[1:] = [{**values, "origin": None, "currency": None} for values in rows[1:]]
    lines = table(rows, chinese=True, order=order)
    title = ["2026 年价格表", *[None] * 9]
    # Beside the prices, below a title over all columns; ranges that reach on into rows without an article add none.
    view = desk.bring(write([title, *lines], merge=("A1:J1", "D3:D7", "F3:F40")))
    assert desk.errors(view) == []
    assert view.counts[Outcome.CREATE] == 5
    for number in range(1, 6):
        draft = desk.draft(f"CH-{number}")
        assert draft is not None
        assert (draft.origin, draft.ladders[0].currency) == ("CN", "CNY")
        assert draft.ladders[0].tiers[0].price.amount == 20 + number


@pytest.mark.one_database
def test_a_range_over_two_columns_gives_its_value_to_the_first_alone(desk):
    order = ["sku", "title", "description", "origin", "hs", "unit", "currency", "price", "incoterm", "place", "stock"]
    lines = table([row(), row(sku="CH-2", title=None, description=None, hs=None)], order=order)
    view = desk.bring(workbook(lines, merge=("B2:C3", "D2:E3")))
    assert desk.errors(view) == [{"hs": "required"}, {"hs": "required"}]
    assert [found.title for found in desk.rows(view)] == ["摩托车链条"] * 2
    header, *lines = desk.given_back(view)
    assert [line[header.index("description")] for line in lines] == [None, None]


@pytest.mark.one_database
def test_bad_rows_below_a_merged_cell_come_back_with_its_value_and_their_own_number(desk):
    rows = [row(), row(sku="CH-2", origin=None, hs="1"), row(sku="CH-3", origin=None)]
    view = desk.bring(workbook(table(rows, chinese=True), merge=("D2:D4",)), locale="en")
    header, line = desk.given_back(view)
    assert (line[header.index("货号")], line[header.index("原产地")]) == ("CH-2", "CN")
    assert "C3" in line[-1]
    line[header.index("海关编码")] = "871410"
    assert desk.bring(workbook([header, line])).counts[Outcome.CREATE] == 1


@pytest.mark.one_database
def test_a_formula_without_a_value_is_missing_in_every_row_that_it_covers(desk):
    rows = [row(price="=1+1"), row(sku="CH-2", price=None)]
    order = list(row())
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[order.index("price")]
    view = desk.bring(workbook(table(rows), merge=(f"{column}2:{column}3",)))
    assert desk.errors(view) == [{"price": "formula_empty"}] * 2


@pytest.mark.one_database
def test_any_sheet_can_be_chosen_and_the_one_with_headers_is_taken(desk):
    cover, prices, others = [["Welcome"]], table([row()]), table([row(sku="OTHER")])
    view = desk.bring(workbook(cover, prices, others), dry_run=True)
    assert (view.sheet, view.sheets) == ("Sheet 2", ("Sheet", "Sheet 2", "Sheet 3"))
    view = desk.bring(workbook(cover, prices, others), sheet="Sheet 3", dry_run=True)
    assert [found.sku for found in desk.rows(view)] == ["OTHER"]
    view = desk.bring(workbook(cover, prices), sheet="Nowhere")
    assert view.state is ImportState.FAILED
    assert view.failure is not None
    assert (view.failure.field, view.failure.accepted) == ("sheet", "Sheet, Sheet 2")


@pytest.mark.one_database
def test_a_mapping_names_columns_letters_values_and_units(desk):
    lines = [[None, "CH-9", "Chain", "1.234,50", "270", 14], [None, "CH-8", "Chain", "99,5", "270", 3]]
    mapping = {
        "sku": {"column": "B"}, "title": {"column": "C"}, "price": {"column": "D"}, "stock": {"column": "F"},
        "gross_kg": {"column": "E", "unit": "g"}, "net_kg": {"value": "0.2"}, "carton_units": {"value": "1"},
        "carton_l": {"value": "20"}, "carton_w": {"value": "10"}, "carton_h": {"value": "5"}, "hs": {"value": "871410"},
        "origin": {"value": "CN"}, "unit": {"value": "pcs"}, "currency": {"value": "CNY"}, "incoterm": {"value": "FCA"},
        "place": {"value": "CNNIN"},
    }  # fmt: skip
    view = desk.bring(workbook(lines), mapping=mapping)
    assert (desk.errors(view), view.counts[Outcome.CREATE]) == ([], 2)
    draft = desk.draft("CH-9")
    assert draft is not None
    assert (draft.packing.gross_g, draft.ladders[0].tiers[0].price.amount) == (270, Decimal("1234.50"))


@pytest.mark.one_database
def test_grams_taken_for_kilograms_are_doubted_before_anything_is_written(desk):
    view = desk.bring(
        workbook(table([row(gross_kg=0.27, net_kg=0.2)])),
        mapping={"gross_kg": {"header": "gross_kg", "unit": "g"}},
        dry_run=True,
    )
    assert [(warning.field, warning.code) for warning in view.warnings] == [("gross_kg", "weights_tiny")]


@pytest.mark.parametrize(
    "mapping", [{"nothing": "x"}, {"sku": 7}, {"sku": {"column": "AAAA"}}, {"sku": {"header": "a", "value": "b"}}]
)
def test_a_mapping_that_cannot_be_read_is_refused_at_once(desk, mapping):
    with pytest.raises(Refused) as refusal:
        desk.begin(workbook(table([row()])), mapping=mapping)
    assert refusal.value.errors[0].field == "mapping"

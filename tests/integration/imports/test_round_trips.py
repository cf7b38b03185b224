"""Any price list, in either language and any order of columns, imports to the same values; twice changes nothing."""

import random
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.catalog.imports import reader
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.mapping import read_mapping
from marketplace.catalog.rules.sheet_rows import read_rows
from marketplace.catalog.rules.sheets import layout_of
from tests.conftest import SOAK
from tests.support.sheets import comma_separated, row, table, workbook, written_by_programs

money = st.integers(1, 10**9).map(lambda minor: Decimal(minor).scaleb(-2))
lengths = st.integers(1, 9_999).map(lambda mm: Decimal(mm).scaleb(-1))
weights = st.integers(2, 9_999_999).map(lambda grams: Decimal(grams).scaleb(-3))
titles = st.one_of(
    st.sampled_from(["摩托车链条 428H", "ลำไยอบแห้ง", "Cà phê Robusta", "LED lamp, 9 W", "@ pads", "- pads"]),
    st.text(st.characters(categories=("L", "N"), max_codepoint=0x9FFF), min_size=1, max_size=40),
)


@st.composite
def listings(draw):
    moq = draw(st.integers(1, 500))
    carton = draw(st.integers(1, 100))
    gross = draw(weights)
    return {
        "title": draw(titles),
        "hs": draw(st.sampled_from(["871410", "0810.60", "6907210000", "85395000"])),
        "origin": draw(st.sampled_from(["CN", "VN", "TH", "MY"])),
        "unit": draw(st.sampled_from(["H87", "KGM", "SET"])),
        "currency": draw(st.sampled_from(["CNY", "THB", "USD"])),
        "price": draw(money),
        f"price@{moq + draw(st.integers(1, 5_000))}": draw(money),
        "moq": moq,
        "multiple": draw(st.sampled_from([1, carton, 2 * carton])),
        "carton_units": carton,
        "carton_l": draw(lengths),
        "carton_w": draw(lengths),
        "carton_h": draw(lengths),
        "gross_kg": gross,
        "net_kg": max(Decimal("0.001"), (gross * draw(st.integers(1, 100)) / 100).quantize(Decimal("0.001"))),
        **draw(st.sampled_from([{"stock": 0}, {"stock": 987_654}, {"lead_days": 30}])),
        "incoterm": "FCA",
        "place": draw(st.sampled_from(["CN-NANPENG", "CNNIN", "VNHAN"])),
        "description": draw(st.sampled_from(["", "加强型", "two\nlines"])),
    }


tables = st.lists(listings(), min_size=1, max_size=6).map(
    lambda rows: [{"sku": f"R-{number}", **values} for number, values in enumerate(rows)]
)


def as_read(values):
    """Return what reading a generated listing has to give."""
    tiers = [[int(name[6:]), f"{price.normalize():f}"] for name, price in values.items() if name.startswith("price@")]
    read = {
        name: values[name] for name in ("sku", "origin", "unit", "currency", "incoterm", "place", "moq", "multiple")
    }
    read |= {name: values[name] for name in ("carton_units", "stock", "lead_days") if name in values}
    read |= {name: int(values[name] * 10) for name in ("carton_l", "carton_w", "carton_h")}
    read |= {"gross_g": int(values["gross_kg"] * 1000), "net_g": int(values["net_kg"] * 1000), "tiers": tiers}
    read |= {"price": f"{values['price'].normalize():f}", "hs": values["hs"], "title": values["title"].strip()}
    if values["description"]:
        read["description"] = values["description"]
    return read


def read_back(content: bytes, *, is_csv: bool):
    _, sheet = reader.read_sheet(content, is_csv=is_csv, sheet=None)
    rows = list(read_rows(sheet, layout_of(sheet, read_mapping({}))))
    assert [row.errors for row in rows] == [[] for _ in rows]
    return [{name: value for name, value in row.values.items() if name != "gross_exact"} for row in rows]


def as_cells(lines, style: str):
    """Write decimals as numbers, or as texts with four decimals and a point or a comma."""
    if style == "number":
        return [[float(cell) if isinstance(cell, Decimal) else cell for cell in line] for line in lines]
    mark = "," if style == "comma" else "."
    return [
        [f"{cell:.4f}".replace(".", mark) if isinstance(cell, Decimal) else cell for cell in line] for line in lines
    ]


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=tables, chinese=st.booleans(), style=st.sampled_from(["number", "comma", "point"]), seed=st.integers())
def test_every_table_reads_back_in_any_language_order_and_notation(rows, chinese, style, seed):
    names = list(dict.fromkeys(name for values in rows for name in values))
    random.Random(seed).shuffle(names)
    lines = as_cells(table(rows, chinese=chinese, order=names), style)
    is_csv = style != "number" and chinese
    content = comma_separated(lines) if is_csv else workbook(lines)
    assert read_back(content, is_csv=is_csv) == [as_read(values) for values in rows]


@pytest.mark.soak
@settings(max_examples=200 if SOAK else 8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    origins=st.lists(st.tuples(st.sampled_from(["CN", "VN", "TH"]), st.integers(1, 4)), min_size=1, max_size=4),
    titles=st.lists(st.tuples(titles, st.integers(1, 4)), min_size=1, max_size=4),
    beyond=st.integers(0, 3),
    write=st.sampled_from([workbook, written_by_programs]),
)
def test_every_table_with_merged_cells_reads_as_the_one_that_repeats_them(origins, titles, beyond, write):
    runs_of = {"origin": origins, "title": titles}
    spread = {name: [value for value, length in runs for _ in range(length)] for name, runs in runs_of.items()}
    count = min(map(len, spread.values()))
    whole = [row(sku=f"M-{at}", **{name: values[at] for name, values in spread.items()}) for at in range(count)]
    lines = table(whole)
    areas = []
    for name, runs in runs_of.items():
        column, top = lines[0].index(name), 1
        letter = "ABCDEFGH"[column]
        for _, length in runs:
            bottom = min(top + length - 1, count) + (beyond if top + length > count else 0)
            if top <= count and bottom > top:
                areas.append(f"{letter}{top + 1}:{letter}{bottom + 1}")
                for line in lines[top + 1 : bottom + 1]:
                    line[column] = None
            top += length
    merged = read_back(write(lines, merge=tuple(areas)), is_csv=False)
    assert merged == read_back(workbook(table(whole)), is_csv=False)


@pytest.mark.parametrize("chinese", [False, True])
def test_the_same_table_twice_changes_nothing(desk, chinese):
    rows = [
        {"sku": f"T-{number}", **values}
        for number, values in enumerate(
            [
                {
                    "title": "链条", "hs": "871410", "origin": "CN", "unit": "H87", "currency": "CNY",
                    "price": 10.5, "price@100": 9.25, "moq": 5, "multiple": 5, "lead_days": 20, "incoterm": "FCA",
                    "place": "重庆", "description": "x",
                },
                {
                    "title": "Lamp", "hs": "8714.10", "origin": "Viet Nam", "unit": "pcs", "currency": "USD",
                    "price": 3, "stock": 7, "incoterm": "DAP", "place": "Hanoi",
                },
            ]
        )
    ]  # fmt: skip
    content = workbook(table(rows, chinese=chinese))
    assert desk.bring(content).counts[Outcome.CREATE] == 2
    counts = desk.bring(content).counts
    assert counts == {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.UNCHANGED: 2, Outcome.ERROR: 0}

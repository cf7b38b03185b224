"""Official invoices: what can be recorded, what each may be for, what sheets say."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules import invoice_sheets as sheets
from marketplace.orders.rules import invoices as rules
from marketplace.orders.rules.invoices import Draft, Open, Part

TODAY = date(2026, 11, 28)
A, B, C = UUID(int=1), UUID(int=2), UUID(int=3)


def cny(minor):
    return Money(minor, "CNY")


def draft(**changes):
    facts = {
        "country": "CN", "type": "fapiao_special", "code": "", "number": "25507000000012345678",
        "issued_on": TODAY, "net": cny(10_000), "tax": cny(1_300),
    }  # fmt: skip
    return Draft(**{**facts, **changes})


def opened(line_id, value, matched=0):
    return Open(line_id, cny(value), cny(matched))


def fields_refused(act):
    with pytest.raises(Refused) as refusal:
        act()
    return {error.field for error in refusal.value.errors}


def test_an_invoice_in_order_is_taken_red_or_not():
    rules.check(draft(), today=TODAY, is_red=False)
    rules.check(draft(net=cny(-10_000), tax=cny(-1_300)), today=TODAY, is_red=True)
    rules.check(draft(country="LA", type="tax_invoice", code="A-1"), today=TODAY, is_red=False)


@pytest.mark.parametrize(
    ("changes", "is_red", "fields"),
    [
        ({"type": "e_invoice"}, False, {"type"}),
        ({"country": "ZZ"}, False, {"country"}),
        ({"number": "№ 5"}, False, {"number"}),
        ({"code": "a b"}, False, {"code"}),
        ({"issued_on": date(2026, 11, 29)}, False, {"issued_on"}),
        ({"net": cny(0), "tax": cny(0)}, False, {"amount"}),
        ({"tax": cny(10_001)}, False, {"tax"}),
        ({"tax": cny(-1)}, False, {"tax"}),
        ({}, True, {"amount"}),
        ({"net": cny(-5), "tax": cny(1)}, True, {"tax"}),
        ({"net": cny(-5), "tax": cny(-6)}, True, {"tax"}),
    ],
)
def test_what_no_invoice_says_is_refused(changes, is_red, fields):
    assert fields_refused(lambda: rules.check(draft(**changes), today=TODAY, is_red=is_red)) == fields


def test_an_invoice_is_in_the_currency_of_its_order():
    rules.check_currency(draft(), currency="CNY")
    with pytest.raises(Refused) as refusal:
        rules.check_currency(draft(), currency="VND")
    assert [(error.field, error.code, error.accepted) for error in refusal.value.errors] == [
        ("currency", "currency", "VND")
    ]


def test_a_negative_amount_that_takes_nothing_back_is_wrong_or_lacks_its_first_invoice():
    red = draft(net=cny(-10_000), tax=cny(99))
    with pytest.raises(Refused) as refusal:
        rules.check(red, today=TODAY, is_red=True, names_first=False)
    assert [(error.field, error.code) for error in refusal.value.errors] == [
        ("amount", "range"), ("refers_to", "required"),
    ]  # fmt: skip


def test_a_red_letter_invoice_takes_no_more_than_is_left():
    red = draft(net=cny(-10_000), tax=cny(-1_300))
    rules.check_red(red, first=cny(11_300), before=cny(0))
    assert fields_refused(lambda: rules.check_red(red, first=cny(11_300), before=cny(-1))) == {"amount"}
    assert fields_refused(lambda: rules.check_red(red, first=Money(11_300, "USD"), before=Money(0, "USD"))) == {
        "currency"
    }


def test_parts_stay_within_the_invoice_and_each_line_with_its_tax():
    lines = {A: opened(A, 10_000), B: opened(B, 5_000, 5_000)}

    def check(*parts, gross=11_300):
        rules.check_parts(parts, gross=cny(gross), open_lines=lines, tax_bp=1_300)

    check(Part(A, cny(11_300)))
    check(Part(A, cny(10_000)), Part(B, cny(650)))
    check()
    assert fields_refused(lambda: check(Part(A, cny(1)), Part(A, cny(1)))) == {"line_ids"}
    assert fields_refused(lambda: check(Part(C, cny(1)))) == {"line_ids"}
    assert fields_refused(lambda: check(Part(A, Money(1, "USD")))) == {"currency"}
    assert fields_refused(lambda: check(Part(A, cny(0)))) == {"amounts"}
    assert fields_refused(lambda: check(Part(A, cny(200)), gross=199)) == {"amounts"}
    assert fields_refused(lambda: check(Part(A, cny(11_301)), gross=99_999)) == {"amounts"}
    assert fields_refused(lambda: check(Part(B, cny(651)))) == {"amounts"}


def test_an_invoice_is_probably_for_what_fits():
    lines = [opened(A, 10_000), opened(B, 5_000, 2_000), opened(C, 100, 200)]
    whole = (Part(A, cny(10_000)), Part(B, cny(3_000)))
    assert rules.suggested(net=cny(12_000), gross=cny(13_000), open_lines=lines) == whole
    taxed = rules.suggested(net=cny(13_000), gross=cny(14_690), open_lines=lines)
    assert [part.amount.minor for part in taxed] == [11_300, 3_390]
    assert rules.suggested(net=cny(3_000), gross=cny(3_390), open_lines=lines) == (Part(B, cny(3_390)),)
    assert rules.suggested(net=cny(11_000), gross=cny(11_000), open_lines=lines) == (
        Part(A, cny(10_000)), Part(B, cny(1_000)),
    )  # fmt: skip
    assert rules.suggested(net=cny(4), gross=cny(4), open_lines=lines) == (Part(A, cny(4)),)
    assert rules.suggested(net=cny(4), gross=cny(4), open_lines=[]) == ()
    assert rules.is_exact(net=cny(13_000), gross=cny(14_690), open_lines=lines)
    assert not rules.is_exact(net=cny(3_000), gross=cny(3_390), open_lines=lines)
    assert not rules.is_exact(net=cny(1), gross=cny(1), open_lines=[])


@given(st.lists(st.integers(1, 10**9), max_size=6), st.integers(1, 10**10))
def test_what_is_suggested_is_never_more_than_the_invoice(values, gross):
    lines = [opened(UUID(int=place), value) for place, value in enumerate(values)]
    parts = rules.suggested(net=cny(gross), gross=cny(gross), open_lines=lines)
    assert sum(part.amount.minor for part in parts) <= gross
    assert all(part.amount.minor > 0 for part in parts)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=6), st.integers(1, 10**10))
def test_a_red_letter_invoice_never_takes_more_of_a_line_than_was_given(values, taken):
    parts = [Part(UUID(int=place), cny(value)) for place, value in enumerate(values)]
    back = {part.line_id: part.amount.minor for part in rules.reversed_parts(parts, cny(-taken))}
    assert sum(back.values()) == -min(taken, sum(values))
    assert all(-part.amount.minor <= back.get(part.line_id, 0) <= 0 for part in parts)
    assert rules.reversed_parts((), cny(-taken)) == ()


def test_a_line_is_missing_what_is_not_named():
    line = opened(A, 100, 30)
    assert line.missing == cny(70)
    assert replace(line, matched=cny(113)).missing == cny(0)


def test_sheets_are_handed_out_in_the_words_of_the_sellers_country():
    assert {len(sheets.headings(country)) for country in ("CN", "VN", "TH")} == {len(sheets.COLUMNS)}
    assert sheets.headings("CN")[3] == "项目名称"
    titles = {"en": "Chain", "zh": "链条"}
    assert [sheets.goods_name(titles, country) for country in ("CN", "VN", "TH")] == ["链条", "Chain", "Chain"]
    assert sheets.goods_name({"th": "โซ่"}, "CN") == "โซ่"
    assert sheets.goods_name({}, "CN") == ""
    assert [sheets.unit_name("SET", country) for country in ("CN", "VN", "TH")] == ["套", "bộ", "set"]
    assert sheets.unit_name("XYZ", "CN") == "XYZ"


def test_sheets_are_read_by_names_in_three_languages():
    header = ["订单号", "Country", "type", "Ký hiệu", "发票号码", "issued_on", "金额", "税额", "币种", "note", None]
    row = ["ORD-1", "CN", "fapiao_special", None, Decimal(123), "2026-11-01", Decimal("1.50"), "0", "CNY", "x", ""]
    ((number, cells),) = sheets.rows_of([header, row, [None, " "]])
    assert number == 2
    assert cells == {
        "order": "ORD-1", "country": "CN", "type": "fapiao_special", "number": "123", "issued_on": "2026-11-01",
        "amount": "1.50", "tax": "0", "currency": "CNY",
    }  # fmt: skip


def test_a_sheet_without_the_columns_or_with_too_many_rows_is_refused():
    assert fields_refused(lambda: sheets.rows_of([])) == {"file"}
    header = ["order", "country", "type", "number", "issued_on", "amount", "tax", "currency"]
    assert fields_refused(lambda: sheets.rows_of([header, *([["x"]] * 1_001)])) == {"file"}

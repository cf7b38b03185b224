"""Rows of a sheet as restrictions: what is written is read again, what is wrong names its field."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.customs.rules import Measure, Rule
from marketplace.customs.rules.sheet import (
    COLUMNS,
    MOST_ROWS,
    NAMES,
    Change,
    Outcome,
    cells_of,
    judge,
    key_of,
    read,
)
from marketplace.customs.services import SHIPPED
from marketplace.kernel.errors import Refused
from marketplace.reference.rules import RCEP

TODAY = date(2026, 11, 27)
words = st.text(st.characters(categories=("L", "N", "P", "Zs")), min_size=1, max_size=60)
words = words.map(lambda text: normalize("NFC", " ".join(text.split()))).filter(bool)
days = st.dates(date(2000, 1, 1), TODAY)
rules = st.builds(
    lambda prefix, dates, **parts: Rule(hs_prefix=prefix, valid_from=min(dates), valid_to=max(dates), **parts),
    st.integers(1, 5).flatmap(lambda pairs: st.text("0123456789", min_size=2 * pairs, max_size=2 * pairs)),
    st.lists(days, min_size=2, max_size=2),
    country=st.sampled_from(sorted(RCEP)),
    measure=st.sampled_from(Measure),
    texts=st.fixed_dictionaries({"en": words, "zh": words, "vi": words}),
    source=words,
    source_url=st.just("https://law.test/1"),
    checked_on=days,
)


def read_rows(*rows, header=COLUMNS):
    return read([list(header), *rows], countries=RCEP, today=TODAY)


def line(**changes):
    return [{**cells_of(SHIPPED[0]), **changes}[name] for name in COLUMNS]


@given(st.lists(rules, min_size=1, max_size=5, unique_by=key_of))
def test_what_is_written_is_read_again_and_changes_nothing(written):
    written = [replace(rule, valid_to=None) if at % 2 else rule for at, rule in enumerate(written)]
    found = read_rows(*([cells_of(rule)[name] for name in COLUMNS] for rule in written))
    assert [row.errors for row in found] == [()] * len(written)
    known = {key_of(rule): rule for rule in written}
    assert {each.outcome for each in judge(found, known)} == {Outcome.UNCHANGED}
    assert {each.outcome for each in judge(found, {})} == {Outcome.NEW}
    assert [cells_of(row.rule) for row in found] == [cells_of(rule) | {} for rule in written]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_headers_are_known_by_other_names_below_a_title_in_any_order(place):
    header = [names[min(place, len(names) - 1)].upper() for names in NAMES.values()][::-1]
    rows = [["Rules"], [], header, line()[::-1], ["", " "], line(hs_prefix="36")[::-1]]
    found = read(rows, countries=RCEP, today=TODAY)
    assert [(row.number, row.rule and row.rule.hs_prefix) for row in found] == [(4, "93"), (6, "36")]


def test_what_a_known_rule_says_anew_is_told():
    (row,) = read_rows(line(en="Weapons.", valid_to="2030-01-01"))
    (judged,) = judge([row], {key_of(SHIPPED[0]): SHIPPED[0]})
    assert judged.outcome is Outcome.CHANGED
    assert judged.changes == (
        Change("en", "Weapons and ammunition may not be imported.", "Weapons."),
        Change("valid_to", "", "2030-01-01"),
    )


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"country": "FR"}, [("country", "choice")]),
        ({"hs_prefix": "9"}, [("hs_prefix", "hs_code")]),
        ({"hs_prefix": Decimal("8714.1")}, [("hs_prefix", "hs_code")]),
        ({"measure": ""}, [("measure", "choice")]),
        ({"en": ""}, [("en", "required")]),
        ({"zh": "x" * 501}, [("zh", "too_long")]),
        ({"vi": "a\x00b"}, [("vi", "control_characters")]),
        ({"source": "x" * 301}, [("source", "too_long")]),
        ({"source_url": "law"}, [("source_url", "web_address")]),
        ({"valid_from": ""}, [("valid_from", "required")]),
        ({"valid_from": "01/02/2026"}, [("valid_from", "calendar_day")]),
        ({"valid_to": "2026-02-30"}, [("valid_to", "calendar_day")]),
        ({"valid_to": "2001-01-01"}, [("valid_to", "too_early")]),
        ({"checked_on": "2026-11-28"}, [("checked_on", "too_late")]),
        ({"checked_on": "soon", "country": "x"}, [("checked_on", "calendar_day"), ("country", "choice")]),
    ],
)
def test_a_wrong_row_names_every_field(changes, wrong):
    (row,) = read_rows(line(**changes))
    assert [(error.field, error.code) for error in row.errors] == wrong
    assert judge([row], {})[0].outcome is Outcome.WRONG


def test_sheet_programs_write_codes_and_days_in_their_own_way():
    (row,) = read_rows(
        line(country="vn", measure="Permit", hs_prefix=Decimal(810), valid_from="2026-01-02T00:00:00",
             valid_to="2026/3/4", checked_on="2026.1.3", source=Decimal(1))
    )  # fmt: skip
    rule = row.rule
    assert (rule.country, rule.measure, rule.hs_prefix, rule.source) == ("VN", Measure.PERMIT, "0810", "1")
    assert (rule.valid_from, rule.valid_to, rule.checked_on) == (date(2026, 1, 2), date(2026, 3, 4), date(2026, 1, 3))


def test_a_rule_stands_in_a_sheet_once():
    first, second, other = read_rows(line(), line(en="Else."), line(valid_from="2020-01-01"))
    assert (first.errors, other.errors) == ((), ())
    assert [(error.code, error.facts) for error in second.errors] == [("restriction_twice", {"row": 2})]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "restriction_header"),
        ([["country", "hs_prefix"]], "restriction_header"),
        ([list(COLUMNS)], "restriction_rows"),
        ([list(COLUMNS), *([line()] * (MOST_ROWS + 1))], "restriction_rows"),
        ([list(COLUMNS[:-1]), line()], "restriction_header"),
    ],
)
def test_a_sheet_without_all_headers_or_with_too_many_rows_is_refused(rows, code):
    with pytest.raises(Refused) as refusal:
        read(rows, countries=RCEP, today=TODAY)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("file", code)]


def test_cells_behind_the_headers_and_rows_cut_short_are_taken_as_they_are():
    found = read_rows([*line(), "more"], line(hs_prefix="36")[:-1])
    assert found[0].rule == SHIPPED[0]
    assert [(error.field, error.code) for error in found[1].errors] == [("checked_on", "required")]

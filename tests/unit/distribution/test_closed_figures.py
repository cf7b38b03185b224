"""Months, figures and tables of the corridor: what is added, what is taken apart, and what a hash covers."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.distribution.statistics.rules.cells import (
    Direction,
    Figures,
    GoodsCounts,
    GoodsKey,
    LorryCounts,
    LorryKey,
    Rate,
    StageCounts,
    StageKey,
    direction,
    seal,
)
from marketplace.distribution.statistics.rules.months import Month, month_of, months, parse_month
from marketplace.distribution.statistics.rules.tables import (
    By,
    Narrowed,
    recorded,
    stages,
    table,
    told,
    told_total,
    total,
)

LINES = [UUID(int=number) for number in (1, 2)]
COMPANIES = [UUID(int=number) for number in range(10, 16)]
MONTHS = some.sampled_from(["2019-12", "2020-01", "2020-02"])
LORRY_KEYS = some.builds(LorryKey, MONTHS, some.sampled_from(LINES), some.sampled_from(Direction))
LORRIES = some.dictionaries(LORRY_KEYS, some.builds(LorryCounts, *[some.integers(0, 50)] * 5), max_size=6)
GOODS_KEYS = some.builds(
    GoodsKey, MONTHS, some.sampled_from(LINES), some.sampled_from(["CN", "VN"]), some.sampled_from(["CN", "TH"]),
    some.sampled_from(["08", "87"]), some.sampled_from(COMPANIES), some.sampled_from(COMPANIES), some.just("CNY"),
)  # fmt: skip
GOODS = some.dictionaries(GOODS_KEYS, some.builds(GoodsCounts, *[some.integers(0, 900)] * 4), max_size=8)
STAGES = some.dictionaries(
    some.builds(StageKey, MONTHS, some.sampled_from(LINES), some.just("A"), some.just("B")),
    some.builds(StageCounts, *[some.integers(0, 99)] * 3),
    max_size=4,
)
FIGURES = some.builds(Figures, LORRIES, GOODS, STAGES)
NOTHING = Figures({}, {}, {})


def test_a_month_is_that_of_chongqing():
    assert month_of(datetime(2020, 12, 31, 15, 59, tzinfo=UTC)) == Month(2020, 12)
    assert month_of(datetime(2020, 12, 31, 16, 0, tzinfo=UTC)) == Month(2021, 1)
    month = Month(2020, 12)
    assert (str(month), month.next, month.last_day) == ("2020-12", Month(2021, 1), date(2020, 12, 31))
    assert not month.is_over(datetime(2020, 12, 31, 15, 59, tzinfo=UTC))
    assert month.is_over(datetime(2020, 12, 31, 16, 0, tzinfo=UTC))
    assert [str(one) for one in months(Month(2019, 11), Month(2020, 2))] == ["2019-11", "2019-12", "2020-01", "2020-02"]
    assert list(months(Month(2020, 2), Month(2020, 1))) == []


@pytest.mark.parametrize(
    "text", ["2020", "2020-13", "2020-00", "2020-1", "20-01", "0000-01", "", "2020-01-01", "２０２０-01"]
)
def test_what_is_no_month_is_not_read(text):
    with pytest.raises(ValueError, match="^" + text):
        parse_month(text)


@given(some.integers(1, 9998), some.integers(1, 12))
def test_a_month_is_read_as_it_is_written(year, number):
    assert parse_month(str(Month(year, number))) == Month(year, number)


def test_directions():
    assert direction("CN", "VN") is Direction.OUT
    assert direction("TH", "CN") is Direction.HOME
    assert direction("TH", "VN") is direction("CN", "CN") is Direction.ABROAD


@given(FIGURES, FIGURES)
def test_a_correction_makes_what_was_closed_what_is(before, now):
    corrected = before + (now - before)
    assert corrected - now == NOTHING
    assert now - now == NOTHING


@given(FIGURES, some.lists(some.sampled_from(["2020-02", "2020-03"]), min_size=1, max_size=2, unique=True))
def test_figures_recorded_later_sum_to_the_same(figures, closed_in):
    written = dict.fromkeys(closed_in, figures)
    whole, corrections = recorded(written)
    assert total(whole).lorries == sum((total(figures).lorries for _ in closed_in), LorryCounts())
    assert total(whole).goods == sum((total(figures).goods for _ in closed_in), GoodsCounts())
    assert {key.month for key in whole.lorries} <= set(closed_in)
    own = [key for month in closed_in for key in figures.lorries if key.month == month]
    assert sum(row.departures for row in corrections.lorries.values()) + sum(
        figures.lorries[key].departures for key in own
    ) == sum(row.departures for row in whole.lorries.values())
    assert corrections.stages == {}


def test_corrections_are_what_is_not_of_the_month_that_was_closed():
    key = LorryKey("2020-01", LINES[0], Direction.OUT)
    sent = _sent(0, 3, 5)
    figures = Figures({key: LorryCounts(1)}, sent, {})
    assert recorded({"2020-01": figures}) == (figures, NOTHING)
    assert table(figures, By.MONTH, Narrowed(since="2020-02")) == []
    whole, corrections = recorded({"2020-02": figures})
    assert whole == corrections
    assert {key.month for key in (*whole.lorries, *whole.goods)} == {"2020-02"}


@given(FIGURES, some.sampled_from(By))
def test_every_table_sums_to_the_same(figures, by):
    rows = table(figures, by)
    assert [row.key for row in rows] == sorted({row.key for row in rows})
    assert sum((row.goods for row in rows), GoodsCounts()) == total(figures).goods
    if by in (By.COUNTRY, By.CHAPTER):
        assert all(row.lorries is None for row in rows)
    else:
        assert sum((row.lorries or LorryCounts() for row in rows), LorryCounts()) == total(figures).lorries


@given(FIGURES)
def test_narrowed_tables_are_parts(figures):
    parts = [Narrowed(until="2019-12"), Narrowed(since="2020-01")]
    sums = [total(figures, part) for part in parts]
    assert sum((row.goods for row in sums), GoodsCounts()) == total(figures).goods
    assert sum((row.lorries for row in sums), LorryCounts()) == total(figures).lorries
    countries = {row.key for row in table(figures, By.COUNTRY)}
    by_country = [total(figures, Narrowed(country=each)) for each in countries]
    assert sum((row.goods for row in by_country), GoodsCounts()) == total(figures).goods
    assert all(row.lorries is None for row in by_country)
    assert all(row.lorries is None for row in table(figures, By.MONTH, Narrowed(chapter="08")))
    lines = [total(figures, Narrowed(line_id=line)).lorries for line in LINES]
    assert sum(lines, LorryCounts()) == total(figures).lorries
    ways = [total(figures, Narrowed(direction=way)).goods for way in Direction]
    assert sum(ways, GoodsCounts()) == total(figures).goods
    timed = [stages(figures, part) for part in (*parts, *(Narrowed(line_id=line) for line in LINES))]
    passed = [sum(counts.passed for counts in one.values()) for one in timed]
    assert passed[0] + passed[1] == passed[2] + passed[3] == sum(one.passed for one in stages(figures).values())


def test_the_partner_is_the_other_end_from_china():
    def key(start, stop):
        return GoodsKey("2020-01", LINES[0], start, stop, "08", *COMPANIES[:2], "CNY")

    assert [key(*ends).partner for ends in (("CN", "VN"), ("TH", "CN"), ("TH", "VN"))] == ["VN", "TH", "VN"]


def _sent(shipper, consignee, grams, chapter="08"):
    key = GoodsKey("2020-01", LINES[0], "CN", "VN", chapter, COMPANIES[shipper], COMPANIES[consignee], "CNY")
    return {key: GoodsCounts(1, grams, 1, 1)}


def test_the_public_is_told_what_many_stand_behind():
    few = Figures({}, _sent(0, 3, 5) | _sent(1, 4, 5), {})
    assert told(table(few, By.CHAPTER))[0].goods is None
    assert told_total(total(few)).goods is None
    many = few + Figures({}, _sent(2, 5, 5), {})
    assert told(table(many, By.CHAPTER))[0].goods == GoodsCounts(3, 15, 3, 3)
    assert told_total(total(many)).goods == GoodsCounts(3, 15, 3, 3)
    assert told_total(total(NOTHING)).goods == GoodsCounts()


@given(FIGURES, some.randoms(use_true_random=False))
def test_a_hash_does_not_hang_on_the_order(figures, chance):
    rates = [Rate("2020-01", currency, "1.5", "a bank", "2020-01-31") for currency in ("VND", "THB")]
    made = seal("2020-02", "before", figures, rates)
    mixed = [list(each.items()) for each in (figures.lorries, figures.goods, figures.stages)]
    for each in mixed:
        chance.shuffle(each)
    assert seal("2020-02", "before", Figures(*map(dict, mixed)), rates[::-1]) == made
    assert seal("2020-02", "other", figures, rates) != made
    assert seal("2020-02", "before", figures, rates[:1]) != made

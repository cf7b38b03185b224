"""Who may drive which way until when: no crew is let go whose paper ends, whose permit lacks, or who drives already."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.errors import Refused
from marketplace.logistics.fleet.rules.assigning import Member, Span, Taken, check_crew, planned_return, span_of
from marketplace.logistics.fleet.rules.papers import (
    ACTS,
    GMS,
    OF_VEHICLES,
    Kind,
    Lack,
    Paper,
    PaperKind,
    Trip,
    check_paper,
    lacks,
    stage_of,
)

P = PaperKind
OUT, BACK = date(2026, 3, 4), date(2026, 3, 9)
LONG = date(2027, 1, 1)
AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
TRIP = Trip(OUT, BACK, ("CN", "VN"))
DAYS = some.integers(-400, 400).map(lambda days: OUT + timedelta(days=days))


def paper(kind, until=LONG, country=None, since=None):
    return Paper(kind, country, since, until)


ROADWORTHY = (paper(P.INSPECTION), paper(P.INSURANCE))
TRACTOR = Member("tractor", UUID(int=1), Kind.TRACTOR, "VEH-1", frozenset({"CN"}), (*ROADWORTHY, paper(P.GMS_PERMIT)))
TRAILER = replace(TRACTOR, field="trailer", id=UUID(int=2), kind=Kind.TRAILER, reference="VEH-2")
DRIVER = Member(
    "drivers", UUID(int=3), Kind.DRIVER, "DRV-1", frozenset({"CN"}), (paper(P.DRIVING_LICENCE), paper(P.PASSPORT))
)
SPAN = Span(0, 3, AT, AT + timedelta(hours=45))


def refused(*crew, trip=TRIP, taken=()):
    with pytest.raises(Refused) as caught:
        check_crew(crew, trip, SPAN, taken)
    return [(error.field, error.code) for error in caught.value.errors]


def test_a_whole_crew_goes():
    check_crew((TRACTOR, TRAILER, DRIVER), TRIP, SPAN, ())


PAPERS = some.builds(
    Paper,
    kind=some.sampled_from(PaperKind),
    country=some.sampled_from(["CN", "VN", "LA", "TH", None]),
    valid_from=some.none() | DAYS,
    valid_until=DAYS,
)
TRIPS = some.builds(
    lambda first, length, countries, dangerous: Trip(
        first, first + timedelta(days=length), tuple(countries), is_dangerous=dangerous
    ),
    DAYS,
    some.integers(0, 30),
    some.lists(some.sampled_from(["CN", "VN", "LA", "TH", "MY"]), min_size=1, max_size=4, unique=True),
    some.booleans(),
)


@given(
    kind=some.sampled_from(Kind),
    home=some.sets(some.sampled_from(["CN", "VN"]), min_size=1),
    papers=some.lists(PAPERS, max_size=10),
    trip=TRIPS,
)
def test_who_lacks_nothing_holds_every_paper_to_the_day_of_return(kind, home, papers, trip):
    if lacks(kind, home, papers, trip):
        return
    holding = [each for each in papers if each.covers(trip.first, trip.last)]
    kinds = {each.kind for each in holding}
    abroad = set(trip.countries) - home
    if kind is Kind.DRIVER:
        assert P.DRIVING_LICENCE in kinds
        assert P.PASSPORT in kinds or not abroad
        assert P.DANGEROUS_CERTIFICATE in kinds or not trip.is_dangerous
    else:
        assert {P.INSPECTION, P.INSURANCE} <= kinds
        assert all(any(each.admits_to(country) for each in holding) for country in abroad)


@given(
    kind=some.sampled_from(Kind),
    home=some.sets(some.sampled_from(["CN", "VN"]), min_size=1),
    papers=some.lists(PAPERS, max_size=10),
    trip=TRIPS,
    later=some.integers(1, 60),
)
def test_a_longer_way_never_asks_for_less(kind, home, papers, trip, later):
    longer = replace(trip, last=trip.last + timedelta(days=later), countries=(*trip.countries, "KH"))
    lacking, still = (
        {(lack.country or lack.kind, lack.country is None) for lack in lacks(kind, home, papers, way)}
        for way in (trip, longer)
    )
    assert lacking <= still


@given(papers=some.lists(PAPERS.filter(lambda each: each.kind in OF_VEHICLES), max_size=8), trip=TRIPS)
def test_renewing_what_lacks_mends_it(papers, trip):
    for lack in lacks(Kind.TRACTOR, {"CN"}, papers, trip):
        kind = P.PERMIT if lack.country else lack.kind
        renewed = Paper(kind, lack.country, None, trip.last)
        assert lack not in lacks(Kind.TRACTOR, {"CN"}, [*papers, renewed], trip)


def test_the_paper_and_its_day_are_named():
    ends = (paper(P.INSPECTION, date(2026, 3, 8)), paper(P.INSURANCE))
    assert lacks(Kind.TRAILER, {"CN", "VN"}, ends, TRIP) == (Lack(P.INSPECTION, None, date(2026, 3, 8)),)
    with pytest.raises(Refused) as caught:
        check_crew([replace(TRACTOR, home=frozenset({"CN", "VN"}), papers=ends)], TRIP, SPAN, ())
    (error,) = caught.value.errors
    assert (error.field, error.code) == ("tractor", "crew_paper_ends")
    assert error.facts == {
        "reference": "VEH-1", "paper_kinds": ["inspection"], "country": "", "until": "2026-03-08", "back": "2026-03-09",
    }  # fmt: skip


def test_the_last_day_counts_and_a_paper_may_begin_on_the_first():
    assert not lacks(Kind.TRACTOR, {"CN", "VN"}, (paper(P.INSPECTION, BACK), paper(P.INSURANCE, BACK, since=OUT)), TRIP)
    early = (paper(P.INSPECTION), paper(P.INSURANCE, since=OUT + timedelta(days=1)))
    assert lacks(Kind.TRACTOR, {"CN", "VN"}, early, TRIP) == (Lack(P.INSURANCE, None, LONG),)


@pytest.mark.parametrize(
    ("permit", "way", "lacking"),
    [
        (paper(P.GMS_PERMIT), ("CN", "LA", "TH"), []),
        (paper(P.GMS_PERMIT), ("CN", "LA", "TH", "MY"), ["MY"]),
        (paper(P.ACTS_PERMIT), ("CN", "LA", "MY"), []),
        (paper(P.PERMIT, country="VN"), ("CN", "VN", "LA"), ["LA"]),
        (paper(P.TIR_APPROVAL), ("CN", "VN"), ["VN"]),
    ],
)
def test_a_permit_is_needed_for_every_country_on_the_way(permit, way, lacking):
    found = lacks(Kind.TRACTOR, {"CN"}, (*ROADWORTHY, permit), Trip(OUT, BACK, way))
    assert [lack.country for lack in found] == lacking
    assert all(lack.until is None for lack in found)


def test_china_is_in_the_one_agreement_and_not_in_the_other():
    assert "CN" in GMS - ACTS
    foreign = (*ROADWORTHY, paper(P.ACTS_PERMIT))
    assert lacks(Kind.TRACTOR, {"VN"}, foreign, TRIP) == (Lack(P.PERMIT, "CN", None),)


def test_a_permit_that_ends_is_named_with_its_day():
    ended = (*ROADWORTHY, paper(P.GMS_PERMIT, OUT))
    assert lacks(Kind.TRACTOR, {"CN"}, ended, TRIP) == (Lack(P.GMS_PERMIT, "VN", OUT),)
    assert refused(replace(TRACTOR, papers=ended)) == [("tractor", "crew_paper_ends_for")]
    assert refused(replace(TRACTOR, papers=ROADWORTHY)) == [("tractor", "crew_paper_missing_for")]


@pytest.mark.parametrize(
    ("shown", "trip", "lacking"),
    [
        ((), TRIP, [P.DRIVING_LICENCE, P.PASSPORT]),
        ((paper(P.DRIVING_LICENCE),), Trip(OUT, BACK, ("CN",)), []),
        ((paper(P.DRIVING_LICENCE), paper(P.PASSPORT), paper(P.VISA, OUT, "VN")), TRIP, [P.VISA]),
        ((paper(P.DRIVING_LICENCE), paper(P.PASSPORT), paper(P.VISA, OUT, "TH")), TRIP, []),
        ((paper(P.DRIVING_LICENCE), paper(P.PASSPORT), paper(P.DANGEROUS_CERTIFICATE, OUT)), TRIP, []),
    ],
)
def test_what_a_driver_shows(shown, trip, lacking):
    assert [lack.kind for lack in lacks(Kind.DRIVER, {"CN"}, shown, trip)] == lacking


def test_dangerous_goods_ask_for_a_certificate_and_cold_goods_for_a_reefer():
    hot = replace(TRIP, is_dangerous=True)
    assert refused(TRACTOR, TRAILER, DRIVER, trip=hot) == [("drivers", "crew_paper_missing")]
    certified = replace(DRIVER, papers=(*DRIVER.papers, paper(P.DANGEROUS_CERTIFICATE)))
    check_crew((TRACTOR, TRAILER, certified), hot, SPAN, ())
    cold = replace(TRIP, is_cooled=True)
    assert refused(TRACTOR, TRAILER, DRIVER, trip=cold) == [("trailer", "reefer_needed")]
    check_crew((TRACTOR, replace(TRAILER, is_reefer=True), DRIVER), cold, SPAN, ())


HOURS = some.integers(0, 200)


@given(starts=HOURS, length=some.integers(1, 100), other_starts=HOURS, other_length=some.integers(1, 100))
def test_nobody_drives_two_at_the_same_time(starts, length, other_starts, other_length):
    def span(begin, hours):
        return Span(0, 1, AT + timedelta(hours=begin), AT + timedelta(hours=begin + hours))

    mine, theirs = span(starts, length), span(other_starts, other_length)
    hours = set(range(starts, starts + length)) & set(range(other_starts, other_starts + other_length))
    assert mine.meets(theirs) is theirs.meets(mine) is bool(hours)
    taken = (Taken(DRIVER.id, "DEP-1", theirs), Taken(TRACTOR.id, "DEP-2", mine))
    if hours:
        with pytest.raises(Refused) as caught:
            check_crew((DRIVER,), TRIP, mine, taken)
        assert caught.value.errors[0].facts == {"reference": "DRV-1", "departure": "DEP-1"}
    else:
        check_crew((DRIVER,), TRIP, mine, taken)


WAY = some.lists(some.integers(0, 6), min_size=2, max_size=2, unique=True).map(sorted)


@given(way=WAY, other=WAY)
def test_crews_of_one_departure_share_no_leg(way, other):
    (first, last), (begin, end) = way, other
    mine, theirs = Span(first, last, AT, AT), Span(begin, end, AT, AT)
    assert mine.shares_legs(theirs) is bool(set(range(first, last)) & set(range(begin, end)))


ETAS = [AT + timedelta(hours=hours) for hours in (0, 23, 37, 45)]


def test_a_span_is_a_way_forward():
    assert span_of(ETAS, None, None) == Span(0, 3, ETAS[0], ETAS[3])
    assert span_of(ETAS, 1, 2) == Span(1, 2, ETAS[1], ETAS[2])


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [(-1, 2, "from_stop"), (3, 3, "from_stop"), (1, 1, "to_stop"), (1, 4, "to_stop"), (2, 1, "to_stop")],
)
def test_a_way_back_or_beyond_is_refused(first, last, field):
    with pytest.raises(Refused) as caught:
        span_of(ETAS, first, last)
    assert caught.value.errors[0].field == field


def test_the_planned_return():
    assert planned_return(SPAN, given=None, chained=None) == SPAN.ends_at + timedelta(hours=45)
    chained = SPAN.ends_at + timedelta(days=9)
    assert planned_return(SPAN, given=None, chained=chained) == chained
    assert planned_return(SPAN, given=None, chained=SPAN.starts_at) == SPAN.ends_at
    assert planned_return(SPAN, given=SPAN.ends_at, chained=chained) == SPAN.ends_at
    with pytest.raises(Refused) as caught:
        planned_return(SPAN, given=SPAN.ends_at - timedelta(seconds=1), chained=None)
    assert caught.value.errors[0].code == "returns_early"


@pytest.mark.parametrize(
    ("kind", "shown", "field"),
    [
        (Kind.TRACTOR, paper(P.PASSPORT), "kind"),
        (Kind.DRIVER, paper(P.INSURANCE), "kind"),
        (Kind.TRAILER, paper(P.PERMIT), "country"),
        (Kind.DRIVER, paper(P.VISA), "country"),
        (Kind.TRACTOR, paper(P.INSPECTION, OUT, since=BACK), "valid_until"),
    ],
)
def test_a_paper_is_what_such_a_thing_has(kind, shown, field):
    with pytest.raises(Refused) as caught:
        check_paper(kind, shown)
    assert caught.value.errors[0].field == field


def test_good_papers_are_kept():
    check_paper(Kind.TRACTOR, paper(P.PERMIT, country="VN", since=OUT))
    check_paper(Kind.DRIVER, paper(P.DRIVING_LICENCE))


@given(days=some.integers(-50, 100))
def test_an_end_is_told_of_at_thirty_and_at_seven_days(days):
    assert stage_of(OUT + timedelta(days=days), OUT) == (7 if days <= 7 else 30 if days <= 30 else None)

"""Rules of declared locks, transit, swaps, cold goods and lorries that are held."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.road.rules import declared, expecting, held, reefers, swapping, transit
from marketplace.logistics.road.rules.declared import Change, Lodged, Side
from marketplace.logistics.road.rules.held import Option
from marketplace.logistics.road.rules.reefers import Range, Reading
from marketplace.logistics.road.rules.swapping import SealReason
from marketplace.logistics.road.rules.transit import Guarantee, Regime, Remark, Security, Step, TransitState

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHONGQING = ZoneInfo("Asia/Shanghai")


def refused(call, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return [(error.field, error.code) for error in caught.value.errors]


def lodged(cartons=60, **more):
    return Lodged(new_id(), Side.EXPORT, "530020261234567890", cartons, **more)


class TestDeclared:
    def test_an_entry_is_kept_in_capitals(self):
        kept = declared.check_entry(" 5300 2026 abc-1 ", 60, TODAY, today=TODAY)
        assert kept == "53002026ABC-1"

    @pytest.mark.parametrize("number", ["", "abc", "x" * 36, "海关-1234", "12_34", "----"])
    def test_what_is_no_number_is_refused(self, number):
        assert refused(declared.check_number, number) == [("number", "customs_number")]

    def test_days_ahead_and_odd_counts_are_refused(self):
        late = TODAY + timedelta(days=1)
        assert refused(declared.check_entry, "ABCD1", 1, late, today=TODAY) == [("lodged_on", "in_the_future")]
        for cartons in (0, -1, declared.MOST_CARTONS + 1):
            assert refused(declared.check_entry, "ABCD1", cartons, TODAY, today=TODAY) == [("cartons", "range")]

    def test_an_amendment_changes_the_count_its_way(self):
        assert declared.check_amended(Change.ROLL, None, before=60) == 60
        assert declared.check_amended(Change.TOP_UP, 68, before=60) == 68
        assert declared.check_amended(Change.REMOVE, 52, before=60) == 52
        assert refused(declared.check_amended, Change.TOP_UP, None, before=60) == [("cartons", "required")]
        assert refused(declared.check_amended, Change.TOP_UP, 60, before=60) == [("cartons", "too_small")]
        assert refused(declared.check_amended, Change.REMOVE, 61, before=60) == [("cartons", "too_large")]

    @given(st.lists(st.frozensets(st.sampled_from(Change)), max_size=3), st.sampled_from(Change))
    def test_a_change_needs_every_declaration_amended(self, amended, change):
        declarations = [lodged(amended=each) for each in amended]
        if all(change in each for each in amended):
            declared.check_change(change, declarations)
        else:
            with pytest.raises(Conflict, match="declared_locked"):
                declared.check_change(change, declarations)

    @given(st.integers(0, 200), st.lists(st.integers(1, 200), max_size=2))
    def test_never_more_is_shipped_than_declared(self, cartons, counts):
        declarations = [lodged(count) for count in counts]
        if all(cartons <= count for count in counts):
            declared.check_shipped(cartons, declarations)
        else:
            with pytest.raises(Conflict, match="beyond_declared") as caught:
                declared.check_shipped(cartons, declarations)
            assert caught.value.facts["gap"] == cartons - caught.value.facts["declared"] > 0

    def test_what_moved_unamended_is_not_loaded(self):
        declared.check_settled([lodged(), lodged(amended=frozenset({Change.ROLL}))])
        with pytest.raises(Conflict, match="amendment_due"):
            declared.check_settled([lodged(), lodged(due=frozenset({Change.ROLL}))])


class TestTransit:
    def test_china_is_not_in_acts(self):
        with pytest.raises(Refused) as caught:
            transit.check_way(Regime.ACTS, ["CN", "VN", "LA", "TH"])
        (error,) = caught.value.errors
        assert (error.code, error.facts["countries"]) == ("transit_not_member", "CN")
        transit.check_way(Regime.ACTS, ["VN", "LA", "TH"])
        transit.check_way(Regime.GMS, ["CN", "VN"])
        transit.check_way(Regime.TIR, ["CN", "KZ"])

    def test_a_national_movement_stays_in_its_country(self):
        transit.check_way(Regime.NATIONAL, ["VN", "VN"])
        assert refused(transit.check_way, Regime.NATIONAL, ["CN", "VN"]) == [("regime", "transit_one_country")]

    def test_a_guarantee_lasts_until_the_planned_discharge(self):
        def check(kind=Guarantee.SINGLE, minor=1, until=TODAY, by=TODAY, regime=Regime.GMS):
            given = Security(kind, "G-1", minor, "USD", until)
            return transit.check_security(regime, given, starts_on=TODAY, discharge_by=by)

        check()
        soon = TODAY + timedelta(days=3)
        assert refused(check, by=soon) == [("guarantee_until", "guarantee_ends")]
        assert refused(check, minor=0) == [("guarantee_amount", "too_small")]
        assert refused(check, kind=Guarantee.CARNET) == [("guarantee", "choice")]
        far = TODAY + timedelta(days=31)
        assert refused(check, by=far, until=far) == [("discharge_by", "range")]
        check(kind=Guarantee.CARNET, by=far, until=far, regime=Regime.TIR)

    @pytest.mark.parametrize("regime", Regime)
    def test_every_regime_has_an_example_that_fits(self, regime):
        terms = transit.REGIMES[regime]
        assert transit.check_mrn(regime, terms.example, country="VN", year=2026) == terms.example
        assert terms.source
        assert refused(transit.check_mrn, regime, "?", country="VN", year=2026) == [("mrn", "mrn_form")]

    @pytest.mark.parametrize(("country", "year"), [("TH", 2026), ("VN", 2030)])
    def test_an_mrn_begins_with_year_and_country(self, country, year):
        example = transit.REGIMES[Regime.ACTS].example
        assert refused(transit.check_mrn, Regime.ACTS, example, country=country, year=year) == [("mrn", "mrn_form")]

    def test_steps_say_what_they_tell(self):
        transit.check_step(Step.LODGE, mrn="", place="", remark=None)
        transit.check_step(Step.ACCEPT, mrn="X", place="", remark=None)
        transit.check_step(Step.OFFICE, mrn="", place="VN-HUUNGHI", remark=None)
        transit.check_step(Step.REMARK, mrn="", place="", remark=Remark.SHORT)
        assert refused(transit.check_step, Step.ACCEPT, mrn="", place="", remark=None) == [("mrn", "required")]
        assert refused(transit.check_step, Step.OFFICE, mrn="", place="", remark=None) == [("place", "required")]
        assert refused(transit.check_step, Step.REMARK, mrn="", place="", remark=None) == [("remark", "required")]

    @given(st.lists(st.sampled_from(Step), max_size=12))
    def test_no_way_leads_to_discharge_without_a_release(self, steps):
        state, seen = TransitState.DRAFT, [TransitState.DRAFT]
        for step in steps:
            if transit.TRANSIT.allows(state, step):
                state = transit.TRANSIT.apply(state, step)
                seen.append(state)
        if state is TransitState.DISCHARGED:
            assert {TransitState.ACCEPTED, TransitState.RELEASED} <= set(seen)
        if state in transit.ENGAGED:
            assert transit.is_overdue(state, NOW, NOW + timedelta(seconds=1))
            assert not transit.is_overdue(state, NOW, NOW)
        else:
            assert not transit.is_overdue(state, NOW, NOW + timedelta(days=9))


class TestSwapping:
    def test_a_whole_seal_is_the_last_one(self):
        assert swapping.check_seal("S-1", read=" S-1 ", new="", reason=None) is None
        assert refused(swapping.check_seal, "S-1", read="", new="", reason=None) == [("seal_number", "required")]
        assert refused(swapping.check_seal, "S-1", read="S-2", new="", reason=None) == [("seal_number", "seal_differs")]

    def test_a_broken_seal_is_replaced_with_its_reason(self):
        assert swapping.check_seal("S-1", read="S-?", new="S-2", reason=SealReason.CUSTOMS) == "S-2"
        for new, reason, codes in (
            ("", SealReason.DAMAGED, ("required", "only_with")),
            ("S-2", None, ("only_with", "required")),
        ):
            assert refused(swapping.check_seal, "S-1", read="S-1", new=new, reason=reason) == [
                ("new_seal", codes[0]),
                ("seal_reason", codes[1]),
            ]
        assert refused(swapping.check_seal, "S-1", read="S-1", new="S-1", reason=SealReason.DAMAGED) == [
            ("new_seal", "seal_same")
        ]

    def test_an_odometer_shows_what_a_tractor_can_have_run(self):
        swapping.check_odometer(None)
        swapping.check_odometer(0)
        for km in (-1, swapping.MOST_KM + 1):
            assert refused(swapping.check_odometer, km) == [("odometer_km", "range")]


def read(text, logger="L-1", now=NOW):
    content = text if isinstance(text, bytes) else text.encode()
    return reefers.parse(content, zone=CHONGQING, logger=logger, now=now)


class TestReefers:
    def test_a_range_holds_its_set_point(self):
        reefers.check_cooling(20, Range(0, 40))
        reefers.check_cooling(20, Range(None, None))
        assert refused(reefers.check_cooling, 50, Range(0, 40)) == [("set_point", "outside_range")]
        assert refused(reefers.check_cooling, 20, Range(40, 0)) == [("most", "too_small")]
        assert refused(reefers.check_cooling, 900, Range(-900, None)) == [("least", "range"), ("set_point", "range")]

    def test_how_far_outside_a_temperature_lies(self):
        kept = Range(0, 40)
        assert [kept.beyond(each) for each in (-10, 0, 40, 55)] == [10, 0, 0, 15]
        assert Range(None, None).beyond(999) == 0

    def test_a_file_is_read_on_the_clock_of_the_hub(self):
        found = read('﻿time,°C\n2026-03-02 10:00,2.5\n2026-03-02T03:00:00+00:00,"-1,2"\n\n2026-03-02 10:00,2.6\n')
        assert found == (
            Reading("L-1", datetime(2026, 3, 2, 2, tzinfo=UTC), 26),
            Reading("L-1", datetime(2026, 3, 2, 3, tzinfo=UTC), -12),
        )
        (one,) = read("Logger;Time;Celsius\nL-9;2026-03-02 10:00;−3\n")
        assert (one.logger, one.tenths) == ("L-9", -30)
        assert read("time,°C,logger\n2026-03-02 10:00,1\n")[0].logger == "L-1"

    def test_each_line_says_what_is_wrong_with_it(self):
        text = "time,°C,logger\nnoon,1,\n2026-03-02 23:00,1,\n2026-03-02 10:00,cold,\n2026-03-02 10:00,NaN,\n"
        text += "2026-03-02 10:00,1e1000000,\n0001-01-01T00:00,1,\n9999-12-31T23:00-08:00,1,\n"
        text += "2026-03-02 10:00,99,\n2026-03-02 10:00,1,!\n2026-03-02 10:00,1,ok\n2026-03-02 10:00,1," + "x" * 41
        with pytest.raises(Refused) as caught:
            read(text)
        assert [(error.code, error.facts["line"]) for error in caught.value.errors] == [
            ("reading_time", 2),
            ("reading_ahead", 3),
            ("reading_degrees", 4),
            ("reading_degrees", 5),
            ("reading_degrees", 6),
            ("reading_time", 7),
            ("reading_time", 8),
            ("reading_degrees", 9),
            ("reading_logger", 10),
            ("reading_logger", 12),
        ]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"\xff\xfe\x00", "readings_text"),
            (b'time,\xc2\xb0C\n"open', "readings_text"),
            (b"", "readings_columns"),
            (b"when,how\n1,2\n", "readings_columns"),
            (b"time,c\n\n", "readings_none"),
            (b"time,c\n" + b"x,1\n" * (reefers.MOST_ROWS + 1), "readings_many"),
        ],
    )
    def test_what_is_no_file_of_readings_is_refused(self, content, code):
        assert refused(read, content) == [("readings", code)]

    def test_a_file_without_loggers_is_of_a_named_one(self):
        assert refused(read, "time,c\n2026-03-02 10:00,1\n", logger="") == [("logger", "logger_number")]
        assert read("time,c,logger\n2026-03-02 10:00,1,L-7\n", logger="")[0].logger == "L-7"

    def test_a_logger_has_a_number(self):
        assert reefers.check_logger(" TT-19 ") == "TT-19"
        for number in ("", "!", "x" * 41):
            assert refused(reefers.check_logger, number) == [("logger", "logger_number")]

    @given(st.lists(st.integers(-100, 100), max_size=40), st.integers(0, 90))
    def test_excursions_are_the_long_times_outside(self, temperatures, tolerance):
        kept, step = Range(-20, 60), timedelta(minutes=10)
        readings = [Reading("L", NOW + step * index, each) for index, each in enumerate(temperatures)]
        found = reefers.excursions(readings, kept, tolerance=timedelta(minutes=tolerance))
        for one in found:
            inside = [each for each in readings if one.began_at <= each.at <= one.last_at]
            assert all(not kept.holds(each.tenths) for each in inside)
            assert kept.beyond(one.worst) == max(kept.beyond(each.tenths) for each in inside)
            assert (one.ended_at or one.last_at) - one.began_at > timedelta(minutes=tolerance)
        covered = [each for each in readings if any(one.began_at <= each.at <= one.last_at for one in found)]
        if tolerance == 0:
            alone = {readings[-1]} if readings and not kept.holds(readings[-1].tenths) else set()
            outside = {each for each in readings if not kept.holds(each.tenths)}
            assert outside - set(covered) <= alone

    def test_an_excursion_lasts_until_the_first_reading_inside(self):
        readings = [Reading("L", NOW + timedelta(minutes=each), each + 30) for each in (0, 10, 20, 40)]
        (one,) = reefers.excursions([*readings, Reading("L", NOW + timedelta(hours=1), 0)], Range(0, 35),
                                    tolerance=timedelta(minutes=30))  # fmt: skip
        assert (one.began_at, one.ended_at, one.worst) == (readings[1].at, NOW + timedelta(hours=1), 70)

    @given(st.lists(st.integers(-100, 100), max_size=30), st.integers(0, 30), st.integers(0, 30))
    def test_goods_are_judged_while_they_are_aboard(self, temperatures, first, minutes):
        kept, step = Range(-20, 60), timedelta(minutes=10)
        readings = [Reading("L", NOW + step * index, each) for index, each in enumerate(temperatures)]
        since, until = NOW + step * first, NOW + step * (first + minutes)
        found = reefers.excursions(readings, kept, tolerance=timedelta(0), since=since, until=until)
        assert all(since <= one.began_at <= one.last_at <= (one.ended_at or until) <= until for one in found)
        aboard = [each for each in readings if since <= each.at <= until]
        assert [one.began_at for one in found][:-1] == [
            one.began_at for one in reefers.excursions(aboard, kept, tolerance=timedelta(0))
        ][: max(len(found) - 1, 0)]

    def test_what_lasts_longer_ends_when_the_goods_leave(self):
        readings = [Reading("L", NOW + timedelta(minutes=each), 90) for each in (0, 20, 40, 60)]
        facts = {"kept": Range(0, 80), "tolerance": timedelta(minutes=15), "since": NOW + timedelta(minutes=10)}
        (one,) = reefers.excursions(readings, until=NOW + timedelta(minutes=50), **facts)
        left = NOW + timedelta(minutes=50)
        assert (one.began_at, one.ended_at, one.last_at) == (readings[1].at, left, readings[2].at)
        assert reefers.excursions(readings, until=NOW + timedelta(minutes=10), **facts) == ()

    def test_what_was_dealt_with_is_no_case_again(self):
        readings = [Reading("L", NOW + timedelta(minutes=10) * each, 90 + each) for each in range(6)]
        readings.append(Reading("L", NOW + timedelta(hours=1), 50))
        kept = Range(0, 80)
        (one,) = reefers.excursions(readings, kept, tolerance=timedelta(0))

        def left(*settled):
            spans = [(readings[first].at, readings[last].at) for first, last in settled]
            found = reefers.unsettled(one, readings, kept, settled=spans)
            return [(each.began_at, each.ended_at, each.last_at, each.worst) for each in found]

        at = [each.at for each in readings]
        assert left() == [(at[0], at[6], at[5], 95)]
        assert left((0, 5)) == []
        assert left((0, 1)) == [(at[2], at[6], at[5], 95)]
        assert left((2, 3)) == [(at[0], at[2], at[1], 91), (at[4], at[6], at[5], 95)]


class TestHeld:
    def test_waiting_is_paid_by_begun_hours_and_moving_by_begun_tonnes(self):
        assert held.cost_of(Option.WAIT, minutes=61).minor == 2 * held.FEES[Option.WAIT].each
        assert held.cost_of(Option.WAIT).minor == 0
        fee = held.FEES[Option.TRANSFER]
        assert held.cost_of(Option.TRANSFER, grams=1_000_001).minor == fee.fixed + 2 * fee.each

    def test_a_wait_ends_within_thirty_days(self):
        assert held.waited(NOW, NOW + timedelta(hours=2)) == 120
        for until in (NOW, NOW + timedelta(days=31)):
            assert refused(held.waited, NOW, until) == [("until", "range")]

    @given(st.integers(0, 30_000_000), st.integers(1, 40_000), st.booleans())
    def test_every_option_has_its_price_and_its_arrival(self, grams, minutes, takes):
        until, eta = NOW + timedelta(minutes=minutes), NOW + timedelta(days=2)
        found = held.quotes(eta=eta, since=NOW, until=until, grams=grams, transfer_eta=eta if takes else None)
        assert [one.option for one in found] == [Option.WAIT, Option.OFF_LOAD, Option.TRANSFER][: 2 + takes]
        assert (found[0].eta, found[1].eta) == (eta + (until - NOW), None)
        assert all(one.cost.minor > 0 for one in found)

    @pytest.mark.parametrize(("runs", "is_own", "may"), [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1)])
    def test_who_runs_it_and_who_held_it_let_it_go_on(self, runs, is_own, may):
        assert held.may_end(runs=bool(runs), is_own=bool(is_own)) is bool(may)

    def test_perishables_come_first(self):
        rows = [("c", False, None), ("b", True, NOW + timedelta(days=1)), ("a", True, NOW), ("d", False, NOW)]
        keys = sorted(held.first_to_act(cold, due, name) for name, cold, due in rows)
        assert [key[-1] for key in keys] == ["a", "b", "d", "c"]


class TestExpecting:
    def test_a_lorry_is_expected_at_places_ahead_of_it(self):
        expecting.check_place("VNHAN", ahead=["VN-HUUNGHI", "VNHAN"])
        for ahead in (["VN-HUUNGHI"], []):
            assert refused(expecting.check_place, "VNHAN", ahead=ahead) == [("place", "choice")]

    def test_it_is_expected_after_now_and_within_thirty_days(self):
        for soon in (timedelta(seconds=1), timedelta(days=30)):
            expecting.check_time(NOW + soon, now=NOW)
        for wrong in (timedelta(0), -timedelta(hours=1), timedelta(days=30, seconds=1)):
            assert refused(expecting.check_time, NOW + wrong, now=NOW) == [("expected_at", "range")]

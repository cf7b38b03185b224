"""When a weekly service runs and where the lorry is when."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from marketplace.kernel.quantity import Load
from marketplace.logistics.rules.timetable import LegTime, bookable_until, cutoff, runs, sellable, stops

STARTS = some.integers(0, 2628000).map(lambda minute: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute))
ZONES = some.sampled_from(["Asia/Shanghai", "Asia/Ho_Chi_Minh", "Asia/Yangon", "Australia/Sydney"])


@given(start=STARTS, zone=ZONES, weekday=some.integers(0, 6), minute=some.integers(0, 1439), days=some.integers(1, 60))
def test_a_service_runs_by_the_wall_clock_of_its_hub(start, zone, weekday, minute, days):
    found = list(runs(weekday=weekday, minute_of_day=minute, zone=zone, start=start, days=days))
    assert found == sorted(set(found))
    assert days // 7 <= len(found) <= days // 7 + 1
    for departs_at in found:
        assert start < departs_at <= start + timedelta(days=days)
        assert departs_at.astimezone(ZoneInfo(zone)).weekday() == weekday


@given(start=STARTS, minutes=some.lists(some.integers(0, 5_000), max_size=10))
def test_a_lorry_never_goes_back_in_time(start, minutes):
    legs = [LegTime(str(number), length, is_border=False) for number, length in enumerate(minutes)]
    found = stops("HUB", start, legs)
    assert [stop.eta for stop in found] == sorted(stop.eta for stop in found)
    assert found[-1].eta - start == timedelta(minutes=sum(minutes))


def test_booking_ends_with_the_earlier_cutoff():
    at = datetime(2026, 3, 4, 8, tzinfo=UTC)
    early, late = cutoff(at, 24), cutoff(at, 6)
    assert bookable_until(cutoff_documents_at=early, cutoff_cargo_at=late) == early == at - timedelta(days=1)
    assert bookable_until(cutoff_documents_at=late, cutoff_cargo_at=early) == early


@given(some.integers(0, 10**9), some.integers(0, 60), some.integers(0, 150))
def test_what_is_sold_is_rounded_down(grams, pallets, percent):
    sold = sellable(Load(grams=grams, pallets=pallets), percent)
    assert sold.grams * 100 <= grams * percent < (sold.grams + 1) * 100
    assert sold.pallets * 100 <= pallets * percent


def test_a_lorry_waits_for_the_border_to_open_and_drives_on_then():
    legs = [LegTime("NEAR", 600, is_border=True, crossing="X"), LegTime("FAR", 60, is_border=True, crossing="X")]
    legs += [LegTime("UNKNOWN", 60, is_border=True, crossing="Y"), LegTime("END", 60, is_border=False)]
    start = datetime(2026, 3, 2, tzinfo=UTC)
    opens = start + timedelta(minutes=700)
    found = stops("HUB", start, legs, lambda crossing, at: max(at, opens) if crossing == "X" else None)
    assert [(stop.eta - start) // timedelta(minutes=1) for stop in found] == [0, 700, 760, 820, 880]
    assert [stop.wait_minutes for stop in found] == [0, 100, 0, 0, 0]
    dry = stops("HUB", start, legs)
    assert [stop.wait_minutes for stop in dry] == [0] * 5
    assert dry[-1].eta - start == timedelta(minutes=780)

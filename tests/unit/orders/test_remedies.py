"""Which remedies settle which claim, what delay is worth, until when a warranty runs, how long a buyer has."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.rules.details.promises import Warranty
from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.money import Money
from marketplace.orders.rules import classes, lateness, remedies, warranties
from marketplace.orders.rules.claims import ClaimReason
from marketplace.orders.rules.classes import CommodityClass
from marketplace.orders.rules.lateness import Promised
from marketplace.orders.rules.remedies import PERFORMED, Remedy
from marketplace.reference.rules import DEFAULTS

VALUE, HALF, NOTHING = Money(100_00, "CNY"), Money(50_00, "CNY"), Money.zero("CNY")
ALL = tuple(Remedy)
DAY = timedelta(days=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
PROMISED = Promised(cutoff_at=NOON - 3 * DAY, arrives_at=NOON, zone="Asia/Ho_Chi_Minh")


def chosen(text, amount, words="", among=ALL):
    return remedies.chosen(text, amount=amount, value=VALUE, words=words, among=among)


@pytest.mark.parametrize("reason", ClaimReason)
def test_remedies_that_cross_no_border_come_first_and_by_default(reason):
    possible = remedies.possible(reason, by_carrier=False)
    assert list(possible) == sorted(possible, key=ALL.index)
    assert possible[0] is Remedy.PRICE
    assert remedies.possible(reason, by_carrier=True) == (Remedy.REFUND,)
    assert ALL[-2:] == (Remedy.REPLACEMENT, Remedy.RETURN)
    if reason in (ClaimReason.LATE, ClaimReason.SHORT, ClaimReason.LOST, ClaimReason.WARRANTY):
        assert Remedy.RETURN not in possible


def test_an_offer_is_a_remedy_with_its_amount():
    assert chosen(None, NOTHING) == (Remedy.PRICE, NOTHING)
    assert chosen("disposal", HALF) == (Remedy.DISPOSAL, HALF)
    assert chosen("replacement", None) == (Remedy.REPLACEMENT, VALUE)
    assert chosen("replacement", VALUE) == (Remedy.REPLACEMENT, VALUE)
    assert chosen("return", HALF, "It must not be sold here.") == (Remedy.RETURN, HALF)


@pytest.mark.parametrize(
    ("text", "amount", "field"),
    [
        ("burn", HALF, "remedy"),
        ("replacement", HALF, "amount"),
        ("repair", None, "amount"),
        ("price", None, "amount"),
        ("repair", NOTHING, "amount"),
        ("return", HALF, "text"),
    ],
)
def test_what_does_not_go_together_is_refused(text, amount, field):
    with pytest.raises(Refused) as refused:
        chosen(text, amount)
    assert refused.value.errors[0].field == field


def test_a_return_is_performed_by_the_buyer_and_money_by_nobody():
    assert {Remedy.REPAIR, Remedy.REPLACEMENT, Remedy.RETURN} == PERFORMED


@pytest.mark.parametrize(
    ("hours", "days"), [(-24, 0), (0, 0), (4, 0), (4.99, 0), (5, 1), (24, 1), (28.9, 1), (29, 2), (60, 3)]
)
def test_days_of_the_place_after_the_promised_one_count(hours, days):
    # Noon of UTC is 19:00 there: the day is over five hours later.
    assert lateness.days_late(PROMISED, came_at=NOON + timedelta(hours=hours)) == days


def test_goods_that_missed_their_lorry_were_late_before_risk_passed():
    assert lateness.was_late_at_hub(PROMISED, handed_over_at=NOON - 2 * DAY)
    assert not lateness.was_late_at_hub(PROMISED, handed_over_at=NOON - 3 * DAY)
    assert not lateness.was_late_at_hub(PROMISED, handed_over_at=None)


@given(st.integers(1, 10**9), st.integers(1, 400), st.integers(0, 10_000), st.integers(0, 10_000))
def test_delay_is_never_worth_more_than_its_share_and_the_price(minor, days, day_bp, most_bp):
    worth = lateness.worth(Money(minor, "CNY"), days=days, day_bp=day_bp, most_bp=most_bp)
    assert 0 <= worth.minor <= minor * most_bp // 10_000
    assert worth.minor <= minor * days * day_bp // 10_000


@pytest.mark.parametrize(
    ("months", "accepted", "last"),
    [
        (None, date(2026, 1, 31), None),
        (1, date(2026, 1, 31), date(2026, 2, 28)),
        (12, date(2024, 2, 29), date(2025, 2, 28)),
        (11, date(2026, 12, 1), date(2027, 11, 1)),
    ],
)
def test_months_of_a_warranty_end_with_a_day_of_the_calendar(months, accepted, last):
    assert warranties.ends_on(Warranty(months, 1, "all"), accepted_on=accepted) == last


def check(warranty, today=date(2026, 12, 1), accepted=date(2026, 1, 1), kilometres=None, pictures=0):
    warranties.check(warranty, accepted_on=accepted, today=today, kilometres=kilometres, pictures=pictures)


def test_a_warranty_is_claimed_while_it_runs():
    both = Warranty(12, 15_000, "Links")
    check(Warranty(12, None, "Frame"), today=date(2027, 1, 1))
    check(both, kilometres=15_000, pictures=1)
    for refused, facts in (
        (None, {}),
        (both, {"accepted": None}),
        (both, {"today": date(2027, 1, 2), "kilometres": 1, "pictures": 1}),
        (both, {"kilometres": 15_001, "pictures": 1}),
    ):
        with pytest.raises(Conflict):
            check(refused, **facts)
    with pytest.raises(Refused) as missing:
        check(both)
    assert [error.field for error in missing.value.errors] == ["odometer_km", "evidence"]


@pytest.mark.parametrize(
    ("commodity", "hours", "days", "hidden"),
    [
        (CommodityClass.STANDARD, None, 7, 14),
        (CommodityClass.FRESH, 24, None, 3),
        (CommodityClass.MACHINERY, None, 15, 60),
    ],
)
def test_a_buyer_has_the_time_of_the_class_of_goods(commodity, hours, days, hidden):
    windows = classes.windows_of(commodity, {key: DEFAULTS[key] for key in classes.WINDOW_SETTINGS})
    assert (windows.hours, windows.days, windows.hidden_days) == (hours, days, hidden)
    assert classes.stored_windows(windows.document) == windows

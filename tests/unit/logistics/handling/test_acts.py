"""When an act can have been done, which cartons it names, and what a scanner read."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.kernel.errors import Refused
from marketplace.logistics.handling.rules.acts import check_time, fingerprint, range_of
from marketplace.logistics.handling.rules.labels import code_of, number_in

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
FIRST, LAST = "104012345678000004", "104012345678000097"


def test_an_act_happened_when_the_phone_says_and_never_after_now():
    assert check_time(NOW - timedelta(hours=5), now=NOW) == NOW - timedelta(hours=5)
    assert check_time(NOW + timedelta(minutes=4), now=NOW) == NOW
    for done_at, code in ((timedelta(minutes=6), "in_the_future"), (-timedelta(days=8), "too_long_ago")):
        with pytest.raises(Refused) as refused:
            check_time(NOW + done_at, now=NOW)
        assert refused.value.errors[0].code == code


def test_cartons_are_named_by_the_first_and_how_many():
    assert range_of(3, 4, first=1, pieces=None, cartons=10) == (3, 4)
    assert range_of(None, 4, first=2, pieces=None, cartons=10) == (2, 4)
    assert range_of(8, None, first=1, pieces=10, cartons=10) == (8, 3)
    for said, field in (((0, 1), "first"), ((11, 1), "first"), ((3, 9), "pieces"), ((3, 0), "pieces")):
        with pytest.raises(Refused) as refused:
            range_of(*said, first=1, pieces=None, cartons=10)
        assert refused.value.errors[0].field == field
    with pytest.raises(Refused):
        range_of(None, None, first=1, pieces=None, cartons=10)


def test_under_one_id_there_is_one_content():
    assert fingerprint({"a": 1, "b": NOW}) == fingerprint({"b": NOW, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


@pytest.mark.parametrize(
    "read", [FIRST, f"(00){FIRST}", f"00{FIRST}", "1040 1234 5678 0000 04", f"https://city.test/sscc/{FIRST}"]
)
def test_the_code_is_found_in_what_a_scanner_read(read):
    assert code_of(read) == FIRST


def test_what_is_no_code_is_none():
    assert code_of("1234") is None
    assert code_of("hello") is None


def test_a_label_says_which_carton_it_is():
    assert number_in(FIRST, first_label=FIRST, last_label=LAST) == 1
    assert number_in("104012345678000042", first_label=FIRST, last_label=LAST) == 5
    assert number_in("104012345678000103", first_label=FIRST, last_label=LAST) is None
    assert number_in("104099999999000004", first_label=FIRST, last_label=LAST) is None

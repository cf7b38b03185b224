"""Halls and booths change, go and come back; what somebody rented stays rented, whoever acts at the same moment."""

from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.exchange.queries import showroom as queries
from marketplace.exchange.services import halls, showroom
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests.integration.exchange.test_showroom import letting, today
from tests.support.invariants import fresh
from tests.support.racing import units_at_once


@pytest.fixture
def hall(booth):
    return queries.booth(reading(), booth_id=booth, today=today()).hall_id


def change(operator, booth, **changes):
    place = {"code": "A-1", "area_m2": Decimal("36.5"), "column": 1, "row": 1, **changes}
    return lambda session: halls.change_booth(session, actor=operator, booth_id=booth, **place, now=clock.now())


def add(operator, hall, code, column, row):
    place = {"code": code, "area_m2": Decimal(9), "column": column, "row": row}
    return lambda session: showroom.add_booth(session, actor=operator, hall_id=hall, **place, now=clock.now())


def retire(operator, booth):
    return lambda session: halls.retire_booth(session, actor=operator, booth_id=booth, now=clock.now())


def close(operator, hall):
    return lambda session: halls.retire_hall(session, actor=operator, hall_id=hall, now=clock.now())


def back(operator, booth, column=1, row=1):
    place = {"column": column, "row": row}
    return lambda session: halls.bring_booth_back(session, actor=operator, booth_id=booth, **place, now=clock.now())


def shown(booth_id):
    row = queries.booth(fresh(), booth_id=booth_id, today=today())
    return row.code, row.area_m2, row.column, row.row, row.retired_at is not None


def code_of(raised):
    return raised.value.code if not raised.value.errors else (raised.value.errors[0].field, raised.value.errors[0].code)


def test_who_rented_a_booth_keeps_it_when_the_booth_changes(market, operator, booth):
    tenancy = in_unit_of_work(letting(operator, booth, market.merchant.company, 0, 30))
    in_unit_of_work(change(operator, booth, code="Z-9", area_m2=Decimal("40.25"), column=3, row=4))
    assert shown(booth) == ("Z-9", Decimal("40.25"), 3, 4, False)
    row = queries.tenancy(reading(), tenancy_id=tenancy)
    assert (row.booth_code, row.until_on) == ("Z-9", today() + timedelta(days=30))
    assert queries.breaches(reading()) == []


def test_a_code_and_a_cell_are_one_booths(operator, booth, hall):
    other = in_unit_of_work(add(operator, hall, "A-2", 2, 1))
    for changes in ({"code": "A-1", "column": 2}, {"code": "A-2", "column": 1}):
        with pytest.raises(Refused) as raised:
            in_unit_of_work(change(operator, other, **{"row": 1, **changes}))
        assert code_of(raised) == ("code", "booth_taken")
    assert shown(other)[:1] == ("A-2",)
    for changes, field in (({"code": "a"}, "code"), ({"area_m2": Decimal(0)}, "area_m2"), ({"row": 41}, "row")):
        with pytest.raises(Refused) as raised:
            in_unit_of_work(change(operator, other, **changes))
        assert code_of(raised)[0] == field


def test_a_rented_booth_stays_until_its_tenancy_is_over(market, operator, booth, hall):
    tenancy = in_unit_of_work(letting(operator, booth, market.merchant.company, 5, 30))
    for work in (retire(operator, booth), close(operator, hall)):
        with pytest.raises(Conflict) as raised:
            in_unit_of_work(work)
        assert raised.value.code == "booth_tenanted"
        assert raised.value.facts == {"booth": "A-1", "until": (today() + timedelta(days=30)).isoformat()}
    end = today() + timedelta(days=5)
    in_unit_of_work(
        lambda session: showroom.end(session, actor=operator, tenancy_id=tenancy, until_on=end, now=clock.now())
    )
    over = clock.now() + timedelta(days=6)
    in_unit_of_work(lambda session: halls.retire_booth(session, actor=operator, booth_id=booth, now=over))
    assert shown(booth) == ("A-1", Decimal("36.5"), 0, -1, True)
    assert queries.tenancy(reading(), tenancy_id=tenancy).booth_code == "A-1"  # its past stays


def test_what_was_taken_away_leaves_its_cell_and_comes_back_to_a_free_one(market, operator, booth, hall):
    in_unit_of_work(retire(operator, booth))
    with pytest.raises(Conflict) as raised:
        in_unit_of_work(retire(operator, booth))
    assert raised.value.code == "booth_retired"
    for work in (letting(operator, booth, market.merchant.company, 0, 3), change(operator, booth)):
        with pytest.raises(Conflict) as raised:
            in_unit_of_work(work)
        assert raised.value.code == "booth_retired"
    with pytest.raises(NotFound):
        queries.standing_booth(reading(), booth_id=booth, today=today())
    other = in_unit_of_work(add(operator, hall, "A-2", 1, 1))
    with pytest.raises(Refused) as raised:
        in_unit_of_work(back(operator, booth))
    assert code_of(raised) == ("column", "booth_taken")
    with pytest.raises(Refused) as raised:
        in_unit_of_work(back(operator, booth, column=0))
    assert code_of(raised)[0] == "column"
    in_unit_of_work(retire(operator, other))
    assert shown(other)[2:] == (0, -2, True)
    in_unit_of_work(back(operator, booth))
    assert shown(booth) == ("A-1", Decimal("36.5"), 1, 1, False)
    with pytest.raises(Conflict) as raised:
        in_unit_of_work(back(operator, booth))
    assert raised.value.code == "booth_stands"
    in_unit_of_work(letting(operator, booth, market.merchant.company, 0, 3))


def test_a_closed_hall_takes_its_booths_along_and_comes_back_without_them(operator, booth, hall):
    second = in_unit_of_work(add(operator, hall, "A-2", 2, 1))
    in_unit_of_work(close(operator, hall))
    assert queries.halls(reading(), today=today()) == ()
    (row,) = queries.halls(reading(), today=today(), with_retired=True)
    assert [each.retired_at is not None for each in row.booths] == [True, True]
    given = {"hall_id": hall, "code": "B", "names": {"en": "Hall B"}}
    for work, code in (
        (close(operator, hall), "hall_retired"),
        (add(operator, hall, "A-3", 3, 1), "hall_retired"),
        (back(operator, booth), "hall_retired"),
        (lambda session: halls.change_hall(session, actor=operator, now=clock.now(), **given), "hall_retired"),
    ):
        with pytest.raises(Conflict) as raised:
            in_unit_of_work(work)
        assert raised.value.code == code
    in_unit_of_work(lambda session: halls.bring_hall_back(session, actor=operator, hall_id=hall, now=clock.now()))
    with pytest.raises(Conflict) as raised:
        in_unit_of_work(lambda session: halls.bring_hall_back(session, actor=operator, hall_id=hall, now=clock.now()))
    assert raised.value.code == "hall_stands"
    (row,) = queries.halls(reading(), today=today())
    assert row.booths == ()
    in_unit_of_work(back(operator, second, 1, 1))
    assert [each.code for each in queries.halls(reading(), today=today())[0].booths] == ["A-2"]


@pytest.mark.parametrize("turn", range(3))
def test_a_booth_is_let_or_taken_away_never_both(app, market, operator, booth, hall, turn):
    taking = close(operator, hall) if turn == 1 else retire(operator, booth)
    works = [letting(operator, booth, market.merchant.company, 0, 30), taking]
    results = units_at_once(app, *(works if turn else reversed(works)))
    refused = [result.code for result in results if isinstance(result, DomainError)]
    assert refused in (["booth_retired"], ["booth_tenanted"])
    is_let = bool(queries.tenancies(fresh(), booth_id=booth))
    assert shown(booth)[4] is not is_let


def test_two_who_take_booths_away_at_once_find_a_place_for_each(app, operator, booth, hall):
    others = [in_unit_of_work(add(operator, hall, f"A-{number}", number, 1)) for number in (2, 3, 4)]
    results = units_at_once(app, *[retire(operator, each) for each in (booth, *others)])
    assert [result for result in results if isinstance(result, DomainError)] == []
    assert sorted(shown(each)[3] for each in (booth, *others)) == [-4, -3, -2, -1]


def test_who_runs_halls_has_the_right_to_and_names_one_that_is_there(market, operator, booth, hall):
    for work in (retire, close, back, change):
        with pytest.raises(NotAllowed):
            in_unit_of_work(work(market.merchant.actor, booth))
        with pytest.raises(NotFound):
            in_unit_of_work(work(operator, new_id()))

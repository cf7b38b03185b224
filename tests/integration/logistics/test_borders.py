"""Borders open by two clocks: the timetable waits for them, closures delay what is planned, figures keep their past."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.kernel.actor import SYSTEM
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.borders.models import BorderClosure, SeaTrack
from marketplace.logistics.borders.queries import crossings as queries
from marketplace.logistics.borders.queries import network as lines
from marketplace.logistics.borders.rules.closing import ClosureReason, ClosureState
from marketplace.logistics.borders.rules.hours import ALL_DAYS, Hours
from marketplace.logistics.borders.rules.lanes import Contents, Goods, LaneRule, LaneRuleCode, refusals
from marketplace.logistics.borders.services import closures, hours, lanes, legs
from marketplace.logistics.borders.services.legs import LegChange
from marketplace.logistics.models.departures import Departure, DepartureStop
from marketplace.logistics.models.network import BorderCrossing, Leg
from marketplace.logistics.queries import departures, tracking
from marketplace.logistics.rules.states import Carriage, Classifier, Mode
from marketplace.logistics.services import network, timetable
from marketplace.logistics.services.network import LegPlan
from tests.integration.logistics.conftest import NOW
from tests.support.statements import statements

FROM = date(2026, 1, 1)
NEAR, FAR = "CN-YOUYIGUAN", "VN-HUUNGHI"


@dataclass
class Border:
    """The crossing of the road, and what is done to it."""

    session: object
    id: UUID

    def open(self, place, opens=8, closes=18, *, valid_from=FROM, valid_to=None, replaces=True, weekdays=ALL_DAYS):
        return hours.add_hours(
            self.session, actor=SYSTEM, crossing_id=self.id, place_code=place, source="a notice", is_assumed=False,
            hours=Hours(weekdays, opens * 60, closes * 60, valid_from, valid_to), replaces=replaces, now=NOW,
        )  # fmt: skip

    def close(self, starts_at, ends_at, *, place=None, now=NOW, source="a notice"):
        return closures.enter(
            self.session, actor=SYSTEM, crossing_id=self.id, place_code=place, starts_at=starts_at, ends_at=ends_at,
            reason=ClosureReason.WEATHER, source=source, now=now,
        )  # fmt: skip

    def row(self, now=NOW):
        return queries.crossing(self.session, crossing_id=self.id, now=now)


@pytest.fixture
def border(session, road):
    return Border(session, session.scalars(sa.select(BorderCrossing.id)).one())


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def etas(session, departure_id):
    return [stop.eta for stop in departures.departure(session, departure_id=departure_id, now=NOW).stops]


def expected(session, departure_id):
    found = tracking.events_of(session, departure_id=departure_id)
    return {row.place_code: row.event_at for row in found if row.classifier is Classifier.ESTIMATED}


def test_departures_made_from_now_on_wait_for_both_sides(session, road, border):
    planned = etas(session, road.departures[0])
    border.open(NEAR)
    border.open(FAR)
    assert timetable.roll(session, now=NOW + timedelta(days=7)) == 2
    assert etas(session, road.departures[0]) == planned
    made = session.scalars(sa.select(Departure).order_by(Departure.departs_at.desc())).first()
    row = departures.departure(session, departure_id=made.id, now=NOW)
    # A Friday, 16:00 in Chongqing; 23 h to the border, which opens at 08:00 in Vietnam, 09:00 in China.
    assert row.departs_at == utc("2026-06-05T08:00")
    waits = [(stop.place.code, stop.eta - row.departs_at, stop.wait_minutes) for stop in row.stops]
    assert waits == [
        ("CN-NANPENG", timedelta(), 0),
        (NEAR, timedelta(hours=23), 0),
        (FAR, timedelta(hours=41), 4 * 60),
        ("VNHAN", timedelta(hours=49), 0),
        ("VNHPH", timedelta(hours=53), 0),
    ]
    assert (row.border_eta, row.arrives_at) == (row.stops[1].eta, row.stops[-1].eta)


def test_the_timetable_asks_as_much_for_many_hours_as_for_none(session, road, border):
    later = NOW + timedelta(days=7)
    timetable.roll(session, now=later)
    with statements() as few:
        timetable.roll(session, now=later)
    for number in range(4):
        border.open(NEAR, 6 + number, 20, replaces=False)
        border.close(NOW + timedelta(days=200 + number), NOW + timedelta(days=201 + number))
    with statements() as many:
        timetable.roll(session, now=later)
    assert len(many) == len(few)


def test_hours_replace_what_held_and_end(session, road, border):
    first = border.open(NEAR)
    border.open(NEAR, 8, 21, valid_from=date(2026, 3, 1))
    assert [(row.hours.closes, row.hours.valid_to) for row in border.row().sides[0].hours] == [(1260, None)]
    assert next(row.id for row in border.row(NOW - timedelta(days=3)).sides[0].hours) == first
    border.open(NEAR, 7, 22, valid_from=date(2026, 3, 1))
    extra = border.open(NEAR, 23, 1, valid_from=date(2026, 3, 1), replaces=False)
    assert [row.hours.opens for row in border.row().sides[0].hours_on(date(2026, 3, 5))] == [420, 1380]
    assert hours.end_hours(session, actor=SYSTEM, hours_id=extra, last_day=date(2026, 3, 4), now=NOW) == border.id
    assert len(border.row().sides[0].hours_on(date(2026, 3, 5))) == 1
    with pytest.raises(Refused):
        hours.end_hours(session, actor=SYSTEM, hours_id=extra, last_day=date(2026, 2, 1), now=NOW)
    with pytest.raises(NotFound):
        hours.end_hours(session, actor=SYSTEM, hours_id=new_id(), last_day=date(2026, 3, 4), now=NOW)
    with pytest.raises(Refused, match="fields"):
        border.open("VNHAN")
    assert set(queries.hours_at(session, place_codes=[NEAR, FAR])) == {NEAR}


def test_sides_that_never_meet_are_refused(session, road, border):
    border.open(NEAR, 8, 9)
    with pytest.raises(Refused) as refused:
        border.open(FAR, 12, 13)
    assert refused.value.errors[0].code == "never_open"


def test_a_crossing_says_whether_it_is_open_now_and_until_when(session, road, border):
    assert (border.row().is_open, border.row().opening.until) == (True, None)
    border.open(NEAR)
    border.open(FAR)
    row = border.row(utc("2026-03-02T00:30"))
    assert (row.is_open, row.opening.since, row.opening.until) == (
        False, utc("2026-03-02T01:00"), utc("2026-03-02T10:00"),
    )  # fmt: skip
    assert border.row(utc("2026-03-02T01:00")).is_open
    with pytest.raises(NotFound):
        queries.crossing(session, crossing_id=new_id(), now=NOW)


def test_a_closure_tells_which_departures_it_delays_and_keeps_their_plan(session, road, border):
    first, second, third = road.departures[:3]
    planned = etas(session, first)
    closure_id = border.close(planned[1] - timedelta(hours=1), planned[1] + timedelta(hours=30))
    assert etas(session, first) == planned
    late = {code: at - eta for (code, at), eta in zip(expected(session, first).items(), planned[1:], strict=True)}
    assert set(late.values()) == {timedelta(hours=30)}
    assert expected(session, second) == expected(session, third) == {}
    (delay,) = queries.delays(session, closure_id=closure_id)
    assert (delay.departure_id, delay.planned_at, delay.zone) == (first, planned[-1], "Asia/Ho_Chi_Minh")
    assert delay.expected_at - delay.planned_at == timedelta(hours=30)
    assert [row.id for row in border.row().closures] == [closure_id]
    closures.withdraw(session, actor=SYSTEM, closure_id=closure_id, now=NOW)
    assert list(expected(session, first).values())[-4:] == planned[1:]
    assert border.row().closures == ()
    assert queries.closure(session, closure_id=closure_id).state is ClosureState.WITHDRAWN
    again = border.close(planned[1] - timedelta(hours=1), planned[1] + timedelta(hours=30))
    assert again != closure_id


def test_one_side_may_close_and_the_same_closure_comes_once(session, road, border):
    span = (NOW + timedelta(days=300), NOW + timedelta(days=301))
    for place in (None, FAR):
        border.close(*span, place=place)
        with pytest.raises(Conflict, match="closure_taken"):
            border.close(*span, place=place)
    assert [row.place and row.place.code for row in border.row().closures] == [None, FAR]
    with pytest.raises(Refused, match="fields"):
        border.close(*span, place="VNHAN")
    with pytest.raises(NotFound):
        queries.closure(session, closure_id=new_id())
    with pytest.raises(NotFound):
        closures.confirm(session, actor=SYSTEM, closure_id=new_id(), now=NOW)
    with pytest.raises(NotFound):
        closures.propose(session, actor=SYSTEM, crossing_id=new_id(), now=NOW)


def test_feasts_are_proposed_once_and_count_once_confirmed(session, road, border):
    made = closures.propose(session, actor=SYSTEM, crossing_id=border.id, now=NOW)
    assert made == queries.waiting(session, now=NOW) > 2
    assert closures.propose(session, actor=SYSTEM, crossing_id=border.id, now=NOW) == 0
    tet = next(row for row in border.row().closures if row.place.code == FAR)
    assert tet.source.startswith("holidays: ")
    assert border.row(tet.starts_at).is_open
    closures.confirm(session, actor=SYSTEM, closure_id=tet.id, now=NOW)
    assert not border.row(tet.starts_at).is_open
    other = next(row for row in border.row().closures if row.state is ClosureState.PROPOSED)
    closures.drop(session, actor=SYSTEM, closure_id=other.id, now=NOW)
    assert queries.waiting(session, now=NOW) == made - 2
    assert closures.propose(session, actor=SYSTEM, crossing_id=border.id, now=NOW) == 0
    with pytest.raises(Conflict):
        closures.withdraw(session, actor=SYSTEM, closure_id=other.id, now=NOW)
    entered = closures.enter(
        session, actor=SYSTEM, crossing_id=border.id, place_code=other.place.code, starts_at=other.starts_at,
        ends_at=other.ends_at, reason=other.reason, source="a notice after all", now=NOW,
    )  # fmt: skip
    assert entered == other.id
    assert queries.closure(session, closure_id=entered).source == "a notice after all"
    assert session.scalars(sa.select(sa.func.count()).select_from(BorderClosure)).one() == made


def test_rules_of_the_lane_and_of_the_day_reach_the_planner(session, road, border):
    day = departures.departure(session, departure_id=road.departures[0], now=NOW).stops[1].eta.date()
    facts = {"actor": SYSTEM, "crossing_id": border.id, "source": "vietnam.vn", "is_assumed": False, "now": NOW}
    company = LaneRule(LaneRuleCode.ONE_COMPANY, {})
    made = lanes.add_rule(session, **facts, lane="two-way", rule=company, valid_from=FROM, valid_to=day)
    lanes.add_rule(
        session, **facts, lane="general", rule=LaneRule(LaneRuleCode.MAX_STAY_HOURS, {"hours": 24}),
        valid_from=FROM, valid_to=None,
    )  # fmt: skip
    session.execute(sa.update(Leg).where(Leg.crossing_id.is_not(None)).values(lane="two-way"))
    found = queries.lanes_of_departures(session, departure_ids=road.departures[:2])
    (near,) = found[road.departures[0]]
    assert (near.crossing, near.lane, near.day, near.rules) == ("YOUYIGUAN", "two-way", day, (company,))
    assert [lane.rules for lane in found[road.departures[1]]] == [()]
    mixed = Contents((Goods("a", "081060", "durian", "one"), Goods("b", "081060", "durian", "two")))
    assert [each.keys for each in refusals(near.rules, mixed)] == [("b",)]
    assert queries.lane_rules(session, crossing_id=border.id, lane="two-way", on=day) == (company,)
    assert lanes.end_rule(session, actor=SYSTEM, rule_id=made, last_day=FROM, now=NOW) == border.id
    assert queries.lane_rules(session, crossing_id=border.id, lane="two-way", on=day) == ()
    assert [row.lane for row in border.row().rules] == ["general"]
    with pytest.raises(Refused):
        lanes.end_rule(session, actor=SYSTEM, rule_id=made, last_day=date(2025, 1, 1), now=NOW)
    with pytest.raises(NotFound):
        lanes.end_rule(session, actor=SYSTEM, rule_id=new_id(), last_day=FROM, now=NOW)
    with pytest.raises(Refused):
        lanes.add_rule(session, **facts, lane="x", rule=company, valid_from=day, valid_to=FROM)


def test_a_changed_leg_holds_for_what_is_planned_from_then_on(session, road, border):
    planned = etas(session, road.departures[0])
    (line,) = lines.lines(session)
    first = line.legs[0]
    change = LegChange(Mode.ROAD, Carriage.SWAP, "general", 60 * 24, 900, "our own drivers", is_assumed=False)
    legs.change_leg(session, actor=SYSTEM, leg_id=first.id, change=change, now=NOW)
    legs.change_leg(session, actor=SYSTEM, leg_id=first.id, change=change, now=NOW)
    timetable.roll(session, now=NOW + timedelta(days=7))
    assert etas(session, road.departures[0]) == planned
    newest = session.scalars(sa.select(Departure.id).order_by(Departure.departs_at.desc())).first()
    made = etas(session, newest)
    assert made[1] - made[0] == timedelta(hours=24)
    row = lines.leg(session, leg_id=first.id)
    assert [(past.figures.minutes, past.figures.carriage, past.until) for past in row.past] == [
        (first.figures.minutes, Carriage.THROUGH, NOW)
    ]
    assert (row.figures.km, row.figures.source) == (900, "our own drivers")
    assert lines.lines(session)[0].km is None
    with pytest.raises(Refused):
        legs.change_leg(
            session, actor=SYSTEM, leg_id=first.id, now=NOW,
            change=LegChange(Mode.ROAD, Carriage.SWAP, "general", -1, None, "", is_assumed=True),
        )  # fmt: skip
    for act in (lambda: lines.leg(session, leg_id=new_id()),
                lambda: legs.change_leg(session, actor=SYSTEM, leg_id=new_id(), change=change, now=NOW)):  # fmt: skip
        with pytest.raises(NotFound):
            act()


def test_a_sea_leg_is_as_long_as_the_way_of_a_ship(session, road):
    plan = [
        LegPlan("CNQZH", 48 * 60, "chinadaily", km=1_450, mode=Mode.RAIL),
        LegPlan("SGSIN", 144 * 60, "chinadaily", mode=Mode.SEA, carriage=Carriage.TRANSHIP),
    ]
    facts = {"actor": SYSTEM, "names": {}, "hub_code": "CN-NANPENG", "carrier_company_id": road.shipper, "now": NOW}
    line_id = network.add_line(session, code="SEA", name="Rail and sea", legs=plan, **facts)
    (line,) = lines.lines(session, line_id=line_id)
    sea = line.legs[1]
    assert 2_400 < sea.figures.km < 2_600
    assert len(sea.track) > 5
    assert line.km == 1_450 + sea.figures.km
    assert line.minutes == 192 * 60
    longer = LegChange(Mode.SEA, Carriage.TRANSHIP, "general", 120 * 60, 2_700, "a captain", is_assumed=False)
    legs.change_leg(session, actor=SYSTEM, leg_id=sea.id, change=longer, now=NOW)
    assert lines.leg(session, leg_id=sea.id).figures.km == 2_700
    measured = LegChange(Mode.SEA, Carriage.TRANSHIP, "general", 120 * 60, None, "searoute", is_assumed=False)
    legs.change_leg(session, actor=SYSTEM, leg_id=sea.id, change=measured, now=NOW)
    assert lines.leg(session, leg_id=sea.id).figures.km == sea.figures.km
    assert session.scalars(sa.select(sa.func.count()).select_from(SeaTrack)).one() == 1
    assert session.scalars(sa.select(sa.func.count()).select_from(DepartureStop)).one() > 0

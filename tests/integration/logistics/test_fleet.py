"""Crews on departures, papers that are watched, rotations, and cut-offs by kind, in the database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.fleet import flows
from marketplace.logistics.fleet.models import CrewDriver, DepartureCutoff, FleetPaperNotice
from marketplace.logistics.fleet.queries import crews as crew_queries
from marketplace.logistics.fleet.queries import cutoffs, fleets, personal
from marketplace.logistics.fleet.queries import rotations as rotation_queries
from marketplace.logistics.fleet.rules.cutoffs import CutoffKind
from marketplace.logistics.fleet.rules.papers import Kind, Paper, PaperKind
from marketplace.logistics.fleet.services import crews, erasing, papers, rotations
from marketplace.logistics.fleet.services import fleets as keeping
from marketplace.logistics.fleet.services.crews import Crew
from marketplace.logistics.fleet.services.fleets import Build
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.models.network import VehicleType
from marketplace.logistics.services import timetable
from marketplace.logistics.services.departures import closing
from tests.integration.logistics.conftest import NOW, build, company
from tests.support.racing import at_once

OPERATOR = Actor(new_id(), None, permissions=frozenset({Permission.LOGISTICS_DEPARTURE_OPERATE}))
LATE = date(2027, 3, 1)


class Yard:
    """A carrier with a tractor, two trailers and two drivers whose papers hold for a year."""

    def __init__(self, session):
        self.keeper = Actor(
            new_id(),
            company(session, CompanyKind.CARRIER),
            CompanyKind.CARRIER,
            permissions=frozenset({Permission.PARTNER_FLEET_KEEP}),
        )
        self.type_id = session.scalars(sa.select(VehicleType.id)).one()
        self.tractor = self.vehicle(session, Kind.TRACTOR, "CN 渝A1")
        self.trailer = self.vehicle(session, Kind.TRAILER, "CN 渝A2")
        self.other_trailer = self.vehicle(session, Kind.TRAILER, "CN 渝A3")
        self.driver, self.other_driver = self.man(session, "Li Lei"), self.man(session, "Han Mei")

    def vehicle(self, session, kind, plate):
        country, _, number = plate.partition(" ")
        built = Build(kind, self.type_id if kind is Kind.TRAILER else None)
        found = keeping.add_vehicle(session, actor=self.keeper, build=built, plates={country: number}, now=NOW)
        for each in (PaperKind.INSPECTION, PaperKind.INSURANCE, PaperKind.GMS_PERMIT):
            self.show(session, each, vehicle_id=found)
        return found

    def man(self, session, name, **facts):
        found = keeping.add_driver(session, actor=self.keeper, name=name, country="CN", now=NOW, **facts)
        for each in (PaperKind.DRIVING_LICENCE, PaperKind.PASSPORT):
            self.show(session, each, driver_id=found)
        return found

    def show(self, session, kind, until=LATE, country=None, **whose):
        paper = Paper(kind, country, None, until)
        return papers.show(session, actor=self.keeper, paper=paper, number="N-1", now=NOW, **whose)

    @property
    def crew(self):
        return Crew(self.tractor, self.trailer, (self.driver,))


@pytest.fixture
def yard(session, road):
    return Yard(session)


def assign(session, road, crew, number=0):
    return crews.assign(session, actor=OPERATOR, departure_id=road.departures[number], crew=crew, now=NOW)


def refusal(session, road, crew, number=0):
    with pytest.raises(Refused) as caught:
        assign(session, road, crew, number)
    return [(error.field, error.code) for error in caught.value.errors]


def test_a_timetable_reaches_ninety_days_and_rolls_once(session, road):
    found = session.scalars(sa.select(Departure.departs_at).order_by(Departure.departs_at)).all()
    assert timedelta(days=83) < found[-1] - NOW <= timedelta(days=90)
    assert timetable.roll(session, now=NOW) == 0
    assert timetable.roll(session, now=NOW + timedelta(days=7)) == 2
    assert len(road.departures) == len(found)


def test_every_departure_has_its_cutoffs_once(session, road):
    (departs_at,) = session.scalars(sa.select(Departure.departs_at).where(Departure.id == road.departures[0]))
    timetable.roll(session, now=NOW)
    found = cutoffs.cutoffs_of(session, departure_id=road.departures[0])
    assert {kind: (departs_at - at) / timedelta(hours=1) for kind, at in found.items()} == {
        CutoffKind.DANGEROUS: 48, CutoffKind.CANCEL: 48, CutoffKind.AMEND: 24, CutoffKind.CUSTOMS: 12,
    }  # fmt: skip
    count = session.scalar(sa.select(sa.func.count()).select_from(DepartureCutoff))
    assert count == 4 * len(road.departures)
    over = cutoffs.passed(
        session, departure_ids=road.departures[:2], kind=CutoffKind.DANGEROUS, now=departs_at - timedelta(hours=48)
    )
    assert set(over) == {road.departures[0]}


def test_a_crew_drives_and_is_taken(session, road, yard):
    assign(session, road, yard.crew)
    (row,) = crew_queries.crews_of(session, departure_ids=[road.departures[0]])[road.departures[0]]
    assert (row.tractor_id, row.trailer_id, row.driver_ids) == (yard.tractor, yard.trailer, (yard.driver,))
    assert row.returns_at - row.span.ends_at == row.span.ends_at - row.span.starts_at
    with pytest.raises(Conflict, match="crew_legs"):
        assign(session, road, yard.crew)
    # The next lorry leaves on Friday, before this one is in Hanoi.
    meanwhile = refusal(session, road, yard.crew, 1)
    assert meanwhile == [("tractor", "crew_busy"), ("trailer", "crew_busy"), ("drivers", "crew_busy")]
    assign(session, road, yard.crew, 2)


def test_a_swap_takes_over_at_the_border(session, road, yard):
    abroad = yard.vehicle(session, Kind.TRACTOR, "VN 29C1")
    with pytest.raises(Refused):
        assign(session, road, replace(yard.crew, first_stop=2, last_stop=2))
    assign(session, road, replace(yard.crew, last_stop=2))
    assign(session, road, Crew(abroad, yard.trailer, (yard.other_driver,), first_stop=2))
    both = crew_queries.crews_of(session, departure_ids=[road.departures[0]])[road.departures[0]]
    assert [(row.span.first, row.span.last) for row in both] == [(0, 2), (2, 4)]


def test_papers_permits_and_certificates_stop_a_crew(session, road, yard):
    local = yard.vehicle(session, Kind.TRACTOR, "CN 渝A9")
    for row in fleets.vehicle(session, vehicle_id=local).papers:
        if row.kind is PaperKind.GMS_PERMIT:
            papers.withdraw(session, actor=yard.keeper, paper_id=row.id, now=NOW)
    assert refusal(session, road, replace(yard.crew, tractor_id=local)) == [("tractor", "crew_paper_missing_for")]
    yard.show(session, PaperKind.VISA, date(2026, 3, 5), "VN", driver_id=yard.driver)
    assert refusal(session, road, yard.crew) == [("drivers", "crew_paper_ends_for")]
    yard.show(session, PaperKind.VISA, LATE, "VN", driver_id=yard.driver)
    cold = replace(yard.crew, is_cooled=True, is_dangerous=True)
    assert refusal(session, road, cold) == [("trailer", "reefer_needed"), ("drivers", "crew_paper_missing")]
    assert refusal(session, road, replace(yard.crew, tractor_id=yard.trailer)) == [("tractor", "crew_kind")]
    assert refusal(session, road, replace(yard.crew, driver_ids=())) == [("drivers", "required")]
    assert refusal(session, road, replace(yard.crew, tractor_id=new_id())) == [("tractor", "unknown")]


def test_what_is_retired_drives_no_more(session, road, yard):
    assignment = assign(session, road, yard.crew)
    for retire, whose in (
        (keeping.retire_vehicle, {"vehicle_id": yard.tractor}),
        (keeping.retire_driver, {"driver_id": yard.driver}),
    ):
        with pytest.raises(Conflict, match="fleet_in_use"):
            retire(session, actor=yard.keeper, now=NOW, **whose)
    crews.withdraw(session, actor=OPERATOR, assignment_id=assignment, now=NOW)
    with pytest.raises(NotFound):
        crews.withdraw(session, actor=OPERATOR, assignment_id=assignment, now=NOW)
    keeping.retire_vehicle(session, actor=yard.keeper, vehicle_id=yard.tractor, now=NOW)
    keeping.retire_driver(session, actor=yard.keeper, driver_id=yard.driver, now=NOW)
    assert refusal(session, road, yard.crew) == [("tractor", "unknown")]
    row = fleets.driver(session, driver_id=yard.driver)
    assert (row.name, {each.number for each in row.papers}) == (None, {None})


def test_others_keep_nothing_of_it(session, road, yard):
    stranger = replace(yard.keeper, company_id=company(session, CompanyKind.CARRIER))
    paper_id = fleets.vehicle(session, vehicle_id=yard.tractor).papers[0].id
    acts = [
        lambda: keeping.retire_vehicle(session, actor=stranger, vehicle_id=yard.tractor, now=NOW),
        lambda: keeping.retire_driver(session, actor=stranger, driver_id=yard.driver, now=NOW),
        lambda: papers.withdraw(session, actor=stranger, paper_id=paper_id, now=NOW),
        lambda: fleets.vehicle(session, vehicle_id=yard.tractor, company_id=stranger.company),
        lambda: fleets.driver(session, driver_id=yard.driver, company_id=stranger.company),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()


def test_a_contractor_is_another_carrier_and_a_plate_is_there_once(session, yard):
    other = company(session, CompanyKind.CARRIER)
    built = Build(Kind.TRACTOR, euro_class=6)
    added = keeping.add_vehicle(
        session, actor=yard.keeper, build=built, plates={"CN": "渝B1"}, contractor_id=other, now=NOW
    )
    assert fleets.vehicle(session, vehicle_id=added).contractor_id == other
    for plates, contractor_id in (({"CN": "渝B1"}, None), ({"CN": "渝B2"}, yard.keeper.company)):
        with pytest.raises(Refused):
            keeping.add_vehicle(
                session, actor=yard.keeper, build=built, plates=plates, contractor_id=contractor_id, now=NOW
            )


def test_a_cancelled_departure_sets_its_crew_free(app, database):
    with unit_of_work() as session:
        road = build(session)
        yard = Yard(session)
    with unit_of_work() as writing:
        assign(writing, road, yard.crew)
        closing.cancel(writing, actor=OPERATOR, departure_id=road.departures[0], reason="snow", now=NOW)
    with unit_of_work() as writing:
        assign(writing, road, yard.crew, 1)
        with pytest.raises(Conflict, match="departure_over"):
            assign(writing, road, yard.crew)


def test_a_rotation_says_when_a_crew_is_back(session, road, yard):
    chained = rotations.chain(
        session,
        actor=OPERATOR,
        vehicle_id=yard.trailer,
        departure_ids=[road.departures[2], road.departures[0]],
        now=NOW,
    )
    row = rotation_queries.rotation(session, rotation_id=chained, now=NOW)
    assert [each.id for each in row.departures] == [road.departures[0], road.departures[2]]
    # Nothing is booked, and from the end of each the lorry comes back for nothing.
    assert [way.departure is None for way in row.ways] == [False, True, False, True]
    assert row.empty_km == row.km > 4_000
    road.confirmed(session)
    row = rotation_queries.rotation(session, rotation_id=chained, now=NOW)
    assert 0 < row.empty_km < row.km
    assign(session, road, yard.crew)
    (crew,) = crew_queries.crews_of(session, departure_ids=[road.departures[0]])[road.departures[0]]
    assert crew.returns_at == row.returns_at
    crews.withdraw(session, actor=OPERATOR, assignment_id=crew.id, now=NOW)
    assign(session, road, replace(yard.crew, last_stop=2))
    (crew,) = crew_queries.crews_of(session, departure_ids=[road.departures[0]])[road.departures[0]]
    assert crew.returns_at < row.returns_at
    with pytest.raises(Conflict, match="rotation_order"):
        rotations.extend(session, actor=OPERATOR, rotation_id=chained, departure_ids=[road.departures[1]], now=NOW)


def test_a_rotation_is_gone_with_its_last_departure(session, road, yard):
    chained = rotations.chain(
        session, actor=OPERATOR, vehicle_id=yard.trailer, departure_ids=road.departures[:1], now=NOW
    )
    with pytest.raises(Conflict, match="rotation_taken"):
        rotations.chain(session, actor=OPERATOR, vehicle_id=yard.trailer, departure_ids=road.departures[:1], now=NOW)
    for wanted in ([], [new_id()]):
        with pytest.raises(Refused):
            rotations.extend(session, actor=OPERATOR, rotation_id=chained, departure_ids=wanted, now=NOW)


def test_a_departure_leaves_a_rotation(session, road, yard):
    chained = rotations.chain(
        session, actor=OPERATOR, vehicle_id=yard.trailer, departure_ids=road.departures[:1], now=NOW
    )
    with pytest.raises(NotFound):
        rotations.shorten(session, actor=OPERATOR, rotation_id=chained, departure_id=road.departures[1], now=NOW)
    rotations.shorten(session, actor=OPERATOR, rotation_id=chained, departure_id=road.departures[0], now=NOW)
    with pytest.raises(NotFound):
        rotation_queries.rotation(session, rotation_id=chained, now=NOW)


def test_an_erased_person_is_no_driver_by_name(session, yard):
    person = new_id()
    with pytest.raises(Refused):
        yard.man(session, "Wang Fang", person_id=person)
    found = yard.man(session, "Wang Fang")
    session.execute(sa.text("UPDATE fleet_driver_name SET person_id = :who"), {"who": person.hex})
    mine = personal.of_person(session, person_id=person)
    assert {row["name"] for row in mine["drivers"]} == {"Li Lei", "Han Mei", "Wang Fang"}
    assert len(mine["driver_papers"]) == 6
    erasing.on_person_erased(session, PersonErased(at=NOW, person_id=person))
    row = fleets.driver(session, driver_id=found)
    assert (row.name, row.papers[0].number) == (None, None)
    assert not any(personal.of_person(session, person_id=person).values())


def test_keepers_are_told_of_ends_once_a_stage(app, database, monkeypatch):
    with unit_of_work() as session:
        build(session)
        yard = Yard(session)
        ends = yard.show(session, PaperKind.INSPECTION, NOW.date() + timedelta(days=20), vehicle_id=yard.tractor)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert [flows.watch(now=NOW), flows.watch(now=NOW)] == [1, 0]
    assert flows.watch(now=NOW + timedelta(days=13)) == 1
    told = reading().execute(sa.select(FleetPaperNotice.paper_id, FleetPaperNotice.stage)).all()
    assert sorted(told) == [(ends, 7), (ends, 30)]
    in_unit_of_work(lambda writing: papers.withdraw(writing, actor=yard.keeper, paper_id=ends, now=NOW))
    assert flows.watch(now=NOW + timedelta(days=30)) == 0


def test_two_operators_at_once_cannot_take_one_driver(app, database):
    with unit_of_work() as session:
        road = build(session)
        yard = Yard(session)
        spare = yard.vehicle(session, Kind.TRACTOR, "CN 渝A8")
    other = Crew(spare, yard.other_trailer, (yard.driver,))

    def assigned(number, crew):
        return lambda: in_unit_of_work(lambda session: assign(session, road, crew, number))

    ends = at_once(app, [assigned(0, yard.crew), assigned(1, other)])
    lost = [end for end in ends if isinstance(end, Refused)]
    assert [(error.field, error.code) for refused in lost for error in refused.errors] == [("drivers", "crew_busy")]
    driving = reading().scalars(sa.select(CrewDriver.assignment_id).where(CrewDriver.driver_id == yard.driver)).all()
    assert len(driving) == 1

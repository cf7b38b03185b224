"""Lots in distribution centres, in the database: every figure is the sum of its movements, whatever happens."""

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Permission
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.logistics.centres import flows
from marketplace.logistics.centres.models import BondNotice, CentreLot, LotMovement, OriginProof
from marketplace.logistics.centres.queries import centres as centre_queries
from marketplace.logistics.centres.queries import checks, lots, papers
from marketplace.logistics.centres.rules.centres import Figures
from marketplace.logistics.centres.rules.counts import Counted, CountState, Reason
from marketplace.logistics.centres.rules.lots import Papers, Status
from marketplace.logistics.centres.rules.proofs import Proof, ProofKind
from marketplace.logistics.centres.services import (
    arriving,
    counting,
    keeping,
    leaving,
    promising,
    releasing,
    transferring,
)
from marketplace.logistics.centres.services.arriving import Announced
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.reference import services as reference
from marketplace.reference.rules import PlaceKind
from tests.conftest import SOAK
from tests.integration.logistics.conftest import NOW, company
from tests.support.racing import at_once

TODAY = NOW.date()
PLACES = (("DC-HAN", "VN", "Asia/Ho_Chi_Minh"), ("DC-SGN", "VN", "Asia/Ho_Chi_Minh"), ("DC-BKK", "TH", "Asia/Bangkok"))
FIGURES = Figures(0b11111, 480, 1080, "BW-1", date(2027, 1, 1), "test", is_assumed=True)
IN_BOND = Papers(Status.BONDED, entry_number="E-1", bonded_since=TODAY, bonded_until=TODAY + timedelta(days=60))
DECLARED = Declared("D-1", 1, TODAY, duty_paid=True)


def actor(session, kind, *permissions):
    return Actor(new_id(), company(session, kind), kind, permissions=frozenset(permissions))


class Yard:
    """Three centres of one keeper, an owner, a broker and the operator; a listing is an id here."""

    def __init__(self, session):
        for code, country, zone in PLACES:
            reference.add_place(
                session, code=code, name=code, names={}, country=country, kind=PlaceKind.DC, zone=zone,
                unlocode=None, latitude=Decimal(), longitude=Decimal(), source="test",
            )  # fmt: skip
        self.operator = actor(session, CompanyKind.OPERATOR, *Permission)
        self.keeper = actor(session, CompanyKind.DC, Permission.PARTNER_CENTRE_KEEP)
        self.owner = actor(session, CompanyKind.TRADE, Permission.CATALOG_LISTING_EDIT)
        self.broker = actor(session, CompanyKind.BROKER, Permission.PARTNER_RELEASE_RECORD)
        self.listing = new_id()
        self.centres = [self.open(session, code) for code, *_ in PLACES]

    def open(self, session, code, keeper=None, figures=FIGURES):
        keeper_id = (keeper or self.keeper).company
        return keeping.open_centre(
            session, actor=self.operator, place_code=code, keeper_id=keeper_id, figures=figures, now=NOW
        )

    def announce(self, session, quantity=100, centre=0):
        goods = Announced(self.listing, "EA", quantity, grams=500, broker_id=self.broker.company)
        return arriving.announce(session, actor=self.owner, centre_id=self.centres[centre], goods=goods, now=NOW)

    def lot(self, session, quantity=100, sheets=IN_BOND, centre=0):
        arrival = self.announce(session, quantity, centre)
        return arriving.take_in(
            session, actor=self.keeper, arrival_id=arrival, quantity=quantity, papers=sheets, now=NOW
        )

    def release(self, session, lot, quantity, declared=DECLARED, actor=None):
        return releasing.release(
            session, actor=actor or self.broker, lot_id=lot, quantity=quantity, declared=declared, now=NOW
        )

    def proof(self, session, quantity, number="R-1"):
        proof = Proof(ProofKind.RCEP, number, "CN", TODAY, TODAY + timedelta(days=300), quantity)
        return releasing.show_proof(session, actor=self.owner, listing_id=self.listing, proof=proof, now=NOW)


@pytest.fixture
def yard(session):
    yield Yard(session)
    session.flush()
    assert checks.breaches(session) == []


def left(session, lot):
    row = lots.lot(session, lot_id=lot)
    return row.on_hand, row.promised


def fields(act):
    with pytest.raises(Refused) as caught:
        act()
    return [(error.field, error.code) for error in caught.value.errors]


def test_a_centre_keeps_its_history(session, yard):
    (first, *_) = yard.centres
    later = replace(FIGURES, closes=1200, source="a visit", is_assumed=False)
    change = {"actor": yard.operator, "centre_id": first, "keeper_id": yard.keeper.company, "now": NOW}
    keeping.change(session, figures=later, version=1, **change)
    keeping.change(session, figures=later, version=1, **change)
    assert fields(lambda: keeping.change(session, figures=FIGURES, version=1, **change)) == [
        ("version", "centre_changed")
    ]
    assert [row.figures.closes for row in centre_queries.history(session, centre_id=first)] == [1200, 1080]
    assert centre_queries.centre(session, centre_id=first).figures == later
    assert fields(lambda: yard.open(session, "DC-HAN")) == [("place", "taken")]
    assert fields(lambda: yard.open(session, "CNNIN")) == [("place", "choice")]
    with pytest.raises(NotFound):
        keeping.change(session, figures=later, version=1, **change | {"centre_id": new_id()})
    wrong = change | {"keeper_id": yard.owner.company}
    assert fields(lambda: keeping.change(session, figures=later, version=2, **wrong)) == [("keeper", "unknown")]


def test_goods_are_announced_and_taken_in_by_their_centre_alone(session, yard):
    arrival = yard.announce(session)
    stranger = actor(session, CompanyKind.DC, Permission.PARTNER_CENTRE_KEEP)
    take = {"arrival_id": arrival, "quantity": 90, "papers": IN_BOND, "now": NOW}
    with pytest.raises(NotFound):
        arriving.take_in(session, actor=stranger, **take)
    lot = arriving.take_in(session, actor=yard.keeper, **take)
    assert left(session, lot) == (90, 0)
    with pytest.raises(Conflict, match="state"):
        arriving.take_in(session, actor=yard.keeper, **take)
    row = lots.lot(session, lot_id=lot)
    assert (row.company_id, row.broker_id, row.days_left(TODAY)) == (yard.owner.company, yard.broker.company, 60)
    for who in (yard.owner, yard.keeper, yard.broker):
        assert lots.seen(session, lot_id=lot, company_id=who.company, is_operator=False).id == lot
    with pytest.raises(NotFound):
        lots.seen(session, lot_id=lot, company_id=stranger.company, is_operator=False)
    other = yard.announce(session)
    arriving.withdraw(session, actor=yard.owner, arrival_id=other, now=NOW)
    assert papers.arrivals(session, company_id=yard.owner.company).items == ()


def test_a_release_makes_a_free_lot_and_draws_the_proof(session, yard):
    lot, proof = yard.lot(session), yard.proof(session, 50)
    declared = replace(DECLARED, proof_id=proof)
    free = yard.release(session, lot, 40, declared)
    assert (left(session, lot), left(session, free)) == ((60, 0), (40, 0))
    row = lots.lot(session, lot_id=free)
    assert (row.status, row.declaration_number, row.from_lot_id, row.proof_id) == (Status.FREE, "D-1", lot, proof)
    assert papers.proofs(session, company_id=yard.owner.company)[0].remaining == 10
    assert fields(lambda: yard.release(session, lot, 11, declared)) == [("origin_proof", "proof_short")]
    yard.release(session, lot, 10, declared)
    assert papers.usable_proofs(session, company_id=yard.owner.company, listing_id=yard.listing) == ()
    assert fields(lambda: yard.release(session, lot, 51)) == [("quantity", "whole_range")]
    assert fields(lambda: yard.release(session, lot, 1, replace(DECLARED, duty_paid=False))) == [
        ("duty_paid", "duty_open")
    ]
    assert fields(lambda: yard.release(session, lot, 1, replace(DECLARED, declared_on=TODAY + timedelta(9)))) == [
        ("declared_on", "in_future")
    ]
    with pytest.raises(Conflict, match="not_in_bond"):
        yard.release(session, free, 1)
    stranger = actor(session, CompanyKind.BROKER, Permission.PARTNER_RELEASE_RECORD)
    with pytest.raises(NotFound):
        yard.release(session, lot, 1, actor=stranger)
    yard.release(session, lot, 50, actor=yard.operator)
    assert [row.quantity for row in lots.releases(session, lot_id=lot)] == [40, 10, 50]


def test_bonded_goods_leave_by_release_or_reexport_alone(session, yard):
    lot = yard.lot(session)
    how = {"actor": yard.keeper, "lot_id": lot, "now": NOW}
    with pytest.raises(Conflict, match="in_bond"):
        leaving.hand_out(session, quantity=1, number=None, **how)
    assert fields(lambda: leaving.reexport(session, quantity=1, number=None, **how)) == [("number", "required")]
    assert fields(lambda: leaving.write_off(session, quantity=1, number=None, **how)) == [("number", "required")]
    leaving.reexport(session, quantity=30, number="X-1", **how)
    leaving.write_off(session, quantity=1, number="P-1", **how)
    free = yard.release(session, lot, 9)
    with pytest.raises(Conflict, match="not_in_bond"):
        leaving.reexport(session, quantity=1, number="X-2", **how | {"lot_id": free})
    leaving.hand_out(session, quantity=9, number="N-1", **how | {"lot_id": free})
    with pytest.raises(Conflict, match="lot_short"):
        leaving.hand_out(session, quantity=1, number="N-2", **how | {"lot_id": free})
    assert (left(session, lot), left(session, free)) == ((60, 0), (0, 0))


def test_a_transfer_keeps_its_status_and_its_last_day(session, yard):
    lot = yard.lot(session)
    _, saigon, bangkok = yard.centres
    send = {"actor": yard.keeper, "lot_id": lot, "quantity": 40, "now": NOW}
    assert fields(lambda: transferring.send(session, to_centre_id=bangkok, transit_reference=None, **send)) == [
        ("transit_reference", "required")
    ]
    sent = transferring.send(session, to_centre_id=bangkok, transit_reference="T-1", **send)
    assert [row.quantity for row in papers.transfers(session, centre_ids=[bangkok]).items] == [40]
    receive = {"actor": yard.keeper, "transfer_id": sent, "entry_number": "E-2", "now": NOW}
    assert fields(lambda: transferring.receive(session, quantity=41, **receive)) == [("quantity", "whole_range")]
    there = transferring.receive(session, quantity=38, **receive)
    row = lots.lot(session, lot_id=there)
    assert (row.status, row.entry_number, row.on_hand) == (Status.BONDED, "E-2", 38)
    assert row.bonded_until == lots.lot(session, lot_id=lot).bonded_until
    free = yard.release(session, lot, 10)
    away = send | {"lot_id": free, "quantity": 10, "transit_reference": None}
    assert fields(lambda: transferring.send(session, to_centre_id=bangkok, **away)) == [
        ("to_centre", "free_leaves_country")
    ]
    assert fields(lambda: transferring.send(session, to_centre_id=new_id(), **away)) == [("to_centre", "unknown")]
    sent = transferring.send(session, to_centre_id=saigon, **away)
    lost = {"quantity": 0, "entry_number": None, "now": NOW, "transfer_id": sent}
    assert transferring.receive(session, actor=yard.keeper, **lost) is None


def test_a_count_books_small_differences_and_lets_large_ones_wait(session, yard):
    lot = yard.lot(session)
    count = {"actor": yard.keeper, "now": NOW}
    sheet = counting.open_sheet(session, centre_id=yard.centres[0], **count)
    lost = {lot: Counted(99, Reason.LOST)}
    assert counting.enter(session, count_id=sheet, counted=lost, **count) is CountState.BOOKED
    assert left(session, lot) == (99, 0)
    sheet = counting.open_sheet(session, centre_id=yard.centres[0], **count)
    with pytest.raises(Conflict, match="count_open"):
        counting.confirm(session, count_id=sheet, **count)
    few = {lot: Counted(50, Reason.WRONG_BEFORE)}
    assert counting.enter(session, count_id=sheet, counted=few, **count) is CountState.WAITING
    with pytest.raises(Conflict, match="count_waits"):
        counting.enter(session, count_id=sheet, counted=lost, **count)
    with pytest.raises(Conflict, match="same_person"):
        counting.confirm(session, count_id=sheet, **count)
    assert left(session, lot) == (99, 0)
    second = replace(yard.keeper, person_id=new_id())
    counting.confirm(session, count_id=sheet, actor=second, now=NOW)
    assert left(session, lot) == (50, 0)
    sheet = counting.open_sheet(session, centre_id=yard.centres[0], **count)
    leaving.write_off(session, lot_id=lot, quantity=1, number="P-1", **count)
    with pytest.raises(Conflict, match="lot_moved"), session.begin_nested():
        counting.enter(session, count_id=sheet, counted={lot: Counted(51, Reason.FOUND)}, **count)
    counting.drop(session, count_id=sheet, **count)
    assert papers.counts(session, centre_id=yard.centres[0]) == ()
    with pytest.raises(Conflict, match="count_empty"):
        counting.open_sheet(session, centre_id=yard.centres[2], **count)


def test_units_are_promised_first_out_of_bond_first_and_never_mixed(session, yard):
    late, soon = yard.lot(session, 10), yard.lot(session, 10, replace(IN_BOND, bonded_until=TODAY + timedelta(9)))
    free = yard.release(session, late, 4)
    line = new_id()
    ask = {
        "actor": yard.owner, "subject_id": line, "listing_id": yard.listing, "centre_id": yard.centres[0],
        "status": Status.BONDED, "today": TODAY, "now": NOW,
    }  # fmt: skip
    with pytest.raises(Conflict, match="lots_short"):
        promising.promise(session, quantity=17, **ask)
    assert promising.promise(session, quantity=12, **ask) == [(soon, 10), (late, 2)]
    assert dict(promising.promise(session, quantity=12, **ask)) == {soon: 10, late: 2}
    assert fields(lambda: yard.release(session, late, 5)) == [("quantity", "whole_range")]
    with pytest.raises(Conflict, match="in_bond"):
        promising.deliver(session, actor=yard.keeper, subject_id=line, number=None, now=NOW)
    promising.free(session, actor=yard.owner, subject_id=line, now=NOW)
    promising.free(session, actor=yard.owner, subject_id=line, now=NOW)
    assert (left(session, soon), left(session, late)) == ((10, 0), (6, 0))
    promising.promise(session, quantity=4, **ask | {"status": Status.FREE})
    assert promising.deliver(session, actor=yard.keeper, subject_id=line, number="N-1", now=NOW) == [(free, 4)]
    assert left(session, free) == (0, 0)
    with pytest.raises(Conflict, match="nothing_promised"):
        promising.deliver(session, actor=yard.keeper, subject_id=line, number=None, now=NOW)


ACTS = ("release", "reexport", "damage", "out", "send", "promise", "free", "deliver", "count")


def act(session, yard, name, units, chosen):
    """Do something to one of the lots that there are."""
    there = session.scalars(sa.select(CentreLot.id).order_by(CentreLot.id)).all()
    lot = there[chosen % len(there)]
    how = {"actor": yard.keeper, "lot_id": lot, "quantity": units, "now": NOW}
    subject = yard.subjects[chosen % len(yard.subjects)]
    if name == "release":
        proof_id = session.scalars(sa.select(OriginProof.id)).one() if chosen % 2 else None
        yard.release(session, lot, units, replace(DECLARED, proof_id=proof_id))
    elif name == "send":
        sent = transferring.send(session, to_centre_id=yard.centres[chosen % 3], transit_reference="T-1", **how)
        transferring.receive(
            session, actor=yard.keeper, transfer_id=sent, quantity=units - units % 2, entry_number=None, now=NOW
        )
    elif name == "promise":
        promising.promise(
            session, actor=yard.owner, subject_id=subject, listing_id=yard.listing, centre_id=yard.centres[0],
            status=(Status.BONDED, Status.FREE)[chosen % 2], quantity=units, today=TODAY, now=NOW,
        )  # fmt: skip
    elif name == "free":
        promising.free(session, actor=yard.owner, subject_id=subject, now=NOW)
    elif name == "deliver":
        promising.deliver(session, actor=yard.keeper, subject_id=subject, number=None, now=NOW)
    elif name == "count":
        sheet = counting.open_sheet(session, actor=yard.keeper, centre_id=yard.centres[0], now=NOW)
        found = {lot: Counted(units, Reason.LOST)}
        counting.enter(session, actor=yard.keeper, count_id=sheet, counted=found, now=NOW)
    else:
        doing = {"reexport": leaving.reexport, "damage": leaving.write_off, "out": leaving.hand_out}[name]
        doing(session, number="N-1", **how)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(40 if SOAK else 3))
def test_whatever_happens_movements_sum_and_statuses_stay_apart(session, yard, seed):
    chance = random.Random(seed)
    yard.subjects = [new_id(), new_id()]
    yard.proof(session, 60)
    for quantity in (50, 80):
        yard.lot(session, quantity)
    for _ in range(60):
        try:
            with session.begin_nested():
                act(session, yard, chance.choice(ACTS), chance.randint(1, 60), chance.randint(0, 7))
        except DomainError:
            session.expire_all()
    assert checks.breaches(session) == []
    sums = sa.select(sa.func.sum(LotMovement.on_hand), sa.func.sum(LotMovement.promised)).group_by(LotMovement.lot_id)
    assert all(0 <= promised <= on_hand for on_hand, promised in session.execute(sums))
    proof = session.scalars(sa.select(OriginProof)).one()
    session.refresh(proof)
    assert 0 <= proof.remaining <= proof.quantity


def test_of_two_who_take_the_last_units_one_gets_them(app, database):
    with unit_of_work() as session:
        yard = Yard(session)
        lot = yard.release(session, yard.lot(session, 10), 10)

    def take():
        return in_unit_of_work(
            lambda session: leaving.hand_out(session, actor=yard.keeper, lot_id=lot, quantity=6, number=None, now=NOW)
        )

    results = at_once(app, [take, take])
    assert len([one for one in results if isinstance(one, Conflict)]) == 1
    session = reading()
    session.rollback()
    assert left(session, lot) == (4, 0)
    assert checks.breaches(session) == []


def test_an_owner_is_told_once_of_each_stage(app, database):
    with unit_of_work() as session:
        yard = Yard(session)
        yard.lot(session, 10, replace(IN_BOND, bonded_until=TODAY + timedelta(days=20)))
        yard.lot(session, 10, replace(IN_BOND, bonded_until=TODAY + timedelta(days=90)))
    assert [flows.watch(now=NOW + timedelta(days=days)) for days in (0, 0, 13, 19, 20, 21, 21)] == [
        1, 0, 1, 1, 0, 1, 0,
    ]  # fmt: skip
    stages = reading().scalars(sa.select(BondNotice.stage).order_by(BondNotice.stage)).all()
    assert stages == [0, 1, 7, 30]

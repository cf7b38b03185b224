"""The way back by chance: room and freight are those of the lorry that has the goods, whatever happens, or none."""

from contextlib import contextmanager, suppress
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.distribution.models import FreightContract, FreightContractLine
from marketplace.distribution.rules.freight import ContractState
from marketplace.distribution.rules.handover import Counted, Received
from marketplace.distribution.services import return_way, returning
from marketplace.kernel import clock, events
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.quantity import DIMENSIONS, Load
from marketplace.logistics.models.departures import Booking, Departure
from marketplace.logistics.rules.states import CURRENT, TAKING, DepartureState
from marketplace.logistics.services import timetable
from marketplace.logistics.services.departures import closing, journey, loading, moving
from marketplace.orders.claims import queries
from marketplace.orders.rules.claims import OPEN, ClaimState
from marketplace.orders.rules.returning import WayBack
from marketplace.orders.services import claims, remedying
from marketplace.payments.models.plans import Milestone
from marketplace.payments.rules.terms import SubjectKind
from marketplace.reactions import TABLE
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK
from tests.support.claims import bring, claim, place, seen
from tests.support.ways import caller

pytestmark = pytest.mark.both_databases
HAS_LORRY = frozenset(WayBack) - {WayBack.GIVEN_UP, WayBack.STRANDED}
ACTS = (
    *("book", "book", "book", "give_up", "roll", "decline", "cancel", "hand_over", "hand_over", "drive", "drive"),
    *("count", "send", "confirm", "contest", "withdraw", "lapse"),
)


class Undo(Exception):
    """Take back what an example wrote."""


class Chance:
    """One return that has been agreed, in a unit of work that is never committed."""

    def __init__(self, session, market, operator, claim_id):
        self.session, self.market, self.operator, self.claim_id = session, market, operator, claim_id
        self.now = clock.now()

    @property
    def claim(self):
        return queries.some(self.session, claim_ids=[self.claim_id])[self.claim_id]

    @property
    def booking(self):
        return self.session.scalars(
            sa.select(Booking).where(Booking.subject == self.claim_id, Booking.state.in_(CURRENT))
        ).one_or_none()

    def do(self, name, number):
        """Do an act if it is possible; what is refused leaves nothing."""
        try:
            with self.session.begin_nested():
                getattr(self, name)(number)
                events.dispatch(self.session, TABLE)
        except DomainError:
            self.session.info.clear()
            self.session.expire_all()

    def about(self, actor):
        return {"claim_id": self.claim_id, "actor": actor, "now": self.now}

    def book(self, number):
        options = returning.options(self.session, **self.about(self.market.buyer.actor))
        if options:
            chosen = options[number % len(options)].departure_id
            returning.book(self.session, departure_id=chosen, **self.about(self.market.buyer.actor))

    def give_up(self, _number):
        returning.give_up(self.session, **self.about(self.market.buyer.actor))

    def roll(self, _number):
        if self.booking:
            moving.roll_booking(self.session, actor=self.operator.actor, booking_id=self.booking.id, now=self.now)

    def decline(self, _number):
        if self.booking:
            moving.decline_booking(
                self.session, actor=self.operator.actor, booking_id=self.booking.id, reason="full", now=self.now
            )

    def cancel(self, _number):
        if self.booking:
            closing.cancel(
                self.session, actor=self.operator.actor, departure_id=self.booking.departure_id, reason="fog",
                now=self.now,
            )  # fmt: skip

    def hand_over(self, _number):
        counted = Counted(1, 12_500, 400, 300, 250)
        return_way.hand_over(self.session, counted=counted, **self.about(self.market.carrier.actor))

    def drive(self, _number):
        """Let the lorry of the goods go on by one act."""
        if self.booking is None:
            return
        about = {"actor": self.operator.actor, "departure_id": self.booking.departure_id, "now": self.now}
        acts = {
            DepartureState.OPEN: closing.close,
            DepartureState.CLOSED: loading.load,
            DepartureState.LOADING: lambda session, **given: loading.seal(session, seal_number="VN-1", **given),
            DepartureState.SEALED: journey.depart,
            DepartureState.DEPARTED: journey.arrive,
            DepartureState.ARRIVED: journey.strip,
        }
        state = self.session.get_one(Departure, self.booking.departure_id).state
        if state in acts:
            acts[state](self.session, **about)

    def count(self, number):
        if self.booking:
            actor = (self.market.merchant.actor, self.market.carrier.actor)[number % 2]
            received = Received(1, number % 3 == 0)
            return_way.receive(self.session, booking_id=self.booking.id, received=received, actor=actor, now=self.now)

    def send(self, _number):
        remedying.send(self.session, text="By courier.", **self.about(self.market.buyer.actor))

    def confirm(self, _number):
        remedying.confirm(self.session, **self.about(self.market.merchant.actor))

    def contest(self, _number):
        remedying.contest(self.session, text="No.", **self.about(self.market.merchant.actor))

    def withdraw(self, _number):
        claims.withdraw(self.session, **self.about(self.market.buyer.actor))

    def lapse(self, _number):
        # Time passes for the claim alone, so that lorries can still be booked.
        claims.lapse(self.session, claim_id=self.claim_id, now=self.now + timedelta(days=90))

    def holds(self):
        """Look at every promise about room and freight."""
        self.session.flush()
        claim, booking = self.claim, self.booking
        assert (booking is not None) == (claim.way in HAS_LORRY), (claim.way, booking)
        contracts = self.session.scalars(
            sa.select(FreightContract).where(FreightContract.claim_id == self.claim_id)
        ).all()
        agreed = [one for one in contracts if one.state is ContractState.AGREED]
        assert len(agreed) == (claim.way in HAS_LORRY)
        for one in contracts:
            assert one.payer_id == claim.respondent_id
            assert self._sum(FreightContractLine.amount_minor, FreightContractLine.contract_id == one.id) == (
                one.total_minor
            )
            charged = (Milestone.subject_kind == SubjectKind.FREIGHT, Milestone.subject_id == one.id)
            assert self._sum(Milestone.amount_minor, *charged) == one.total_minor
        back = sa.select(Departure).where(Departure.hub_code == factories.HANOI)
        for departure in self.session.scalars(back.execution_options(populate_existing=True)):
            taken = Load(*(getattr(departure, f"taken_{name}") for name in DIMENSIONS))
            is_mine = booking is not None and booking.departure_id == departure.id and booking.state in TAKING
            assert taken == (booking.load if is_mine else Load())
        # Goods without a lorry wait for somebody until a day; those on a lorry wait for it.
        told = claim.way in (WayBack.HANDED_OVER, WayBack.IN_TRANSIT, WayBack.CROSSED)
        assert claim.state not in OPEN or (claim.deadline_at is None) == told

    def _sum(self, column, *where):
        return self.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*where))


@pytest.fixture
def agreed(app, client):
    """A market with lorries in both directions, and a claim whose goods are to go back."""
    market, call = factories.open_market(app), caller(client)
    with unit_of_work() as session:
        now = clock.now()
        factories.line(session, market.carrier.actor, code="HAN-CQ", hub=factories.HANOI, to=factories.HUB, now=now)
        timetable.roll(session, now=now)
        operator = factories.staff(session, app, role=factories.Role.OPERATIONS, now=now)
    order_id = place(call, market)
    bring(order_id)
    made = claim(call, market, seen(call, market.buyer, order_id)["lines"][0]["id"])
    offer = {"amount": "1096.00", "remedy": "return", "text": "Not to be sold there."}
    call(market.merchant, "POST", f"/claims/{made['id']}/answer", json=offer, expect=200)
    call(market.buyer, "POST", f"/claims/{made['id']}/settlement", json={}, expect=200)
    return market, operator, UUID(made["id"])


@contextmanager
def undone():
    """Give a unit of work that is taken back at its end."""
    with suppress(Undo), unit_of_work() as session:
        yield session
        raise Undo


@pytest.mark.soak
@settings(
    max_examples=200 if SOAK else 12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), min_size=4, max_size=14))
def test_room_and_freight_follow_the_goods_whatever_happens(agreed, acts):
    with undone() as session:
        chance = Chance(session, *agreed)
        for name, number in acts:
            chance.do(name, number)
            chance.holds()
        assert reports.check(session) == []


def test_a_return_has_one_booking_and_one_freight_at_a_time(agreed):
    with undone() as session:
        chance = Chance(session, *agreed)
        for name in ("book", "hand_over", "decline", "book", *["drive"] * 5, "count"):
            getattr(chance, name)(2)
            events.dispatch(session, TABLE)
            chance.holds()
        assert chance.claim.state is ClaimState.SETTLED
        again = sa.insert(FreightContract).from_select(COLUMNS, _twice(chance.claim_id))
        with pytest.raises(sa.exc.IntegrityError, match="claim_id"):
            session.execute(again)


def test_who_brings_nothing_gets_no_more_time_by_the_next_lorry(agreed):
    with undone() as session:
        chance = Chance(session, *agreed)
        options = returning.options(session, **chance.about(chance.market.buyer.actor))
        chance.book(len(options) - 1)
        due, first = chance.claim.deadline_at, chance.booking
        about = {"actor": chance.operator.actor, "departure_id": first.departure_id, "now": chance.now}
        closing.close(session, **about)
        loading.load(session, **about)
        loading.seal(session, seal_number="VN-1", **about)
        events.dispatch(session, TABLE)
        assert chance.booking.departure_id != first.departure_id
        assert chance.claim.deadline_at == due
        # Where the road moves it, the time goes along.
        last = session.get_one(Departure, chance.booking.departure_id)
        chance.cancel(0)
        events.dispatch(session, TABLE)
        cutoff = session.get_one(Departure, chance.booking.departure_id).cutoff_cargo_at
        assert cutoff > last.cutoff_cargo_at
        assert chance.claim.deadline_at == max(due, cutoff)


COLUMNS = [column.name for column in FreightContract.__table__.columns]


def _twice(claim_id):
    """Select the agreed freight of a claim as another contract about the same."""
    other = {"id": sa.literal(claim_id, sa.Uuid), "reference": sa.literal("FRT-TWICE")}
    named = [other.get(name, FreightContract.__table__.c[name]) for name in COLUMNS]
    return sa.select(*named).where(FreightContract.claim_id == claim_id, FreightContract.state == ContractState.AGREED)

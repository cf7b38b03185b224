"""Seats and enquiries in the database: the last seat goes once, one person answers, one reminder is sent."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services.erasure import erase_person
from marketplace.exchange.flows import enquiries as enquiry_flows
from marketplace.exchange.flows import fairs as fair_flows
from marketplace.exchange.models.enquiries import EnquiryText
from marketplace.exchange.models.fairs import FairGuest
from marketplace.exchange.queries import enquiries as enquiry_queries
from marketplace.exchange.queries import fairs as queries
from marketplace.exchange.rules.enquiries import EnquiryKind, EnquiryState, Question
from marketplace.exchange.rules.fairs import FairKind, FairState, Plan, SeatState
from marketplace.exchange.services import enquiries, fairs
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.mail.models import MailMessage
from marketplace.reports import queries as reports
from tests import factories
from tests.support.invariants import fresh
from tests.support.racing import units_at_once

QUESTION = Question(EnquiryKind.INVESTOR, "A Fund", "fund@demo.test", "", "", "How?", has_consented=True)


@pytest.fixture
def office(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.MODERATOR, now=clock.now()).actor


@pytest.fixture
def fair(market, office):
    """An open fair of two seats in which the merchant takes part."""
    now = clock.now()
    plan = Plan(
        FairKind.FAIR, {"en": "Durian week"}, {}, factories.HUB, None, "TH", now + timedelta(days=9),
        now + timedelta(days=10), now + timedelta(days=8), 2, (market.merchant.company,),
    )  # fmt: skip

    def work(session):
        fair_id = fairs.plan(session, actor=office, given=plan, now=now)
        fairs.act(session, actor=office, fair_id=fair_id, action="open", reason="", now=now)
        return fair_id

    return in_unit_of_work(work)


def registering(trader, fair, name, **changes):
    given = {"name": name, "email": f"{name}@demo.test", "may_follow_up": True, "locale": "en", "now": clock.now()}

    def work(session):
        return fairs.register(session, actor=trader.actor, fair_id=fair, **{**given, **changes})

    return work


def states(fair):
    return [row.state.value for row in queries.seats(fresh(), fair_id=fair)]


def test_the_last_seat_goes_once_and_the_others_wait(app, market, fair):
    results = units_at_once(app, *[registering(market.buyer, fair, f"guest-{number}") for number in range(6)])
    assert not [result for result in results if isinstance(result, DomainError)]
    assert sorted(states(fair)) == ["confirmed"] * 2 + ["waiting"] * 4
    row = queries.fair(fresh(), fair_id=fair)
    assert (row.state, row.taken) == (FairState.FULL, 2)
    assert reports.check(fresh()) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_registered_and_given_back_seats_are_never_too_many_and_never_idle(market, fair, seed):
    draw, codes = random.Random(seed), []
    for number in range(24):
        if codes and draw.random() < 0.4:
            code = codes.pop(draw.randrange(len(codes)))
            in_unit_of_work(lambda session, code=code: fairs.give_back(session, actor=None, code=code, now=clock.now()))
        else:
            codes.append(in_unit_of_work(registering(market.buyer, fair, f"guest-{number}")))
        row = queries.fair(fresh(), fair_id=fair)
        seated, waiting = states(fair).count("confirmed"), states(fair).count("waiting")
        assert row.taken == seated == min(2, len(codes))
        assert waiting == len(codes) - seated
        assert (row.state is FairState.FULL) == (seated == 2)
    kept = [row for row in queries.seats(fresh(), fair_id=fair) if row.state is not SeatState.CANCELLED]
    assert [row.state for row in kept] == sorted((row.state for row in kept), key=["confirmed", "waiting"].index)
    assert fresh().scalar(sa.select(sa.func.count()).select_from(FairGuest)) == len(codes)
    assert reports.check(fresh()) == []


def test_a_ticket_lets_one_in_once(app, market, office, fair):
    code = in_unit_of_work(registering(market.buyer, fair, "guest"))

    def enter(session):
        return fairs.check_in(session, actor=office, fair_id=fair, code=code, now=clock.now())

    results = units_at_once(app, enter, enter, enter)
    assert [result.code for result in results if isinstance(result, DomainError)] == ["state", "state"]
    with pytest.raises(Refused):
        in_unit_of_work(
            lambda session: fairs.check_in(session, actor=office, fair_id=fair, code="nobody's", now=clock.now())
        )
    with pytest.raises(Conflict):
        in_unit_of_work(lambda session: fairs.give_back(session, actor=None, code=code, now=clock.now()))


def test_nobody_is_registered_twice_too_late_or_for_a_draft(market, office, fair):
    in_unit_of_work(registering(market.buyer, fair, "guest"))
    with pytest.raises(Conflict, match="registered"):
        in_unit_of_work(registering(market.buyer, fair, "guest"))
    in_unit_of_work(registering(market.thai, fair, "guest"))
    later = queries.fair(fresh(), fair_id=fair).register_until
    with pytest.raises(Conflict, match="registration_over"):
        in_unit_of_work(registering(market.buyer, fair, "late", now=later))
    assert [fair_flows.close_due(now=at) for at in (later - timedelta(seconds=1), later, later)] == [0, 1, 0]
    assert queries.fair(fresh(), fair_id=fair).state is FairState.CLOSED


def test_a_merchant_that_takes_part_follows_up_who_agreed_and_nobody_else(market, fair):
    in_unit_of_work(registering(market.buyer, fair, "agreed"))
    in_unit_of_work(registering(market.buyer, fair, "silent", may_follow_up=False))
    in_unit_of_work(registering(market.buyer, fair, "waiting"))
    rows = queries.follow_up(fresh(), fair_id=fair, company_id=market.merchant.company)
    assert [row.name for row in rows] == ["agreed"]
    with pytest.raises(NotFound):
        queries.follow_up(fresh(), fair_id=fair, company_id=market.thai.company)


def test_who_is_registered_is_told_of_a_cancellation_and_forgotten(market, office, fair):
    for name in ("one", "two", "three"):
        in_unit_of_work(registering(market.buyer, fair, name))
    given = {"actor": office, "fair_id": fair, "action": "cancel", "reason": "Flood.", "now": clock.now()}
    in_unit_of_work(lambda session: fairs.act(session, **given))
    letters = fresh().scalars(sa.select(MailMessage.to).where(MailMessage.template == "fair_cancelled")).all()
    assert sorted(letters) == ["one@demo.test", "three@demo.test", "two@demo.test"]
    assert states(fair) == ["cancelled"] * 3
    assert fresh().scalar(sa.select(sa.func.count()).select_from(FairGuest)) == 0
    assert reports.check(fresh()) == []


def test_a_person_who_is_erased_leaves_an_empty_seat_taken(app, market, fair):
    login = market.buyer.login
    in_unit_of_work(registering(market.buyer, fair, "me", email=login))
    buyer, vault = market.buyer.actor, app.extensions["city.vault"]
    data = reports.person_data(fresh(), person_id=buyer.person)
    assert [row["email"] for row in data["fairs_attended"]] == [login]
    in_unit_of_work(
        lambda session: erase_person(session, actor=buyer, person_id=buyer.person, vault=vault, now=clock.now())
    )
    (row,) = queries.seats(fresh(), fair_id=fair)
    assert (row.state, row.name, row.email) == (SeatState.CONFIRMED, "", "")


def asked(key=None, actor=None):
    given = {"actor": actor, "question": QUESTION, "locale": "en", "key": key}
    return in_unit_of_work(lambda session: enquiries.ask(session, **given, now=clock.now()))


def test_two_people_who_take_one_enquiry_are_one(app, office):
    enquiry = asked()
    other = replace(office, person_id=factories.new_id())
    results = units_at_once(
        app,
        *[
            lambda session, actor=actor: enquiries.take(session, actor=actor, enquiry_id=enquiry, now=clock.now())
            for actor in (office, other)
        ],
    )
    assert [result.code for result in results if isinstance(result, DomainError)] == ["enquiry_taken"]


def test_an_enquiry_waits_in_working_time_is_told_of_once_and_answered_by_letter(app, office):
    assert asked("key") == asked("key")
    (row,) = enquiry_queries.enquiries(fresh(), state=EnquiryState.OPEN).items
    assert row.due_at > row.came_at
    late = (row.due_at - timedelta(seconds=1), row.due_at, row.due_at)
    assert [enquiry_flows.escalate(now=at) for at in late] == [0, 1, 0]
    given = {"actor": office, "enquiry_id": row.id, "now": clock.now()}
    in_unit_of_work(lambda session: enquiries.act(session, action="answer", text="Gladly.", **given))
    found = enquiry_queries.enquiry(fresh(), enquiry_id=row.id)
    assert (found.state, found.escalated_at, found.owner_id) == (EnquiryState.ANSWERED, None, office.person_id)
    assert [each.body for each in enquiry_queries.texts(fresh(), enquiry_id=row.id)] == ["How?", "Gladly."]
    sent = fresh().scalars(sa.select(MailMessage.template).where(MailMessage.to == "fund@demo.test")).all()
    assert sorted(sent) == ["enquiry_answered", "enquiry_received"]
    in_unit_of_work(lambda session: enquiries.act(session, action="close", text="Done.", **given))
    with pytest.raises(Conflict):
        in_unit_of_work(lambda session: enquiries.act(session, action="answer", text="Again.", **given))


def test_what_somebody_asked_is_deleted_when_that_is_wanted(app, market, office):
    buyer, vault = market.buyer.actor, app.extensions["city.vault"]
    asked(actor=buyer)
    other = asked()
    assert reports.person_data(fresh(), person_id=buyer.person)["enquiries_sent"][0]["name"] == "A Fund"
    in_unit_of_work(
        lambda session: erase_person(session, actor=buyer, person_id=buyer.person, vault=vault, now=clock.now())
    )
    in_unit_of_work(lambda session: enquiries.erase(session, actor=office, enquiry_id=other, now=clock.now()))
    assert set(fresh().scalars(sa.select(EnquiryText.body))) == {""}
    assert enquiry_queries.enquiry(fresh(), enquiry_id=other).email == ""

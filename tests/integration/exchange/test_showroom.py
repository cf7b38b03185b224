"""Booths and leads in the database: nobody stands where another does, and one person takes a lead."""

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import CompanyKind, Role, permissions_of
from marketplace.accounts.services.erasure import erase_person
from marketplace.audit.models import AuditRow
from marketplace.exchange.flows import leads as flows
from marketplace.exchange.models.leads import Lead, LeadCard, LeadNote
from marketplace.exchange.models.showroom import BoothDay, ExhibitVisit, Tenancy
from marketplace.exchange.queries import leads as lead_queries
from marketplace.exchange.queries import showroom as queries
from marketplace.exchange.rules.leads import Card, LeadState
from marketplace.exchange.services import leads, showroom
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.reports import queries as reports
from tests.support.invariants import fresh
from tests.support.racing import units_at_once

CARD = Card("Somsy Vong", "somsy@demo.test", "", "How much?", has_consented=True)


def today():
    session = fresh()
    return queries.today_at(session, now=clock.now())


def letting(operator, booth, company_id, first, last):
    period = {"from_on": today() + timedelta(days=first), "until_on": today() + timedelta(days=last)}

    def work(session):
        return showroom.let(session, actor=operator, booth_id=booth, company_id=company_id, **period, now=clock.now())

    return work


@pytest.fixture
def exhibit(market, operator, booth):
    """A label of the merchant's chains, on a booth that stands."""
    tenancy = in_unit_of_work(letting(operator, booth, market.merchant.company, 0, 30))
    now = clock.now()
    in_unit_of_work(
        lambda session: showroom.show(
            session, actor=market.merchant.actor, tenancy_id=tenancy, listing_id=market.chains, now=now
        )
    )
    (row,) = queries.exhibits(reading(), tenancy_id=tenancy, today=today())
    return row


def test_two_tenants_who_want_one_booth_at_once_are_one(app, market, operator, booth):
    both = (market.merchant.company, market.thai.company)
    results = units_at_once(app, *[letting(operator, booth, company, 3, 40) for company in both])
    assert [result.code for result in results if isinstance(result, DomainError)] == ["booth_let"]
    assert today()
    assert len(queries.tenancies(reading(), booth_id=booth)) == 1
    assert queries.breaches(reading()) == []


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_let_and_ended_nobody_stands_where_another_does(market, operator, booth, seed):
    draw = random.Random(seed)
    taken: dict[int, object] = {}
    running: dict[object, tuple[int, int]] = {}
    for _ in range(25):
        if running and draw.random() < 0.3:
            tenancy, (first, last) = draw.choice(sorted(running.items(), key=str))
            until = draw.randint(first, last)
            given = {"tenancy_id": tenancy, "until_on": today() + timedelta(days=until), "now": clock.now()}
            try:
                in_unit_of_work(lambda session, given=given: showroom.end(session, actor=operator, **given))
            except Refused:
                assert until == last
                continue
            running[tenancy] = (first, until)
            taken = {day: who for day, who in taken.items() if who != tenancy or day <= until}
            continue
        first = draw.randint(0, 40)
        last = first + draw.randint(0, 12)
        company = draw.choice([market.merchant.company, market.thai.company])
        wanted = range(first, last + 1)
        if any(day in taken for day in wanted):
            with pytest.raises(Conflict, match="booth_let"):
                in_unit_of_work(letting(operator, booth, company, first, last))
            continue
        tenancy = in_unit_of_work(letting(operator, booth, company, first, last))
        running[tenancy] = (first, last)
        taken |= dict.fromkeys(wanted, tenancy)
    session = fresh()
    kept = session.execute(sa.select(BoothDay.day, BoothDay.tenancy_id)).all()
    assert {((day - today()).days, who) for day, who in kept} == set(taken.items())
    assert session.scalar(sa.select(sa.func.count()).select_from(Tenancy)) == len(running)
    assert reports.check(session) == []


def test_who_lets_and_who_shows_has_the_right_to(market, operator, booth):
    with pytest.raises(NotAllowed):
        in_unit_of_work(letting(market.merchant.actor, booth, market.merchant.company, 0, 9))
    with pytest.raises(Refused):
        in_unit_of_work(letting(operator, booth, market.buyer.company, 0, 9))
    tenancy = in_unit_of_work(letting(operator, booth, market.merchant.company, 0, 9))
    for actor, listing in ((market.thai.actor, market.pads), (market.merchant.actor, market.pads)):
        with pytest.raises(NotFound):
            in_unit_of_work(
                lambda session, actor=actor, listing=listing: showroom.show(
                    session, actor=actor, tenancy_id=tenancy, listing_id=listing, now=clock.now()
                )
            )


def test_a_browser_is_counted_once_a_day_and_an_ended_booth_no_more(market, operator, exhibit):
    def visit(browser, now):
        return in_unit_of_work(
            lambda session: showroom.count_visit(session, code=exhibit.code, browser=browser, now=now)
        )

    now = clock.now()
    assert [visit(browser, now) for browser in ("a", "a", "b")] == [True, False, True]
    assert visit("a", now + timedelta(days=1))
    assert not visit("a", now + timedelta(days=40))
    session = reading()
    assert session.scalar(sa.select(sa.func.count()).select_from(ExhibitVisit)) == 3
    gone = queries.exhibit(session, code=exhibit.code, today=today() + timedelta(days=40))
    assert not gone.is_standing
    assert gone.listing_id == market.chains


def test_of_a_company_one_lead_runs_however_often_it_comes(app, market, exhibit):
    def come(session):
        return leads.visit(session, actor=market.buyer.actor, code=exhibit.code, now=clock.now())

    results = units_at_once(app, *[come] * 4)
    assert sorted(results) == [False, False, False, True]
    assert not in_unit_of_work(
        lambda session: leads.visit(session, actor=market.merchant.actor, code=exhibit.code, now=clock.now())
    )
    given = {"actor": market.buyer.actor, "code": exhibit.code, "card": CARD, "now": clock.now()}
    in_unit_of_work(lambda session: leads.leave_card(session, **given))
    (row,) = lead_queries.leads(reading(), merchant_id=market.merchant.company).items
    assert (row.company_id, row.name, row.state) == (market.buyer.company, "Somsy Vong", LeadState.NEW)


def test_two_clicks_at_once_leave_one_card_whoever_leaves_it(app, market, exhibit):
    """A stranger's among those of other strangers, and a company's whose look at the label began its lead."""
    others = [left(exhibit) for _ in range(2)]
    for actor in (None, market.buyer.actor):
        if actor:
            in_unit_of_work(
                lambda session, actor=actor: leads.visit(session, actor=actor, code=exhibit.code, now=clock.now())
            )
        before = cards_left()
        given = {"actor": actor, "code": exhibit.code, "card": CARD, "key": f"key-{bool(actor)}"}
        made = units_at_once(
            app, *[lambda session, given=given: leads.leave_card(session, **given, now=clock.now())] * 4
        )
        assert len(set(made)) == 1
        assert made[0] not in others
        assert cards_left() == before + 1


def cards_left():
    return fresh().scalar(sa.select(sa.func.count()).select_from(AuditRow).where(AuditRow.action == "lead.card"))


def left(exhibit, key=None, actor=None):
    given = {"actor": actor, "code": exhibit.code, "card": CARD, "key": key}
    return in_unit_of_work(lambda session: leads.leave_card(session, **given, now=clock.now()))


def colleague(market):
    """Somebody else who sells for the merchant."""
    other = new_id()
    with unit_of_work() as session:
        person = session.get_one(Membership, session.scalars(
            sa.select(Membership.id).where(Membership.company_id == market.thai.company)
        ).one()).person_id  # fmt: skip
        session.add(
            Membership(
                id=other, person_id=person, company_id=market.merchant.company, roles=[Role.SALES],
                created_at=clock.now(),
            )
        )  # fmt: skip
    seller = permissions_of(CompanyKind.TRADE, [Role.SALES])
    return Actor(person, market.merchant.company, CompanyKind.TRADE, frozenset({"sales"}), seller)


def test_two_people_who_take_one_lead_are_one(app, market, exhibit):
    lead_id = left(exhibit)
    people = (market.merchant.actor, colleague(market))
    results = units_at_once(
        app,
        *[
            lambda session, actor=actor: leads.take(session, actor=actor, lead_id=lead_id, now=clock.now())
            for actor in people
        ],
    )
    assert [result.code for result in results if isinstance(result, DomainError)] == ["lead_taken"]
    owner = lead_queries.lead(reading(), lead_id=lead_id, merchant_id=market.merchant.company).owner_id
    assert owner in {actor.person_id for actor in people}
    with pytest.raises(NotFound):
        in_unit_of_work(lambda session: leads.take(session, actor=market.thai.actor, lead_id=lead_id, now=clock.now()))


def test_two_clicks_leave_one_card(market, exhibit):
    assert left(exhibit, "key-1") == left(exhibit, "key-1")
    assert left(exhibit, "key-2") != left(exhibit, "key-1")


def test_a_lead_that_waits_is_told_of_once_and_an_answer_ends_the_wait(market, exhibit):
    lead_id = left(exhibit)
    due = lead_queries.lead(reading(), lead_id=lead_id, merchant_id=None).due_at
    assert [flows.escalate(now=at) for at in (due - timedelta(seconds=1), due, due)] == [0, 1, 0]
    given = {"actor": market.merchant.actor, "lead_id": lead_id, "now": clock.now()}
    in_unit_of_work(lambda session: leads.act(session, action="contact", text="", **given))
    row = lead_queries.lead(reading(), lead_id=lead_id, merchant_id=market.merchant.company)
    assert (row.state, row.escalated_at, row.owner_id) == (
        LeadState.CONTACTED, None, market.merchant.actor.person_id,
    )  # fmt: skip
    with pytest.raises(Conflict):
        in_unit_of_work(lambda session: leads.act(session, action="contact", text="", **given))
    in_unit_of_work(lambda session: leads.act(session, action="close", text="Bought elsewhere.", **given))
    assert [row.body for row in lead_queries.notes(reading(), lead_id=lead_id)] == ["Bought elsewhere.", ""]


def test_what_a_person_left_goes_with_the_person(app, market, exhibit):
    lead_id = left(exhibit, actor=market.buyer.actor)
    data = reports.person_data(reading(), person_id=market.buyer.actor.person)
    assert [card["message"] for card in data["cards_left"]] == ["How much?"]
    given = {"actor": market.merchant.actor, "lead_id": lead_id, "now": clock.now()}
    in_unit_of_work(lambda session: leads.act(session, action="note", text="Calls on Monday.", **given))
    vault = app.extensions["city.vault"]
    buyer = market.buyer.actor
    in_unit_of_work(
        lambda session: erase_person(session, actor=buyer, person_id=buyer.person, vault=vault, now=clock.now())
    )
    session = fresh()
    assert session.scalar(sa.select(sa.func.count()).select_from(LeadCard)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 1
    in_unit_of_work(lambda session: leads.erase_card(session, **given))
    session = fresh()
    assert session.scalars(sa.select(LeadNote.body)).all() == [""]
    assert reports.check(session) == []

"""Two at once: one first account, one application, one merchant under a registration number."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.files.models import StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.kernel.ids import new_id
from marketplace.merchants import queries
from marketplace.merchants.models import MerchantApplication, Payee
from marketplace.merchants.queries import requirements as asked
from marketplace.merchants.queries import screening as screened
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.rules.requirements import Item, ItemState, Verdict
from marketplace.merchants.rules.screening import ListKind, Named
from marketplace.merchants.rules.states import MerchantState, PayeeState
from marketplace.merchants.services import payees, requirements, screening
from marketplace.merchants.services.applications import Apply, apply_to_sell, decide_application
from tests.factories import moderator
from tests.integration.accounts.conftest import NOW, City, publish
from tests.support.racing import before_the_end_of_the_other, units_at_once

ACCOUNT = PayeeAccount("Lanxang Trading", "Bank of Lanxang", "6222000000000001", "EXAMLALA", "LA")
NUMBER = "01-00000001"


@pytest.fixture
def owners(app, vault) -> tuple[Actor, Actor]:
    with unit_of_work() as session:
        publish(session)
        city = City(session, vault)
        return city.register(), city.register("other@demo.test")


@pytest.fixture(scope="session")
def vault(shared_app):
    return shared_app.extensions["city.vault"]


def stored_licence(session, owner: Actor) -> UUID:
    licence = StoredFile(
        id=new_id(), company_id=owner.company, purpose=Purpose.LICENCE, name="licence.pdf",
        media_type="application/pdf", sha256="ab" * 32, size=1, created_at=NOW,
    )  # fmt: skip
    session.add(licence)
    session.flush()
    return licence.id


def application(session, owner: Actor, *, currency="LAK", name="Lanxang Trading", number=NUMBER) -> UUID:
    sent = Apply(name, number, stored_licence(session, owner), payee_currency=currency, payee=ACCOUNT)
    return apply_to_sell(session, actor=owner, apply=sent, now=NOW)


def refusals(results) -> list[str]:
    return [result.code for result in results if isinstance(result, DomainError)]


def test_of_accounts_named_at_once_one_counts_at_once_and_the_others_wait(app, owners):
    def name(currency):
        return lambda session: payees.name_payee(session, actor=owners[0], currency=currency, account=ACCOUNT, now=NOW)

    results = units_at_once(app, name("LAK"), name("USD"), name("THB"), name("CNY"))
    assert refusals(results) == []
    rows = reading().execute(sa.select(Payee.state, Payee.active_from)).all()
    assert (
        sorted(rows, key=lambda row: row.state)
        == [(PayeeState.ACTIVE, NOW)] + [(PayeeState.PENDING, NOW + timedelta(hours=72))] * 3
    )


def test_a_second_account_in_the_same_currency_never_replaces_the_first_unseen(app, owners):
    def name(number):
        account = replace(ACCOUNT, account_number=number)
        return lambda session: payees.name_payee(session, actor=owners[0], currency="LAK", account=account, now=NOW)

    results = units_at_once(app, *[name(f"622200000000000{digit}") for digit in range(4)])
    assert refusals(results) == ["payee_waiting"] * 2
    states = sorted(reading().scalars(sa.select(Payee.state)))
    assert states == [PayeeState.ACTIVE, PayeeState.PENDING]


def test_a_company_applies_once_however_often_it_clicks(app, owners):
    with unit_of_work() as session:
        payees.name_payee(session, actor=owners[0], currency="LAK", account=ACCOUNT, now=NOW)
    results = before_the_end_of_the_other(app, *[lambda session: application(session, owners[0])] * 2)
    assert refusals(results) == ["state"]
    assert reading().scalar(sa.select(sa.func.count()).select_from(MerchantApplication)) == 1


def approve(application_id):
    return lambda session: decide_application(
        session, actor=moderator(), application_id=application_id, decision="approve", reason="fits", now=NOW
    )


def test_of_names_that_look_alike_one_is_taken_whoever_approves_at_the_same_moment(app, owners):
    with unit_of_work() as session:
        named = zip(
            owners, ("Lanxang Trading", "LÀNXANG TRADlNG Co., Ltd."), ("01-00000001", "01-00000002"), strict=True
        )
        ids = [application(session, owner, name=name, number=number) for owner, name, number in named]
    results = before_the_end_of_the_other(app, *[approve(application_id) for application_id in ids])
    assert refusals(results) == ["name_taken"]
    states = sorted(queries.merchant_of(reading(), company_id=owner.company).state for owner in owners)
    assert states == [MerchantState.APPROVED, MerchantState.SUBMITTED]


def test_a_number_sells_once_whoever_approves_at_the_same_moment(app, owners):
    with unit_of_work() as session:
        ids = [application(session, owner) for owner in owners]
    results = before_the_end_of_the_other(app, *[approve(application_id) for application_id in ids])
    assert refusals(results) == ["number_sells"]
    states = sorted(queries.merchant_of(reading(), company_id=owner.company).state for owner in owners)
    assert states == [MerchantState.APPROVED, MerchantState.SUBMITTED]


def say(owner, verdict, mark):
    return lambda session: requirements.rule(
        session, actor=moderator(), company_id=owner.company, item=Item.LICENCE, verdict=verdict, reason="seen",
        mark=mark, now=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("first_says", [True, False])
def test_nobody_is_approved_whose_licence_is_rejected_at_the_same_moment(app, owners, first_says):
    owner = owners[0]
    with unit_of_work() as session:
        sent = application(session, owner)
    (paper,) = asked.papers_of(reading(), company_id=owner.company).values()
    both = [say(owner, Verdict.REJECT, str(paper.id)), approve(sent)]
    results = before_the_end_of_the_other(app, *(both if first_says else reversed(both)))
    merchant = queries.merchant_of(reading(), company_id=owner.company)
    licence = asked.requirement_of(reading(), company_id=owner.company, item=Item.LICENCE, today=NOW.date())
    assert licence.state is ItemState.REJECTED  # whoever came first, the rejection was the last that was said
    if first_says:
        assert refusals(results) == ["requirements_open"]
        assert merchant.state is MerchantState.SUBMITTED
    else:
        assert refusals(results) == []
        assert merchant.state is MerchantState.APPROVED  # and flagged, which suspends nobody


def test_an_approval_never_accepts_a_licence_that_came_meanwhile(app, owners):
    owner = owners[0]
    with unit_of_work() as session:
        sent = application(session, owner)

    def show_another(session):
        other = stored_licence(session, owner)
        requirements.hand_in(session, actor=owner, item=Item.LICENCE, file_id=other, until=None, now=NOW)

    results = before_the_end_of_the_other(app, show_another, approve(sent))
    assert refusals(results) == ["requirements_open"]
    licence = asked.requirement_of(reading(), company_id=owner.company, item=Item.LICENCE, today=NOW.date())
    assert licence.state is ItemState.PENDING


def test_of_two_companies_with_one_number_one_is_compared_with_the_register(app, vault):
    with unit_of_work() as session:
        publish(session)
        city = City(session, vault)
        twins = [city.register(login, registration_number=NUMBER) for login in ("a@demo.test", "b@demo.test")]
        papers = [
            requirements.hand_in(
                session, actor=twin, item=Item.REGISTER, file_id=stored_licence(session, twin), until=None, now=NOW
            )
            for twin in twins
        ]

    def accept(owner, paper):
        return lambda session: requirements.rule(
            session, actor=moderator(), company_id=owner.company, item=Item.REGISTER, verdict=Verdict.ACCEPT, reason="",
            mark=str(paper), is_name_excused=True, now=NOW,
        )  # fmt: skip

    both = [accept(*pair) for pair in zip(twins, papers, strict=True)]
    assert refusals(before_the_end_of_the_other(app, *both)) == ["number_compared"]


def test_two_reviewers_say_one_thing_of_one_paper_once(app, owners):
    owner = owners[0]
    with unit_of_work() as session:
        paper = requirements.hand_in(
            session, actor=owner, item=Item.TAX_STATUS, file_id=stored_licence(session, owner), until=None, now=NOW
        )

    def accept(session):
        requirements.rule(
            session, actor=moderator(), company_id=owner.company, item=Item.TAX_STATUS, verdict=Verdict.ACCEPT,
            reason="", mark=str(paper), now=NOW,
        )  # fmt: skip

    assert refusals(before_the_end_of_the_other(app, accept, accept)) == []
    assert len(asked.rulings_of(reading(), company_id=owner.company)) == 1


def test_of_two_reviewers_who_decide_one_hit_one_has_the_word(app, owners):
    owner = owners[0]
    with unit_of_work() as session:
        entry = Named("Lanxang Trading 1", "LA")
        screening.import_list(
            session,
            actor=replace(moderator(), company_id=owner.company),
            kind=ListKind.OWN,
            name="Demo",
            entries=(entry,),
            now=NOW,
        )
        assert screening.screen(session, company_id=owner.company, now=NOW) == 1
    (hit,) = screened.hits(reading()).items

    def decide(decision):
        return lambda session: screening.decide(
            session, actor=moderator(), hit_id=hit.id, decision=decision, reason="seen", now=NOW
        )

    results = before_the_end_of_the_other(app, decide("clear"), decide("confirm"))
    assert refusals(results) == ["state"]
    reading().rollback()
    assert screened.hit(reading(), hit_id=hit.id).state == "cleared"

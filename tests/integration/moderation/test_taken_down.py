"""Off the shelf at once, appealed once, looked at by somebody else; reports gather, are answered and stay secret."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.audit.models import AuditRow
from marketplace.catalog.queries import own, shelf
from marketplace.catalog.services import listings
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused, TooMany
from marketplace.kernel.ids import new_id
from marketplace.mail.models import MailMessage
from marketplace.moderation import queries, services
from marketplace.moderation.models import Case, CaseStatement, ListingReport
from marketplace.moderation.queries import Filters, appeals, checks
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.rules.reports import MOST_OF_STRANGERS
from marketplace.moderation.services import appealing, reporting
from marketplace.moderation.services.reporting import Said
from marketplace.outbox.models import OutboxJob
from tests import factories
from tests.integration.catalog.conftest import DRAFT, NOW, actor_in, company
from tests.support.invariants import fresh

WRONG = Said("counterfeit", "A copy of ours.", None, "vi")


def take_down(city, listing_id, by=None, **more):
    with unit_of_work() as session:
        return services.take_down(
            session, actor=by or city.moderator, listing_id=listing_id, now=clock.now(), **{"reason": "Copied."} | more
        )


def appeal(city, listing_id, text="It is ours."):
    with unit_of_work() as session:
        return appealing.appeal(session, actor=city.seller, listing_id=listing_id, text=text, now=clock.now())


def report(city, listing_id, actor=None, said=WRONG):
    with unit_of_work() as session:
        return reporting.report(session, actor=actor, listing_id=listing_id, said=said, now=clock.now())


def decide(actor, case_id, decision, reason="Seen."):
    with unit_of_work() as session:
        return services.decide(session, actor=actor, case_id=case_id, decision=decision, reason=reason, now=clock.now())


def state_of(city, listing_id):
    return own.own_listing(fresh(), company_id=city.seller.company, listing_id=listing_id).state


def is_up(listing_id):
    return bool(shelf.offers(fresh(), viewer=None, listing_ids=[listing_id]))


def test_a_listing_is_taken_down_appealed_and_restored_by_somebody_else(city):
    made = city.publish(city.seller, "A")
    city.edit(city.seller, made, "A", origin="VN")
    case_id = take_down(city, made)
    assert (state_of(city, made), is_up(made)) == ("taken_down", False)
    assert [row.kind for row in queries.queue(reading()).items] == []
    for refused in (lambda: take_down(city, made), lambda: city.edit(city.seller, made, "A", moq=240)):
        with pytest.raises(Conflict, match="state"):
            refused()
    appealed = appeal(city, made)
    with pytest.raises(Conflict, match="nothing_to_appeal"):
        appeal(city, made)
    found = queries.case(reading(), case_id=appealed)
    assert (found.case.kind, found.about.id, found.statement) == (CaseKind.APPEAL, case_id, "It is ours.")
    reading().rollback()
    with pytest.raises(NotAllowed, match="same_moderator"):
        decide(city.moderator, appealed, "approve")
    with pytest.raises(Refused):
        decide(city.second, appealed, "request_changes")
    assert decide(city.second, appealed, "approve") is CaseState.CONFIRMED
    assert (state_of(city, made), is_up(made)) == ("live", True)
    assert [(row.kind, row.listing_id) for row in queries.queue(reading()).items] == [(CaseKind.CHANGE, made)]
    city.decide(made)
    assert shelf.offers(fresh(), viewer=None, listing_ids=[made])[made].origin == "VN"
    assert checks.breaches(reading()) == []
    facts = str(reading().scalars(sa.select(AuditRow.facts)).all())
    assert "ours" not in facts
    assert "Copied" not in facts


def test_a_price_that_jumped_is_looked_at_though_the_goods_were_off_the_shelf_meanwhile(city):
    made = city.publish(city.seller, "A")
    (ladder,) = DRAFT.ladders
    tiers = tuple(replace(tier, price=replace(tier.price, micro=tier.price.micro * 3)) for tier in ladder.tiers)
    city.edit(city.seller, made, "A", ladders=(replace(ladder, tiers=tiers),))
    take_down(city, made)
    assert [row.kind for row in queries.queue(reading()).items] == []
    decide(city.second, appeal(city, made), "approve")
    assert [row.kind for row in queries.queue(reading()).items] == [CaseKind.PRICE]
    reading().rollback()
    city.decide(made)
    assert not own.own_listing(reading(), company_id=city.seller.company, listing_id=made).price_jumped


def test_an_appeal_that_is_lost_is_the_last(city):
    made = city.publish(city.seller, "A")
    take_down(city, made)
    decide(city.second, appeal(city, made), "reject")
    assert state_of(city, made) == "taken_down"
    with pytest.raises(Conflict, match="nothing_to_appeal"):
        appeal(city, made)
    with unit_of_work() as session:
        listings.act(session, actor=city.seller, listing_id=made, action="reopen", now=NOW)
        listings.submit(session, actor=city.seller, listing_id=made, now=NOW)
    city.decide(made)
    assert is_up(made)


def test_a_listing_that_begins_again_takes_its_appeal_along(city):
    made = city.publish(city.seller, "A")
    take_down(city, made)
    appealed = appeal(city, made)
    with unit_of_work() as session:
        listings.act(session, actor=city.seller, listing_id=made, action="reopen", now=NOW)
    assert reading().get_one(Case, appealed).state is CaseState.WITHDRAWN


def test_declines_are_appealed_too(city):
    made = city.submit(city.seller, "A")
    with pytest.raises(Conflict, match="nothing_to_appeal"):
        appeal(city, made)
    decide(city.moderator, city.case_of(made), "reject")
    decide(city.second, appeal(city, made), "approve")
    assert is_up(made)
    city.edit(city.seller, made, "A", origin="VN", titles={"zh": "链"})
    decide(city.moderator, city.case_of(made), "reject")
    appealed = appeal(city, made)
    shown = queries.case(reading(), case_id=appealed).review
    assert {each.name for each in shown.fields if each.old != each.new} == {"origin", "titles"}
    reading().rollback()
    decide(city.second, appealed, "approve")
    assert shelf.offers(reading(), viewer=None, listing_ids=[made])[made].origin == "VN"
    assert checks.breaches(reading()) == []


def test_sold_out_goods_come_back_sold_out(city):
    made = city.publish(city.seller, "A")
    with unit_of_work() as session:
        listings.set_stock(session, actor=city.seller, listing_id=made, on_hand=0, now=NOW)
    take_down(city, made)
    decide(city.second, appeal(city, made), "approve")
    assert state_of(city, made) == "sold_out"


def test_time_to_appeal_ends(city):
    made = city.publish(city.seller, "A")
    take_down(city, made)
    until = appeals.appealable(reading(), listing_id=made, now=clock.now()).until
    assert appeals.appealable(reading(), listing_id=made, now=until) is not None
    assert appeals.appealable(reading(), listing_id=made, now=until.replace(year=until.year + 1)) is None


def test_reports_gather_and_whoever_reported_hears_of_it(city):
    made = city.publish(city.seller, "A")
    with unit_of_work() as session:
        buyer = actor_in(company(session, name="Buyer").id)
    report(city, made, said=Said("prohibited", "Look.", "witness@demo.test", "zh"))
    report(city, made)
    (row,) = queries.queue(reading(), filters=Filters(reported=True)).items
    assert (row.kind, row.risk_points["reported"]) == (CaseKind.REPORT, 30)
    assert [each.kind for each in queries.case(reading(), case_id=row.id).reports] == ["prohibited", "counterfeit"]
    reading().rollback()
    for refused, kind in (
        (lambda: report(city, made, city.seller), NotAllowed),
        (lambda: report(city, new_id()), NotFound),
        (lambda: report(city, made, said=Said("ugly", "x", None, "en")), Refused),
        (lambda: report(city, made, said=Said("other", " ", None, "en")), Refused),
    ):
        with pytest.raises(kind):
            refused()
    assert buyer.person_id is not None
    take_down(city, made)
    letters = reading().scalars(sa.select(MailMessage).where(MailMessage.template == "report_decided")).all()
    assert [(each.to, each.locale, each.context["is_upheld"]) for each in letters] == [
        ("witness@demo.test", "zh", True)
    ]
    states = reading().scalars(sa.select(ListingReport.state)).all()
    assert states == ["upheld"] * 2
    told = queries.decided(reading(), company_id=city.seller.company, listing_ids=[made])[made]
    assert told.reason == "Copied."
    jobs = [args["news"] for args in reading().scalars(sa.select(OutboxJob.args).where(OutboxJob.name == "tell"))]
    assert jobs.count("listing_taken_down") == 1
    assert checks.breaches(reading()) == []


def test_of_a_report_that_is_dismissed_the_merchant_never_hears(city):
    made = city.publish(city.seller, "A")
    before = queries.decided(reading(), company_id=city.seller.company, listing_ids=[made])
    report(city, made, said=Said("other", "Too dear.", None, "en"))
    (row,) = queries.queue(reading(), filters=Filters(kind="listing_report")).items
    reading().rollback()
    decide(city.moderator, row.id, "approve", "")
    assert is_up(made)
    assert reading().scalars(sa.select(ListingReport.state)).all() == ["dismissed"]
    assert queries.decided(reading(), company_id=city.seller.company, listing_ids=[made]) == before
    jobs = [args["news"] for args in reading().scalars(sa.select(OutboxJob.args).where(OutboxJob.name == "tell"))]
    assert "listing_taken_down" not in jobs


def test_strangers_report_a_listing_a_few_times_a_day(city):
    made = city.publish(city.seller, "A")
    for _ in range(MOST_OF_STRANGERS):
        report(city, made)
    with pytest.raises(TooMany):
        report(city, made)


def test_one_person_reports_a_listing_once(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        reporting.report(session, actor=market.buyer.actor, listing_id=market.chains, said=WRONG, now=clock.now())
    with pytest.raises(Conflict, match="reported"), unit_of_work() as session:
        reporting.report(session, actor=market.buyer.actor, listing_id=market.chains, said=WRONG, now=clock.now())
    person = market.buyer.actor.person
    assert appeals.of_person(reading(), person_id=person)["listings_reported"][0]["text"] == "A copy of ours."
    reading().rollback()
    with unit_of_work() as session:
        reporting.on_person_erased(session, PersonErased(person_id=person, at=clock.now()))
    assert reading().scalars(sa.select(ListingReport.text)).all() == [""]
    assert reading().scalars(sa.select(CaseStatement.text)).all() == []


def test_what_was_decided_twice_or_by_nobody_is_found(city):
    made = city.publish(city.seller, "A")
    city.edit(city.seller, made, "A", origin="VN")
    city.decide(made)
    case_id = city.case_of(made)
    with unit_of_work() as session:
        from marketplace.audit import services as audit

        audit.record(
            session, actor=city.second, action="moderation.reject", subject="case", subject_id=case_id, now=NOW
        )
    assert [breach.what for breach in checks.breaches(reading())] == ["decided twice"]
    with unit_of_work() as session:
        session.execute(sa.update(Case).where(Case.id == case_id).values(state=CaseState.DECLINED))
    assert "applied without a decision" in [breach.what for breach in checks.breaches(reading())]

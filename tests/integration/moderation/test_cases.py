"""Cases open with their subject, are decided once, and close when their subject goes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.models import AuditRow
from marketplace.catalog.queries import own, shelf
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.services import listings
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.moderation import flows, queries, services
from marketplace.moderation.models import Case, CaseReason
from marketplace.moderation.queries import checks
from marketplace.moderation.rules import CaseKind, CaseState
from tests import factories
from tests.integration.catalog.conftest import DRAFT, NOW, merchant, moderator, shelves
from tests.support.racing import codes, units_at_once


@pytest.fixture
def submitted(app):
    """A merchant, two moderators and a submitted listing with its case, committed."""
    with unit_of_work() as session:
        shelves(session)
        seller, one, two = merchant(session), moderator(session), moderator(session)
        made = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
        listings.submit(session, actor=seller, listing_id=made, now=NOW)
    case = reading().scalars(sa.select(Case.id)).one()
    return seller, (one, two), made, case


def decide(actor, case, decision="approve", **more):
    with unit_of_work() as session:
        return services.decide(session, actor=actor, case_id=case, decision=decision, now=NOW, **more)


def edit(seller, made, **changes):
    with unit_of_work() as session:
        return listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, **changes), now=NOW)


def pending(kind=None):
    rows = queries.queue(reading()).items
    return [row for row in rows if kind is None or row.kind is kind]


def test_a_decision_is_made_once_and_audited(submitted):
    _, (one, two), made, case = submitted
    assert decide(one, case) is CaseState.CONFIRMED
    with pytest.raises(Conflict) as refusal:
        decide(two, case, "reject", reason="no")
    assert (refusal.value.code, refusal.value.facts["state"]) == ("state", CaseState.CONFIRMED)
    assert made in shelf.offers(reading(), viewer=None, listing_ids=[made])
    actions = reading().scalars(sa.select(AuditRow.action).where(AuditRow.subject == "case")).all()
    assert actions == ["moderation.approve"]
    assert reading().scalars(sa.select(CaseReason.text)).all() == []
    assert len(reading().get_one(Case, case).content_hash) == 64
    assert checks.breaches(reading()) == []


def test_two_who_decide_at_once_are_one_decision(app, submitted):
    _, moderators, made, case = submitted

    def decide(session, number):
        decision = {"decision": "approve"} if number % 2 else {"decision": "reject", "reason": "no"}
        return services.decide(session, actor=moderators[number % 2], case_id=case, now=NOW, **decision)

    results = codes(units_at_once(app, *[partial(decide, number=number) for number in range(8)]))
    (state,) = [result for result in results if result != "state"]
    assert len(results) == 8
    assert reading().get_one(Case, case).state is state
    assert bool(shelf.offers(reading(), viewer=None, listing_ids=[made])) is (state is CaseState.CONFIRMED)
    assert checks.breaches(reading()) == []


def test_the_reason_reaches_the_merchant_and_no_audit_row(submitted):
    seller, (one, _), made, case = submitted
    with pytest.raises(Refused):
        decide(one, case, "request_changes")
    with pytest.raises(Refused):
        decide(one, case, "burn it", reason="x")
    decide(one, case, "request_changes", reason="Title and picture differ.")
    told = queries.decided(reading(), company_id=seller.company, listing_ids=[made])
    assert told[made].reason == "Title and picture differ."
    assert queries.decided(reading(), company_id=new_id(), listing_ids=[made]) == {}
    facts = " ".join(str(row) for row in reading().scalars(sa.select(AuditRow.facts)))
    assert "differ" not in facts
    edit(seller, made, titles={"zh": "链"})
    with unit_of_work() as session:
        listings.submit(session, actor=seller, listing_id=made, now=NOW)
    (again,) = pending()
    assert again.id != case
    assert decide(one, again.id, "reject", reason="Counterfeit.") is CaseState.DECLINED
    row = own.own_listing(reading(), company_id=seller.company, listing_id=made)
    assert row.state == "delisted"


def test_a_member_of_the_company_does_not_decide_about_its_goods_for_the_operator(app):
    market = factories.open_market(app)
    with unit_of_work() as session:
        draft = replace(factories.DRAFT, sku="CH-2")
        made = listings.create(session, actor=market.merchant.actor, draft=draft, now=NOW)
        listings.submit(session, actor=market.merchant.actor, listing_id=made, now=NOW)
    (case,) = pending()
    member = factories.insider(app, role=Role.MODERATOR, company_id=market.merchant.company, now=NOW)
    with pytest.raises(NotAllowed, match="own_listing"):
        decide(member.actor, case.id)


def test_only_what_was_seen_is_approved_and_only_by_strangers(submitted):
    seller, (one, _), made, case = submitted
    seen = queries.case(reading(), case_id=case).review.fingerprint
    edit(seller, made, origin="VN")
    with pytest.raises(Conflict, match="content_moved"):
        decide(one, case, seen=seen)
    with pytest.raises(NotAllowed):
        decide(seller, case)
    insider = replace(one, company_id=seller.company)
    with pytest.raises(NotAllowed, match="own_listing"):
        decide(insider, case)
    with pytest.raises(NotFound):
        decide(one, new_id())
    with pytest.raises(NotFound):
        queries.case(reading(), case_id=new_id())
    decide(one, case, seen=queries.case(reading(), case_id=case).review.fingerprint)


def test_what_goes_takes_its_case_along(submitted):
    seller, (one, _), made, case = submitted
    with unit_of_work() as session:
        listings.act(session, actor=seller, listing_id=made, action="withdraw", now=NOW)
    assert reading().get_one(Case, case).state is CaseState.WITHDRAWN
    with unit_of_work() as session:
        listings.submit(session, actor=seller, listing_id=made, now=NOW)
    decide(one, pending()[0].id)
    edit(seller, made, titles={"zh": "一"})
    edit(seller, made, titles={"zh": "二"})
    (change,) = pending(CaseKind.CHANGE)
    compared = queries.case(reading(), case_id=change.id).review
    assert {row.name: row.new for row in compared.fields if row.old != row.new} == {"titles": {"zh": "二"}}
    edit(seller, made)
    assert pending() == []
    cheap = make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal(3), moq=120)
    edit(seller, made, ladders=(cheap,))
    assert [row.kind for row in pending()] == [CaseKind.PRICE]
    with unit_of_work() as session:
        listings.act(session, actor=seller, listing_id=made, action="delist", now=NOW)
    assert pending() == []
    assert checks.breaches(reading()) == []


def test_a_price_is_seen_or_the_listing_paused(submitted):
    seller, (one, _), made, case = submitted
    decide(one, case)
    for price, decision, is_up in ((Decimal(3), "approve", True), (Decimal(300), "reject", False)):
        edit(seller, made, ladders=(make_ladder("CNY", "FCA", "CN-NANPENG", price=price, moq=120),))
        (waiting,) = pending(CaseKind.PRICE)
        decide(one, waiting.id, decision, reason="A slip of the pen?")
        row = own.own_listing(reading(), company_id=seller.company, listing_id=made)
        assert (row.price_jumped, bool(shelf.offers(reading(), viewer=None, listing_ids=[made]))) == (False, is_up)


def test_the_queue_goes_by_risk_then_age(submitted):
    seller, _, _, _ = submitted
    with unit_of_work() as session:
        for number in range(4):
            packing = None if number % 2 else DRAFT.packing
            made = listings.create(
                session, actor=seller, draft=replace(DRAFT, sku=f"S{number}", packing=packing), now=NOW
            )
            listings.submit(session, actor=seller, listing_id=made, now=NOW)
    first = queries.queue(reading(), size=2)
    second = queries.queue(reading(), size=2, cursor=first.next)
    third = queries.queue(reading(), size=2, cursor=second.next)
    rows = [*first.items, *second.items, *third.items]
    assert [row.risk for row in rows] == [40, 40, 30, 30, 30]
    assert rows == sorted(rows, key=lambda row: (-row.risk, row.id))
    for wrong in ({"state": "nonsense"}, {"cursor": "x"}):
        with pytest.raises(Refused):
            queries.queue(reading(), **wrong)
    assert queries.queue(reading(), state="declined").items == ()


def test_what_waits_longer_than_was_promised_is_told_once_and_stands_first(submitted):
    seller, (one, _), _, case = submitted
    with unit_of_work() as session:
        risky = listings.create(session, actor=seller, draft=replace(DRAFT, sku="R", packing=None), now=NOW)
        listings.submit(session, actor=seller, listing_id=risky, now=NOW + timedelta(hours=2))
    due = NOW + timedelta(hours=24)
    assert flows.escalate(now=due - timedelta(seconds=1)) == 0
    assert [flows.escalate(now=due) for _ in range(2)] == [1, 0]
    reading().rollback()
    first = queries.queue(reading(), size=1)
    rest = queries.queue(reading(), size=1, cursor=first.next)
    assert [(row.id, row.escalated_at) for row in first.items] == [(case, due)]
    assert [(row.risk, row.escalated_at, rest.next) for row in rest.items] == [(40, None, None)]
    rows = reading().execute(sa.select(AuditRow.action, AuditRow.subject_id).where(AuditRow.subject == "case")).all()
    assert [tuple(row) for row in rows] == [("moderation.escalate", case)]
    reading().rollback()
    decide(one, case)
    assert [row.escalated_at for row in queries.queue(reading(), state="confirmed").items] == [None]
    assert flows.escalate(now=due) == 0


def test_a_case_without_its_subject_is_found(submitted):
    _, _, _, case = submitted
    with unit_of_work() as session:
        session.execute(sa.update(Case).values(state=CaseState.WITHDRAWN))
    assert [breach.what for breach in checks.breaches(reading())] == ["submitted without a case"]
    with unit_of_work() as session:
        session.execute(sa.text("UPDATE listing SET state = 'draft'"))
        session.execute(sa.update(Case).values(state=CaseState.PENDING))
    assert [breach.subject_id for breach in checks.breaches(reading())] == [case]

"""What reviewers decide is done whole: details that come back, prices of goods off the shelf, many at once."""

from dataclasses import replace

import sqlalchemy as sa

from marketplace.catalog.models import Listing
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.services import details, listings, taxonomy
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict
from marketplace.moderation import flows, queries
from marketplace.moderation.models import Case
from marketplace.moderation.rules import CaseKind, CaseState
from marketplace.moderation.services import appealing
from tests.integration.catalog.conftest import DRAFT, NOW
from tests.support.invariants import fresh

FITMENT = {"vehicles": [{"make": "Toyota", "model": "Hilux", "year_from": 2015, "year_to": 2020}]}


def dearer(city, listing_id, sku):
    (ladder,) = DRAFT.ladders
    tiers = tuple(replace(tier, price=replace(tier.price, micro=tier.price.micro * 3)) for tier in ladder.tiers)
    city.edit(city.seller, listing_id, sku, ladders=(replace(ladder, tiers=tiers),))


def act(city, listing_id, action):
    with unit_of_work() as session:
        listings.act(session, actor=city.seller, listing_id=listing_id, action=action, now=NOW)


def put(city, listing_id, document):
    with unit_of_work() as session:
        said = {DetailKind.FITMENT: document}
        details.put(session, actor=city.seller, listing_id=listing_id, documents=said, now=NOW)


def appeal(city, listing_id):
    with unit_of_work() as session:
        return appealing.appeal(session, actor=city.seller, listing_id=listing_id, text="It does fit.", now=NOW)


def seen(*case_ids):
    return {case_id: queries.case(fresh(), case_id=case_id).review.fingerprint for case_id in case_ids}


def many(city, decision, *case_ids, by=None):
    actor = by or city.moderator
    return flows.decide_each(actor=actor, seen=seen(*case_ids), decision=decision, reason="Seen.", now=NOW)


def waiting(listing_id, kind):
    reading().rollback()
    wanted = sa.select(Case.id).where(Case.listing_id == listing_id, Case.kind == kind, Case.state == CaseState.PENDING)
    return reading().scalars(wanted).one()


def test_a_detail_that_was_declined_comes_back_when_the_appeal_is_granted(city):
    made = city.publish(city.seller, "A")
    put(city, made, FITMENT)
    city.decide(made, "reject", reason="Not seen.")
    assert DetailKind.FITMENT not in shelf.listing(reading(), listing_id=made, viewer=None).details
    appeal(city, made)
    assert city.decide(made, "approve", by=city.second) is CaseState.CONFIRMED
    found = shelf.listing(fresh(), listing_id=made, viewer=None)
    assert found.details["fitment"]["vehicles"][0]["model"] == "Hilux"


def test_the_price_of_goods_that_are_off_the_shelf_can_be_declined(city):
    made = city.publish(city.seller, "A")
    act(city, made, "pause")
    dearer(city, made, "A")
    case_id = waiting(made, CaseKind.PRICE)
    assert many(city, "reject", case_id) == {case_id: CaseState.DECLINED}
    assert reading().get_one(Listing, made).state is ListingState.PAUSED


def test_one_case_that_cannot_be_decided_keeps_no_other_from_it(city):
    """An appeal about an edit cannot be granted while another edit waits: the others of the batch are decided."""
    first, stuck, last = (city.publish(city.seller, sku) for sku in "ABC")
    for each in (first, last):
        put(city, each, FITMENT)
    put(city, stuck, FITMENT)
    city.decide(stuck, "reject", reason="Not seen.")
    appeal(city, stuck)
    granted = waiting(stuck, CaseKind.APPEAL)
    put(city, stuck, {"vehicles": [*FITMENT["vehicles"], {"make": "Isuzu", "model": "D-Max", "year_from": 2012}]})
    cases = [waiting(first, CaseKind.CHANGE), granted, waiting(last, CaseKind.CHANGE)]
    done = many(city, "approve", *cases, by=city.second)
    assert [done[cases[0]], done[cases[2]]] == [CaseState.CONFIRMED, CaseState.CONFIRMED]
    assert isinstance(done[granted], Conflict)
    assert done[granted].code == "change_waits"


def test_two_cases_of_one_listing_are_each_read_by_its_own_edit(city):
    made = city.publish(city.seller, "A")
    put(city, made, FITMENT)
    city.decide(made, "reject", reason="Not seen.")
    appeal(city, made)
    city.edit(city.seller, made, "A", titles={"zh": "链条"})
    both = [waiting(made, CaseKind.APPEAL), waiting(made, CaseKind.CHANGE)]
    marks = {row.id: row.seen for row in queries.as_seen(reading(), rows=queries.queue(reading()).items)}
    assert {key: marks[key] for key in both} == seen(*both)
    assert marks[both[0]] != marks[both[1]]
    assert many(city, "approve", both[1], by=city.second) == {both[1]: CaseState.CONFIRMED}


def test_a_reviewer_decides_of_the_shared_page_and_the_language_that_he_saw(city):
    with unit_of_work() as session:
        for slug in ("chain", "belt"):
            taxonomy.put_commodity(session, slug=slug, names={"en": slug}, category="motorcycle-parts", hs6="871410")
    made = city.submit(city.seller, "A", commodity="chain")
    case_id = city.case_of(made)
    before = seen(case_id)
    fields = {row.name: row.new for row in queries.case(reading(), case_id=case_id).review.fields}
    assert (fields["commodity_id"], fields["source_locale"]) == ("chain", "zh")
    city.edit(city.seller, made, "A", commodity="belt")
    again = city.case_of(made)
    assert seen(again)[again] != before[case_id]
    city.decide(made)
    city.edit(city.seller, made, "A", commodity="chain")
    row = queries.case(reading(), case_id=city.case_of(made))
    assert [(each.old, each.new) for each in row.review.fields if each.name == "commodity_id"] == [("belt", "chain")]

"""Listings from draft to shelf: what waits, what goes live, what the public reads."""

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import Role
from marketplace.catalog.events import ChangeProposed, ListingPublished, ListingUnpublished, PriceJumped
from marketplace.catalog.models import ChangeSet, Listing, ListingCard
from marketplace.catalog.queries import checks, own, shelf
from marketplace.catalog.queries import pictures as pictures_queries
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.services import bulk, cards, changes, listings, pictures
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from tests.integration.catalog.conftest import DRAFT, NOW, actor_in, merchant, publish, stored_picture


def happened(session, kind):
    return [event for event in session.info.get("city.events", []) if isinstance(event, kind)]


def test_a_draft_is_seen_by_its_merchant_alone(session, seller):
    made = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    assert shelf.offers(session, viewer=None, listing_ids=[made]) == {}
    with pytest.raises(NotFound):
        shelf.listing(session, viewer=None, listing_id=made)
    other = merchant(session, name="Another")
    for act in (
        lambda: own.own_listing(session, company_id=other.company, listing_id=made),
        lambda: listings.edit(session, actor=other, listing_id=made, draft=DRAFT, now=NOW),
        lambda: listings.submit(session, actor=other, listing_id=made, now=NOW),
        lambda: listings.set_stock(session, actor=other, listing_id=made, on_hand=1, now=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    row = own.own_listing(session, company_id=seller.company, listing_id=made)
    assert (row.state, row.on_hand, row.price.amount) == (ListingState.DRAFT, 10_000, Decimal("23.125"))
    assert listings.draft_of(session, actor=seller, listing_id=made) == replace(
        DRAFT, hs="871410", category="motorcycle-parts", hub_code="CN-NANPENG"
    )


def test_the_same_draft_twice_changes_nothing(session, seller):
    made = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    assert bulk.find_by_sku(session, company_id=seller.company, skus=[DRAFT.sku, "no"]) == {DRAFT.sku: made}
    assert not listings.edit(session, actor=seller, listing_id=made, draft=DRAFT, now=NOW)
    with pytest.raises(Refused) as refusal:
        listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("sku", "taken")]
    listings.create(session, actor=merchant(session, name="Another"), draft=DRAFT, now=NOW)


def test_every_wrong_field_is_named_at_once(session, seller):
    wrong = replace(
        DRAFT,
        sku="",
        titles={},
        hs="99",
        origin="US",
        unit="XXX",
        category="nothing",
        hub_code="nowhere",
        ladders=(
            make_ladder("CNY", "FCA", "CNCQI", price=Decimal(1)),
            make_ladder("CNY", "EXW", "CNCQI", price=Decimal(1)),
        ),
    )
    with pytest.raises(Refused) as refusal:
        listings.create(session, actor=seller, draft=wrong, now=NOW)
    fields = {error.field for error in refusal.value.errors}
    assert fields == {
        "sku",
        "title",
        "hs",
        "origin",
        "unit",
        "category",
        "hub",
        "ladders.0.place",
        "ladders.1.incoterm",
    }
    with pytest.raises(Refused) as refusal:
        listings.create(session, actor=seller, draft=replace(DRAFT, commodity="no-such"), now=NOW)
    assert [error.field for error in refusal.value.errors] == ["commodity"]


def test_a_hub_that_no_fca_price_names_is_refused(session, seller):
    with pytest.raises(Refused) as refusal:
        listings.create(session, actor=seller, draft=replace(DRAFT, hub_code="THBKK"), now=NOW)
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("hub", "hub_not_priced", "CN-NANPENG")


@pytest.mark.parametrize("name", ["Chongqing", "重庆", "cn-nanpeng", "Chongqing Highway Logistics Base (Nanpeng)"])
def test_a_place_is_found_by_what_merchants_call_it(session, seller, name):
    ladder = replace(DRAFT.ladders[0], place_code=name)
    made = publish(session, seller, ladders=(ladder,))
    assert shelf.offers(session, viewer=None, listing_ids=[made])[made].ladders[0].place_code == "CN-NANPENG"


def test_only_approved_merchants_submit(session, seller):
    newcomer = merchant(session, name="New", state=MerchantState.SUBMITTED)
    made = listings.create(session, actor=newcomer, draft=DRAFT, now=NOW)
    with pytest.raises(NotAllowed):
        listings.submit(session, actor=newcomer, listing_id=made, now=NOW)
    with pytest.raises(NotAllowed):
        listings.create(session, actor=actor_in(newcomer.company, role=Role.FINANCE), draft=DRAFT, now=NOW)


def test_what_is_live_is_read_in_one_query(session, seller):
    made = publish(session, seller, commodity="motorcycle-chain")
    statements = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    offer = shelf.offers(session, viewer=None, listing_ids=[made])[made]
    row = shelf.listing(session, viewer=None, listing_id=made)
    assert len(statements) == 2
    assert row.offer == offer
    assert (offer.available, offer.lead_days, offer.fresh, offer.hub_code) == (10_000, None, False, "CN-NANPENG")
    assert (offer.packing, offer.ladders) == (DRAFT.packing, DRAFT.ladders)
    assert (row.commodity, row.category, row.merchant) == (
        "motorcycle-chain",
        "motorcycle-parts",
        "Demo Jialing Parts Co.",
    )
    assert len(happened(session, ListingPublished)) == 1


def test_the_shelf_asks_the_same_number_of_questions_for_any_number_of_goods(session, seller):
    fruit = {"hs": "081060", "origin": "TH", "ladders": (make_ladder("THB", "DAP", "CNCQI", price=Decimal(90)),)}
    made = [publish(session, seller, sku=f"S{number}", **(fruit if number % 3 else {})) for number in range(9)]
    statements = []
    sa.event.listen(session.get_bind(), "before_cursor_execute", lambda *facts: statements.append(facts[2]))
    first = shelf.shelf(session, viewer=None, size=4)
    second = shelf.shelf(session, viewer=None, size=4, cursor=first.next)
    third = shelf.shelf(session, viewer=None, size=4, cursor=second.next)
    assert len(statements) == 3
    shown = [row.listing_id for page in (first, second, third) for row in page.items]
    assert shown == sorted(made, reverse=True)
    assert third.next is None
    narrowed = [
        ({"category": "fruit"}, 6), ({"origin": "TH"}, 6), ({"incoterm": "DAP"}, 6), ({"incoterm": "FCA"}, 3),
        ({"incoterm": "%"}, 0), ({"category": "nothing"}, 0), ({"merchant_id": new_id()}, 0), ({"commodity": "x"}, 0),
    ]  # fmt: skip
    for asked, number in narrowed:
        assert len(shelf.shelf(session, viewer=None, **asked).items) == number, asked
    assert shelf.cards(session, viewer=None, listing_ids=made[:1])[made[0]].is_in_stock
    with pytest.raises(Refused):
        shelf.shelf(session, viewer=None, cursor="nonsense")


def test_a_shop_window_shows_goods_of_every_merchant_before_more_of_one(session, seller):
    old = [publish(session, seller, sku=f"A{number}") for number in range(2)]
    other = merchant(session, name="Demo Orchard")
    new = [publish(session, other, sku=f"B{number}") for number in range(4)]
    assert [row.listing_id for row in shelf.window(session, viewer=None, size=3)] == [new[3], old[1], new[2]]
    assert [row.listing_id for row in shelf.window(session, viewer=None, size=9)][:4] == [
        new[3],
        old[1],
        new[2],
        old[0],
    ]


def test_a_material_edit_waits_while_the_old_version_stays_up(session, seller):
    made = publish(session, seller)
    titled = replace(DRAFT, titles={"zh": "新链条", "en": "New chain"}, moq=160)
    done = listings.edit(session, actor=seller, listing_id=made, draft=titled, now=NOW)
    assert (done.fields, done.waiting) == (("moq",), ("titles",))
    row = shelf.listing(session, viewer=None, listing_id=made)
    assert (row.offer.titles, row.offer.moq, row.offer.version) == (DRAFT.titles, 160, 3)
    assert not listings.edit(session, actor=seller, listing_id=made, draft=titled, now=NOW)
    assert listings.draft_of(session, actor=seller, listing_id=made).titles["en"] == "New chain"
    replaced = replace(titled, origin="VN")
    assert listings.edit(session, actor=seller, listing_id=made, draft=replaced, now=NOW).waiting == (
        "origin",
        "titles",
    )
    first, second = happened(session, ChangeProposed)
    with pytest.raises(Conflict):
        changes.decide(session, actor=seller, change_id=first.change_id, confirm=True, now=NOW)
    changes.decide(session, actor=seller, change_id=second.change_id, confirm=True, now=NOW)
    with pytest.raises(Conflict):
        changes.decide(session, actor=seller, change_id=second.change_id, confirm=False, now=NOW)
    offer = shelf.offers(session, viewer=None, listing_ids=[made])[made]
    assert (offer.titles["en"], offer.origin) == ("New chain", "VN")
    assert checks.breaches(session) == []


def test_an_edit_back_to_what_is_up_takes_the_proposal_back(session, seller):
    made = publish(session, seller)
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, origin="VN"), now=NOW)
    assert listings.edit(session, actor=seller, listing_id=made, draft=DRAFT, now=NOW).changed
    assert session.scalars(sa.select(ChangeSet.state)).all() == ["withdrawn"]
    with pytest.raises(NotFound):
        changes.decide(session, actor=seller, change_id=new_id(), confirm=True, now=NOW)


def test_a_price_goes_live_at_once_and_a_jump_is_flagged(session, seller):
    made = publish(session, seller)
    dearer = make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal(30), moq=120)
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, ladders=(dearer,)), now=NOW)
    assert shelf.offers(session, viewer=None, listing_ids=[made])[made].ladders == (dearer,)
    assert happened(session, PriceJumped) == []
    cheap = make_ladder("CNY", "FCA", "CN-NANPENG", price=Decimal(3), moq=120)
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, ladders=(cheap,)), now=NOW)
    assert len(happened(session, PriceJumped)) == 1
    assert own.own_listing(session, company_id=seller.company, listing_id=made).price_jumped
    listings.clear_price_flag(session, actor=seller, listing_id=made, now=NOW)
    assert not own.own_listing(session, company_id=seller.company, listing_id=made).price_jumped


def test_stock_sells_out_and_comes_back(session, seller):
    made = publish(session, seller)
    assert listings.set_stock(session, actor=seller, listing_id=made, on_hand=0, now=NOW) == -10_000
    assert shelf.offers(session, viewer=None, listing_ids=[made]) == {}
    assert session.get(Listing, made).state is ListingState.SOLD_OUT
    assert len(happened(session, ListingUnpublished)) == 1
    assert listings.set_stock(session, actor=seller, listing_id=made, on_hand=0, now=NOW) == 0
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, stock=50), now=NOW)
    assert shelf.offers(session, viewer=None, listing_ids=[made])[made].available == 50
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, stock=None, lead_days=20), now=NOW)
    offer = shelf.offers(session, viewer=None, listing_ids=[made])[made]
    assert (offer.available, offer.lead_days) == (None, 20)
    with pytest.raises(Conflict):
        listings.set_stock(session, actor=seller, listing_id=made, on_hand=1, now=NOW)
    assert checks.breaches(session) == []


def test_a_merchant_pauses_resumes_and_takes_down(session, seller):
    made = publish(session, seller)
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, origin="VN"), now=NOW)
    for action, is_up in (("pause", False), ("resume", True), ("delist", False), ("reopen", False)):
        listings.act(session, actor=seller, listing_id=made, action=action, now=NOW)
        assert bool(shelf.offers(session, viewer=None, listing_ids=[made])) is is_up
    assert session.scalars(sa.select(ChangeSet.state)).all() == ["withdrawn"]
    listings.submit(session, actor=seller, listing_id=made, now=NOW)
    listings.act(session, actor=seller, listing_id=made, action="withdraw", now=NOW)
    with pytest.raises(Conflict) as refusal:
        listings.act(session, actor=seller, listing_id=made, action="resume", now=NOW)
    assert refusal.value.facts["possible"] == ["submit", "delist"]
    with pytest.raises(Refused):
        listings.act(session, actor=seller, listing_id=made, action="approve", now=NOW)


def test_a_suspended_merchants_goods_leave_the_shelf(session, seller):
    made = publish(session, seller)
    session.get_one(Merchant, seller.company).state = MerchantState.SUSPENDED
    assert cards.refresh_company(session, company_id=seller.company, now=NOW) == 1
    assert shelf.offers(session, viewer=None, listing_ids=[made]) == {}
    session.get_one(Merchant, seller.company).state = MerchantState.APPROVED
    cards.refresh_company(session, company_id=seller.company, now=NOW)
    assert made in shelf.offers(session, viewer=None, listing_ids=[made])


def test_pictures_of_a_live_listing_wait(session, seller):
    made = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    file = stored_picture(session, seller.company)
    first = pictures.add(session, actor=seller, listing_id=made, file_id=file, alt="A chain", now=NOW)
    assert pictures.add(session, actor=seller, listing_id=made, file_id=file, alt="", now=NOW) == first
    other = merchant(session, name="Another")
    assert pictures_queries.is_shown(session, file_id=file, company_id=seller.company)
    assert not pictures_queries.is_shown(session, file_id=file, company_id=other.company)
    assert pictures_queries.is_shown(session, file_id=file, company_id=other.company, reviews=True)
    listings.submit(session, actor=seller, listing_id=made, now=NOW)
    listings.decide(session, actor=seller, listing_id=made, action="approve", now=NOW)
    assert pictures_queries.is_shown(session, file_id=file, company_id=None)
    later = stored_picture(session, seller.company)
    second = pictures.add(session, actor=seller, listing_id=made, file_id=later, alt="", now=NOW)
    assert not pictures_queries.is_shown(session, file_id=later, company_id=None)
    assert len(shelf.listing(session, viewer=None, listing_id=made).pictures) == 1
    with pytest.raises(Conflict):
        pictures.lead(session, actor=seller, listing_id=made, picture_id=second, now=NOW)
    # An edit of the title keeps the picture in what waits.
    listings.edit(session, actor=seller, listing_id=made, draft=replace(DRAFT, titles={"zh": "链"}), now=NOW)
    change = happened(session, ChangeProposed)[-1].change_id
    assert set(session.get_one(ChangeSet, change).changes) == {"titles", "pictures"}
    changes.decide(session, actor=seller, change_id=change, confirm=True, now=NOW)
    pictures.lead(session, actor=seller, listing_id=made, picture_id=second, now=NOW)
    assert [row.file_id for row in shelf.listing(session, viewer=None, listing_id=made).pictures] == [later, file]
    third = pictures.add(
        session, actor=seller, listing_id=made, file_id=stored_picture(session, seller.company), alt="", now=NOW
    )
    pictures.remove(session, actor=seller, listing_id=made, picture_id=third, now=NOW)
    assert session.scalars(sa.select(ChangeSet.state).order_by(ChangeSet.id)).all()[-1] == "withdrawn"
    pictures.remove(session, actor=seller, listing_id=made, picture_id=second, now=NOW)
    assert [row.file_id for row in shelf.listing(session, viewer=None, listing_id=made).pictures] == [file]
    with pytest.raises(NotFound):
        pictures.remove(session, actor=seller, listing_id=made, picture_id=second, now=NOW)
    with pytest.raises(NotFound):
        pictures.add(session, actor=other, listing_id=made, file_id=file, alt="", now=NOW)


def test_a_declined_picture_is_dropped(session, seller):
    made = publish(session, seller)
    pictures.add(
        session, actor=seller, listing_id=made, file_id=stored_picture(session, seller.company), alt="", now=NOW
    )
    change = happened(session, ChangeProposed)[-1].change_id
    changes.decide(session, actor=seller, change_id=change, confirm=False, now=NOW)
    assert pictures_queries.pictures(session, listing_id=made) == ()


def test_a_card_that_lies_is_found(session, seller):
    made = publish(session, seller)
    session.get_one(ListingCard, made).version += 1
    session.flush()
    assert [breach.subject_id for breach in checks.breaches(session)] == [made]

"""What is said of goods beside the offer: at once or after review, once, and by its own merchant alone."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import ChangeSet, Listing, ListingCard, ListingDetail
from marketplace.catalog.queries import checks, shelf
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.attributes import Attribute, AttributeKind, Wanted
from marketplace.catalog.services import changes, details, listings, taxonomy
from marketplace.kernel.errors import Conflict, NotFound, Refused
from tests.integration.catalog.conftest import DRAFT, NOW, merchant, moderator, publish

LINKS = Attribute("links", {"en": "Links"}, AttributeKind.NUMBER, Wanted.REQUIRED, "H87")
STATED = {DetailKind.ATTRIBUTES: {"links": "116"}}


@pytest.fixture
def asking(session, seller):
    """A merchant in a city whose motorcycle parts state their links."""
    taxonomy.put_attribute(session, category="motorcycle-parts", attribute=LINKS, position=0)
    return seller


def up(session, seller):
    """Put a listing up that states its links."""
    made = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    put(session, seller, made, STATED)
    listings.submit(session, actor=seller, listing_id=made, now=NOW)
    listings.decide(session, actor=seller, listing_id=made, action="approve", now=NOW)
    return made


def put(session, actor, listing_id, documents):
    return details.put(session, actor=actor, listing_id=listing_id, documents=documents, now=NOW)


def pending(session, listing_id):
    return session.scalars(
        sa.select(ChangeSet).where(ChangeSet.listing_id == listing_id, ChangeSet.state == "pending")
    ).one_or_none()


def shown(session, listing_id):
    return [
        each["value"]
        for each in shelf.listing(session, viewer=None, listing_id=listing_id).details.get("attributes", ())
    ]


def test_what_a_category_requires_is_stated_before_review(session, asking):
    made = listings.create(session, actor=asking, draft=DRAFT, now=NOW)
    with pytest.raises(Conflict) as refusal:
        listings.submit(session, actor=asking, listing_id=made, now=NOW)
    assert (refusal.value.code, refusal.value.facts["missing"]) == ("attributes_missing", "links")
    with pytest.raises(Refused) as wrong:
        put(session, asking, made, {DetailKind.ATTRIBUTES: {"colour": "red"}})
    assert {error.field for error in wrong.value.errors} == {"attributes.links", "attributes.colour"}
    assert put(session, asking, made, STATED).fields == ("attributes",)
    assert not put(session, asking, made, STATED)
    listings.submit(session, actor=asking, listing_id=made, now=NOW)


def test_of_a_live_listing_it_waits_and_is_applied_once(session, asking):
    made = up(session, asking)
    assert shown(session, made) == ["116"]
    done = put(session, asking, made, {DetailKind.ATTRIBUTES: {"links": "120"}})
    assert (done.fields, done.waiting, shown(session, made)) == ((), ("attributes",), ["116"])
    assert details.said(session, actor=asking, listing_id=made) == {"attributes": {"links": "120"}}
    change = pending(session, made)
    judge = moderator(session)
    changes.decide(session, actor=judge, change_id=change.id, confirm=True, now=NOW)
    assert shown(session, made) == ["120"]
    for confirm in (True, False):
        with pytest.raises(Conflict):
            changes.decide(session, actor=judge, change_id=change.id, confirm=confirm, now=NOW)
    assert shown(session, made) == ["120"]
    assert checks.breaches(session) == []


def test_a_declined_change_leaves_what_is_up(session, asking):
    made = up(session, asking)
    put(session, asking, made, {DetailKind.ATTRIBUTES: {"links": "120"}})
    changes.decide(session, actor=moderator(session), change_id=pending(session, made).id, confirm=False, now=NOW)
    assert shown(session, made) == ["116"]
    assert details.said(session, actor=asking, listing_id=made) == {"attributes": {"links": "116"}}


def test_the_form_and_the_parts_wait_side_by_side(session, asking):
    made = up(session, asking)
    put(session, asking, made, {DetailKind.ATTRIBUTES: {"links": "120"}})
    draft = replace(listings.draft_of(session, actor=asking, listing_id=made), origin="VN")
    assert listings.edit(session, actor=asking, listing_id=made, draft=draft, now=NOW).waiting == ("origin",)
    assert set(pending(session, made).changes) == {"attributes", "origin"}
    # What is taken back on one page leaves the other's waiting; both back, nothing waits.
    put(session, asking, made, STATED)
    assert set(pending(session, made).changes) == {"origin"}
    put(session, asking, made, {DetailKind.ATTRIBUTES: {"links": "98"}})
    back = replace(listings.draft_of(session, actor=asking, listing_id=made), origin="CN")
    listings.edit(session, actor=asking, listing_id=made, draft=back, now=NOW)
    assert set(pending(session, made).changes) == {"attributes"}
    put(session, asking, made, STATED)
    assert pending(session, made) is None
    changed = put(session, asking, made, {DetailKind.ATTRIBUTES: {"links": "98"}})
    assert changed.waiting == ("attributes",)
    changes.decide(session, actor=moderator(session), change_id=pending(session, made).id, confirm=True, now=NOW)
    assert (shown(session, made), session.get_one(Listing, made).origin) == (["98"], "CN")


def test_one_merchants_save_touches_no_other_row(session, asking):
    mine, rival = up(session, asking), merchant(session, name="Rival")
    theirs = up(session, rival)
    tables = (Listing, ListingCard, ListingDetail)

    def everything():
        session.flush()
        keys = {Listing: Listing.id}
        return [
            session.execute(
                sa.select(table.__table__).where(keys.get(table, getattr(table, "listing_id", None)) == theirs)
            ).all()
            for table in tables
        ]

    before = everything()
    put(session, asking, mine, {DetailKind.ATTRIBUTES: {"links": "1"}})
    listings.edit(
        session, actor=asking, listing_id=mine,
        draft=replace(listings.draft_of(session, actor=asking, listing_id=mine), commodity="motorcycle-chain"), now=NOW,
    )  # fmt: skip
    changes.decide(session, actor=moderator(session), change_id=pending(session, mine).id, confirm=True, now=NOW)
    for act in (
        lambda: put(session, asking, theirs, STATED),
        lambda: details.said(session, actor=asking, listing_id=theirs),
    ):
        with pytest.raises(NotFound):
            act()
    assert everything() == before


def test_attributes_that_are_no_longer_asked_are_not_shown(session, asking):
    made = publish(session, merchant(session, name="Fruit"), category="fruit", hs="081060")
    with pytest.raises(Refused):
        put(session, asking, up(session, asking), {DetailKind.ATTRIBUTES: {"links": ""}})
    assert shown(session, made) == []
    with pytest.raises(Refused):
        taxonomy.put_attribute(
            session, category="motorcycle-parts", attribute=replace(LINKS, kind=AttributeKind.TEXT, unit=None),
            position=0,
        )  # fmt: skip

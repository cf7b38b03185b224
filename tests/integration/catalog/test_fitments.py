"""What many parts fit, in one act: drafts at once, what is up after review, all of it or nothing, once."""

import pytest
import sqlalchemy as sa

from marketplace.catalog.models import ChangeSet, Listing, ListingDetail
from marketplace.catalog.queries import details as queries
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details import fitment as rules
from marketplace.catalog.services import changes, details, fitments, listings
from marketplace.catalog.services.fitments import Put
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict
from tests import factories
from tests.integration.catalog.conftest import DRAFT, NOW, merchant, moderator, publish
from tests.support.racing import before_the_end_of_the_other


def fits(*models):
    vehicles = [{"make": "Toyota", "model": model, "year_from": 2012, "year_to": 2015} for model in models]
    return rules.parse({"vehicles": vehicles}).document


def put(session, actor, **wanted):
    return fitments.put_all(session, actor=actor, fitments={f"P-{key}": said for key, said in wanted.items()}, now=NOW)


def said(session, *listing_ids):
    found = queries.edited(session, listing_ids=listing_ids, kind=DetailKind.FITMENT)
    return [found.get(listing_id) for listing_id in listing_ids]


def test_drafts_say_it_at_once_and_what_is_up_after_review(session, seller):
    up, other = (publish(session, seller, sku=sku) for sku in ("P-1", "P-2"))
    draft = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    session.get_one(Listing, draft).sku = "P-3"
    session.flush()
    document = fits("Hilux", "Vigo")
    assert put(session, seller, **{"1": document, "3": document}) == Put(2, 1, 0)
    assert put(session, seller, **{"1": document, "3": document}) == Put(0, 0, 2)
    assert said(session, up, draft, other) == [document, document, None]
    assert session.get(ListingDetail, (draft, DetailKind.FITMENT)).document == document
    assert session.get(ListingDetail, (up, DetailKind.FITMENT)) is None
    # By hand and by sheet are one and the same.
    given = {DetailKind.FITMENT: document}
    assert not details.put(session, actor=seller, listing_id=up, documents=given, now=NOW).changed
    change = session.scalars(sa.select(ChangeSet).where(ChangeSet.listing_id == up)).one()
    changes.decide(session, actor=moderator(session), change_id=change.id, confirm=True, now=NOW)
    assert session.get(ListingDetail, (up, DetailKind.FITMENT)).document == document
    assert put(session, seller, **{"1": None, "3": None}) == Put(2, 1, 0)
    assert said(session, up, draft) == [None, None]
    assert session.get(ListingDetail, (draft, DetailKind.FITMENT)) is None


def test_a_foreign_article_is_none_and_nothing_is_written(session, seller):
    publish(session, seller, sku="P-1")
    rival = merchant(session, name="Rival Parts Co.")
    publish(session, rival, sku="P-9")
    with pytest.raises(Conflict) as refusal:
        put(session, seller, **{"1": fits("Hilux"), "9": fits("Hilux")})
    assert refusal.value.code == "fitment_articles"
    assert session.scalars(sa.select(ChangeSet)).all() == []


def test_the_same_sheet_by_two_at_once_is_proposed_once(app):
    market = factories.open_market(app)
    seller, now = market.merchant.actor, clock.now()
    with unit_of_work() as session:
        sku = session.get_one(Listing, market.chains).sku

    def bring(session):
        return fitments.put_all(session, actor=seller, fitments={sku: fits("Hilux")}, now=now)

    results = before_the_end_of_the_other(app, bring, bring)
    assert sorted(result.changed for result in results) == [0, 1]
    session = reading()
    assert len(session.scalars(sa.select(ChangeSet).where(ChangeSet.listing_id == market.chains)).all()) == 1

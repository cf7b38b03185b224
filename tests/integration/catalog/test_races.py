"""Two at once: one article number."""

from dataclasses import replace

from marketplace.catalog.services import listings
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import DomainError
from tests import factories
from tests.support.racing import before_the_end_of_the_other


def test_an_article_number_is_taken_once_by_who_came_first(app):
    seller, now = factories.open_market(app).merchant.actor, clock.now()
    with unit_of_work() as session:
        first, second = (
            listings.create(session, actor=seller, draft=replace(factories.DRAFT, sku=sku), now=now)
            for sku in ("ONE", "TWO")
        )

    def rename(listing_id):
        draft = replace(factories.DRAFT, sku="NEW")
        return lambda session: listings.edit(session, actor=seller, listing_id=listing_id, draft=draft, now=now)

    def create(session):
        return listings.create(session, actor=seller, draft=replace(factories.DRAFT, sku="NEW-2"), now=now)

    def rename_to_new(session):
        draft = replace(factories.DRAFT, sku="NEW-2")
        return listings.edit(session, actor=seller, listing_id=second, draft=draft, now=now)

    for works in ((rename(first), rename(second)), (create, rename_to_new)):
        results = before_the_end_of_the_other(app, *works)
        (refusal,) = [result for result in results if isinstance(result, DomainError)]
        assert [(error.field, error.code) for error in refusal.errors] == [("sku", "taken")]

"""A merchant with a whole catalogue: pages, filters and edits ask the database as often as with a few listings.

The smoke has two hundred and fifty listings, the soak twenty thousand.
"""

import itertools
import re
from dataclasses import replace

import pytest

from marketplace.catalog.services import bulk
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.moderation import queries as queue
from marketplace.moderation import services as moderation
from tests import factories
from tests.conftest import SOAK
from tests.support.statements import statements
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
MANY, FEW, BATCH = (20_000 if SOAK else 250), 120, 500
CENTS = itertools.count(1)


def stocked(market, first, last):
    """Write drafts, hand the even ones in and approve them: the catalogue has goods in more than one state."""
    for begin in range(first, last, BATCH):
        drafts = [
            replace(factories.DRAFT, sku=f"M-{number:06}", stock=number % 50)
            for number in range(begin, min(last, begin + BATCH))
        ]
        with unit_of_work() as session:
            made = bulk.create_listings(session, actor=market.merchant.actor, drafts=drafts, now=clock.now())
            handed_in = made[::2]
            bulk.submit_listings(session, actor=market.merchant.actor, listing_ids=handed_in, now=clock.now())
        with unit_of_work() as session:
            seen = {case.id: None for case in queue.queue(session, size=BATCH).items}
            moderation.decide_all(session, actor=factories.moderator(), seen=seen, decision="approve", now=clock.now())


PAGES = (
    "/merchant/listings",
    "/merchant/listings?state=live",
    "/merchant/listings?state=draft",
    "/merchant/grid",
    "/merchant/grid?q=M-0000",
    "/merchant/grid?low=1",
    "/merchant/grid?state=live&q=Chain",
    "/merchant",
    "/products",
    "/merchants/{company}",
)


def asked(market, page):
    """Return how often each page asks the database, its second page too, and one edit of the grid."""
    found = {}
    for path in PAGES:
        address = path.format(company=market.merchant.company)
        page.open(address)
        with statements() as seen:
            shown = page.open(address)
        found[path] = len(seen)
        following = re.search(r'href="([^"]*[?&]cursor=[^"]+)"', shown)
        if following:
            with statements() as seen:
                page.open(following[1].replace("&amp;", "&"))
            found[f"{path} next"] = len(seen)
    with statements() as seen:
        change(page)
    found["edit"] = len(seen)
    return found


def change(page):
    """Set one price in the grid by its form."""
    page.open("/merchant/grid?q=M-00000")
    name = re.search(r'name="(price\.[0-9a-f-]{36})"', page.shown)[1]
    page.send("/merchant/grid", {name: f"{27 + next(CENTS) / 100:.2f}"})


@pytest.mark.soak
def test_pages_ask_as_often_however_many_listings(app, market):
    page = Visitor(app)
    page.log_in(market.merchant.login)
    stocked(market, 0, FEW)
    few = asked(market, page)
    stocked(market, FEW, MANY)
    assert asked(market, page) == few

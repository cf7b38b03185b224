"""Merchants are told of certificates and licences that end: a month, a week, the last day, each once."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.catalog import flows
from marketplace.catalog.models import EndNotice, ListingDetail
from marketplace.catalog.queries import ending as queries
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.services import changes, ending, listings
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.ids import new_id
from tests import factories
from tests.integration.catalog.conftest import DRAFT, NOW, merchant, publish
from tests.support.racing import before_the_end_of_the_other

TODAY = NOW.date()


def certificates(*untils, number="A-1"):
    return {
        "items": [
            {
                "kind": "ccc", "number": f"{number}{place or ''}", "issuer": "CQC", "file": str(new_id()),
                "valid_from": "2025-01-01", "valid_until": until and until.isoformat(),
            }
            for place, until in enumerate(untils)
        ]
    }  # fmt: skip


def say(session, listing_id, document, kind=DetailKind.CERTIFICATES, now=NOW):
    changes.write_detail(session, listing_id=listing_id, kind=kind, document=document, now=now)


def told(session, seller, day):
    before = set(session.scalars(sa.select(EndNotice.id)))
    now = datetime.combine(day, NOW.timetz())
    ending.tell(session, company_id=seller.company, now=now)
    rows = session.scalars(sa.select(EndNotice).where(EndNotice.id.not_in(before)).order_by(EndNotice.name))
    return [(row.name, row.stage.value, row.listings) for row in rows]


def test_each_stage_is_told_once_whatever_listings_show_it(session, seller):
    until = TODAY + timedelta(days=60)
    for sku in ("P-1", "P-2"):
        say(session, publish(session, seller, sku=sku), certificates(until))
    assert told(session, seller, TODAY) == []
    stages = []
    for left in range(40, -5, -1):
        stages += [(left, *each) for each in told(session, seller, until - timedelta(days=left))]
    assert stages == [
        (30, "A-1 (CQC)", "month", 2),
        (7, "A-1 (CQC)", "week", 2),
        (0, "A-1 (CQC)", "day", 2),
    ]


def test_a_new_certificate_is_told_of_anew_and_drafts_are_not_told_of(session, seller):
    up = publish(session, seller, sku="P-1")
    say(session, up, certificates(TODAY + timedelta(days=5)))
    draft = listings.create(session, actor=seller, draft=DRAFT, now=NOW)
    say(session, draft, certificates(TODAY + timedelta(days=5), number="D"))
    assert told(session, seller, TODAY) == [("A-1 (CQC)", "week", 1)]
    (notice,) = session.scalars(sa.select(EndNotice.id))
    ask = {"company_id": seller.company, "notice_ids": [notice], "today": TODAY}
    assert len(queries.standing(session, **ask)) == 1
    say(session, up, certificates(TODAY + timedelta(days=6)))
    assert queries.standing(session, **ask) == ()
    assert told(session, seller, TODAY) == [("A-1 (CQC)", "week", 1)]
    assert queries.standing(session, **(ask | {"company_id": merchant(session, name="Rival").company})) == ()


def test_what_ends_is_counted_and_listed_for_its_own_merchant(session, seller):
    rival = merchant(session, name="Rival Parts Co.")
    assert queries.waiting(session, company_id=seller.company, today=TODAY) == (0, None)
    for number in range(30):
        until = TODAY + timedelta(days=number - 10)
        say(session, publish(session, seller, sku=f"P-{number:02}"), certificates(until, TODAY + timedelta(days=90)))
    brand = {"relation": "licensed", "brand": "Honda", "letter": str(new_id()), "until": (TODAY).isoformat()}
    say(session, publish(session, rival, sku="R"), brand, DetailKind.BRAND)
    assert queries.waiting(session, company_id=seller.company, today=TODAY) == (30, TODAY)
    assert queries.waiting(session, company_id=rival.company, today=TODAY) == (1, TODAY)
    first = queries.of_company(session, company_id=seller.company, today=TODAY)
    second = queries.of_company(session, company_id=seller.company, today=TODAY, cursor=first.next)
    rows = [*first.items, *second.items]
    assert [row.sku for row in rows] == [f"P-{number:02}" for number in range(30)]
    assert second.next is None
    assert all(len(row.ends) == 1 for row in rows)
    assert queries.companies(session, today=TODAY, after=min(seller.company, rival.company)) == (
        max(seller.company, rival.company),
    )


def test_a_document_that_is_taken_away_ends_no_more(session, seller):
    up = publish(session, seller, sku="P-1")
    say(session, up, certificates(TODAY))
    assert session.get(ListingDetail, (up, DetailKind.CERTIFICATES)).ends_on == TODAY
    say(session, up, certificates(None))
    assert session.get(ListingDetail, (up, DetailKind.CERTIFICATES)).ends_on is None
    assert queries.waiting(session, company_id=seller.company, today=TODAY) == (0, None)


def test_two_runs_at_once_tell_once(app):
    market, now = factories.open_market(app), clock.now()
    with unit_of_work() as session:
        say(session, market.chains, certificates(now.date()), now=now)

    def tell(session):
        return ending.tell(session, company_id=market.merchant.company, now=now)

    assert sorted(before_the_end_of_the_other(app, tell, tell)) == [0, 1]
    assert flows.watch_papers(now=now) == 0
    assert len(reading().scalars(sa.select(EndNotice.id)).all()) == 1

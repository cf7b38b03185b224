"""Listings that are alike find each other, whichever comes first, and raise each other's risk."""

from dataclasses import replace

import sqlalchemy as sa

from marketplace.catalog.services import listings
from marketplace.kernel.db import extension, reading, unit_of_work
from marketplace.kernel.money import UnitPrice
from marketplace.moderation import flows, queries
from marketplace.moderation.models import ListingBand, ListingMatch, PicturePrint
from marketplace.moderation.rules.likeness import Likeness
from marketplace.moderation.services import likeness
from marketplace.outbox.models import OutboxJob
from tests.integration.catalog.conftest import NOW
from tests.support.pictures import LONG, picture

LONG_ENOUGH = {"descriptions": {"zh": LONG}}


def compare(*listings):
    flows.compare(list(listings), store=extension("city.store"), now=NOW)
    reading().rollback()


def similar(city, listing_id):
    return [
        (row.listing_id, row.by, row.is_same_company)
        for row in queries.case(reading(), case_id=city.case_of(listing_id)).similar
    ]


def points(city, listing_id):
    return queries.case(reading(), case_id=city.case_of(listing_id)).case.risk_points


def test_the_same_picture_of_another_company_raises_the_risk_of_both(city):
    one, other, plain = (
        city.submit(actor, sku) for actor, sku in ((city.seller, "A"), (city.rival, "B"), (city.rival, "C"))
    )
    city.show(city.seller, one, picture(1))
    city.show(city.rival, other, picture(1).resize((320, 240)), quality=60)
    city.show(city.rival, plain, picture(2))
    before = points(city, one)
    compare(one)
    assert similar(city, one) == []
    assert points(city, one) == before
    compare(other, plain)
    assert similar(city, one) == [(other, Likeness.PICTURE, False)]
    assert similar(city, other) == [(one, Likeness.PICTURE, False)]
    assert similar(city, plain) == []
    assert points(city, one) == before | {"same_picture": 25}
    assert points(city, other) == points(city, plain) | {"same_picture": 25}


def test_a_picture_that_is_taken_away_is_a_likeness_no_more(city):
    one, other = city.submit(city.seller, "A"), city.submit(city.rival, "B")
    city.show(city.seller, one, picture(1))
    shown = city.show(city.rival, other, picture(1))
    compare(one, other)
    assert len(similar(city, one)) == 1
    from marketplace.catalog.services import pictures

    with unit_of_work() as session:
        pictures.remove(session, actor=city.rival, listing_id=other, picture_id=shown, now=NOW)
    compare(other)
    assert similar(city, one) == similar(city, other) == []
    assert "same_picture" not in points(city, one) | points(city, other)


def test_almost_the_same_text_is_found_and_the_merchants_own_counts_for_nothing(city):
    one = city.submit(city.seller, "A", **LONG_ENOUGH)
    again = city.submit(city.seller, "A2", **LONG_ENOUGH)
    other = city.submit(city.rival, "B", descriptions={"zh": f"{LONG} Now."})
    compare(one, again)
    assert similar(city, one) == [(again, Likeness.TEXT, True)]
    assert "same_text" not in points(city, one)
    compare(other)
    assert similar(city, one) == [(other, Likeness.TEXT, False), (again, Likeness.TEXT, True)]
    assert points(city, one)["same_text"] == points(city, other)["same_text"] == 15


def test_what_is_proposed_is_compared_while_the_old_is_up(city):
    one, other = city.publish(city.seller, "A", **LONG_ENOUGH), city.publish(city.rival, "B")
    compare(one, other)
    city.edit(city.rival, other, "B", **LONG_ENOUGH)
    compare(other)
    assert similar(city, other) == [(one, Likeness.TEXT, False)]
    assert points(city, other)["same_text"] == 15


def test_comparing_again_changes_nothing(city):
    made = [city.submit(actor, str(number), **LONG_ENOUGH) for number, actor in enumerate((city.seller, city.rival))]
    for actor, listing_id in zip((city.seller, city.rival), made, strict=True):
        city.show(actor, listing_id, picture(3))

    def rows():
        session = reading()
        session.rollback()
        return [
            sorted(map(tuple, session.execute(sa.select(*table.__table__.columns))), key=str)
            for table in (ListingMatch, ListingBand, PicturePrint)
        ]

    assert flows.compare_outdated(store=extension("city.store"), now=NOW) == 2
    first = rows()
    assert len(first[0]) == 4
    assert len(first[2]) == 1
    compare(*made)
    assert flows.compare_outdated(store=extension("city.store"), now=NOW) == 0
    assert rows() == first


def test_what_is_handed_in_or_rewritten_is_compared_by_a_job(city):
    made = city.submit(city.seller, "A")
    city.edit(city.seller, made, "A", titles={"zh": "链"})
    jobs = reading().scalars(sa.select(OutboxJob.args).where(OutboxJob.name == likeness.JOB)).all()
    assert jobs == [{"listings": [str(made)]}] * 2


def test_what_only_costs_more_or_is_more_is_compared_by_none(city):
    made = city.publish(city.seller, "A")
    said = listings.draft_of(reading(), actor=city.seller, listing_id=made)
    (ladder,) = said.ladders
    price = UnitPrice.of("999", ladder.currency)
    dearer = (replace(ladder, tiers=(replace(ladder.tiers[0], price=price),)),)
    with unit_of_work() as session:
        changed = listings.edit(
            session, actor=city.seller, listing_id=made, draft=replace(said, ladders=dearer, stock=7), now=NOW
        )
    assert changed.fields == ("ladders", "stock")
    assert len(reading().scalars(sa.select(OutboxJob.id).where(OutboxJob.name == likeness.JOB)).all()) == 1

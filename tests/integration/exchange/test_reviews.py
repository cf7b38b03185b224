"""Reviews need a right, are one for each line, keep their versions, and add up to what a brute sum adds up to."""

import random
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import Membership
from marketplace.catalog.queries import shelf
from marketplace.exchange.models.remarks import Remark
from marketplace.exchange.models.reviews import Review, ReviewRight, ReviewVersion
from marketplace.exchange.queries import remarks as said
from marketplace.exchange.queries import reviews as queries
from marketplace.exchange.rules.reviews import Marks
from marketplace.exchange.services import remarks, reviews
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests import factories
from tests.support.invariants import fresh

FINE = Marks(5, 4, 3)


def granted(market, buyer=None, listing_id=None):
    line = new_id()
    with unit_of_work() as session:
        grant = {
            "line_id": line,
            "listing_id": listing_id or market.chains,
            "merchant_id": market.merchant.company,
            "company_id": (buyer or market.buyer).company,
        }
        assert reviews.grant(session, **grant, now=clock.now())
        assert not reviews.grant(session, **grant, now=clock.now())
    return line


def write(buyer, line, marks=FINE, text="Fine.", *, seen=0, is_named=False, now=None):
    with unit_of_work() as session:
        return reviews.write(
            session, actor=buyer.actor, line_id=line, marks=marks, text=text, language="en", is_named=is_named,
            seen=seen, now=now or clock.now(),
        )  # fmt: skip


def carried(listing_id):
    return shelf.listing(fresh(), viewer=None, listing_id=listing_id).said


def unbroken():
    return said.breaches(reading()) == [] and queries.breaches(fresh()) == []


def brute(listing_id):
    """Add up, row by row, the last version of every review whose words nobody hides."""
    reading().rollback()
    found = []
    for review in reading().scalars(sa.select(Review).where(Review.listing_id == listing_id)):
        last = reading().get_one(ReviewVersion, (review.id, review.version))
        if reading().get_one(Remark, last.remark_id).hidden_at is None:
            found.append((last.goods, last.packing, last.on_time))
    return found


def test_only_who_received_the_goods_reviews_them(app, market):
    (rival,) = factories.more_buyers(app, 1)
    line = granted(market)
    for buyer, of_line in ((rival, line), (market.buyer, new_id())):
        with pytest.raises(NotFound):
            write(buyer, of_line)
    write(market.buyer, line)
    assert carried(market.chains).overall == Fraction(4)
    assert unbroken()


def test_members_of_the_merchant_review_nothing_of_it(app, market):
    line = granted(market)
    with unit_of_work() as session:
        session.add(
            Membership(
                id=new_id(), person_id=market.buyer.actor.person, company_id=market.merchant.company,
                roles=["sales"], created_at=clock.now(),
            )
        )  # fmt: skip
    with pytest.raises(NotAllowed) as refusal:
        write(market.buyer, line)
    assert refusal.value.code == "own_merchant"


def test_two_members_who_review_at_once_leave_one_review(market, at_once):
    line = granted(market)

    def work(session, number):
        return reviews.write(
            session, actor=market.buyer.actor, line_id=line, marks=Marks(*[number] * 3), text="", language="en",
            is_named=False, seen=0, now=clock.now(),
        )  # fmt: skip

    results = at_once(work, 1, 2, 3, 4, 5)
    assert results.count("review_changed") == 4
    assert reading().scalar(sa.select(sa.func.count()).select_from(Review)) == 1
    assert carried(market.chains).reviews == 1
    assert unbroken()


def test_reviews_of_one_listing_at_once_are_all_counted(app, market, at_once):
    buyers = factories.more_buyers(app, 4)
    lines = [(buyer, granted(market, buyer)) for buyer in buyers]

    def work(session, pair):
        buyer, line = pair
        reviews.write(
            session, actor=buyer.actor, line_id=line, marks=FINE, text="", language="en", is_named=False, seen=0,
            now=clock.now(),
        )  # fmt: skip

    at_once(work, *lines)
    assert (carried(market.chains).reviews, carried(market.chains).goods) == (4, 20)
    assert unbroken()


def test_a_changed_review_keeps_what_it_said_before(market):
    line, now = granted(market), clock.now()
    made = write(market.buyer, line, now=now)
    with pytest.raises(Conflict):
        write(market.buyer, line)
    assert write(market.buyer, line, Marks(1, 1, 2), "Rust.", seen=1, now=now + timedelta(days=30)) == made
    assert carried(market.chains).overall == Fraction("1.3")
    kept = (
        reading().execute(sa.select(ReviewVersion.version, ReviewVersion.goods).order_by(ReviewVersion.version)).all()
    )
    assert [tuple(row) for row in kept] == [(1, 5), (2, 1)]
    with pytest.raises(Conflict) as refusal:
        write(market.buyer, line, seen=2, now=now + timedelta(days=31))
    assert refusal.value.code == "review_over"
    assert unbroken()


def test_a_merchant_replies_once(market, at_once):
    line = granted(market)
    made = write(market.buyer, line)

    def work(session, number):
        reviews.reply(
            session,
            actor=market.merchant.actor,
            review_id=made,
            text=f"Thanks {number}",
            language="en",
            now=clock.now(),
        )

    assert at_once(work, 1, 2, 3).count("review_replied") == 2
    (shown,) = queries.shown(fresh(), listing_id=market.chains).items
    assert shown.reply
    assert not shown.is_reply_older
    write(market.buyer, line, FINE, "Better now.", seen=1)
    (shown,) = queries.shown(reading(), listing_id=market.chains).items
    assert (shown.body, shown.is_reply_older, shown.company, shown.country) == ("Better now.", True, None, "VN")
    with pytest.raises(NotFound), unit_of_work() as session:
        reviews.reply(session, actor=market.thai.actor, review_id=made, text="x", language="en", now=clock.now())


def test_a_hidden_review_counts_for_nothing_and_stays_hidden_when_changed(market, moderator):
    line = granted(market)
    write(market.buyer, line)
    remark = said.public(reading()).items[0].id
    with unit_of_work() as session:
        remarks.hide(session, actor=moderator, remark_id=remark, reason="Rude.", now=clock.now())
    assert carried(market.chains).reviews == 0
    write(market.buyer, line, FINE, "Nicer.", seen=1)
    assert carried(market.chains).reviews == 0
    (row,) = queries.mine(reading(), company_id=market.buyer.company).items
    assert (row.version, row.hidden_because) == (2, "Rude.")
    last = said.public(reading()).items[0]
    assert last.body == "Nicer."
    with unit_of_work() as session:
        remarks.show_again(session, actor=moderator, remark_id=last.id, now=clock.now())
    assert carried(market.chains).reviews == 1
    assert unbroken()


def test_a_name_is_told_only_where_its_company_says_so(market):
    line = granted(market)
    with pytest.raises(Refused) as refusal:
        write(market.buyer, line, text="Hanoi Trading liked it.")
    assert refusal.value.errors[0].code == "names_author"
    write(market.buyer, line, text="Hanoi Trading liked it.", is_named=True)
    (shown,) = queries.shown(reading(), merchant_id=market.merchant.company).items
    assert shown.company == "Hanoi Trading"


def test_marks_of_an_erased_person_stay_and_words_go(market):
    write(market.buyer, granted(market), text="Says Hoa.")
    with unit_of_work() as session:
        remarks.on_person_erased(session, PersonErased(person_id=market.buyer.actor.person, at=clock.now()))
    assert carried(market.chains).reviews == 1
    assert queries.shown(reading(), listing_id=market.chains).items[0].body == ""
    assert unbroken()


def test_what_is_carried_is_the_brute_sum_whatever_happens(app, market, moderator):
    """A random history of writing, changing, hiding and showing; after each act the card agrees with the rows."""
    chance, now = random.Random(20261127), clock.now()
    lines = dict.fromkeys((granted(market) for _ in range(4)), 0)
    for _ in range(30):
        act = chance.choice(["write", "write", "hide", "show"])
        if act == "write":
            line = chance.choice(list(lines))
            write(market.buyer, line, Marks(*(chance.randint(1, 5) for _ in range(3))), "", seen=lines[line], now=now)
            lines[line] += 1
        else:
            found = [row.id for row in said.public(fresh()).items]
            if found:
                with unit_of_work() as session:
                    one = chance.choice(found)
                    if act == "hide":
                        remarks.hide(session, actor=moderator, remark_id=one, reason="x", now=now)
                    else:
                        remarks.show_again(session, actor=moderator, remark_id=one, now=now)
        rows, kept = brute(market.chains), carried(market.chains)
        assert kept.reviews == len(rows)
        assert (kept.goods, kept.packing, kept.on_time) == tuple(map(sum, zip(*rows, strict=True))) or not rows
    assert unbroken()
    assert queries.figures(reading(), merchant_id=market.merchant.company) == carried(market.chains)


def test_the_check_finds_a_review_without_its_right(app, market):
    made = write(market.buyer, granted(market))
    assert queries.breaches(reading()) == []
    with unit_of_work() as session:
        other = new_id()
        session.add(
            ReviewRight(
                line_id=other, listing_id=market.pads, merchant_id=market.thai.company, company_id=market.thai.company,
                granted_at=clock.now(),
            )
        )  # fmt: skip
        session.flush()
        session.execute(sa.update(Review).values(line_id=other, version=2))
    found = queries.breaches(reading())
    assert {(breach.subject_id, breach.what) for breach in found} == {
        (made, "has no right that fits it"),
        (made, "has not all its versions"),
    }

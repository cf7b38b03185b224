"""Stock is claimed, promised, given back and shipped, and never promised twice."""

import concurrent.futures
import random
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from marketplace.app import create_app
from marketplace.catalog.models import Stock, StockEntry, StockHold
from marketplace.catalog.queries import checks, shelf
from marketplace.catalog.services import stock
from marketplace.config import Settings
from marketplace.kernel.db import db, in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.kernel.ids import new_id
from tests.integration.catalog.conftest import NOW, merchant, publish, shelves
from tests.support.processes import FORKED

SOON = NOW + timedelta(minutes=15)


def counts(session, listing_id):
    return session.execute(
        sa.select(Stock.on_hand, Stock.allocated, Stock.held).where(Stock.listing_id == listing_id)
    ).one()


def claim(session, listing_id, quantity, subject=None, expires_at=SOON, now=NOW):
    return stock.hold(
        session, listing_id=listing_id, quantity=quantity, subject=subject or new_id(), expires_at=expires_at, now=now
    )


@pytest.fixture
def goods(session, seller):
    return publish(session, seller, stock=100)


def test_the_way_of_stock_from_shelf_to_lorry(session, goods):
    line = new_id()
    assert claim(session, goods, 30, line) == claim(session, goods, 30, line)
    assert counts(session, goods) == (100, 0, 30)
    for _ in range(2):
        stock.allocate(session, subject=line, now=NOW)
    assert claim(session, goods, 30, line)
    assert counts(session, goods) == (100, 30, 0)
    for shipped in (10, 10, 30, 30):
        stock.ship(session, subject=line, quantity=shipped, now=NOW)
    assert counts(session, goods) == (70, 0, 0)
    with pytest.raises(Conflict, match="shipped_more"):
        stock.ship(session, subject=line, quantity=31, now=NOW)
    stock.release(session, subject=line, now=NOW, reason="cancelled")
    assert counts(session, goods) == (70, 0, 0)
    assert checks.breaches(session) == []


def test_what_is_given_back_is_there_for_others(session, goods):
    held, promised = new_id(), new_id()
    claim(session, goods, 60, held)
    claim(session, goods, 40, promised)
    stock.allocate(session, subject=promised, now=NOW)
    stock.ship(session, subject=promised, quantity=15, now=NOW)
    with pytest.raises(Conflict) as refusal:
        claim(session, goods, 1)
    assert refusal.value.facts == {"listing": goods, "available": 0}
    for subject in (held, promised, held, new_id()):
        stock.release(session, subject=subject, now=NOW, reason="cancelled")
    assert counts(session, goods) == (85, 0, 0)
    with pytest.raises(Conflict, match="hold_gone"):
        stock.allocate(session, subject=held, now=NOW)
    with pytest.raises(Conflict, match="hold_gone"):
        stock.extend(session, until={held: SOON}, now=NOW)
    with pytest.raises(Conflict, match="not_allocated"):
        stock.ship(session, subject=held, quantity=1, now=NOW)
    claim(session, goods, 85, held)
    assert counts(session, goods) == (85, 0, 85)
    assert checks.breaches(session) == []


def test_an_expired_claim_stands_in_nobodys_way(session, goods):
    slow, quick = new_id(), new_id()
    claim(session, goods, 100, slow)
    later = SOON + timedelta(seconds=1)
    assert shelf.offers(session, viewer=None, listing_ids=[goods], now=NOW)[goods].available == 0
    assert shelf.offers(session, viewer=None, listing_ids=[goods], now=later)[goods].available == 100
    claim(session, goods, 70, quick, expires_at=later + timedelta(hours=1), now=later)
    assert counts(session, goods) == (100, 0, 70)
    with pytest.raises(Conflict, match="hold_gone"):
        stock.allocate(session, subject=slow, now=later)
    # The one that came too late claims what is left, under its own name.
    claim(session, goods, 30, slow, expires_at=later + timedelta(hours=1), now=later)
    assert checks.breaches(session) == []


def test_claims_are_kept_longer_together_or_not_at_all(session, seller, goods):
    other = publish(session, seller, sku="OTHER", stock=10)
    kept, gone, never = new_id(), new_id(), new_id()
    claim(session, goods, 10, kept)
    claim(session, other, 10, gone)
    later = SOON + timedelta(hours=1)
    stock.extend(session, until={kept: later, gone: later}, now=NOW)
    assert stock.due_to_lapse(session, now=SOON) == ()
    stock.release(session, subject=gone, now=NOW, reason="cancelled")
    with pytest.raises(Conflict, match="hold_gone") as refusal:
        stock.extend(session, until={kept: later, gone: later, never: later}, now=NOW)
    assert refusal.value.facts == {"listing": other}
    with pytest.raises(NotFound):
        stock.extend(session, until={kept: later, never: later, gone: later}, now=NOW)


def test_claims_are_promised_together_or_none_is(session, seller, goods):
    other = publish(session, seller, sku="OTHER", stock=10)
    good, gone = new_id(), new_id()
    claim(session, goods, 10, good)
    claim(session, other, 10, gone)
    stock.release(session, subject=gone, now=NOW, reason="cancelled")
    assert stock.allocate_all(session, subjects=[good, gone], now=NOW) == {gone: other}
    assert (counts(session, goods), counts(session, other)) == ((100, 0, 10), (10, 0, 0))
    claim(session, other, 4, gone)
    with pytest.raises(NotFound):
        stock.allocate_all(session, subjects=[good, new_id()], now=NOW)
    for _ in range(2):
        assert stock.allocate_all(session, subjects=[gone, good], now=NOW) == {}
    assert (counts(session, goods), counts(session, other)) == ((100, 10, 0), (10, 4, 0))
    assert checks.breaches(session) == []


def test_a_late_payment_still_gets_units_that_nobody_took(session, goods):
    line = new_id()
    claim(session, goods, 100, line)
    stock.allocate(session, subject=line, now=SOON + timedelta(hours=1))
    assert counts(session, goods) == (100, 100, 0)


def test_a_claim_is_kept_longer_or_swept(session, goods):
    kept, swept = new_id(), new_id()
    claim(session, goods, 10, kept)
    claim(session, goods, 20, swept)
    stock.extend(session, until={kept: SOON + timedelta(hours=1)}, now=NOW)
    stock.extend(session, until={kept: SOON}, now=NOW)
    later = SOON + timedelta(minutes=1)
    assert stock.due_to_lapse(session, now=later) == (goods,)
    assert [stock.lapse(session, listing_id=goods, now=later) for _ in range(2)] == [True, False]
    assert stock.due_to_lapse(session, now=later) == ()
    assert counts(session, goods) == (100, 0, 10)
    assert checks.breaches(session) == []


def test_a_refused_claim_leaves_nothing(session, goods):
    subject = new_id()
    with pytest.raises(Conflict):
        claim(session, goods, 101, subject)
    assert session.scalars(sa.select(StockHold)).all() == []
    assert claim(session, goods, 100, subject)
    with pytest.raises(Conflict, match="hold_differs"):
        claim(session, goods, 99, subject)
    with pytest.raises(Refused):
        claim(session, goods, 0)
    with pytest.raises(NotFound):
        stock.allocate(session, subject=new_id(), now=NOW)


def test_a_refused_claim_ends_nobody_elses(session, goods):
    claim(session, goods, 30)
    later = SOON + timedelta(minutes=1)
    with pytest.raises(Conflict) as refusal:
        claim(session, goods, 101, expires_at=later + timedelta(hours=1), now=later)
    assert refusal.value.facts == {"listing": goods, "available": 100}
    assert counts(session, goods) == (100, 0, 30)
    assert checks.breaches(session) == []
    assert stock.due_to_lapse(session, now=later) == (goods,)


def test_goods_made_to_order_have_no_stock_to_claim(session, seller):
    made = publish(session, seller, stock=None, lead_days=14)
    with pytest.raises(Conflict) as refusal:
        claim(session, made, 1)
    assert refusal.value.facts["available"] == 0


def test_stock_is_not_set_below_what_is_promised(session, goods):
    claim(session, goods, 60)
    with pytest.raises(Conflict, match="stock_promised"):
        stock.set_on_hand(session, listing_id=goods, on_hand=59, now=NOW)
    for wrong in (-1, 10**10):
        with pytest.raises(Refused):
            stock.set_on_hand(session, listing_id=goods, on_hand=wrong, now=NOW)


def test_entries_are_append_only(session, goods):
    with pytest.raises(sa.exc.DBAPIError, match="insert-only"), session.begin_nested():
        session.execute(sa.update(StockEntry).values(on_hand=0))


def test_a_falsified_sum_is_found(session, goods):
    claim(session, goods, 10)
    session.execute(sa.update(Stock).values(held=9, on_hand=90))
    assert {breach.what for breach in checks.breaches(session)} == {
        "the entries do not sum to the stock",
        "the holds do not sum to the stock",
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=some.lists(
        some.tuples(some.sampled_from(["hold", "allocate", "release", "ship", "set", "wait"]), some.integers(0, 60)),
        max_size=25,
    )
)
def test_whatever_happens_the_sums_hold(session, goods, acts):
    now = NOW
    subjects = [new_id() for _ in range(4)]
    for name, number in acts:
        subject = subjects[number % 4]
        try:
            match name:
                case "hold":
                    claim(session, goods, number, subject, expires_at=now + timedelta(minutes=15), now=now)
                case "allocate":
                    stock.allocate(session, subject=subject, now=now)
                case "release":
                    stock.release(session, subject=subject, now=now, reason="test")
                case "ship":
                    stock.ship(session, subject=subject, quantity=number, now=now)
                case "set":
                    stock.set_on_hand(session, listing_id=goods, on_hand=number * 3, now=now)
                case _:
                    now += timedelta(minutes=number)
        except DomainError:
            continue
        on_hand, allocated, held = counts(session, goods)
        assert on_hand >= 0
        assert allocated >= 0
        assert held >= 0
        assert on_hand - allocated - held >= 0
        assert [breach for breach in checks.breaches(session) if breach.invariant == "3 stock"] == []


def _claim_many(chosen: Settings, listing_id, tries: int) -> list[str]:
    """Claim one unit so many times from several threads of this process, as workers of a server do."""
    app = create_app(chosen)

    def once(_number: int) -> str:
        with app.app_context():
            try:
                in_unit_of_work(lambda session: claim(session, listing_id, 1))
            except Conflict as refusal:
                return refusal.code
            finally:
                db.session.remove()
            return "held"

    with concurrent.futures.ThreadPoolExecutor(5) as threads:
        done = list(threads.map(once, range(tries)))
    with app.app_context():
        db.engine.dispose()
    return done


def test_fifty_claims_for_the_last_ten_units(app, settings, database):
    with unit_of_work() as session:
        shelves(session)
        goods = publish(session, merchant(session), stock=10)
    db.session.remove()
    shares = [13, 13, 12, 12]
    random.shuffle(shares)
    with concurrent.futures.ProcessPoolExecutor(4, mp_context=FORKED) as processes:
        begun = [processes.submit(_claim_many, settings, goods, share) for share in shares]
        results = [result for each in begun for result in each.result(timeout=120)]
    assert sorted(results) == ["held"] * 10 + ["stock"] * 40
    assert counts(reading(), goods) == (10, 0, 10)
    assert checks.breaches(reading()) == []

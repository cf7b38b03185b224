"""A trusted merchant's changes go live by the way of a decision, but for risks and samples; a fault ends it."""

import hashlib

import pytest
import sqlalchemy as sa

from marketplace.audit.models import AuditRow
from marketplace.catalog.queries import shelf
from marketplace.kernel import clock
from marketplace.kernel.db import extension, reading, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.moderation import flows, queries, services
from marketplace.moderation.models import Case, CaseJudgement, ReviewSeed
from marketplace.moderation.queries import checks, trust
from marketplace.moderation.rules import CaseState
from marketplace.moderation.rules.trust import is_sample
from marketplace.reference.models import DatedSetting
from tests.integration.catalog.conftest import NOW


def settle(**values):
    """Let settings hold from long ago."""
    with unit_of_work() as session:
        for name, value in values.items():
            session.execute(sa.delete(DatedSetting).where(DatedSetting.key == name))
            session.add(DatedSetting(id=new_id(), key=name, value=value, valid_from=NOW.replace(year=2020)))


def compare(*made):
    flows.compare(list(made), store=extension("city.store"), now=clock.now())
    reading().rollback()


def state(city, made):
    found = reading().get_one(Case, city.case_of(made))
    reading().refresh(found)
    return found.state


def publish(city, count):
    """Confirm so many of the seller's listings by a person."""
    for number in range(count):
        made = city.submit(city.seller, f"P{number}")
        with unit_of_work() as session:
            services.decide(
                session, actor=city.moderator, case_id=city.case_of(made), decision="approve", now=clock.now()
            )
    return made


@pytest.fixture
def trusted(city):
    """Five confirmed in a row are enough; the lot takes one in a hundred."""
    settle(TRUST_CONFIRMED=5, TRUST_SAMPLE_PERCENT=1)
    with unit_of_work() as session:
        session.add(ReviewSeed(id=new_id(), seed="7" * 64, made_at=clock.now()))
    return city


def unsampled(city, sku, **changes):
    """Submit until the lot spares one: one in a hundred is drawn."""
    for turn in range(5):
        made = city.submit(city.seller, f"{sku}.{turn}", **changes)
        if not is_sample("7" * 64, city.case_of(made), 1):
            return made
    raise AssertionError


def test_what_a_trusted_merchant_hands_in_goes_live_as_if_a_person_had_decided(trusted):
    city = trusted
    publish(city, 4)
    early = unsampled(city, "E")
    compare(early)
    assert state(city, early) is CaseState.PENDING
    city.decide(early)
    made = unsampled(city, "A")
    case_id = city.case_of(made)
    compare(made)
    compare(made)
    assert state(city, made) is CaseState.CONFIRMED
    assert shelf.offers(reading(), viewer=None, listing_ids=[made])
    rows = reading().scalars(sa.select(AuditRow).where(AuditRow.subject_id == case_id).order_by(AuditRow.id)).all()
    assert [(row.action, row.actor_id) for row in rows] == [("moderation.judge", None), ("moderation.approve", None)]
    assert rows[0].facts["rule"] == 1
    assert checks.breaches(reading()) == []


def test_what_looks_risky_is_left_to_a_person(trusted):
    city = trusted
    made = publish(city, 5)
    city.edit(city.seller, made, "P4", origin="VN")
    compare(made)
    found = queries.case(reading(), case_id=city.case_of(made)).case
    assert (found.state, found.judged, found.risk) == (CaseState.PENDING, "risk", 40)
    stranger = city.submit(city.rival, "R")
    compare(stranger)
    assert queries.case(reading(), case_id=city.case_of(stranger)).case.judged is None


def test_a_sample_waits_for_a_person_and_a_decline_of_it_ends_the_trust(trusted):
    city = trusted
    settle(TRUST_SAMPLE_PERCENT=100)
    publish(city, 5)
    sample = city.submit(city.seller, "A")
    compare(sample)
    found = queries.case(reading(), case_id=city.case_of(sample)).case
    assert (found.state, found.judged) == (CaseState.PENDING, "sample")
    reading().rollback()
    with unit_of_work() as session:
        services.decide(
            session, actor=city.moderator, case_id=found.id, decision="reject", reason="No.", now=clock.now()
        )
    settle(TRUST_SAMPLE_PERCENT=1)
    record = trust.record(reading(), company_id=city.seller.company)
    assert record.in_a_row == 0
    assert record.last_fault_at is not None
    reading().rollback()
    later = city.submit(city.seller, "B")
    compare(later)
    assert queries.case(reading(), case_id=city.case_of(later)).case.judged is None
    assert checks.breaches(reading()) == []


def test_the_seed_is_proved_by_its_hash_and_what_went_beyond_is_found(city):
    settle(TRUST_CONFIRMED=1, TRUST_MOST_RISK=100, TRUST_SAMPLE_PERCENT=1)
    publish(city, 1)
    made = city.submit(city.seller, "A")
    compare(made)
    seed = reading().scalars(sa.select(ReviewSeed)).one()
    facts = reading().scalars(sa.select(AuditRow.facts).where(AuditRow.action == "review_seed.made")).one()
    assert facts["sha256"] == hashlib.sha256(seed.seed.encode()).hexdigest()
    judged = reading().scalars(sa.select(CaseJudgement)).one()
    assert judged.is_sampled is is_sample(seed.seed, judged.case_id, 1)
    assert checks.breaches(reading()) == []
    reading().rollback()
    with unit_of_work() as session:
        session.execute(sa.update(ReviewSeed).values(seed=_other(judged)))
    assert "not drawn as its seed says" in [breach.what for breach in checks.breaches(reading())]


def _other(judged):
    """Return a seed by which the lot would have been another."""
    seeds = (f"{number:064x}" for number in range(10_000))
    return next(seed for seed in seeds if is_sample(seed, judged.case_id, 1) is not judged.is_sampled)


def test_what_was_rewritten_since_it_was_compared_is_compared_first(trusted):
    city = trusted
    publish(city, 5)
    made = unsampled(city, "A")
    flows.confirm_trusted([made], now=clock.now())
    assert state(city, made) is CaseState.PENDING
    compare(made)
    assert state(city, made) is CaseState.CONFIRMED

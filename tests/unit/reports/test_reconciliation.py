"""What stands on the operator's board: whose move it is, where, and for how long it waits."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.kernel.ids import new_id
from marketplace.reports.reconciliation import rules
from marketplace.reports.reconciliation.rules import Kind
from marketplace.web.reconciliation import words
from marketplace.worker import jobs

NOW = datetime(2026, 11, 28, 6, tzinfo=UTC)
THING = UUID(int=1)


def test_every_kind_has_an_owner_words_and_a_place():
    assert set(rules.OWNERS) == set(words.KINDS) == set(Kind)
    assert set(rules.OWNERS.values()) <= set(words.OWNERS)
    assert {kind for kind in Kind if not rules.path(kind, THING, None)} == {Kind.TRANSFER}


def test_an_overdue_order_and_a_claim_are_put_right_on_pages_of_their_own():
    order = new_id()
    assert rules.path(Kind.OBLIGATION, THING, order) == f"/operator/orders/{order}/money"
    assert rules.path(Kind.OBLIGATION, THING, None) == "/operator/money"
    for state in ("failed", "returned"):
        assert rules.path(Kind.BOUNCED, THING, None, state) == f"/account/payouts?state={state}"
    assert rules.path(Kind.CLAIM, THING, None) == f"/claims/{THING}"


def test_age_is_counted_in_whole_days():
    assert rules.age(NOW - timedelta(hours=47), NOW) == 1
    assert rules.age(NOW + timedelta(hours=1), NOW) == 0


def test_the_jobs_about_money_are_jobs():
    assert set(rules.MONEY_JOBS) <= set(jobs.JOBS)

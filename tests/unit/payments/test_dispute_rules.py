"""What a dispute is about, which way it goes, and who bears one that is lost."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.errors import Refused
from marketplace.payments.rules import disputes as rules
from marketplace.payments.rules.disputes import Bearer, DisputeState, Part
from marketplace.payments.rules.provider import Evidence, ProviderDisputeState

ONE, TWO = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
S, P = DisputeState, ProviderDisputeState


def part(number, line, minor):
    return Part(UUID(int=number), line, minor)


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        (300, {(13, 300)}),  # exactly the second line's
        (700, {(11, 210), (12, 490)}),  # exactly the first one's, both its shares
        (310, {(13, 300), (12, 10)}),
        (1_000, {(11, 210), (12, 490), (13, 300)}),
        (5_000, {(11, 210), (12, 490), (13, 300)}),
        (0, set()),
    ],
)
def test_a_dispute_is_about_one_line_or_about_the_last_to_fall_due(amount, found):
    parts = [part(11, ONE, 210), part(12, ONE, 490), part(13, TWO, 300)]
    assert {(one.id.int, one.minor) for one in rules.parts_of(amount, parts)} == found


def test_of_two_lines_of_one_amount_neither_is_meant():
    parts = [part(11, ONE, 300), part(12, TWO, 300), part(13, TWO, 0)]
    assert [(one.id.int, one.minor) for one in rules.parts_of(300, parts)] == [(12, 300)]


@given(amount=st.integers(0, 500), minors=st.lists(st.integers(0, 200), max_size=6))
def test_never_more_than_the_amount_nor_than_there_is(amount, minors):
    parts = [part(number, UUID(int=number % 2), minor) for number, minor in enumerate(minors, start=1)]
    found = rules.parts_of(amount, parts)
    assert sum(one.minor for one in found) == min(amount, sum(minors))
    assert all(0 < one.minor <= next(own.minor for own in parts if own.id == one.id) for one in found)


@pytest.mark.parametrize(
    ("state", "seen", "was", "is_now", "action"),
    [
        (S.OPEN, P.OPEN, False, False, None),
        (S.OPEN, P.ANSWERED, False, False, "answer"),
        (S.ANSWERED, P.OPEN, False, False, None),  # an older view
        (S.ANSWERED, P.OPEN, True, True, None),
        (S.ANSWERED, P.OPEN, True, False, "reopen"),
        (S.ANSWERED, P.ANSWERED, False, False, None),
        (S.OPEN, P.LOST, False, False, "lose"),
        (S.ANSWERED, P.WON, False, False, "win"),
        (S.ANSWERED, P.CLOSED, True, True, "close"),
        (S.LOST, P.ANSWERED, False, False, None),
        (S.WON, P.LOST, False, False, None),
    ],
)
def test_only_what_is_newer_moves_a_dispute(state, seen, was, is_now, action):
    assert rules.action_towards(state, seen, was_inquiry=was, is_inquiry=is_now) == action


def test_the_goods_are_the_payees_the_card_is_the_houses():
    assert rules.bearer_of("product_not_received") is Bearer.PAYEE
    assert rules.bearer_of("fraudulent") is rules.bearer_of("anything new") is Bearer.HOUSE


def test_the_alarm_comes_two_days_before():
    assert rules.alarm_at(NOW) == NOW - timedelta(days=2)
    assert rules.alarm_at(None) is None


@pytest.mark.parametrize(
    ("evidence", "field"), [(Evidence(told=" "), "told"), (Evidence("x" * 5_001, told="y"), "goods")]
)
def test_evidence_says_something_and_not_too_much(evidence, field):
    with pytest.raises(Refused) as caught:
        rules.check_evidence(evidence)
    assert caught.value.errors[0].field == field
    rules.check_evidence(Evidence(told="delivered"))


def test_each_decision_of_a_dispute_has_a_job_of_its_own():
    keys = {rules.resume_key(number, state) for number in (UUID(int=1), UUID(int=2)) for state in DisputeState}
    assert len(keys) == 2 * len(DisputeState)

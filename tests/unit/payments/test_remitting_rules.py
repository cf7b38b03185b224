"""Where payouts go by transfer, how accounts stand, and how long money may wait at the provider."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.payments.rules import remitting as rules
from marketplace.payments.rules.remitting import AccountState

S = AccountState


@pytest.mark.parametrize(
    ("platform", "company", "can"),
    [
        ("SG", "SG", True), ("SG", "MY", True), ("MY", "SG", True), ("DE", "US", True),
        ("SG", "VN", False), ("SG", "CN", False), ("SG", "TH", False), ("SG", "US", False), ("VN", "VN", False),
    ],
)  # fmt: skip
def test_transfers_stay_within_a_region(platform, company, can):
    assert rules.can_transfer(platform=platform, company=company) is can


@pytest.mark.parametrize(
    ("state", "receives", "step"),
    [
        (S.ASKED, True, None), (S.SETTING_UP, True, "activate"), (S.SETTING_UP, False, None),
        (S.RESTRICTED, True, "activate"), (S.RESTRICTED, False, None), (S.ACTIVE, False, "restrict"),
        (S.ACTIVE, True, None), (S.STOPPED, True, None),
    ],
)  # fmt: skip
def test_an_account_follows_the_provider(state, receives, step):
    assert rules.account_step(state, receives=receives) == step
    assert step is None or rules.PROVIDER_ACCOUNTS.allows(state, step)


def test_money_waits_as_long_as_the_stricter_country_lets_it():
    assert rules.hold_limit("SG", "MY").days == 90
    assert rules.hold_limit("SG", "TH").days == 10
    assert rules.hold_limit("US").days == 730


def test_the_alarm_comes_at_four_fifths():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert rules.alarm_of(start, start + timedelta(days=10)) == start + timedelta(days=8)

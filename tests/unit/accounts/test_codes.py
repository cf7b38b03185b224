"""Codes, tokens, terms, and what a sign-in still needs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp.totp import TOTP

from marketplace.accounts.rules.codes import bare_code, digest, is_code, totp_step
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.accounts.rules.sign_in import Policy, must_enrol
from marketplace.accounts.rules.terms import check_accepted
from marketplace.kernel.errors import Refused

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
STEP = TOTP(SECRET).timecode(NOW)


def code_at(steps):
    return TOTP(SECRET).generate_otp(STEP + steps)


@pytest.mark.parametrize(
    ("steps", "after", "found"),
    [
        (0, 0, STEP),
        (-1, 0, STEP - 1),
        (1, 0, STEP + 1),
        (-2, 0, None),
        (2, 0, None),
        (0, STEP, None),
        (-1, STEP - 1, None),
        (1, STEP, STEP + 1),
    ],
)
def test_a_code_counts_near_its_time_and_once(steps, after, found):
    assert totp_step(SECRET, code_at(steps), after=after, now=NOW) == found


@pytest.mark.parametrize("wrong", ["", "000000", "12345", "1234567", "٠١٢٣٤٥", "abcdef", "\ud800"])
def test_anything_else_does_not_count(wrong):
    assert wrong != code_at(0)
    assert totp_step(SECRET, wrong, after=0, now=NOW) is None


def test_the_standard_s_own_example():
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238 appendix B, SHA-1
    assert totp_step(secret, "287082", after=0, now=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=59)) == 1


@pytest.mark.parametrize(("typed", "bare"), [("123 456", "123456"), (" ab-cd\t", "ABCD"), ("", "")])
def test_blanks_and_hyphens_in_a_code_are_nothing(typed, bare):
    assert bare_code(typed) == bare


@pytest.mark.parametrize(
    ("text", "is_one"), [("123456", True), ("12345", False), ("１２３４５６", False), ("12345a", False)]
)
def test_a_code_is_six_ascii_digits(text, is_one):
    assert is_code(text) is is_one


@given(st.text())
def test_every_text_has_a_digest(text):
    assert len(digest(text)) == 64


def test_every_current_version_is_accepted_by_name():
    current = ["terms:2", "privacy:1"]
    check_accepted(["privacy:1", "terms:2", "terms:1"], current)
    check_accepted([], [])
    with pytest.raises(Refused) as refusal:
        check_accepted(["terms:1", "privacy:1"], current)
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("accepted_terms", "terms", "privacy:1, terms:2")


STRICT = Policy(allow_test_mail=False, second_factor_waived=False, throttled=True)
WAIVED = Policy(allow_test_mail=True, second_factor_waived=True, throttled=True)


@pytest.mark.parametrize(
    ("kinds", "has_totp", "policy", "needed"),
    [
        ([CompanyKind.TRADE], False, STRICT, False),
        ([CompanyKind.OPERATOR], False, STRICT, True),
        ([CompanyKind.TRADE, CompanyKind.OPERATOR], False, STRICT, True),
        ([CompanyKind.OPERATOR], True, STRICT, False),
        ([CompanyKind.OPERATOR], False, WAIVED, False),
        ([], False, STRICT, False),
    ],
)
def test_staff_set_up_a_second_factor(kinds, has_totp, policy, needed):
    assert must_enrol(kinds, has_totp=has_totp, policy=policy) is needed

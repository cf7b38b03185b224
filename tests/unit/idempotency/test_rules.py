"""What a key is, and what makes two requests the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.idempotency import rules
from marketplace.kernel.errors import Malformed

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)


@given(KEYS)
def test_printable_keys_are_taken_as_they_are(key):
    assert rules.parse_key(key) == key


@pytest.mark.parametrize("key", [None, ""])
def test_a_missing_key_is_named(key):
    with pytest.raises(Malformed) as refusal:
        rules.parse_key(key)
    assert refusal.value.code == "key_missing"


@pytest.mark.parametrize("key", [" ", "a b", "x" * 256, "钥匙", "a\n", "a\x00", "\x7f"])
def test_a_malformed_key_is_refused_with_what_is_accepted(key):
    with pytest.raises(Malformed) as refusal:
        rules.parse_key(key)
    assert refusal.value.code == "key_malformed"
    assert refusal.value.errors[0].field == "Idempotency-Key"


def test_refusals_say_what_to_do():
    assert (rules.key_reused().code, rules.key_reused().errors[0].field) == ("key_reused", "Idempotency-Key")
    assert (rules.key_running().code, rules.key_running().facts) == ("key_running", {"retry_after": 2})


@given(*[st.tuples(st.text(max_size=4), st.text(max_size=6), st.binary(max_size=6))] * 2)
def test_two_requests_have_one_fingerprint_only_if_they_are_the_same(first, second):
    assert (rules.fingerprint(*first) == rules.fingerprint(*second)) == (first == second)

"""Good and bad passwords."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.common_passwords import COMMON
from marketplace.accounts.rules.passwords import LONGEST, SHORTEST, check_password, is_common, normalized
from marketplace.kernel.errors import Refused


def code_of(password, about=()):
    try:
        check_password(password, about=about)
    except Refused as refusal:
        (error,) = refusal.errors
        return error.code
    return ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "too_short"),
        ("nine char", "too_short"),
        ("x" * (LONGEST + 1), "too_long"),
        ("aaaaaaaaaaaa", "password_monotonous"),
        ("abababababab", "password_monotonous"),
        ("1234567890", "password_monotonous"),
        ("0987654321", "password_monotonous"),
        ("abcdefghijk", "password_monotonous"),
        ("password123!", "password_common"),
        ("P@ssw0rd2026", "password_common"),
        ("PASSWORDPASSWORD", "password_common"),
        ("qwertyuiop", "password_common"),
        ("Chongqing2026", "password_common"),
        ("dragondragon", "password_common"),
        ("!!!Welcome2026!!!", "password_common"),
        ("lorry over the pass", ""),
        ("durian durian", ""),
        ("Mật khẩu rất dài", ""),
        ("红木家具出口许可证号码", ""),
        ("correct-lorry-7", ""),
        ("2948105736", ""),
    ],
)
def test_each_weakness_has_its_code(password, code):
    assert code_of(password) == code


@pytest.mark.parametrize(
    ("password", "about", "code"),
    [
        ("lanxang-trading", ["Lanxang Trading Sole Co."], "password_personal"),
        ("Lanxang2026!", ["Lanxang Trading"], "password_personal"),
        ("somchai.k2026", ["somchai.k@durian.example"], "password_personal"),
        ("lanxang goes over the hills", ["Lanxang Trading"], ""),
        ("over-the-hills", ["Lanxang Trading"], ""),
        ("one two three four", ["A B Co"], ""),
    ],
)
def test_nobody_is_their_own_password(password, about, code):
    assert code_of(password, about) == code


def test_the_field_is_the_form_s():
    with pytest.raises(Refused) as refusal:
        check_password("short", field="new_password")
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("new_password", "too_short", f"at least {SHORTEST} characters")


def test_the_list_is_short_and_lower_case():
    assert len(COMMON) <= 200
    assert all(word == word.casefold() for word in COMMON)


@given(st.sampled_from(sorted(COMMON)), st.text("0123456789!?.", max_size=6), st.text("0123456789!?.", max_size=6))
def test_digits_around_a_common_word_hide_nothing(word, before, after):
    assert is_common(before + word + after)
    assert is_common(before + word.upper() + after)


@given(st.text())
def test_one_form_is_hashed(text):
    assert normalized(normalized(text)) == normalized(text)


@given(st.text(), st.lists(st.text()))
def test_every_text_is_accepted_or_refused(text, about):
    assert code_of(text, about) in {
        "", "too_short", "too_long", "password_monotonous", "password_common", "password_personal"
    }  # fmt: skip

"""What a browser calls itself, as it is kept."""

import pytest

from marketplace.accounts.rules.sign_in import clean_agent


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (X11; Linux)"),
        ("浏览器/1", "浏览器/1"),
        ("a\x00b\r\nc\x1b[31m", "abc[31m"),
        ("a\u202eb\ud800", "ab"),
        ("", ""),
    ],
    ids=["plain", "chinese", "controls", "turned_and_broken", "empty"],
)
def test_a_browser_is_kept_by_what_can_be_printed_of_its_name(told, kept):
    assert clean_agent(told) == kept

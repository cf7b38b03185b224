"""How an address names a language, and which one somebody asks for."""

import pytest

from marketplace.kernel import languages


@pytest.mark.parametrize(("language", "said"), [("en", ""), ("zh", "/zh"), ("vi", "/vi"), ("th", "")])
def test_addresses_name_the_languages_of_pages_other_than_english(language, said):
    assert languages.prefix(language) == said


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (("zh-CN", "en"), "zh"),
        (("vi_VN",), "vi"),
        (("th", "en-GB", "zh"), "en"),
        (("th", "*"), "en"),
        ((), "en"),
    ],
)
def test_the_first_language_that_pages_are_written_in_is_taken(asked, given):
    assert languages.wanted(asked) == given


def test_who_asks_for_none_of_them_gets_what_was_agreed():
    assert languages.wanted(("th",), "vi") == "vi"

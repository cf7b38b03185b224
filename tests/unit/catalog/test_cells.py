"""Bad rows are given back with two columns in the merchant's language, and known by them when they come again."""

import pytest

from marketplace.catalog.rules.cells import GIVEN_BACK, given_back, ignored, line_column


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("error_row", "error")),
        ("zh", ("出错行号", "出错原因")),
        ("vi", ("Dòng lỗi", "Lý do lỗi")),
        ("th", ("error_row", "error")),
    ],
)
def test_rows_are_given_back_in_the_merchants_language_or_english(language, names):
    assert given_back(language) == names
    assert set(names) <= GIVEN_BACK
    assert ignored({}, ["sku", *names]) == ("sku",)


def test_the_column_of_rows_is_known_in_whatever_language_it_is_named():
    assert [line_column(["sku", *given_back(language), "price"]) for language in ("en", "zh", "vi")] == [1, 1, 1]
    assert line_column(["sku", "error", "出错原因"]) is None

"""Numbers of forms are read as the page writes them, where they read in one way only."""

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from marketplace.edge.parsing import exact_decimal
from marketplace.edge.typed import number, plain
from marketplace.kernel import figures


@pytest.mark.parametrize(
    ("mark", "typed", "read"),
    [
        (",", "6720,00", "6720.00"),
        (",", "6.720,00", "6720.00"),
        (",", " -0,125 ", "-0.125"),
        (",", "1.234.567", "1234567"),
        (",", "27,4", "27.4"),
        (",", "6720.00", "6720.00"),  # as the page fills it in
        (",", "6,720", "6,720"),  # six, or six thousand
        (",", "1,234.50", "1,234.50"),
        (".", "1,234.50", "1234.50"),
        (".", "1,234,567", "1234567"),
        (".", "6720,00", "6720,00"),
        (".", "1,234", "1,234"),
        (".", "12,34.5", "12,34.5"),
        (".", "many", "many"),
    ],
)
def test_a_number_is_read_where_it_reads_in_one_way(mark: str, typed: str, read: str) -> None:
    assert plain(typed, mark) == read


@given(st.decimals(-(10**9), 10**9, places=2), st.sampled_from(["en", "zh_Hans", "vi"]))
def test_what_a_page_writes_with_decimals_is_read_back(value, language: str) -> None:
    mark = "," if language == "vi" else "."
    assert plain(figures.number(f"{value:f}", language), mark) == f"{value:f}"


def test_programs_write_a_point() -> None:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context("/orders"), force_locale("vi"):
        assert number("6720,00") == "6720.00"
        assert str(exact_decimal("6.720,50")) == "6720.50"
    with app.test_request_context("/api/v1/orders"), force_locale("vi"):
        assert number("6720,00") == "6720,00"
    assert number("6720,00") == "6720,00"

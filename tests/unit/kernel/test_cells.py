"""No cell is run by a sheet program, and each is found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.kernel.cells import as_it_was, inert

RUN = "=+-@\t\r\n＝＋－＠"


@given(st.text(st.sampled_from(f"'{RUN}1. a") | st.characters()))
def test_every_text_is_found_again_and_none_begins_like_a_formula(text):
    written = inert(text)
    assert as_it_was(written) == text
    assert written[:1] not in set(RUN) or written[1:].replace(".", "", 1).isdigit()


@pytest.mark.parametrize("text", ["", "plain", "-12.50", "-7", "12.50", "'", "'quoted'", "a=b"])
def test_what_nobody_runs_stays_as_it_is(text):
    assert inert(text) == as_it_was(text) == text


def test_what_somebody_typed_with_an_apostrophe_loses_it_only_before_a_formula():
    assert inert("=1+1") == "'=1+1"
    assert (as_it_was("'=1+1"), as_it_was("'-5"), as_it_was("'80s")) == ("=1+1", "-5", "'80s")
    assert inert(None) == ""

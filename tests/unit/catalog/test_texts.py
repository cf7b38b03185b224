"""How each language's text came about: one mark a language, taken away again, and nothing kept of none."""

import pytest

from marketplace.catalog.rules.details.texts import How, mark_of, marked
from marketplace.kernel.errors import Refused


def test_a_mark_is_set_beside_the_others_and_taken_away():
    first = marked(None, language="vi", how="machine")
    both = marked(first, language="en", how="person")
    assert (first, both) == ({"marks": {"vi": "machine"}}, {"marks": {"en": "person", "vi": "machine"}})
    assert list(both["marks"]) == ["en", "vi"]
    assert marked(both, language="vi", how=None) == {"marks": {"en": "person"}}
    assert marked(first, language="vi", how=None) is None
    assert marked(first, language="vi", how="copied") == {"marks": {"vi": "copied"}}
    assert first == {"marks": {"vi": "machine"}}


def test_taking_away_what_is_not_there_changes_nothing():
    assert marked(None, language="vi", how=None) is None
    assert marked({"marks": {"en": "person"}}, language="vi", how=None) == {"marks": {"en": "person"}}


def test_no_other_way_for_a_text_to_come_about_is_known():
    with pytest.raises(Refused) as refusal:
        marked(None, language="vi", how="magic")
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("how", "choice", "person, machine, copied")


@pytest.mark.parametrize(
    ("details", "how"),
    [
        ({"texts": {"marks": {"vi": "machine", "en": "person"}}}, How.MACHINE),
        ({"texts": {"marks": {"en": "person"}}}, None),
        ({"texts": {}}, None),
        ({}, None),
    ],
)
def test_a_reader_is_told_how_the_text_of_his_language_came_about(details, how):
    assert mark_of(details, "vi") is how

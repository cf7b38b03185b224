"""What people write is neither empty nor endless, and what is shown has its names."""

import pytest

from marketplace.exchange.rules import notes, showroom
from marketplace.exchange.rules.enquiries import EnquiryKind, Question, check_act, check_question
from marketplace.kernel.errors import Refused
from marketplace.moderation.rules import reports


def refused(work, *args, **kwargs):
    with pytest.raises(Refused) as refusal:
        work(*args, **kwargs)
    return {(error.field, error.code) for error in refusal.value.errors}


@pytest.mark.parametrize("check", [notes.check_text, reports.check_text])
def test_a_text_has_words_and_an_end(check):
    assert check("  Seen at the hub. ") == "Seen at the hub."
    assert refused(check, "  \n") == {("text", "required")}
    assert refused(check, "x" * 10_001) == {("text", "too_long")}


def test_an_enquiry_and_its_answer_end():
    question = Question(EnquiryKind.EXHIBITOR, "A", "a@demo.test", "", "VN", "x" * 4_001, True)
    assert refused(check_question, question) == {("text", "too_long")}
    check_act("answer", "Welcome.")
    assert refused(check_act, "answer", "x" * 4_001) == {("text", "too_long")}


def test_a_hall_has_names_in_languages_of_the_city():
    showroom.check_hall("H1", {"en": "Hall one"})
    assert refused(showroom.check_hall, "H1", {"en": "Hall one", "xx": "?"}) == {("names", "choice")}
    assert refused(showroom.check_hall, "H1", {"en": "x" * 101}) == {("names", "too_long")}

"""Reports of listings: what can be wrong, and words that a reviewer can follow."""

import pytest

from marketplace.kernel.errors import Refused
from marketplace.moderation.rules.reports import LONGEST, ReportKind, check_text, parse_kind


def refused(act):
    with pytest.raises(Refused) as refusal:
        act()
    (error,) = refusal.value.errors
    return error.field, error.code, error.accepted


@pytest.mark.parametrize("kind", ReportKind)
def test_what_can_be_wrong_is_read_by_its_code(kind):
    assert parse_kind(kind.value) is kind


@pytest.mark.parametrize("text", ["", "Counterfeit", "ugly"])
def test_anything_else_is_refused_with_what_can_be_wrong(text):
    accepted = "counterfeit, prohibited, wrong_information, copied_pictures, other"
    assert refused(lambda: parse_kind(text)) == ("kind", "choice", accepted)


def test_a_report_is_kept_without_its_margins():
    assert check_text("  The brand is not theirs.\n") == "The brand is not theirs."
    assert check_text(f" {'x' * LONGEST} ") == "x" * LONGEST


def test_nobody_looks_into_nothing_or_reads_without_end():
    assert refused(lambda: check_text(" \n ")) == ("text", "required", "what is wrong, and how to see it")
    assert refused(lambda: check_text("x" * (LONGEST + 1), field="answer")) == (
        "answer", "too_long", "at most 2000 characters",
    )  # fmt: skip

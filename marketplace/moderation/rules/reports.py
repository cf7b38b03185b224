"""Reports of listings: what can be wrong, what becomes of a report, and how many somebody may hand in."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from marketplace.kernel.errors import Refused
from marketplace.kernel.lifecycle import Lifecycle

LONGEST: Final = 2_000
# Of one person, and of people who are not signed in about one listing, within a day.
MOST_OF_A_PERSON: Final = 20
MOST_OF_STRANGERS: Final = 5
WITHIN: Final = timedelta(days=1)


class ReportKind(StrEnum):
    """What is said to be wrong."""

    COUNTERFEIT = "counterfeit"
    PROHIBITED = "prohibited"
    WRONG_INFORMATION = "wrong_information"
    COPIED_PICTURES = "copied_pictures"
    OTHER = "other"


class ReportState(StrEnum):
    """What became of a report."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


REPORT: Final = Lifecycle(
    "report",
    {ReportState.OPEN: {"uphold": ReportState.UPHELD, "dismiss": ReportState.DISMISSED}},
)


def parse_kind(kind: str) -> ReportKind:
    """Return what is said to be wrong, or refuse it naming what can be."""
    if kind not in set(ReportKind):
        raise Refused.field("kind", "choice", ", ".join(ReportKind))
    return ReportKind(kind)


def check_text(text: str, *, field: str = "text") -> str:
    """Return what somebody wrote without its margins; a reviewer cannot look into nothing."""
    found = text.strip()
    if not found:
        raise Refused.field(field, "required", "what is wrong, and how to see it")
    if len(found) > LONGEST:
        raise Refused.field(field, "too_long", f"at most {LONGEST} characters")
    return found

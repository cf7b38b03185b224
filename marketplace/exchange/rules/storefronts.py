"""What a merchant says of itself on its public page, in versions: a new one is looked at before anybody else sees it.

The version that is shown stays up meanwhile, as a live listing does while an edit of it waits. A version never
changes: who decides decides about exactly what was looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.catalog.rules.texts import LANGUAGES, check_texts
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.merchants.rules.requirements import check_reason

LONGEST_HEADLINE: Final = 120
LONGEST_TEXT: Final = 4_000
LONGEST_ALT: Final = 160


class FrontState(StrEnum):
    """Where a version of a storefront stands."""

    PENDING = "pending"
    SHOWN = "shown"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    HIDDEN = "hidden"


FRONT: Final = Lifecycle(
    "storefront",
    {
        FrontState.PENDING: {
            "show": FrontState.SHOWN,
            "decline": FrontState.DECLINED,
            "withdraw": FrontState.WITHDRAWN,
        },
        FrontState.SHOWN: {
            "hide": FrontState.HIDDEN,
            "supersede": FrontState.SUPERSEDED,
            "withdraw": FrontState.WITHDRAWN,
        },
    },
)
# What a reviewer says; to show needs no reason.
DECISIONS: Final = ("show", "decline", "hide")


@dataclass(frozen=True, slots=True)
class Front:
    """A headline and a text by language, the language they were written in first, and a banner."""

    headlines: Mapping[str, str]
    texts: Mapping[str, str]
    source_locale: str
    banner_file_id: UUID | None = None
    banner_alt: str = ""


def check_front(front: Front) -> None:
    """Refuse a storefront without a headline in its first language, in unknown languages, or too long."""
    errors: list[FieldError] = []
    if front.source_locale not in LANGUAGES:
        errors.append(FieldError("locale", "choice", ", ".join(LANGUAGES)))
    source, longest = front.source_locale, LONGEST_HEADLINE
    errors += check_texts("headlines", front.headlines, source=source, longest=longest, needed=True)
    errors += check_texts("texts", front.texts, source=source, longest=LONGEST_TEXT, needed=False)
    if len(front.banner_alt) > LONGEST_ALT:
        errors.append(FieldError("banner_alt", "too_long", f"at most {LONGEST_ALT} characters"))
    if errors:
        raise Refused.fields(*errors)


def check_decision(decision: str, reason: str) -> None:
    """Refuse an unknown decision, and one that takes something from the merchant without a reason."""
    if decision not in DECISIONS:
        raise Refused.field("decision", "choice", ", ".join(DECISIONS))
    check_reason(reason, is_needed=decision != "show")

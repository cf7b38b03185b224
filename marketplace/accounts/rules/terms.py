"""Terms of use and privacy notice: versions, and which must be accepted."""

from collections.abc import Iterable
from enum import StrEnum

from marketplace.kernel.errors import Refused


class TermsKind(StrEnum):
    """What is accepted."""

    TERMS = "terms"
    PRIVACY = "privacy"


def check_accepted(accepted: Iterable[str], current: Iterable[str]) -> None:
    """Refuse ``accepted_terms`` unless every current version (``terms:2026-01``) was accepted by name."""
    needed = sorted(current)
    if not set(needed) <= set(accepted):
        raise Refused.field("accepted_terms", "terms", ", ".join(needed))

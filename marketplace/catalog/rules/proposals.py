"""A merchant's wish for a shared page that is not there yet, and what becomes of it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.reference.rules import hs_code

_LONGEST_NAME: Final = 80
_GRADE_LETTERS: Final = 60
LONGEST_REASON: Final = 1_000
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    MERGED = "merged"
    DECLINED = "declined"


PROPOSAL: Final = Lifecycle(
    "commodity_proposal",
    {
        ProposalState.PENDING: {
            "accept": ProposalState.ACCEPTED,
            "merge": ProposalState.MERGED,
            "decline": ProposalState.DECLINED,
        }
    },
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a shared page would be about: names by language with an English one, its shelf's code, six digits, grade."""

    names: Mapping[str, str]
    category: str
    hs6: str
    grade: str = ""


def check_proposal(proposal: Proposal) -> None:
    """Raise Refused naming every field that is wrong by itself; the shelf is the service's to check."""
    errors: list[FieldError] = []
    if not proposal.names.get("en"):
        errors.append(FieldError("name", "required", "a name in English"))
    if unknown := proposal.names.keys() - set(LANGUAGES):
        errors.append(FieldError("names", "choice", ", ".join(LANGUAGES), {"unknown": sorted(unknown)}))
    if any(len(name) > _LONGEST_NAME for name in proposal.names.values()):
        errors.append(FieldError("name", "too_long", f"at most {_LONGEST_NAME} characters"))
    try:
        hs_code(proposal.hs6)
    except Refused as refusal:
        errors += [FieldError("hs6", error.code, error.accepted) for error in refusal.errors]
    if len(proposal.grade) > _GRADE_LETTERS:
        errors.append(FieldError("grade", "too_long", f"at most {_GRADE_LETTERS} characters"))
    if errors:
        raise Refused.fields(*errors)


def slug_of(name: str) -> str:
    """Return the address of an English name: ``Durian, fresh`` as ``durian-fresh``; empty when it has no letter."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:80].strip("-")


def check_slug(slug: str) -> None:
    """Refuse an address that is none."""
    if not _SLUG.fullmatch(slug) or len(slug) > 80:
        raise Refused.field("slug", "commodity_slug", "small letters, digits and dashes, such as fresh-durian")

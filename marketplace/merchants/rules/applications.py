"""Which decisions there are about applications and merchants, and who may take them."""

from collections.abc import Collection
from uuid import UUID

from marketplace.kernel.errors import NotAllowed, Refused
from marketplace.merchants.rules.requirements import check_reason
from marketplace.merchants.rules.states import DECISIONS, STANDING_ACTS


def check_decision(decision: str, reason: str) -> None:
    """Refuse an unknown decision, and one without a reason."""
    if decision not in DECISIONS:
        raise Refused.field("decision", "choice", ", ".join(DECISIONS))
    check_reason(reason)


def check_standing(action: str, reason: str) -> None:
    """Refuse an unknown act on a merchant's standing, and one without a reason."""
    if action not in STANDING_ACTS:
        raise Refused.field("action", "choice", ", ".join(STANDING_ACTS))
    check_reason(reason)


def check_impartial(
    *, reviewer: UUID | None, reviewer_companies: Collection[UUID], applicant: UUID, submitted_by: UUID | None
) -> None:
    """Refuse somebody who would decide about a company of their own."""
    if applicant in reviewer_companies or (reviewer is not None and reviewer == submitted_by):
        raise NotAllowed("own_application")

"""States of merchants, applications and payees, and the drawn transitions."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class MerchantState(StrEnum):
    """Where a company stands that wants to sell."""

    ONBOARDING = "onboarding"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


MERCHANT: Final = Lifecycle(
    "merchant",
    {
        MerchantState.ONBOARDING: {"submit": MerchantState.SUBMITTED},
        MerchantState.SUBMITTED: {
            "approve": MerchantState.APPROVED,
            "reject": MerchantState.REJECTED,
            "request_changes": MerchantState.ONBOARDING,
        },
        MerchantState.REJECTED: {"submit": MerchantState.SUBMITTED},
        MerchantState.APPROVED: {"suspend": MerchantState.SUSPENDED},
        MerchantState.SUSPENDED: {"reinstate": MerchantState.APPROVED},
    },
)


# Approved once: it sells, or could again.
STANDING: Final = (MerchantState.APPROVED, MerchantState.SUSPENDED)


class ApplicationState(StrEnum):
    """What became of one application."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    CHANGES_REQUESTED = "changes_requested"


APPLICATION: Final = Lifecycle(
    "application",
    {
        ApplicationState.SUBMITTED: {
            "approve": ApplicationState.APPROVED,
            "reject": ApplicationState.REJECTED,
            "request_changes": ApplicationState.CHANGES_REQUESTED,
        }
    },
)
DECISIONS: Final = tuple(APPLICATION.actions(ApplicationState.SUBMITTED))
STANDING_ACTS: Final = ("suspend", "reinstate")


class PayeeState(StrEnum):
    """Whether an account is paid into."""

    PENDING = "pending"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"


PAYEE: Final = Lifecycle(
    "payee",
    {
        PayeeState.PENDING: {"activate": PayeeState.ACTIVE, "withdraw": PayeeState.WITHDRAWN},
        PayeeState.ACTIVE: {"retire": PayeeState.RETIRED},
    },
)

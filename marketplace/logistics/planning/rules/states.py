"""States of a plan."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.lifecycle import Lifecycle


class PlanState(StrEnum):
    """Where a plan stands: edited and applied while a draft, until a later one takes its place."""

    DRAFT = "draft"
    APPLIED = "applied"
    SUPERSEDED = "superseded"


PLAN: Final = Lifecycle(
    "load_plan",
    {PlanState.DRAFT: {"apply": PlanState.APPLIED, "supersede": PlanState.SUPERSEDED}},
)

"""What the API says of payment plans."""

from typing import Any

from marketplace.api.shared.answers import Amount, Answer
from marketplace.edge.requests.plans import percent_of
from marketplace.payments.rules.plans import AgreedPlan, Offer, Stage, is_preset


class StageAnswer(Answer):
    """A milestone: what makes it due, its percentage, and the days of the payer to pay after that."""

    event: str
    percent: str
    days: int
    counted: str

    @classmethod
    def of(cls, stage: Stage) -> "StageAnswer":
        """Write a milestone."""
        percent = f"{percent_of(stage.basis_points):f}"
        return cls(event=str(stage.event), percent=percent, days=stage.days, counted=str(stage.counted))


class AgreedAnswer(Answer):
    """A plan by its code; ``name`` is what its merchant called it."""

    code: str
    name: str
    preset: bool
    credit: bool
    stages: list[StageAnswer]

    @classmethod
    def of(cls, plan: AgreedPlan) -> "AgreedAnswer":
        """Write a plan."""
        return cls(**_agreed(plan))


class PlanAnswer(AgreedAnswer):
    """A plan as its merchant offers it."""

    rails: list[str]
    minimum: Amount | None
    active: bool
    default: bool

    @classmethod
    def of_offer(cls, offer: Offer) -> "PlanAnswer":
        """Write an offer."""
        return cls(
            **_agreed(offer.plan),
            rails=[str(rail) for rail in offer.rails],
            minimum=Amount.of(offer.minimum) if offer.minimum else None,
            active=offer.active,
            default=offer.default,
        )


def _agreed(plan: AgreedPlan) -> dict[str, Any]:
    """Return what every answer says of a plan."""
    return {
        "code": plan.code,
        "name": plan.name,
        "preset": is_preset(plan.code),
        "credit": plan.credit,
        "stages": [StageAnswer.of(stage) for stage in plan.stages],
    }

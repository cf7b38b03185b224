"""What merchants send about their payment plans."""

from decimal import Decimal
from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.payments import money
from marketplace.kernel.errors import Refused
from marketplace.payments.rules.plans import LONGEST_NAME, MOST_STAGES, AgreedPlan, Counted, Offer, Stage
from marketplace.payments.rules.terms import MilestoneEvent, Rail

_Event = Literal["deposit", "ready", "handed_over", "export_released", "border_crossed", "delivered", "accepted"]


class StageBody(Request):
    """A milestone: the event, its percentage with at most two decimals, and the days to pay after it."""

    event: _Event
    percent: Exact
    days: Whole
    counted: Literal["working", "calendar"] = "working"

    def stage(self) -> Stage:
        """Return it as a value."""
        basis_points = self.percent * 100
        if not 0 < basis_points <= 10_000 or basis_points != basis_points.to_integral_value():
            raise Refused.field("stages", "plan_whole", "percentages that sum to 100")
        return Stage(MilestoneEvent(self.event), int(basis_points), self.days, Counted(self.counted))


class Minimum(Request):
    """From which amount of an order on, in which currency."""

    amount: Exact
    currency: Currency


class PlanBody(Request):
    """A payment plan as it is offered; of a preset only who may use it is said, ``name`` and ``stages`` are its own."""

    name: Annotated[Annotated[Line, Field(max_length=LONGEST_NAME)] | None, BeforeValidator(blank_is_none)] = None
    stages: list[StageBody] = Field(default_factory=list[StageBody], max_length=MOST_STAGES)
    rails: list[Literal["bank", "card"]] = Field(max_length=2)
    minimum: Minimum | None = None
    credit: Tick = False
    active: Tick = True
    default: Tick = False

    def offer(self, code: str, preset: AgreedPlan | None) -> Offer:
        """Return it as a value; a preset lends what was left out."""
        stages = tuple(stage.stage() for stage in self.stages)
        if preset is not None and not stages:
            stages = preset.stages
        plan = AgreedPlan(code, stages, self.name or "", self.credit)
        least = self.minimum
        minimum = money(least.amount, least.currency, field="minimum.amount") if least else None
        rails = tuple(rail for rail in Rail if rail in self.rails)
        return Offer(plan=plan, rails=rails, minimum=minimum, active=self.active, default=self.default)


class NewPlan(PlanBody):
    """A plan of one's own under a code that it has not used yet."""

    code: Line


def percent_of(basis_points: int) -> Decimal:
    """Return a share as people write it."""
    return (Decimal(basis_points) / 100).normalize()


messages.register(
    errors={
        "plan_exists": _("You have a plan with this code already: change it, or choose another code."),
        "last_plan": _("Buyers could pay by no plan any more. Offer another one first."),
    },
    fields={
        "plan_order": _("Name each event once, in the order of the goods’ way."),
        "plan_whole": _("The percentages must sum to 100, with two decimals at most."),
        "plan_days": _("Give %(accepted)s to pay."),
        "plan_code": _("Choose a code of %(accepted)s."),
        "plan_credit": _("A plan on credit is paid by bank transfer, and nothing of it is due before the hand-over."),
        "plan_default": _("Only a plan that is offered can be chosen beforehand."),
        "plan_preset": _("The milestones of this plan are fixed. Make a plan of your own."),
    },
)

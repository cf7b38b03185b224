"""The payment plans that a merchant offers."""

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import plans as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests.plans import NewPlan, PlanBody, percent_of
from marketplace.kernel.errors import Conflict, Refused
from marketplace.payments.rules.plans import Counted, Offer, is_preset
from marketplace.payments.rules.terms import MilestoneEvent, Mode, Rail
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices
from marketplace.web.shared import plans as words

pages = Blueprint("plans", __name__)

_EDIT = Permission.TRADE_PLAN_EDIT


@pages.get("/merchant/payment-plans")
@requires(_EDIT, twin="GET /api/v1/payment-plans")
def many() -> str:
    """Show how buyers may pay, and the form of another plan."""
    return _many()


@pages.post("/merchant/payment-plans")
@requires(_EDIT, twin="POST /api/v1/payment-plans")
def make() -> Any:
    """Make a plan of one's own."""

    def body() -> Any:
        made = parse(NewPlan, _typed() | {"code": request.form.get("code")})
        return lambda session: acts.make(session, made)

    return _done(body, _many)


@pages.get("/merchant/payment-plans/<plan_code>")
@requires(_EDIT, twin="GET /api/v1/payment-plans/{plan_code}")
def one(plan_code: str) -> str:
    """Show a plan to change it."""
    return _one(plan_code)


@pages.post("/merchant/payment-plans/<plan_code>")
@requires(_EDIT, twin="PUT /api/v1/payment-plans/{plan_code}")
def change(plan_code: str) -> Any:
    """Change a plan; placed orders keep theirs."""
    acts.one(plan_code)

    def body() -> Any:
        changed = parse(PlanBody, _typed())
        return lambda session: acts.put(session, plan_code, changed)

    return _done(body, lambda **shown: _one(plan_code, **shown))


def _done(read: Any, show: Any) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("plans.many")

    try:
        act = read()
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, show)
    flash(_("Saved. It counts for the next orders; placed ones stay as they are."), "good")
    return done


def _typed() -> dict[str, Any]:
    """Read the form: ``percent.<event>``, ``days.<event>`` and ``counted.<event>``; an empty percentage is no stage."""
    form = request.form
    minimum = {"amount": form["minimum"], "currency": form.get("currency", "")} if form.get("minimum") else None
    return {
        "name": form.get("name"),
        "stages": words.stages_of(form),
        "rails": form.getlist("rails"),
        "minimum": minimum,
        **{tick: bool(form.get(tick)) for tick in ("credit", "active", "default")},
    }


def _many(**shown: Any) -> str:
    fresh: dict[str, Any] = {"active": "1", "rails": [str(Rail.BANK)]}
    return _page("payments/plans.html", offers=acts.mine(), **{"values": fresh, "errors": {}, "refusal": None, **shown})


def _one(code: str, **shown: Any) -> str:
    offer = acts.one(code)
    return _page(
        "payments/plan.html", offer=offer, **{"values": _values(offer), "errors": {}, "refusal": None, **shown}
    )


def _page(template: str, **shown: Any) -> str:
    values = shown["values"]
    rails = values.getlist("rails") if hasattr(values, "getlist") else values.get("rails", [])
    return render_template(
        template,
        events=tuple(MilestoneEvent),
        counted=tuple(Counted),
        currencies=choices.currencies(),
        words=words,
        direct=Mode.DIRECT,
        is_preset=is_preset,
        chosen_rails=rails,
        **shown,
    )


def _values(offer: Offer) -> dict[str, Any]:
    plan = offer.plan
    found: dict[str, Any] = {"name": plan.name, "rails": [str(rail) for rail in offer.rails]}
    for stage in plan.stages:
        found |= {
            f"percent.{stage.event}": f"{percent_of(stage.basis_points):f}",
            f"days.{stage.event}": str(stage.days),
            f"counted.{stage.event}": str(stage.counted),
        }
    if offer.minimum:
        found |= {"minimum": f"{offer.minimum.amount:f}", "currency": offer.minimum.currency}
    ticks = {"credit": plan.credit, "active": offer.active, "default": offer.default}
    return found | {name: "1" for name, is_on in ticks.items() if is_on}

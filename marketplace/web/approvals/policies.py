"""The rules and limits of a company, and who stands in for whom."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.approvals.queries import policies as queries
from marketplace.approvals.queries.people import APPROVERS, BUYERS
from marketplace.approvals.rules.policy import Rule
from marketplace.edge.acts import approvals as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import approvals as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.reference.rules import CURRENCIES
from marketplace.web.approvals import forms as fields
from marketplace.web.approvals import words
from marketplace.web.approvals.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods

_DECIDE: Final = Permission.COMPANY_APPROVAL_DECIDE
_RULES: Final = Permission.COMPANY_APPROVAL_RULES


@pages.get("/account/approvals/rules")
@requires(_DECIDE, twin="GET /api/v1/approval-rules")
def rules() -> str:
    """Show rules and limits."""
    return _rules()


def _rules(**shown: Any) -> str:
    return render_template(
        "approvals/rules.html",
        policy=acts.policy(),
        words=words,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.get("/account/approvals/rules/new")
@requires(_RULES, twin="POST /api/v1/approval-rules")
def new_rule() -> str:
    """Show the form of a new rule."""
    return _rule(None)


@pages.post("/account/approvals/rules")
@requires(_RULES, twin="POST /api/v1/approval-rules")
def add_rule() -> Any:
    """Add a rule behind the others."""
    return _saved(lambda session: acts.put_rule(session, _body()), None)


@pages.get("/account/approvals/rules/<uuid:rule_id>")
@requires(_RULES, twin="PUT /api/v1/approval-rules/{id}")
def rule(rule_id: UUID) -> str:
    """Show the form of a rule."""
    found = queries.rule(reading(), company_id=require_actor().company, rule_id=rule_id)
    return _rule(found, values=fields.rule_values(found))


@pages.post("/account/approvals/rules/<uuid:rule_id>")
@requires(_RULES, twin="PUT /api/v1/approval-rules/{id}")
def put_rule(rule_id: UUID) -> Any:
    """Change a rule in its place."""
    found = queries.rule(reading(), company_id=require_actor().company, rule_id=rule_id)
    return _saved(lambda session: acts.put_rule(session, _body(), rule_id), found)


@pages.post("/account/approvals/rules/<uuid:rule_id>/removal")
@requires(_RULES, twin="DELETE /api/v1/approval-rules/{id}")
def end_rule(rule_id: UUID) -> Any:
    """Take a rule out."""
    return _done(lambda session: acts.end_rule(session, rule_id), "approvals.rules", _rules)


@pages.post("/account/approvals/rules/<uuid:rule_id>/position")
@requires(_RULES, twin="PUT /api/v1/approval-rules/{id}/position")
def move_rule(rule_id: UUID) -> Any:
    """Put a rule at a place in the order."""
    return _done(
        lambda session: acts.move_rule(session, rule_id, parse_form(requests.Position, request.form)),
        "approvals.rules",
        _rules,
    )


@pages.get("/account/approvals/limits/new")
@requires(_RULES, twin="PUT /api/v1/spending-limits")
def new_limit() -> str:
    """Show the form of a limit."""
    return _limit()


@pages.get("/account/approvals/limits/<uuid:limit_id>")
@requires(_RULES, twin="PUT /api/v1/spending-limits")
def limit(limit_id: UUID) -> str:
    """Show the form of a limit that is set."""
    found = queries.limit(reading(), company_id=require_actor().company, limit_id=limit_id)
    return _limit(values=fields.limit_values(found))


@pages.post("/account/approvals/limits")
@requires(_RULES, twin="PUT /api/v1/spending-limits")
def put_limit() -> Any:
    """Set a limit."""
    return _done(
        lambda session: acts.put_limit(session, parse(requests.Limit, fields.limit_of(request.form))),
        "approvals.rules",
        _limit,
    )


@pages.post("/account/approvals/limits/<uuid:limit_id>/removal")
@requires(_RULES, twin="DELETE /api/v1/spending-limits/{id}")
def end_limit(limit_id: UUID) -> Any:
    """Lift a limit."""
    return _done(lambda session: acts.end_limit(session, limit_id), "approvals.rules", _rules)


@pages.get("/account/approvals/delegations")
@requires(_DECIDE, twin="GET /api/v1/approval-delegations")
def delegations() -> str:
    """Show who stands in for whom, and name somebody."""
    return _delegations()


@pages.post("/account/approvals/delegations")
@requires(_DECIDE, twin="POST /api/v1/approval-delegations")
def delegate() -> Any:
    """Name who decides in whose place."""
    return _done(
        lambda session: acts.delegate(session, parse_form(requests.Delegation, request.form)),
        "approvals.delegations",
        _delegations,
    )


@pages.post("/account/approvals/delegations/<uuid:delegation_id>/removal")
@requires(_DECIDE, twin="DELETE /api/v1/approval-delegations/{id}")
def end_delegation(delegation_id: UUID) -> Any:
    """Take a delegation back."""
    return _done(lambda session: acts.end_delegation(session, delegation_id), "approvals.delegations", _delegations)


def _body() -> requests.Rule:
    return parse(requests.Rule, fields.rule_of(request.form))


def _saved(work: Callable[[Session], tuple[UUID, str | None]], found: Rule | None) -> Any:
    """Save a rule, and warn of one that nothing reaches."""
    hidden: list[str | None] = []

    def once(session: Session) -> str:
        hidden.append(work(session)[1])
        return url_for("approvals.rules")

    try:
        done = forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_by_control(refusal), lambda **shown: _rule(found, **_retyped(shown)))
    if hidden and hidden[0]:
        warning = _("Saved, but nothing ever reaches this rule: “%(name)s” before it takes it all.", name=hidden[0])
        flash(warning, "warn")
    else:
        flash(_("Saved."), "good")
    return done


def _done(work: Callable[[Session], Any], back: str, show: Callable[..., Any]) -> Any:
    def once(session: Session) -> str:
        work(session)
        return url_for(back)

    try:
        done = forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_by_control(refusal), lambda **shown: show(**_retyped(shown)))
    flash(_("Saved."), "good")
    return done


def _by_control(refusal: Any) -> Any:
    """Name refused entries by the control they were chosen with: several boxes of one name, or one for two fields."""
    errors = [FieldError(_box(each.field), each.code, each.accepted, each.facts) for each in refusal.errors]
    return type(refusal)(refusal.code, errors=errors, **refusal.facts)


def _box(field: str) -> str:
    """Return the control of a refused field: entries of lists are boxes of one name, other fields their own."""
    if field in {"kind", "holder"}:
        return "whose"
    first, dot, rest = field.partition(".")
    if first not in {"tiers", "steps"}:
        return field
    control = "bands" if first == "tiers" else first
    # An empty step has no boxes ticked: its control is in no form that was sent.
    return f"{control}{dot}{rest}" if f"{control}{dot}{rest}" in request.form else control


def _retyped(shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "values": fields.typed(shown["values"])}


def _rule(found: Rule | None, **shown: Any) -> str:
    values = shown.get("values") or {"currency": _currency(), "bands.0.from": "0"}
    return render_template(
        "approvals/rule.html",
        rule=found,
        choices=acts.choices(found),
        shape=fields.shape(values),
        goods=goods,
        approver_roles=sorted(APPROVERS),
        buyer_roles=sorted(BUYERS),
        currencies=[(code, code) for code in sorted(MINOR_UNITS)],
        **{"errors": {}, "refusal": None, **shown, "values": values},
    )


def _limit(**shown: Any) -> str:
    values = shown.get("values") or {"currency": _currency(), "period": "month"}
    return render_template(
        "approvals/limit.html",
        choices=acts.choices(),
        steps=fields.steps_shown(values, "steps"),
        words=words,
        approver_roles=sorted(APPROVERS),
        buyer_roles=sorted(BUYERS),
        currencies=[(code, code) for code in sorted(MINOR_UNITS)],
        **{"errors": {}, "refusal": None, **shown, "values": values},
    )


def _delegations(**shown: Any) -> str:
    return render_template(
        "approvals/delegations.html",
        found=acts.delegations(),
        choices=acts.choices(),
        me=require_actor().person,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _currency() -> str:
    company = accounts.get_company(reading(), company_id=require_actor().company)
    return CURRENCIES.get(company.country, "USD")

"""Many cases decided in one go, and the reasons that reviewers choose from."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.answers import problem
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import moderation as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, DomainError, FieldError, Refused
from marketplace.moderation import flows, queries
from marketplace.moderation.queries import reasons
from marketplace.moderation.rules import Decision
from marketplace.moderation.rules.reasons import LANGUAGES
from marketplace.moderation.services import wording as writing
from marketplace.web.moderation import words
from marketplace.web.moderation.blueprint import pages
from marketplace.web.moderation.views import kept_filters, shown_queue
from marketplace.web.shared import acts as forms

_REVIEW = Permission.OPERATOR_LISTING_MODERATE
_CHOOSE = Permission.OPERATOR_SETTINGS_EDIT


@pages.post("/operator/moderation/decisions")
@requires(_REVIEW, twin="POST /api/v1/moderation/decisions")
def decide_many() -> Any:
    """Decide the chosen cases alike, each by itself; tell of those that were not."""
    kept = kept_filters()

    def work(key: str) -> str:  # noqa: ARG001  what is decided already is told, so the flow resumes by nothing
        body = parse_form(requests.Decisions, request.form)
        _check(body)
        done = flows.decide_each(
            actor=require_actor(),
            seen={each.id: each.seen for each in body.cases},
            decision=body.decision,
            reason=body.reason or "",
            canned=body.canned,
            now=clock.now(),
        )
        refused = {case_id: found for case_id, found in done.items() if isinstance(found, DomainError)}
        decided = len(done) - len(refused)
        if decided:
            flash(ngettext("%(num)s case was decided.", "%(num)s cases were decided.", decided), "good")
        known = {row.id: row.sku for row in queries.some(reading(), case_ids=refused)}
        for case_id, refusal in refused.items():
            facts = {"article": known.get(case_id, ""), "why": _sentence(refusal)}
            flash(_("Not decided: %(article)s. %(why)s", **facts), "warn")
        return url_for("moderation.queue", **kept)

    try:
        return forms.once(work, flow=True)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, shown_queue)


def _check(body: requests.Decisions) -> None:
    """Refuse what no chosen case could be decided by, before any is: then all that was chosen is still there."""
    if body.decision != Decision.APPROVE and not body.reason and not body.canned:
        raise Refused.field("reason", "reason_needed")
    cases = queries.some(reading(), case_ids=[each.id for each in body.cases])
    errors: list[FieldError] = []
    for kind in dict.fromkeys(row.kind for row in cases):
        titles = {each["value"]: str(each["title"]) for each in words.decisions(kind)}
        if body.decision not in titles:
            articles = [row.sku for row in cases if row.kind is kind]
            facts = {"articles": articles, "kind": str(words.KINDS[kind])}
            errors.append(FieldError("decision", "decision_unfit", ", ".join(titles.values()), facts))
    if errors:
        raise Refused.fields(*errors)


def _sentence(refusal: DomainError) -> str:
    """Return why a case was not decided, of refused fields the first one's reason."""
    document = problem(refusal)
    return document["errors"][0]["message"] if document["errors"] else document["detail"]


@pages.get("/operator/review-reasons")
@requires(_CHOOSE)
def review_reasons() -> str:
    """Show the reasons that reviewers choose from."""
    return _reasons()


@pages.post("/operator/review-reasons")
@requires(_CHOOSE, twin="PUT /api/v1/review-reasons/{code}")
def put_reason() -> Any:
    """Write a reason, or let it say something else from now on."""

    def work(session: Any) -> str:
        body = parse_form(requests.NamedReason, request.form)
        writing.put_reason(
            session,
            actor=require_actor(),
            code=body.code,
            texts=body.texts,
            kinds=body.kinds,
            position=body.position,
            retired=body.retired,
            now=clock.now(),
        )
        return url_for("moderation.review_reasons")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _reasons)
    flash(_("It holds from now on."), "good")
    return done


def _reasons(**given: Any) -> str:
    found = reasons.reasons(reading(), retired=True)
    chosen = next((each for each in found if each.code == request.args.get("code")), None)
    values: dict[str, Any] = {"position": 100}
    if chosen is not None:
        values = {**chosen.texts, "code": chosen.code, "position": chosen.position, "retired": chosen.is_retired}
    return render_template(
        "moderation/reasons.html",
        rows=[
            {
                "row": row,
                "kinds": [words.KINDS[kind] for kind in row.kinds],
                "href": url_for("moderation.review_reasons", code=row.code),
            }
            for row in found
        ],
        languages=LANGUAGES,
        kinds=[(kind.value, word) for kind, word in words.KINDS.items()],
        chosen_kinds=request.form.getlist("kinds") or (chosen.kinds if chosen else ()),
        **{"values": values, "errors": {}, "refusal": None, **given},
    )

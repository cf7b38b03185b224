"""Disputes of card holders for the operator's finance people: what waits until when, and the answer to the bank."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import disputes as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.acts.subjects import about
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import disputes as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.payments.rules.disputes import DisputeState
from marketplace.web.shared import acts as forms
from marketplace.web.treasury.blueprint import pages


@pages.get("/operator/card-disputes")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/card-disputes")
def disputes() -> str:
    """List the disputes."""
    session = reading()
    search = parse(requests.DisputesQuery, request.args.to_dict())
    page = acts.late_first(session, search)
    return render_template(
        "payments/disputes.html",
        page=page,
        search=search,
        about=about(session, {row.subject for row in page.items}),
        zone=house_clock(session),
    )


@pages.get("/operator/card-disputes/<uuid:dispute_id>")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/card-disputes/{id}")
def dispute(dispute_id: UUID) -> str:
    """Show a dispute, with the form in which its bank is answered."""
    return _dispute(dispute_id)


@pages.post("/operator/card-disputes/<uuid:dispute_id>/answer")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-disputes/{id}/answer")
def answer_dispute(dispute_id: UUID) -> Any:
    """Hand evidence in."""

    def work(key: str) -> str:  # noqa: ARG001  the flow resumes by its own row
        acts.answer(dispute_id, parse_form(requests.Answer, request.form))
        return url_for("treasury.dispute", dispute_id=dispute_id)

    try:
        done = forms.once(work, flow=True)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, lambda **shown: _dispute(dispute_id, **shown))
    flash(_("The card's bank has your answer."), "good")
    return done


def _dispute(dispute_id: UUID, **shown: Any) -> str:
    session = reading()
    session.rollback()
    seen = acts.one(session, dispute_id)
    values = {name: getattr(seen.known, name) for name in ("goods", "carrier", "waybill", "handed_over", "told")}
    return render_template(
        "payments/dispute.html",
        seen=seen,
        about=about(session, {seen.subject}),
        can_answer=seen.dispute.state is DisputeState.OPEN and seen.dispute.asked_at is None,
        zone=house_clock(session),
        **{"refusal": None, "errors": {}, "values": values, **shown},
    )

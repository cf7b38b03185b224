"""One page of what waits for the operator's finance people: slips, returns of card money, commission."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import treasury as acts
from marketplace.edge.acts.clocks import clocks, house_clock
from marketplace.edge.acts.subjects import about
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import treasury as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused
from marketplace.payments.queries import payments
from marketplace.web.shared import acts as forms
from marketplace.web.treasury.blueprint import pages


@pages.get("/operator/money")
@requires(Permission.OPERATOR_PAYOUT_READ, twin="GET /api/v1/card-returns")
def desk() -> str:
    """Show what waits."""
    return _desk()


@pages.post("/operator/card-returns/<uuid:return_id>/approval")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-returns/{id}/approval")
def approve(return_id: UUID) -> Any:
    """Agree to the way of a return."""
    return _done(
        lambda session: acts.approve(session, return_id, parse_form(requests.Approval, request.form)),
        _("Your approval is noted."),
    )


@pages.post("/operator/card-returns/<uuid:return_id>/refusal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-returns/{id}/refusal")
def decline(return_id: UUID) -> Any:
    """Put aside the way of a return."""
    return _done(lambda session: acts.decline(session, return_id), _("It is put aside: two people choose anew."))


@pages.post("/operator/card-returns/<uuid:return_id>/result")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-returns/{id}/result")
def record_sent(return_id: UUID) -> Any:
    """Note that a return was sent by bank."""
    return _done(
        lambda session: acts.record_sent(session, return_id, parse_form(requests.Sent, request.form)),
        _("Written down."),
    )


@pages.post("/operator/card-returns/<uuid:return_id>/bounce")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-returns/{id}/bounce")
def bounce(return_id: UUID) -> Any:
    """Note that a return by bank was not sent, or came back."""
    return _done(lambda session: acts.bounce(session, return_id), _("Written down."))


@pages.post("/operator/money/holds/<uuid:hold_id>/decision")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-holds/{id}/decision")
def decide_hold(hold_id: UUID) -> Any:
    """Agree to what becomes of money that waits too long at the provider."""
    return _done(
        lambda session: acts.decide_hold(session, hold_id, parse_form(requests.HoldDecision, request.form)),
        _("Your approval is noted."),
    )


@pages.post("/operator/money/holds/<uuid:hold_id>/refusal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/card-holds/{id}/refusal")
def decline_hold(hold_id: UUID) -> Any:
    """Put aside what one person chose for money that waits too long."""
    return _done(lambda session: acts.decline_hold(session, hold_id), _("It is put aside: two people choose anew."))


@pages.post("/operator/commissions/<uuid:company_id>/receipts")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/commissions/{id}/receipts")
def receive(company_id: UUID) -> Any:
    """Record what a company has paid of its commission bill."""
    return _done(
        lambda session: acts.receive_commission(
            session, company_id, parse_form(requests.CommissionReceipt, request.form)
        ),
        _("Written down."),
    )


def _done(act: Any, said: str) -> Any:
    def work(session: Any) -> str:
        act(session)
        return url_for("treasury.desk")

    try:
        done = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, _desk)
    flash(said, "good")
    return done


def _desk(**shown: Any) -> str:
    session = reading()
    asked = parse(requests.DeskQuery, request.args.to_dict())
    slips = payments.escalated(session, cursor=asked.slips)
    owed = acts.commissions(session, asked.cursor)
    overdue = payments.lapsed(session, payee_id=None, cursor=asked.overdue)
    waiting = acts.holds(session, asked.holds)
    ids = {company for row in (*slips.items, *overdue.items) for company in (row.payer_id, row.payee_id)}
    ids |= {row.owner_id for row in owed.items if row.owner_id}
    names = accounts.get_companies(session, company_ids=ids)
    return render_template(
        "payments/desk.html",
        slips=slips,
        overdue=overdue,
        clocks=clocks(session, {row.payer_id for row in overdue.items}),
        returns=acts.returns_late_first(session, asked.returns),
        zone=house_clock(session),
        owed=owed,
        holds=waiting,
        about=about(session, {row.subject for row in waiting.items}),
        names={key: row.name for key, row in names.items()},
        person_id=require_actor().person,
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )

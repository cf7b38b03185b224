"""The page on which a payer answers for goods above their booking."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.distribution.handling.rules.surcharges import TOLERATED_PERCENT
from marketplace.edge.acts import operations
from marketplace.edge.acts import surcharges as acts
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import may, requires
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.handling.views import pages
from marketplace.web.shared import acts as forms

_PAY = Permission.TRADE_PAYMENT_PAY


@pages.get("/account/surcharges")
@requires(_PAY, twin="GET /api/v1/freight-surcharges")
def surcharges() -> str:
    """Show what the company is asked for goods that weigh or measure more than agreed."""
    return _surcharges()


def _surcharges(**typed: Any) -> str:
    page = acts.asked(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template(
        "handling/surcharges.html",
        page=page,
        zones={row.hub_code: operations.zone_of(row.hub_code) for row in page.items},
        tolerated=TOLERATED_PERCENT,
        next=url_for("handling.surcharges", cursor=page.next) if page.next else None,
        **{"refusal": None, "errors": {}, "values": {}, **typed},
    )


@pages.get("/operator/surcharges")
@requires(Permission.OPERATOR_COST_READ, twin="GET /api/v1/surcharge-desk")
def desk() -> str:
    """Show the operator's staff what goods of all departures wait for."""
    page = acts.desk(parse(CursorQuery, request.args.to_dict()).cursor)
    return render_template(
        "handling/desk.html",
        page=page,
        zones={row.hub_code: operations.zone_of(row.hub_code) for row in page.items},
        may_waive=acts.may_waive(),
        next=url_for("handling.desk", cursor=page.next) if page.next else None,
    )


@pages.post("/account/surcharges/<uuid:surcharge_id>/consent")
@requires(_PAY, twin="POST /api/v1/freight-surcharges/{id}/consent")
def consent(surcharge_id: UUID) -> Any:
    """Agree to pay."""
    said = _("Agreed. The freight contract is made, and the goods may be loaded.")
    return _done(lambda session: acts.consent(session, surcharge_id), said)


@pages.post("/account/surcharges/<uuid:surcharge_id>/refusal")
@requires(_PAY, twin="POST /api/v1/freight-surcharges/{id}/refusal")
def decline(surcharge_id: UUID) -> Any:
    """Do not pay."""
    return _done(lambda session: acts.decline(session, surcharge_id), _("Declined. The goods wait at the hub."))


@pages.post("/partner/surcharges/<uuid:surcharge_id>/waiver")
@requires(Permission.TRADE_PAYMENT_CONFIRM, twin="POST /api/v1/freight-surcharges/{id}/waiver")
def waive(surcharge_id: UUID) -> Any:
    """Ask for nothing, as carrier or for the operator."""
    back = "handling.desk" if may(Permission.OPERATOR_COST_DECIDE) else "operations.consignments"

    def work(session: Session) -> str:
        acts.waive(session, surcharge_id)
        return url_for(back)

    done = forms.once(work)
    flash(_("Nothing more is asked for. The goods may be loaded."), "good")
    return done


def _done(act: Callable[[Session], Any], said: str) -> Any:
    def work(session: Session) -> str:
        act(session)
        return url_for("handling.surcharges")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _surcharges)
    flash(said, "good")
    return done

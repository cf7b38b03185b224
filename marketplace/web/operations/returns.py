"""Pages of those who take goods in at the hub that go back over the border."""

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import operations as acts
from marketplace.edge.acts import returning
from marketplace.edge.parsing import parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import operations as requests
from marketplace.web.operations.blueprint import pages
from marketplace.web.operations.lines import done


@pages.get("/partner/claims/<uuid:claim_id>/handover")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="POST /api/v1/claims/{id}/handover")
def back(claim_id: UUID) -> str:
    """Ask what the hub counted, weighed and measured of goods that go back."""
    return _back(claim_id)


def _back(claim_id: UUID, **shown: Any) -> str:
    row = returning.to_take_in(claim_id)
    return render_template(
        "operations/handover.html",
        row=row,
        takes=acts.takes_cargo(row),
        may_override=acts.may_override(),
        zone=acts.zone_of(row.booking.hub_code),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


@pages.post("/partner/claims/<uuid:claim_id>/handover")
@requires(Permission.LOGISTICS_HANDOVER_RECORD, twin="POST /api/v1/claims/{id}/handover")
def hand_back(claim_id: UUID) -> Any:
    """Take goods that go back into the hub."""

    def work(session: Any) -> str:
        _code, row = returning.hand_over(session, claim_id, parse_form(requests.Handover, request.form))
        if acts.may_override():
            return url_for("operations.departure", departure_id=row.booking.departure_id)
        return url_for("operations.consignments")

    return done(work, _("Taken in, counted, weighed and measured."), lambda **shown: _back(claim_id, **shown))

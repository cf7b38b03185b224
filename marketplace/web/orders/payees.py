"""Other accounts for placed orders: proposed by the merchant, looked over by the operator."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge import door
from marketplace.edge.acts import payee_changes as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import payee_changes as requests
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused, Unauthenticated
from marketplace.merchants.rules.payees import masked
from marketplace.web.orders.views import pages
from marketplace.web.shared import acts as forms


@pages.get("/merchant/payees/<uuid:payee_id>/orders")
@requires(Permission.COMPANY_PAYEE_EDIT, twin="GET /api/v1/payees/{id}/orders")
def payee_orders(payee_id: UUID) -> str:
    """Show the placed orders that an account can be proposed for."""
    return _orders(payee_id)


@pages.post("/merchant/payees/<uuid:payee_id>/orders")
@requires(Permission.COMPANY_PAYEE_EDIT, twin="POST /api/v1/payees/{id}/orders")
def propose_payee(payee_id: UUID) -> Any:
    """Propose an account for the chosen orders, after the password and the second factor."""
    typed = {name: request.form[name] for name in ("current_password", "code") if name in request.form}
    try:
        body = parse(requests.PayeeProposal, typed | {"order_ids": request.form.getlist("order_ids")})
        done = forms.once(lambda key: _proposed(payee_id, body), flow=True)  # noqa: ARG005  it resumes by nothing
    except (Refused, Conflict, Unauthenticated) as refusal:
        return forms.reshown(refusal, lambda **shown: _orders(payee_id, **shown))
    flash(_("The account is proposed. The buyers and everybody who may change accounts were told."), "good")
    return done


@pages.get("/operator/payee-changes")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="GET /api/v1/payee-changes")
def payee_changes() -> str:
    """Show the accounts that merchants proposed for placed orders."""
    return _changes()


@pages.post("/operator/payee-changes/<uuid:change_id>/stop")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/payee-changes/{id}/stop")
def stop_payee(change_id: UUID) -> Any:
    """Stop one of them for a reason."""

    def work(session: Any) -> str:
        acts.stop(session, change_id, body)
        return url_for("orders.payee_changes")

    try:
        body = parse(requests.PayeeStop, {"reason": request.form.get("reason", "")})
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _changes)
    flash(_("The account is stopped. Both sides were told."), "good")
    return done


def _proposed(payee_id: UUID, body: requests.PayeeProposal) -> str:
    acts.propose(payee_id, body)
    return url_for("merchants.payees")


def _orders(payee_id: UUID, **shown: Any) -> str:
    rows = acts.orders_for(payee_id)
    names = accounts.get_companies(reading(), company_ids={row.buyer_id for row in rows})
    return render_template(
        "orders/payee.html",
        account=acts.account(payee_id),
        rows=rows,
        names={key: row.name for key, row in names.items()},
        masked=masked,
        hours=acts.wait_hours(),
        chosen=frozenset(request.form.getlist("order_ids")),
        asks_code=not door.vault().policy.second_factor_waived,
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )


def _changes(**shown: Any) -> str:
    session = reading()
    asked = parse(CursorQuery, {name: request.args[name] for name in ("cursor",) if name in request.args})
    waiting = acts.proposed(session, is_open=True, cursor=asked.cursor)
    past = acts.proposed(session, is_open=False, cursor=None)
    return render_template(
        "orders/payee_changes.html",
        waiting=waiting,
        past=past,
        names=acts.names_of(session, (*waiting.items, *past.items)),
        zone=house_clock(session),
        **{"values": {}, "errors": {}, "refusal": None, **shown},
    )

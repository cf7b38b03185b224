"""A company's account at the payment provider: set up on the provider's page, looked at, stopped."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge import door
from marketplace.edge.acts import remitting as acts
from marketplace.edge.acts.clocks import house_clock
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import payouts as requests
from marketplace.edge.requests.merchants import Proof
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, NotAllowed, Refused, Unauthenticated, Unavailable
from marketplace.web.payouts.blueprint import pages
from marketplace.web.shared import acts as forms


@pages.get("/account/payout-account")
@requires(Permission.TRADE_PAYOUT_READ, twin="GET /api/v1/payout-account")
def account() -> str:
    """Show how the company is paid, what it owes and what was asked back."""
    return _account()


@pages.get("/account/payout-account/return")
@requires(Permission.COMPANY_PAYEE_EDIT, twin="GET /api/v1/payout-account")
def account_return() -> Any:
    """Take whoever comes back from the provider's page: how the account stands is asked anew."""
    acts.looked_at()
    return redirect(url_for("payouts.account"), 303)


@pages.post("/account/payout-account")
@requires(Permission.COMPANY_PAYEE_EDIT, twin="POST /api/v1/payout-account")
def set_up_account() -> Any:
    """Send the reader to the provider's page on which the account is set up; its address is good for one visit."""
    try:
        return redirect(acts.set_up(parse_form(Proof, request.form)), 303)
    except (Refused, Conflict, Unauthenticated, Unavailable) as refusal:
        return forms.reshown(refusal, _account)


@pages.post("/account/payout-account/stop")
@requires(Permission.COMPANY_PAYEE_EDIT, twin="POST /api/v1/payout-account/stop")
def stop_account() -> Any:
    """Have the company paid by bank file again."""
    try:
        acts.stop(parse_form(Proof, request.form))
    except (Refused, Conflict, Unauthenticated) as refusal:
        return forms.reshown(refusal, _account)
    flash(_("Payouts go to your bank account again."), "good")
    return redirect(url_for("payouts.account"), 303)


@pages.get("/account/receivables")
@requires(Permission.TRADE_PAYOUT_READ, twin="GET /api/v1/receivables")
def receivables() -> str:
    """Show what companies owe of money that had to go back, and what was asked back of them."""
    return _receivables()


@pages.post("/operator/receivable-write-offs")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/receivable-write-offs")
def propose_write_off() -> Any:
    """Say that a company will not pay what it owes."""
    return _written(lambda session: acts.propose_write_off(session, parse_form(requests.WriteOff, request.form)))


@pages.post("/operator/receivable-write-offs/<uuid:write_off_id>/approval")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/receivable-write-offs/{id}/approval")
def approve_write_off(write_off_id: UUID) -> Any:
    """Agree, as another person, that a company will not pay."""
    return _written(lambda session: acts.approve_write_off(session, write_off_id))


@pages.post("/operator/receivable-write-offs/<uuid:write_off_id>/refusal")
@requires(Permission.OPERATOR_PAYOUT_APPROVE, twin="POST /api/v1/receivable-write-offs/{id}/refusal")
def decline_write_off(write_off_id: UUID) -> Any:
    """Let a company go on owing it."""
    return _written(lambda session: acts.decline_write_off(session, write_off_id))


def _written(act: Callable[[Session], Any]) -> Any:
    def work(session: Session) -> str:
        act(session)
        return url_for("payouts.receivables")

    try:
        done = forms.once(work)
    except (Refused, Conflict, NotAllowed) as refusal:
        return forms.reshown(refusal, _receivables)
    flash(_("Written down."), "good")
    return done


def _receivables(**shown: Any) -> str:
    session, actor = reading(), require_actor()
    asked = parse(requests.ReceivablesPage, request.args.to_dict())
    owed, back = acts.receivables(session, asked.owed), acts.reversals(session, asked.cursor)
    is_house = actor.may(Permission.OPERATOR_PAYOUT_READ)
    off = acts.write_offs(session, asked.write_offs) if is_house else None
    ids = {row.owner_id for row in owed.items if row.owner_id} | {row.company_id for row in back.items}
    names = accounts.get_companies(session, company_ids=ids | {row.company_id for row in (off.items if off else ())})
    return render_template(
        "payouts/receivables.html",
        owed=owed,
        back=back,
        off=off,
        person_id=actor.person_id,
        zone=house_clock(session),
        names={key: row.name for key, row in names.items()},
        refused_of=request.form.get("company_id", "") + request.form.get("currency", ""),
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )


def _account(**shown: Any) -> str:
    session = reading()
    company = accounts.get_company(session, company_id=require_actor().company)
    found = acts.account()
    return render_template(
        "payouts/account.html",
        account=found,
        can_have_one=acts.may_have_one(company.country),
        receives=found is not None and found.receives(clock.now()),
        asks_code=not door.vault().policy.second_factor_waived,
        **{"refusal": None, "errors": {}, "values": {}, **shown},
    )

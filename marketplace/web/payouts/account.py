"""A company's account at the payment provider: set up on the provider's page, looked at, stopped."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge import door
from marketplace.edge.acts import remitting as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests.merchants import Proof
from marketplace.edge.requests.payments import CursorQuery
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused, Unauthenticated, Unavailable
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
    session = reading()
    asked = parse(CursorQuery, request.args.to_dict())
    owed, back = acts.receivables(session), acts.reversals(session, asked.cursor)
    ids = {row.owner_id for row in owed.items if row.owner_id} | {row.company_id for row in back.items}
    names = accounts.get_companies(session, company_ids=ids)
    return render_template(
        "payouts/receivables.html", owed=owed, back=back, names={key: row.name for key, row in names.items()}
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

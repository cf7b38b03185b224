"""What people send about other accounts for placed orders."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import Field

from marketplace.edge import messages
from marketplace.edge.parsing import Request, Text
from marketplace.edge.requests.accounts import Optional, Secret
from marketplace.orders.changes.rules import MOST_AT_ONCE


class PayeeProposal(Request):
    """The orders that an account is proposed for, and who proposes it: the password again and the second factor."""

    order_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_AT_ONCE)]
    current_password: Secret
    code: Optional = None


class PayeeStop(Request):
    """Why the operator stops an account before it is paid into; both sides read it."""

    reason: Text


messages.register(
    errors={
        "payee_inactive": _("This account does not count, or no longer: name one, and wait until it does."),
        "account_follows": _(
            "The provider holds the money of an order and pays it out to the company's own account: no contract names"
            " one, and it changes with that."
        ),
        "same_account": _("The order is paid into this account already."),
        "nothing_to_pay": _("Nothing of the order is still to be paid."),
        "nothing_to_come": _("Everything of the order is due or paid already: nothing is left to plan."),
        "plan_ended": _("The order ended: nothing more falls due."),
    },
    fields={"plan_passed": _("This has happened, or may have. It can still be agreed: %(accepted)s.")},
)

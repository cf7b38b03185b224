"""What is said of a company's money."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.reports.cash.rules import Basis, Side, Standing

FIGURES: Final[dict[str, Any]] = {
    "to_pay": _("To pay now"),
    "to_receive": _("To be paid now"),
    "held_by_us": _("Paid by you, still held"),
    "held_for_us": _("Held for you"),
    "back_to_us": _("Owed back to you"),
    "back_by_us": _("You owe back"),
    "released": _("Released, to be paid out"),
    "on_the_way": _("Payouts on their way"),
    "commission": _("Commission to pay"),
    "taken_back": _("Paid out and to be given back"),
    "expected_out": _("Falls due to others later"),
    "expected_in": _("Falls due to you later"),
}
SIDES: Final = {Side.OUT: _("to pay"), Side.IN: _("to be paid")}
STANDINGS: Final = {
    Standing.OVERDUE: _("Overdue"),
    Standing.DUE: _("Due"),
    Standing.SLIP_RECEIVED: _("Slip received"),
    Standing.PART_PAID: _("Part paid"),
    Standing.HELD: _("Held by provider"),
    Standing.PENDING: _("Not due yet"),
}
BASES: Final = {
    Basis.DUE: _("asked for until then"),
    Basis.CONFIRMATION: _("the merchant confirms by then"),
    Basis.READY: _("by the ready date"),
    Basis.CUTOFF: _("by the lorry's cut-off"),
    Basis.BORDER: _("by the lorry's border time"),
    Basis.ARRIVAL: _("by the lorry's arrival"),
    Basis.ACCEPTANCE: _("the time to accept ends"),
    Basis.NONE: _("no day named yet"),
}

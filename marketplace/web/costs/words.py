"""Kinds of cost, units, reasons and bearers in words."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.distribution.costs.rules.matching import Reason
from marketplace.distribution.costs.rules.planning import CostKind, Unit
from marketplace.distribution.costs.rules.sharing import Free

KINDS: Final[dict[CostKind, Any]] = {
    CostKind.HAULAGE: _("Haulage"),
    CostKind.FUEL: _("Fuel"),
    CostKind.TOLL: _("Toll"),
    CostKind.CROSSING: _("Crossing fee"),
    CostKind.SWAP: _("Swap of tractor"),
    CostKind.TRANSHIPMENT: _("Transhipment"),
    CostKind.PERMIT: _("Permit"),
    CostKind.DC: _("Handling at the distribution centre"),
    CostKind.LAST_MILE: _("Last mile"),
    CostKind.WAITING: _("Waiting"),
}
UNITS: Final[dict[Unit, Any]] = {
    Unit.TRIP: _("per trip"),
    Unit.KM: _("per km"),
    Unit.LEG: _("per leg"),
    Unit.BORDER: _("per border"),
    Unit.SWAP: _("per swap"),
    Unit.TRANSHIPMENT: _("per transhipment"),
    Unit.TONNE: _("per tonne"),
    Unit.STOP: _("per stop"),
    Unit.HOUR: _("per hour"),
}
FREE: Final[dict[Free, Any]] = {
    Free.NO_CONTRACT: _("No freight is agreed"),
    Free.CANCELLED: _("Its freight contract ended"),
    Free.LET_OFF: _("All of it was let off"),
}
REASONS: Final[dict[Reason, Any]] = {
    Reason.NOT_ORDERED: _("Not ordered"),
    Reason.WRONG_RATE: _("Another rate is agreed"),
    Reason.WRONG_QUANTITY: _("Another quantity"),
    Reason.BILLED_TWICE: _("Asked for twice"),
    Reason.OTHER_PARTY_PAYS: _("Somebody else pays it"),
    Reason.NO_PROOF: _("Nothing proves it"),
    Reason.SET_OFF: _("Set off: the carrier bears it"),
}

"""What customs transit is called: states of movements, what happens to them, guarantees, remarks."""

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext as pgettext

from marketplace.edge.requests.road import REGIMES
from marketplace.logistics.road.rules.transit import Guarantee, Remark, Step, TransitState

REGIME_WORDS: Final = REGIMES
GUARANTEES: Final[Mapping[Guarantee, Any]] = {
    Guarantee.SINGLE: _("Single guarantee"),
    Guarantee.COMPREHENSIVE: _("Comprehensive guarantee"),
    Guarantee.CARNET: _("Carnet"),
    Guarantee.CASH: _("Cash deposit"),
}
STATES: Final[Mapping[TransitState, Any]] = {
    TransitState.DRAFT: pgettext("transit", "Draft"),
    TransitState.LODGED: pgettext("transit", "Lodged"),
    TransitState.ACCEPTED: pgettext("transit", "Accepted"),
    TransitState.UNDER_CONTROL: pgettext("transit", "Under control"),
    TransitState.RELEASED: pgettext("transit", "Released"),
    TransitState.AT_TRANSIT_OFFICE: pgettext("transit", "At an office on the way"),
    TransitState.ARRIVED: pgettext("transit", "Arrived"),
    TransitState.UNLOADING_REMARKS: pgettext("transit", "Remarks on unloading"),
    TransitState.ENQUIRY: pgettext("transit", "Looked for"),
    TransitState.DISCHARGED: pgettext("transit", "Discharged"),
    TransitState.CANCELLED: pgettext("transit", "Cancelled"),
}
STEPS: Final[Mapping[Step, Any]] = {
    Step.LODGE: _("Handed in to customs"),
    Step.ACCEPT: _("Accepted, with its number"),
    Step.CONTROL: _("Customs wants to see it"),
    Step.RELEASE: _("Released for transit"),
    Step.OFFICE: _("Passed an office on the way"),
    Step.ARRIVE: _("Presented at its destination"),
    Step.REMARK: _("Remarked on at unloading"),
    Step.ENQUIRE: _("Customs looks for it"),
    Step.DISCHARGE: _("Discharged, the guarantee is free"),
    Step.CANCEL: _("Given up"),
}
REMARKS: Final[Mapping[Remark, Any]] = {
    Remark.SHORT: _("Cartons are missing"),
    Remark.OVER: _("Cartons too many"),
    Remark.DAMAGED: _("Goods are damaged"),
    Remark.SEAL_BROKEN: _("The seal is broken"),
    Remark.OTHER_GOODS: _("Other goods than listed"),
}


def choices(words: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Return codes with their words, to choose from."""
    return [(str(code), word) for code, word in words.items()]

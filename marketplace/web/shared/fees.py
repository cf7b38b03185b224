"""Fees for lorries in words."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.distribution.fees.rules.states import WaiverCause
from marketplace.distribution.fees.rules.terms import Basis, FeeKind

KINDS: Final[dict[FeeKind, Any]] = {
    FeeKind.NO_SHOW: _("Goods not there at the cut-off"),
    FeeKind.LATE_CARGO: _("Goods taken in after the cut-off"),
    FeeKind.CANCELLATION: _("Booking given up late"),
    FeeKind.WAITING: _("Waiting of a whole lorry"),
}
BASES: Final[dict[Basis, Any]] = {
    Basis.PERCENT: _("of the freight"),
    Basis.PER_KG: _("per chargeable kg"),
}
CAUSES: Final[dict[WaiverCause, Any]] = {
    WaiverCause.CARRIER: _("The carrier's doing"),
    WaiverCause.CUSTOMS: _("Customs' doing"),
    WaiverCause.PLATFORM: _("The city's doing"),
    WaiverCause.GOODWILL: _("Goodwill"),
}

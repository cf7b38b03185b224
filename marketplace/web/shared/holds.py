"""Costs of held lorries in words."""

from typing import Any, Final

from flask_babel import lazy_gettext as _

from marketplace.distribution.costs.rules.causes import Bearer
from marketplace.distribution.holds.rules.bearing import Act, ShareBy

ACTS: Final[dict[Act, Any]] = {
    Act.WAITING: _("Waiting of a held lorry"),
    Act.OFF_LOADING: _("Off-loading from a held lorry"),
    Act.TRANSFER: _("Transfer from a held lorry"),
    Act.REST: _("Another cost of a held lorry"),
}
SHARED_BY: Final[dict[ShareBy, Any]] = {
    ShareBy.CHARGEABLE: _("by chargeable weight"),
    ShareBy.EQUAL: _("each consignment the same"),
}
BEARERS: Final[dict[Bearer, Any]] = {
    Bearer.SHIPPER: _("Shipper"),
    Bearer.GOODS: _("Goods aboard"),
    Bearer.CUSTOMS: _("Customs"),
    Bearer.CARRIER: _("Carrier"),
    Bearer.PLATFORM: _("The city"),
}

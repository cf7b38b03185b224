"""Why freight is what it is, in words."""

from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.logistics.rules.freight import Binding
from marketplace.web.shared import render

_BINDINGS: Final[dict[str, Any]] = {
    Binding.GROSS: lazy_gettext("the gross weight decides"),
    Binding.VOLUME: lazy_gettext("the volume decides"),
    Binding.LOADING_METRES: lazy_gettext("the loading metres decide"),
}


def charged(option: Any) -> str:
    """Say what weight a departure's freight is charged for, and which measure it comes from."""
    weight = render.quantity(Decimal(option.chargeable_g) / 1000)
    return _("charged for %(weight)s kg: %(why)s", weight=weight, why=_BINDINGS[option.binding])

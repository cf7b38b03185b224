"""Why freight is what it is, in words."""

from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.distribution.queries import FreightRow
from marketplace.distribution.rules.composition import CREDITED, MINIMUM, compose
from marketplace.distribution.rules.freight import vehicle_of
from marketplace.kernel.money import Money
from marketplace.logistics.pricing.rules.making import BASE
from marketplace.logistics.pricing.rules.terms import Extra
from marketplace.logistics.rules.freight import Binding
from marketplace.web.shared import render

_BINDINGS: Final[dict[str, Any]] = {
    Binding.GROSS: lazy_gettext("the gross weight decides"),
    Binding.VOLUME: lazy_gettext("the volume decides"),
    Binding.LOADING_METRES: lazy_gettext("the loading metres decide"),
}
# What freight is made up of, in words.
COMPONENTS: Final[dict[str, Any]] = {
    BASE: lazy_gettext("Carriage by weight"),
    MINIMUM: lazy_gettext("Carriage, at the least charge"),
    Extra.FUEL: lazy_gettext("Fuel"),
    Extra.BORDER: lazy_gettext("Border"),
    Extra.TRANSHIPMENT: lazy_gettext("Transhipment"),
    Extra.DC_HANDLING: lazy_gettext("Handling at the distribution centre"),
    Extra.LAST_MILE: lazy_gettext("Last mile"),
    CREDITED: lazy_gettext("Credited since"),
}


def charged(option: Any) -> str:
    """Say what weight a departure's freight is charged for, and which measure it comes from."""
    weight = render.quantity(Decimal(option.chargeable_g) / 1000)
    return _("charged for %(weight)s kg: %(why)s", weight=weight, why=_BINDINGS[option.binding])


def how(option: Any) -> dict[str, Any] | None:
    """Say how a departure's freight is made; None where there is none, or where there is nothing to say beyond it."""
    if option is None or option.made is None:
        return None
    found, shipment = option.made, getattr(option, "together", None)
    return {
        "components": [(COMPONENTS[one.kind], one.amount) for one in found.components],
        "total": option.freight if shipment is None else shipment.charge,
        "is_shared": shipment is not None,
        "why": charged(option),
        "whole": found.whole,
        "whole_from": whole_from(option),
        "shares": found.shares,
        "is_fictitious": found.is_fictitious,
    }


def whole_from(option: Any) -> Decimal | None:
    """Return from how many tonnes on a whole lorry is cheaper: to a tenth, never below what it is; None if never."""
    grams = option.made.whole_from_g if option.made else None
    return None if grams is None else Decimal(-(-grams // 100_000)) / 10


def parts(contract: FreightRow) -> list[tuple[Any, Money]]:
    """Say what the freight of a contract is made up of; nothing where it is of one part alone."""
    vehicle = vehicle_of(contract.terms)
    if vehicle is not None:
        return [(_("Share of a whole lorry for %(price)s", price=render.money(vehicle.price)), contract.total)]
    found = compose(contract.terms, contract.lines, contract.total)
    return [(COMPONENTS[one.kind], one.amount) for one in found] if len(found) > 1 else []

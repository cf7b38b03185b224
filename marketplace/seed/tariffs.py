"""What the demo's tariffs say beyond a price for a kg: fictitious, for nobody publishes what the lines charge."""

from decimal import Decimal
from typing import Final

from marketplace.kernel.money import MINOR_UNITS, Money, UnitPrice
from marketplace.logistics.pricing.rules.terms import (
    Basis,
    Break,
    Extra,
    FillStep,
    Surcharge,
    Terms,
    WholeLorry,
)

# From so many kg on, a kg costs so much of the price of the first.
_BREAKS: Final = ((1_000, "0.95"), (5_000, "0.88"), (10_000, "0.82"))
_FILL: Final = (FillStep(60, 9_500), FillStep(80, 9_000), FillStep(95, 8_500))
# 13.6 loading metres of 1,850 kg; a whole lorry costs what eleven tonnes do, an hour of waiting a hundredth of that.
_LORRY_KG: Final = 25_160
_WHOLE_KG: Final = 11_000
_FREE_MINUTES: Final = 4 * 60


def terms(per_kg: str, currency: str, *, crosses: bool, tranships: bool) -> Terms:
    """Return the terms of a tariff of so much a kg; surcharges of what its way has."""
    price = Decimal(per_kg)
    lorry = Money.rounded(price * _WHOLE_KG, currency)
    extras = [(Extra.FUEL, Basis.PERCENT, Decimal(6)), (Extra.DC_HANDLING, Basis.PER_KG, price * Decimal("0.03"))]
    if crosses:
        extras.append((Extra.BORDER, Basis.PER_SHIPMENT, _whole(price * 60, currency)))
    if tranships:
        extras.append((Extra.TRANSHIPMENT, Basis.PER_VEHICLE, _whole(price * 700, currency)))
    return Terms(
        breaks=tuple(
            Break(kg * 1_000, UnitPrice.of((price * Decimal(part)).quantize(Decimal("0.000001")), currency))
            for kg, part in _BREAKS
        ),
        surcharges=tuple(Surcharge(kind, basis, value.normalize(), currency) for kind, basis, value in extras),
        whole=WholeLorry(lorry, _FREE_MINUTES, lorry.portion(1, 100)),
        fill=_FILL,
        lorry_g=_LORRY_KG * 1_000,
        is_fictitious=True,
    )


def _whole(amount: Decimal, currency: str) -> Decimal:
    """Return an amount in whole units of its currency, at least one of the least that it has."""
    return max(amount.quantize(Decimal(1)), Decimal(1).scaleb(-MINOR_UNITS[currency]))

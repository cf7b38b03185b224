"""Until when a warranty can be claimed: by months from acceptance, by kilometres, by what is over first."""

import calendar
from datetime import date

from marketplace.catalog.rules.details.promises import Warranty
from marketplace.kernel.errors import Conflict, FieldError, Refused


def ends_on(warranty: Warranty, *, accepted_on: date) -> date | None:
    """Return the last day of a warranty; None for one that kilometres alone end."""
    if warranty.months is None:
        return None
    months = accepted_on.month - 1 + warranty.months
    year, month = accepted_on.year + months // 12, months % 12 + 1
    return date(year, month, min(accepted_on.day, calendar.monthrange(year, month)[1]))


def check(
    warranty: Warranty | None, *, accepted_on: date | None, today: date, kilometres: int | None, pictures: int
) -> None:
    """Refuse a claim outside a warranty.

    Conflict ``no_warranty`` where nothing was promised, or nothing accepted; ``warranty_over`` with the last day or
    kilometre. Where kilometres count, they are said, and shown by a picture: Refused by those names.
    """
    if warranty is None or accepted_on is None:
        raise Conflict("no_warranty")
    last = ends_on(warranty, accepted_on=accepted_on)
    if last is not None and today > last:
        raise Conflict("warranty_over", ended=last.isoformat())
    if warranty.kilometres is None:
        return
    errors: list[FieldError] = []
    if kilometres is None:
        errors.append(FieldError("odometer_km", "required", f"0 to {warranty.kilometres}"))
    if not pictures:
        errors.append(FieldError("evidence", "required", "a picture of the odometer"))
    if errors:
        raise Refused.fields(*errors)
    if kilometres is not None and kilometres > warranty.kilometres:
        raise Conflict("warranty_over", ended=f"{warranty.kilometres} km")

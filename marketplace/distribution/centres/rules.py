"""From which centre, under which status, a listing may be sold."""

from collections.abc import Iterable
from dataclasses import dataclass

from marketplace.kernel.errors import FieldError, Refused
from marketplace.logistics.centres.rules.lots import Status


@dataclass(frozen=True, slots=True)
class Basis:
    """A price of a listing: its currency, rule, and the country of its place."""

    currency: str
    incoterm: str
    country: str


@dataclass(frozen=True, slots=True)
class Sale:
    """Who would sell from a centre, under which status, and on which prices."""

    status: Status
    centre_country: str
    centre_currency: str
    seller_country: str
    bases: tuple[Basis, ...]


def check_sale(sale: Sale) -> Basis:
    """Return the price that the goods are sold on, or refuse, by field, naming what is accepted.

    Free goods are sold by a company of the centre's country in its currency; bonded ones are an import, by anybody, on
    a price in that country under which the buyer declares them.
    """
    there = [basis for basis in sale.bases if basis.country == sale.centre_country]
    if sale.status is Status.BONDED:
        return _first(there, "basis", "import_basis", f"FCA or DAP at a place in {sale.centre_country}")
    local = [basis for basis in there if basis.currency == sale.centre_currency]
    errors: list[FieldError] = []
    if sale.seller_country != sale.centre_country:
        errors.append(FieldError("seller", "domestic_seller", f"a company of {sale.centre_country}"))
    if not local:
        errors.append(
            FieldError("currency", "local_currency", f"{sale.centre_currency} at a place in {sale.centre_country}")
        )
    if errors:
        raise Refused.fields(*errors)
    return local[0]


def _first(bases: Iterable[Basis], field: str, code: str, accepted: str) -> Basis:
    found = next(iter(bases), None)
    if found is None:
        raise Refused.field(field, code, accepted)
    return found

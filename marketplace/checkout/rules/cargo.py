"""What an offer's goods are beside others on a lorry, and why a departure takes them not."""

from enum import StrEnum

from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.rows import OfferRow
from marketplace.distribution.rules.cargo import Said, said
from marketplace.orders.rules.temperatures import kept_at


class Bar(StrEnum):
    """Why a departure with room does not take goods."""

    DANGEROUS_CUTOFF = "dangerous_cutoff"
    SEGREGATION = "segregation"
    DANGEROUS_CHANGE = "dangerous_change"


def cargo_of(offer: OfferRow) -> Said:
    """Return what the merchant said of an offer's goods, as far as it decides what stands beside them."""
    bounds = kept_at(offer.food) if offer.food else None
    documents = {DetailKind.DANGEROUS.value: offer.dangerous, DetailKind.FOOD.value: offer.food}
    return said(documents, fresh=offer.fresh, kept_at=(bounds.least_centi, bounds.most_centi) if bounds else None)

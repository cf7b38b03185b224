"""What pages say in schema.org's words, for machines that read them: goods, merchants, where a page stands.

Nothing is in here that a stranger does not read on the page itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from flask_babel import gettext as _

from marketplace.catalog.rules.pricing import Ladder, least_quantity
from marketplace.catalog.rules.rows import ListingRow, OfferRow
from marketplace.catalog.rules.said import Said
from marketplace.edge.acts.sellers import Seller
from marketplace.exchange.rules.reviews import LEAST, MOST
from marketplace.orders.rules.incoterms import is_included
from marketplace.reference.queries import PlaceRow
from marketplace.web.shared import goods, locale
from marketplace.web.shared.discovery import absolute, address

_CONTEXT: Final = "https://schema.org"
_WIDTH: Final = 1600

Node = dict[str, Any]


def graph(*nodes: Node) -> Node:
    """Return a page's things as one document."""
    return {"@context": _CONTEXT, "@graph": list(nodes)}


def breadcrumb(steps: Sequence[tuple[str, str]]) -> Node:
    """Return where a page stands: names and addresses from the shelves down to the page itself."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": href}
            for position, (name, href) in enumerate(steps, start=1)
        ],
    }


def merchant(seller: Seller, rated: Said) -> Node:
    """Return a merchant with what the city has verified of it, and what reviews of its goods add up to."""
    found = _organization(seller.company_id, seller.name)
    country = {"@type": "PostalAddress", "addressCountry": seller.country}
    return {**found, "legalName": seller.legal_name, "address": country, **_rating(rated)}


def _rating(said: Said) -> Node:
    """Return what reviews add up to, nothing where nobody wrote one."""
    if said.overall is None:
        return {}
    rating = {"ratingValue": f"{said.overall:f}", "reviewCount": said.reviews, "bestRating": MOST, "worstRating": LEAST}
    return {"aggregateRating": {"@type": "AggregateRating", **rating}}


def _organization(company_id: UUID, name: str) -> Node:
    home = _page("catalog.seller", company_id=company_id)
    return {"@type": "Organization", "@id": f"{home}#organization", "name": name, "url": home}


def product(row: ListingRow, destinations: Iterable[PlaceRow]) -> Node:
    """Return a listing with its offers, one for each of its ladders, gathered by currency."""
    listed = row.offer
    home = _page("catalog.product", listing_id=listed.listing_id)
    description = goods.text(row.descriptions, listed.source_locale)
    found: Node = {
        "@type": "Product",
        "@id": f"{home}#product",
        "url": home,
        "name": goods.text(listed.titles, listed.source_locale),
        "sku": listed.sku,
        "category": goods.text(row.category_names),
        "countryOfOrigin": {"@type": "Country", "name": goods.country(listed.origin)},
        "additionalProperty": _properties(row),
    }
    if listed.ladders:
        found["offers"] = [_aggregate(row, ladders, destinations) for ladders in _by_currency(listed.ladders)]
    found |= _rating(row.said)
    if description:
        found["description"] = description
    if row.pictures:
        found["image"] = [absolute(goods.picture(each.file_id, _WIDTH)) for each in row.pictures]
    return found


def _by_currency(ladders: Iterable[Ladder]) -> list[list[Ladder]]:
    found: dict[str, list[Ladder]] = {}
    for ladder in ladders:
        found.setdefault(ladder.currency, []).append(ladder)
    return list(found.values())


def _properties(row: ListingRow) -> list[Node]:
    found = [{**_property(_("HS code"), row.offer.hs_code), "propertyID": "HS"}]
    if row.grade:
        found.append(_property(_("Grade"), row.grade))
    return found


def _property(name: str, value: str) -> Node:
    return {"@type": "PropertyValue", "name": name, "value": value}


def _aggregate(row: ListingRow, ladders: Sequence[Ladder], destinations: Iterable[PlaceRow]) -> Node:
    prices = [tier.price for ladder in ladders for tier in ladder.tiers]
    return {
        "@type": "AggregateOffer",
        "priceCurrency": ladders[0].currency,
        "lowPrice": f"{min(prices, key=_micro).amount:f}",
        "highPrice": f"{max(prices, key=_micro).amount:f}",
        "offerCount": len(ladders),
        "offers": [_offer(row, ladder, destinations) for ladder in ladders],
    }


def _micro(price: Any) -> int:
    return int(price.micro)


def _offer(row: ListingRow, ladder: Ladder, destinations: Iterable[PlaceRow]) -> Node:
    listed = row.offer
    place = goods.place(row.place_names.get(ladder.place_code, {}), ladder.place_code)
    found: Node = {
        "@type": "Offer",
        "url": _page("catalog.product", listing_id=listed.listing_id),
        "price": f"{ladder.tiers[0].price.amount:f}",
        "priceCurrency": ladder.currency,
        "priceSpecification": _steps(ladder, listed.unit),
        "eligibleQuantity": _quantity(listed.unit, minValue=least_quantity(listed.moq, listed.multiple)),
        "availability": f"{_CONTEXT}/{_availability(listed)}",
        "seller": _organization(listed.merchant_id, row.merchant),
        "areaServed": _area(ladder, place, destinations),
        "additionalProperty": [
            {**_property(_("Price basis"), f"{ladder.incoterm} {place}"), "propertyID": "Incoterms 2020"}
        ],
    }
    if listed.lead_days is not None:
        found["deliveryLeadTime"] = {"@type": "QuantitativeValue", "value": listed.lead_days, "unitCode": "DAY"}
    return found


def _steps(ladder: Ladder, unit: str) -> list[Node]:
    """Return the prices of a ladder, each with the quantities that it holds for."""
    ends: Mapping[int, int] = {tier.from_quantity: after.from_quantity - 1 for tier, after in pairwise(ladder.tiers)}
    return [
        {
            "@type": "UnitPriceSpecification",
            "price": f"{tier.price.amount:f}",
            "priceCurrency": ladder.currency,
            "referenceQuantity": _quantity(unit, value=1),
            "eligibleQuantity": _quantity(
                unit,
                minValue=tier.from_quantity,
                **({"maxValue": ends[tier.from_quantity]} if tier.from_quantity in ends else {}),
            ),
        }
        for tier in ladder.tiers
    ]


def _quantity(unit: str, **values: int) -> Node:
    # Units are codes of UN/ECE Recommendation 20 with us as with schema.org.
    return {"@type": "QuantitativeValue", "unitCode": unit, **values}


def _availability(listed: OfferRow) -> str:
    if listed.available is None:
        return "MadeToOrder"
    if listed.available >= least_quantity(listed.moq, listed.multiple):
        return "InStock"
    return "LimitedAvailability" if listed.available else "OutOfStock"


def _area(ladder: Ladder, place: str, destinations: Iterable[PlaceRow]) -> list[Node]:
    """Return where goods of a price go: to its named place, or to every country that a lorry can be booked to."""
    if is_included(ladder.incoterm):
        return [{"@type": "Place", "name": place}]
    names = sorted({goods.country(each.country) for each in destinations})
    return [{"@type": "Country", "name": name} for name in names]


def _page(endpoint: str, **values: Any) -> str:
    return address(endpoint, locale.current(), **values)

"""Draw the rows of listings from the stored texts of their cards.

The text is the key, so nothing remembered is ever out of date, and the same text is the same row: whoever draws rows
may compare them by identity.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from marketplace.accounts.rules.closures import read as closed_days
from marketplace.catalog.customer_prices.rules.terms import Own, Terms, effective, of_text
from marketplace.catalog.queries.ladders import stored_ladder
from marketplace.catalog.rules import said
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.details.dangerous import Answer, Hindrance, hindrance
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.rows import CardRow, ListingRow, OfferRow, PictureRow
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.money import UnitPrice

# A card takes about 2 kB of a process, a page 5 kB.
_KEPT_CARDS: Final = 2_048
_KEPT_LISTINGS: Final = 512


class Read(NamedTuple):
    """A listing as somebody reads it: whose it is, who may read its prices, and what this reader does."""

    listing_id: UUID
    merchant_id: UUID
    visibility: Visibility
    terms: Terms


@lru_cache(maxsize=_KEPT_LISTINGS)
def listing_row(
    read: Read,
    hs_code: str,
    origin: str,
    moq: int,
    version: int,
    face_text: str,
    page_text: str,
    merchant: str,
    country: str,
    closures: str,
    left: int,
) -> ListingRow:
    """Return the page of a listing, as somebody reads it."""
    face, page = json.loads(face_text), json.loads(page_text)
    commodity = page["commodity"] or {}
    packing = Packing(**page["packing"]) if page["packing"] else None
    danger = page.get("details", {}).get(DetailKind.DANGEROUS.value)
    # Which classes ride may change after a page was drawn; whether an answer is owed is drawn with it.
    hindered = hindrance(danger, is_asked=page.get("hindrance") == Hindrance.UNDECIDED)
    until = page.get("certified_until")
    own = of_text(read.terms.own)
    names = {ladder["place"]: ladder["place_names"] for ladder in page["ladders"]} | _names(own)
    listed = [
        stored_ladder(each["currency"], each["incoterm"], each["place"], each["tiers"]) for each in page["ladders"]
    ]
    offer = OfferRow(
        listing_id=read.listing_id,
        merchant_id=read.merchant_id,
        sku=face["sku"],
        version=version,
        titles=face["titles"],
        source_locale=face["source"],
        hs_code=hs_code,
        origin=origin,
        unit=face["unit"],
        moq=moq,
        multiple=face["multiple"],
        lead_days=face["lead_days"],
        fresh=page["fresh"],
        hub_code=page["hub"],
        packing=None if hindered else packing,
        ladders=effective(listed, [each.ladder for each in own], sees=read.terms.sees),
        available=max(0, left) if face["lead_days"] is None else None,
        country=country,
        closures=closed_days(closures),
        hindrance=hindered,
        dangerous=danger if danger and danger["answer"] == Answer.DANGEROUS else None,
        certified_until=date.fromisoformat(until) if until else None,
        warranty=page.get("details", {}).get("warranty"),
        food=page.get("details", {}).get("food"),
    )
    return ListingRow(
        offer=offer,
        merchant=merchant,
        merchant_country=country,
        descriptions=page["descriptions"],
        grade=page["grade"],
        drawing=face["drawing"],
        category=page["category"]["code"],
        category_names=page["category"]["names"],
        commodity=commodity.get("slug"),
        commodity_names=commodity.get("names", {}),
        place_names=names | {page["hub"]: page["hub_names"]},
        pictures=tuple(PictureRow(None, UUID(each["file"]), each["alt"], True) for each in page["pictures"]),
        said=said.read(page.get("said", {})),
        details=_readable(page.get("details", {}), is_priced=bool(offer.ladders)),
        stated_packing=packing,
        group=UUID(page["group"]) if page.get("group") else None,
        basis=(face["currency"], face["incoterm"], face["place"]),
        visibility=read.visibility,
        own={each.ladder.basis: each.until for each in own},
    )


def _readable(details: dict[str, Any], *, is_priced: bool) -> dict[str, Any]:
    """Return what is said of goods without the price of a sample, which tells much of one that is not shown."""
    return details if is_priced else {name: value for name, value in details.items() if name != "sample"}


def _names(own: Iterable[Own]) -> dict[str, Mapping[str, str]]:
    return {each.ladder.place_code: each.place_names for each in own}


@lru_cache(maxsize=_KEPT_CARDS)
def card_row(
    read: Read,
    face_text: str,
    merchant: str,
    is_enough: bool,  # noqa: FBT001  a column
    origin: str,
    moq: int,
    country: str,
    closures: str,
) -> CardRow:
    """Return the card of a listing, as somebody reads it."""
    face = json.loads(face_text)
    own = of_text(read.terms.own)
    basis = (face["currency"], face["incoterm"], face["place"])
    first = next((each for each in own if each.ladder.basis == basis), own[0] if own else None)
    if first is not None:
        basis, price = first.ladder.basis, first.ladder.lowest
    else:
        price = UnitPrice(face["price"], face["currency"]) if read.terms.sees else None
    return CardRow(
        listing_id=read.listing_id,
        merchant_id=read.merchant_id,
        merchant=merchant,
        titles=face["titles"],
        source_locale=face["source"],
        picture=UUID(face["picture"]) if face["picture"] else None,
        drawing=face["drawing"],
        origin=origin,
        unit=face["unit"],
        moq=moq,
        price=price,
        incoterm=basis[1],
        place_code=basis[2],
        place_names=first.place_names if first else face["place_names"],
        visibility=read.visibility,
        is_own_price=first is not None,
        lead_days=face["lead_days"],
        is_in_stock=face["lead_days"] is not None or is_enough,
        is_in_centre=face.get("centres", 0) > 0,
        country=country,
        closures=closed_days(closures),
    )

"""The shapes in which questions about offers are answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marketplace.accounts.rules.closures import Closed, Works
from marketplace.catalog.rules.changes import fingerprint
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.said import Said
from marketplace.catalog.rules.states import ListingState
from marketplace.kernel.money import UnitPrice


@dataclass(frozen=True, slots=True)
class OfferRow:
    """What a cart needs of a live listing; ``available`` is None for goods made to order.

    ``country`` and ``closures`` are its merchant's: with the country's own free days they say when goods are ready.
    """

    listing_id: UUID
    merchant_id: UUID
    sku: str
    version: int
    titles: Mapping[str, str]
    source_locale: str
    hs_code: str
    origin: str
    unit: str
    moq: int
    multiple: int
    lead_days: int | None
    fresh: bool
    hub_code: str
    packing: Packing | None
    ladders: tuple[Ladder, ...]
    available: int | None
    country: str
    closures: tuple[Closed, ...]

    def works(self, free: Mapping[str, frozenset[date]]) -> Works:
        """Return its merchant's calendar, given the free days of countries."""
        return Works(self.country, self.closures, free.get(self.country, frozenset()))


@dataclass(frozen=True, slots=True)
class CardRow:
    """A live listing on a shelf; ``price`` is the lowest tier of its leading ladder."""

    listing_id: UUID
    merchant_id: UUID
    merchant: str
    titles: Mapping[str, str]
    source_locale: str
    picture: UUID | None
    drawing: str
    origin: str
    unit: str
    moq: int
    price: UnitPrice
    incoterm: str
    place_code: str
    place_names: Mapping[str, str]
    lead_days: int | None
    is_in_stock: bool


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture of a listing."""

    id: UUID | None
    file_id: UUID
    alt: str
    approved: bool


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A live listing's page: its offer and what people read about it."""

    offer: OfferRow
    merchant: str
    merchant_country: str
    descriptions: Mapping[str, str]
    grade: str
    drawing: str
    category: str
    category_names: Mapping[str, str]
    commodity: str | None
    commodity_names: Mapping[str, str]
    place_names: Mapping[str, Mapping[str, str]]
    pictures: tuple[PictureRow, ...]
    said: Said


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A shelf of the city."""

    code: str
    names: Mapping[str, str]
    drawing: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class CommodityRow:
    """A shared page of goods."""

    slug: str
    names: Mapping[str, str]
    category: str
    hs6: str
    grade: str


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A listing as its merchant's list shows it."""

    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    state: ListingState
    version: int
    currency: str
    price: UnitPrice | None
    incoterm: str
    place_code: str
    lead_days: int | None
    on_hand: int | None
    allocated: int
    held: int
    has_waiting_change: bool
    price_jumped: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field for a reviewer: what is up (None before the first approval) and what is proposed, as JSON values."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A listing, or a waiting edit of it, as a reviewer compares it; ``fingerprint`` binds the decision to this."""

    listing_id: UUID
    company_id: UUID
    company: str
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    state: ListingState
    fields: tuple[FieldRow, ...]
    ladders: tuple[Ladder, ...]
    pictures: tuple[PictureRow, ...]
    rises: bool
    has_packing: bool
    price_jumped: bool
    approved_before: int

    @property
    def fingerprint(self) -> str:
        """The hash of what is compared: fields, prices, pictures."""
        return fingerprint(
            {
                "fields": [[each.name, each.old, each.new] for each in self.fields],
                "ladders": [
                    [*each.basis, [[tier.from_quantity, tier.price.micro] for tier in each.tiers]]
                    for each in self.ladders
                ],
                "pictures": [str(each.file_id) for each in self.pictures],
            }
        )

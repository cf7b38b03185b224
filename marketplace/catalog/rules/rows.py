"""The shapes in which questions about offers are answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marketplace.accounts.rules.closures import Closed, Works
from marketplace.catalog.rules.changes import fingerprint
from marketplace.catalog.rules.details.dangerous import Hindrance
from marketplace.catalog.rules.details.parts import lookup
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.proposals import ProposalState
from marketplace.catalog.rules.said import Said
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.visibility import Visibility
from marketplace.kernel.money import UnitPrice


@dataclass(frozen=True, slots=True)
class OfferRow:
    """What a cart needs of a live listing; ``available`` is None for goods made to order.

    ``country`` and ``closures`` are its merchant's: with the country's own free days they say when goods are ready.

    ``packing`` is None while no freight can be named: it is not stated, or there is a ``hindrance``. From the day after
    ``certified_until`` a certificate of the goods is over. ``dangerous`` is what was said of goods that are.
    ``ladders`` are those that the asker buys on, its own first; none where its prices are not for the asker to read.
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
    hindrance: Hindrance | None = None
    certified_until: date | None = None
    warranty: Mapping[str, Any] | None = None
    food: Mapping[str, Any] | None = None
    dangerous: Mapping[str, Any] | None = None

    def works(self, free: Mapping[str, frozenset[date]]) -> Works:
        """Return its merchant's calendar, given the free days of countries."""
        return Works(self.country, self.closures, free.get(self.country, frozenset()))

    @property
    def lack(self) -> str | None:
        """Why no lorry can be booked for these goods, as the code of a refusal; None when one can."""
        if self.hindrance is not None:
            return f"dangerous_{self.hindrance.value}"
        return "packing_unknown" if self.packing is None else None


@dataclass(frozen=True, slots=True)
class CardRow:
    """A live listing on a shelf; ``price`` is the lowest tier of its leading ladder, None for who may not read it.

    ``country`` and ``closures`` are its merchant's; ``is_in_centre``: sold from a distribution centre.
    """

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
    price: UnitPrice | None
    incoterm: str
    place_code: str
    place_names: Mapping[str, str]
    visibility: Visibility
    is_own_price: bool
    lead_days: int | None
    is_in_stock: bool
    is_in_centre: bool
    country: str
    closures: tuple[Closed, ...]

    def works(self, free: Mapping[str, frozenset[date]]) -> Works:
        """Return its merchant's calendar, given the free days of countries."""
        return Works(self.country, self.closures, free.get(self.country, frozenset()))


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A live listing that goes by a number, and whose it is."""

    listing_id: UUID
    sku: str
    merchant_id: UUID
    merchant: str

    def is_article(self, number: str) -> bool:
        """Tell whether the number is its merchant's own for it, not the part's."""
        return lookup(number) == lookup(self.sku)


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture of a listing."""

    id: UUID | None
    file_id: UUID
    alt: str
    approved: bool


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A live listing's page: its offer and what people read about it.

    ``basis`` (currency, rule, place) is the leading one, which everybody reads; ``own`` are those on which the reader
    has a price of its own, and until when.
    """

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
    basis: tuple[str, str, str]
    visibility: Visibility
    own: Mapping[tuple[str, str, str], datetime | None]
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])
    stated_packing: Packing | None = None
    group: UUID | None = None


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
class VariantRow:
    """A listing of a group with its values; ``card`` is None while it is not public."""

    listing_id: UUID
    sku: str
    values: tuple[str, ...]
    card: CardRow | None = None


@dataclass(frozen=True, slots=True)
class BrandRow:
    """A registered brand."""

    id: UUID
    name: str
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A merchant's wish for a shared page; ``commodity`` is the slug of what became of it."""

    id: UUID
    company_id: UUID
    company: str
    state: ProposalState
    names: Mapping[str, str]
    category: str
    hs6: str
    grade: str
    commodity: str | None
    reason: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A listing as its merchant's list shows it; one that ``is_split`` says how many units lie in which warehouse."""

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
    is_split: bool
    low_below: int | None
    has_waiting_change: bool
    price_jumped: bool
    visibility: Visibility
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class GridRow:
    """A listing as a grid changes it: the first of its ladders, quantities, and units or days to make.

    The units of one that ``is_split`` lie in warehouses.
    """

    listing_id: UUID
    sku: str
    titles: Mapping[str, str]
    source_locale: str
    state: ListingState
    version: int
    ladder: Ladder | None
    moq: int
    multiple: int
    stock: int | None
    is_split: bool
    lead_days: int | None
    low_below: int | None


@dataclass(frozen=True, slots=True)
class PriceRow:
    """Prices of a listing on one basis from an instant on; without tiers there are none any more."""

    at: datetime
    ladder: Ladder


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field for a reviewer: what is up (None before the first approval) and what is proposed, as JSON values."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class NoticedRow:
    """What about a listing, or a waiting edit of it, says how closely to look; ``changed`` are the edit's fields.

    ``approved_before`` counts the merchant's other listings; ``brands`` are registered ones that its texts name without
    saying how the goods stand to them.
    """

    company_id: UUID
    hs_code: str
    changed: frozenset[str]
    rises: bool
    has_packing: bool
    price_jumped: bool
    approved_before: int
    brands: tuple[str, ...]


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

"""What the API says of prices for some buyers alone."""

from uuid import UUID

from marketplace.api.catalog.parts import Basis, TierAnswer
from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.catalog.customer_prices.queries.lists import CustomerRow, EntryRow, GroupRow, ListRow, NamedRow
from marketplace.catalog.customer_prices.queries.requests import RequestRow


class Named(Answer):
    """A company or a customer group that is named."""

    id: UUID
    company_id: UUID | None
    group_id: UUID | None
    name: str

    @classmethod
    def of(cls, row: NamedRow) -> "Named":
        """Write whom a subject names."""
        return cls(id=row.id, company_id=row.company_id, group_id=row.group_id, name=row.name)


class Showing(Answer):
    """How many of one's listings show their prices to whom, and who reads all that are for those one names."""

    listings: dict[str, int]
    named: list[Named]


class Shown(Answer):
    """Who reads the prices of a listing; ``named`` beside those who read all of the merchant's."""

    visibility: str
    named: list[Named]


class ShownAll(Answer):
    """How many listings are shown so from now on."""

    listings: int


class Customer(Answer):
    """A company in a group."""

    company_id: UUID
    name: str
    country: str
    registration_number: str

    @classmethod
    def of(cls, row: CustomerRow) -> "Customer":
        """Write a customer."""
        return cls(
            company_id=row.company_id,
            name=row.name,
            country=row.country,
            registration_number=row.registration_number,
        )


class Group(Answer):
    """A customer group and how many companies are in it."""

    id: UUID
    name: str
    members: int

    @classmethod
    def of(cls, row: GroupRow) -> "Group":
        """Write a group."""
        return cls(id=row.id, name=row.name, members=row.members)


class Members(Group):
    """A customer group with the companies in it."""

    companies: list[Customer]


class PriceList(Answer):
    """A price list, and how many listings are on it."""

    id: UUID
    name: str
    currency: str
    price_basis: Basis
    valid_from: Instant
    valid_until: Instant | None
    version: int
    entries: int

    @classmethod
    def of(cls, row: ListRow) -> "PriceList":
        """Write a list."""
        return cls(
            id=row.id,
            name=row.name,
            currency=row.currency,
            price_basis=Basis(incoterm=row.incoterm, place=row.place_code),
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            version=row.version,
            entries=row.entries,
        )


class NamedList(PriceList):
    """A price list with those it is for."""

    named: list[Named]


class Entry(Answer):
    """The prices of one listing on a list."""

    listing_id: UUID
    sku: str
    tiers: list[TierAnswer]

    @classmethod
    def of(cls, row: EntryRow) -> "Entry":
        """Write what is on a list."""
        return cls(
            listing_id=row.listing_id,
            sku=row.sku,
            tiers=[TierAnswer(quantity=each.from_quantity, price=Amount.of(each.price)) for each in row.ladder.tiers],
        )


class Request(Answer):
    """A company's wish to read the prices of a listing; the merchant answers until ``due_at``, else it lapses."""

    id: UUID
    listing_id: UUID
    sku: str
    titles: dict[str, str]
    merchant_id: UUID
    company_id: UUID
    company: str
    country: str
    quantity: int
    state: str
    asked_at: Instant
    due_at: Instant
    answered_at: Instant | None

    @classmethod
    def of(cls, row: RequestRow) -> "Request":
        """Write a request."""
        return cls(
            id=row.id,
            listing_id=row.listing_id,
            sku=row.sku,
            titles=dict(row.titles),
            merchant_id=row.merchant_id,
            company_id=row.company_id,
            company=row.company,
            country=row.country,
            quantity=row.quantity,
            state=row.state,
            asked_at=row.asked_at,
            due_at=row.due_at,
            answered_at=row.answered_at,
        )


class Answered(Answer):
    """What became of a request."""

    id: UUID
    state: str

"""What the API says of listings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import Field

from marketplace.accounts.rules.closures import Notice
from marketplace.api.catalog.parts import (
    Asked,
    Basis,
    Closed,
    Departure,
    LadderAnswer,
    Limit,
    LoadAnswer,
    PackingAnswer,
    Picture,
    Quote,
    Rating,
    VariantAnswer,
)
from marketplace.api.shared.answers import Amount, Answer, FieldProblem, Instant
from marketplace.catalog.rules.details import ending
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.rows import CardRow, OwnRow, PictureRow, PriceRow
from marketplace.catalog.rules.visibility import Visibility
from marketplace.catalog.services.grid import Done
from marketplace.distribution.centres.queries import Sold
from marketplace.edge.acts.looking import Look
from marketplace.edge.messages import field_sentence
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError


class SoldFrom(Answer):
    """A distribution centre that a listing is sold from: ``bonded`` as an import, ``free`` inside the country.

    ``left``: the units there that nobody was promised. A line of a cart with this ``centre`` is taken from there.
    """

    centre: UUID
    place: str
    name: str
    country: str
    status: str
    currency: str
    left: int

    @classmethod
    def of(cls, row: Sold) -> "SoldFrom":
        """Write a centre."""
        return cls(
            centre=row.centre_id,
            place=row.place.code,
            name=row.place.name,
            country=row.place.country,
            status=str(row.status),
            currency=row.currency,
            left=row.left,
        )


class Listing(Answer):
    """A listing: what the public sees of a live one, or the content of one's own in any state.

    ``ready_at``: from when goods ordered now could be handed over; ``closed``: the closure that touches them next.
    ``details`` is what is said beside the offer, by part, as it is shown, with ``expired`` of what has a last day;
    one's own is at ``/details``. ``warnings`` are told to its merchant only: what keeps buyers from ordering, or from
    paying by bank; so is ``low_below``, the free units below which it runs low, null for the city's setting.
    """

    id: UUID
    state: str
    version: int
    merchant_id: UUID
    merchant: str | None
    sku: str
    titles: dict[str, str]
    descriptions: dict[str, str]
    source_locale: str
    category: str | None
    commodity: str | None
    hs: str
    origin: str
    unit: str
    grade: str
    moq: int
    multiple: int
    hub: str | None
    price_visibility: Visibility
    ladders: list[LadderAnswer]
    packing: PackingAnswer | None
    stock: int | None
    lead_days: int | None
    centres: list[SoldFrom] = Field(default_factory=list[SoldFrom])
    low_below: int | None = None
    ready_at: Instant | None = None
    closed: Closed | None = None
    pictures: list[Picture]
    asked_there: list[Asked]
    details: dict[str, Any] = Field(default_factory=dict[str, Any])
    axes: list[str] = Field(default_factory=list[str])
    variants: list[VariantAnswer] = Field(default_factory=list[VariantAnswer])
    quote: Quote | None
    rating: Rating | None = None
    questions: int = 0
    warnings: list[FieldProblem] = Field(default_factory=list[FieldProblem])
    duties: str = "import duty and tax not included, paid by the importer of record"

    @classmethod
    def of(cls, look: Look, sold: Sequence[Sold] = ()) -> "Listing":
        """Write a live listing as it was asked for, with the centres that it is sold from."""
        row, offer = look.listing, look.listing.offer
        return cls(
            id=offer.listing_id,
            state="live",
            version=offer.version,
            merchant_id=offer.merchant_id,
            merchant=row.merchant,
            sku=offer.sku,
            titles=dict(offer.titles),
            descriptions=dict(row.descriptions),
            source_locale=offer.source_locale,
            category=row.category,
            commodity=row.commodity,
            hs=offer.hs_code,
            origin=offer.origin,
            unit=offer.unit,
            grade=row.grade,
            moq=offer.moq,
            multiple=offer.multiple,
            hub=offer.hub_code,
            price_visibility=row.visibility,
            ladders=[LadderAnswer.of(ladder) for ladder in offer.ladders],
            packing=PackingAnswer.of(offer.packing) if offer.packing else None,
            stock=offer.available,
            lead_days=offer.lead_days,
            centres=[SoldFrom.of(each) for each in sold],
            ready_at=look.ready_at,
            closed=_closed(look.notice),
            pictures=[Picture.of(each) for each in row.pictures],
            asked_there=[Asked.of(row) for row in look.asked_there],
            details=ending.marked(row.details, clock.now().date()),
            axes=list(look.axes),
            variants=[VariantAnswer.of(each) for each in look.variants],
            quote=_quote(look),
            rating=Rating.of(row.said),
            questions=row.said.questions,
        )

    @classmethod
    def own(
        cls,
        row: OwnRow,
        draft: ListingDraft,
        merchant_id: UUID,
        pictures: tuple[PictureRow, ...],
        warnings: list[FieldError],
    ) -> "Listing":
        """Write one's own listing with a waiting edit laid over it."""
        return cls(
            id=row.listing_id,
            state=row.state,
            version=row.version,
            merchant_id=merchant_id,
            merchant=None,
            sku=draft.sku,
            titles=dict(draft.titles),
            descriptions=dict(draft.descriptions),
            source_locale=draft.source_locale,
            category=draft.category,
            commodity=draft.commodity,
            hs=draft.hs,
            origin=draft.origin,
            unit=draft.unit,
            grade=draft.grade,
            moq=draft.moq,
            multiple=draft.multiple,
            hub=draft.hub_code,
            price_visibility=row.visibility,
            ladders=[LadderAnswer.of(ladder) for ladder in draft.ladders],
            packing=PackingAnswer.of(draft.packing) if draft.packing else None,
            stock=draft.stock,
            lead_days=draft.lead_days,
            low_below=row.low_below,
            pictures=[Picture.of(each) for each in pictures],
            asked_there=[],
            quote=None,
            warnings=[_warning(error) for error in warnings],
        )


class Summary(Answer):
    """A listing in a list; ``waiting_change``, ``price_jumped`` and ``low_below`` are told to its merchant only.

    ``price`` is null where ``price_visibility`` keeps it from the asker; with ``own_price`` it is the asker's own.
    """

    id: UUID
    state: str
    sku: str | None
    titles: dict[str, str]
    merchant_id: UUID
    price: Amount | None
    price_visibility: Visibility
    own_price: bool = False
    price_basis: Basis
    moq: int | None
    stock: int | None
    lead_days: int | None
    closed: Closed | None = None
    low_below: int | None = None
    waiting_change: bool = False
    price_jumped: bool = False
    reason: str | None = None

    @classmethod
    def of(cls, row: CardRow, closed: Notice | None = None) -> "Summary":
        """Write a card, with the closure that touches the goods next."""
        return cls(
            id=row.listing_id,
            state="live",
            sku=None,
            titles=dict(row.titles),
            merchant_id=row.merchant_id,
            price=Amount.of(row.price) if row.price else None,
            price_visibility=row.visibility,
            own_price=row.is_own_price,
            price_basis=Basis(incoterm=row.incoterm, place=row.place_code),
            moq=row.moq,
            stock=None,
            lead_days=row.lead_days,
            closed=_closed(closed),
        )

    @classmethod
    def own(cls, row: OwnRow, merchant_id: UUID, reason: str | None) -> "Summary":
        """Write one's own listing; ``reason`` is what its reviewer wrote last."""
        return cls(
            id=row.listing_id,
            state=row.state,
            sku=row.sku,
            titles=dict(row.titles),
            merchant_id=merchant_id,
            price=Amount.of(row.price) if row.price else None,
            price_visibility=row.visibility,
            price_basis=Basis(incoterm=row.incoterm, place=row.place_code),
            moq=None,
            stock=row.on_hand,
            lead_days=row.lead_days,
            low_below=row.low_below,
            waiting_change=row.has_waiting_change,
            price_jumped=row.price_jumped,
            reason=reason,
        )


class Edited(Answer):
    """What an edit did: fields that are changed now, and those that wait for review."""

    id: UUID
    changed: bool
    fields: list[str]
    waiting: list[str]


class GridRowDone(Answer):
    """What became of a row: the version the listing has now, the fields that changed, or why it stays as it is."""

    id: UUID
    version: int
    changed: bool
    fields: list[str]
    errors: list[FieldProblem]


class GridDone(Answer):
    """What became of the rows, in their order."""

    rows: list[GridRowDone]

    @classmethod
    def of(cls, done: Sequence[Done]) -> "GridDone":
        """Write what became of rows."""
        return cls(
            rows=[
                GridRowDone(
                    id=row.listing_id,
                    version=row.version,
                    changed=bool(row.fields),
                    fields=list(row.fields),
                    errors=[_warning(error) for error in row.errors],
                )
                for row in done
            ]
        )


class PriceFrom(Answer):
    """Prices on one basis from an instant on; without tiers the basis was given up."""

    at: Instant
    ladder: LadderAnswer

    @classmethod
    def of(cls, row: PriceRow) -> "PriceFrom":
        """Write prices."""
        return cls(at=row.at, ladder=LadderAnswer.of(row.ladder))


class State(Answer):
    """Where a listing stands now; ``warnings`` say what buyers will not be able to do with it."""

    id: UUID
    state: str
    warnings: list[FieldProblem] = Field(default_factory=list[FieldProblem])

    @classmethod
    def submitted(cls, listing_id: UUID, warnings: list[FieldError]) -> "State":
        """Write a listing that was handed in."""
        return cls(id=listing_id, state="submitted", warnings=[_warning(error) for error in warnings])


def _warning(error: FieldError) -> FieldProblem:
    return FieldProblem(field=error.field, code=error.code, message=field_sentence(error), accepted=error.accepted)


def _closed(found: Notice | None) -> Closed | None:
    if found is None:
        return None
    return Closed(first_day=found.first, last_day=found.last, order_by=found.order_by, words=dict(found.words))


def _quote(look: Look) -> Quote:
    if look.load is None:
        freight = "incomplete"
    elif look.is_prohibited:
        freight = "prohibited"
    elif look.to is None:
        freight = "destination_needed"
    else:
        freight = "quoted" if any(option.freight is not None for option in look.options) else "none"
    _, incoterm, place = look.basis
    return Quote(
        quantity=look.quantity,
        price_basis=Basis(incoterm=incoterm, place=place),
        unit_price=Amount.of(look.unit_price) if look.unit_price else None,
        amount=Amount.of(look.amount) if look.amount else None,
        own_price=look.basis in look.listing.own,
        valid_until=look.listing.own.get(look.basis),
        cartons=look.cartons,
        load=LoadAnswer.of(look.load) if look.load else None,
        freight=freight,
        to=look.to,
        goes_to=look.goes_to,
        departures=[Departure.of(option) for option in look.options],
        problems=[Limit(code=problem.code, facts=problem.facts) for problem in look.problems],
    )

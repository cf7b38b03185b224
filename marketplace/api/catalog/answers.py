"""What the API says of listings."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import Field

from marketplace.api.shared.answers import Amount, Answer, FieldProblem, Instant
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.rows import CardRow, CategoryRow, OwnRow, PictureRow, PriceRow, VariantRow
from marketplace.catalog.rules.said import ASPECTS, Said
from marketplace.catalog.rules.visibility import Visibility
from marketplace.catalog.services.grid import Done
from marketplace.customs.queries import RestrictionRow
from marketplace.edge.acts.catalog import Look
from marketplace.edge.messages import field_sentence
from marketplace.kernel.errors import FieldError
from marketplace.kernel.quantity import Load
from marketplace.logistics.queries.options import OptionRow


class Category(Answer):
    """A shelf of the city."""

    code: str
    names: dict[str, str]
    fresh: bool

    @classmethod
    def of(cls, row: CategoryRow) -> "Category":
        """Write a shelf."""
        return cls(code=row.code, names=dict(row.names), fresh=row.fresh)


class Basis(Answer):
    """An Incoterms 2020 rule and a named place by its code."""

    incoterm: str
    place: str


class TierAnswer(Answer):
    """The unit price from a quantity on."""

    quantity: int
    price: Amount


class LadderAnswer(Answer):
    """Prices in one currency on one basis."""

    currency: str
    price_basis: Basis
    tiers: list[TierAnswer]

    @classmethod
    def of(cls, ladder: Ladder) -> "LadderAnswer":
        """Write a ladder."""
        return cls(
            currency=ladder.currency,
            price_basis=Basis(incoterm=ladder.incoterm, place=ladder.place_code),
            tiers=[TierAnswer(quantity=each.from_quantity, price=Amount.of(each.price)) for each in ladder.tiers],
        )


class PackingAnswer(Answer):
    """One carton: units, outer size in centimetres, weights in kilograms."""

    carton_units: int
    carton_l: str
    carton_w: str
    carton_h: str
    gross_kg: str
    net_kg: str
    stackable: bool

    @classmethod
    def of(cls, packing: Packing) -> "PackingAnswer":
        """Write a packing."""
        return cls(
            carton_units=packing.carton_units,
            carton_l=f"{Decimal(packing.length_mm).scaleb(-1):f}",
            carton_w=f"{Decimal(packing.width_mm).scaleb(-1):f}",
            carton_h=f"{Decimal(packing.height_mm).scaleb(-1):f}",
            gross_kg=f"{Decimal(packing.gross_g).scaleb(-3):f}",
            net_kg=f"{Decimal(packing.net_g).scaleb(-3):f}",
            stackable=packing.stackable,
        )


class LoadAnswer(Answer):
    """The room a quantity takes: kilograms, cubic metres, loading metres, pallet places."""

    kg: str
    m3: str
    ldm: str
    pallets: int

    @classmethod
    def of(cls, load: Load) -> "LoadAnswer":
        """Write a load."""
        return cls(kg=f"{load.kg:f}", m3=f"{load.m3:f}", ldm=f"{load.ldm:f}", pallets=load.pallets)


class Departure(Answer):
    """A departure that takes the quantity; ``freight`` is null where no tariff is known."""

    id: UUID
    reference: str
    line: str
    departs_at: Instant
    cutoff_documents_at: Instant
    cutoff_cargo_at: Instant
    arrives_at: Instant
    chargeable_kg: str | None
    binding: str | None
    freight: Amount | None

    @classmethod
    def of(cls, row: OptionRow) -> "Departure":
        """Write a departure."""
        return cls(
            id=row.departure_id,
            reference=row.reference,
            line=row.line_name,
            departs_at=row.departs_at,
            cutoff_documents_at=row.cutoff_documents_at,
            cutoff_cargo_at=row.cutoff_cargo_at,
            arrives_at=row.arrives_at,
            chargeable_kg=f"{Decimal(row.chargeable_g).scaleb(-3):f}" if row.chargeable_g is not None else None,
            binding=str(row.binding) if row.binding is not None else None,
            freight=Amount.of(row.freight) if row.freight is not None else None,
        )


class Picture(Answer):
    """A picture; its WebP lies at ``/pictures/{file_id}/{320, 800 or 1600}`` while it is shown."""

    id: UUID | None
    file_id: UUID
    alt: str
    approved: bool

    @classmethod
    def of(cls, row: PictureRow) -> "Picture":
        """Write a picture."""
        return cls(id=row.id, file_id=row.file_id, alt=row.alt, approved=row.approved)


class VariantAnswer(Answer):
    """A listing of a group with its value on each axis."""

    id: UUID
    sku: str
    values: list[str]

    @classmethod
    def of(cls, row: VariantRow) -> "VariantAnswer":
        """Write a variant."""
        return cls(id=row.listing_id, sku=row.sku, values=list(row.values))


class Quote(Answer):
    """What a quantity costs and takes; ``freight`` is ``incomplete`` while packing is not known, never zero.

    The departures go to ``goes_to``: under DAP the named place of the price, whatever ``to`` asks for. There is no
    price where ``price_visibility`` keeps it from the asker; ``own_price`` is the asker's own, ``valid_until`` its end.
    """

    quantity: int
    price_basis: Basis
    unit_price: Amount | None
    amount: Amount | None
    own_price: bool
    valid_until: Instant | None
    cartons: int | None
    load: LoadAnswer | None
    freight: str
    to: str | None
    goes_to: str | None
    departures: list[Departure]


class Closed(Answer):
    """Days on which the goods' merchant is closed, both included, in its own zone; ``words`` by language.

    ``order_by`` is the last day to order for goods that are ready before; null when that day is over.
    """

    first_day: date
    last_day: date
    order_by: date | None
    words: dict[str, str]


class Asked(Answer):
    """What the country of the destination asks of these goods, or that it lets none in, with where it was read."""

    measure: str
    hs_prefix: str
    texts: dict[str, str]
    source: str
    source_url: str
    checked_on: date

    @classmethod
    def of(cls, row: RestrictionRow) -> "Asked":
        """Write what is asked."""
        names = cls.model_fields.keys() - {"texts"}
        return cls(texts=dict(row.rule.texts), **{name: getattr(row.rule, name) for name in names})


class Rating(Answer):
    """What reviews of received goods add up to: means of marks from 1 to 5 to a tenth."""

    reviews: int
    overall: str
    goods: str
    packing: str
    on_time: str

    @classmethod
    def of(cls, said: Said) -> "Rating | None":
        """Write the means; None where nobody wrote a review."""
        if said.overall is None:
            return None
        means = {aspect: f"{said.mean(aspect):f}" for aspect in ASPECTS}
        return cls(reviews=said.reviews, overall=f"{said.overall:f}", **means)


class Listing(Answer):
    """A listing: what the public sees of a live one, or the content of one's own in any state.

    ``ready_at``: from when goods ordered now could be handed over; ``closed``: the closure that touches them next.
    ``details`` is what is said beside the offer, by part, as it is shown; one's own is at ``/details``. ``warnings``
    are told to its merchant only: what keeps buyers from ordering, or from paying by bank.
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
    def of(cls, look: Look) -> "Listing":
        """Write a live listing as it was asked for."""
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
            ready_at=look.ready_at,
            closed=_closed(look),
            pictures=[Picture.of(each) for each in row.pictures],
            asked_there=[Asked.of(row) for row in look.asked_there],
            details=dict(row.details),
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
            pictures=[Picture.of(each) for each in pictures],
            asked_there=[],
            quote=None,
            warnings=[_warning(error) for error in warnings],
        )


class Summary(Answer):
    """A listing in a list; ``waiting_change`` and ``price_jumped`` are told to its merchant only.

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
    waiting_change: bool = False
    price_jumped: bool = False
    reason: str | None = None

    @classmethod
    def of(cls, row: CardRow) -> "Summary":
        """Write a card."""
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


class StockSet(Answer):
    """The units that lie ready now, and the difference to before."""

    id: UUID
    stock: int
    difference: int


def _warning(error: FieldError) -> FieldProblem:
    return FieldProblem(field=error.field, code=error.code, message=field_sentence(error), accepted=error.accepted)


def _closed(look: Look) -> Closed | None:
    found = look.notice
    if found is None:
        return None
    return Closed(first_day=found.first, last_day=found.last, order_by=found.order_by, words=dict(found.words))


def _quote(look: Look) -> Quote:
    if look.load is None:
        freight = "incomplete"
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
    )

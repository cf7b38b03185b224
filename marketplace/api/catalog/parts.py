"""What answers about goods are made of: prices, packing, departures, pictures, what is said."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from marketplace.api.shared.answers import Amount, Answer, Instant
from marketplace.api.shared.freight import FreightMade
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder
from marketplace.catalog.rules.rows import CategoryRow, PictureRow, VariantRow
from marketplace.catalog.rules.said import ASPECTS, Said
from marketplace.customs.queries import RestrictionRow
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
    made: FreightMade | None

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
            made=FreightMade.of(row),
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


class Limit(Answer):
    """Why so many cannot be ordered: ``stock``, or ``capacity`` with the ``most`` that one lorry takes."""

    code: str
    facts: dict[str, Any]


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
    problems: list[Limit]


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

"""What several kinds of paper are made of. Texts by locale are mappings such as ``{"en": …, "zh": …}``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from marketplace.kernel.money import Money, UnitPrice

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A company as it stands on a paper; company facts only, never a person's: ``contact`` is a desk."""

    name: str
    country: str  # ISO 3166-1 alpha-2
    address: str = ""
    registration_number: str = ""
    tax_id: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The price basis: an Incoterms 2020 rule and its named place."""

    rule: str
    place: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLine:
    """One order line; ``unit`` is a UN/ECE Rec. 20 code, weights in grams, volume in cubic centimetres."""

    sku: str
    title: Texts
    hs_code: str
    origin: str
    quantity: int
    unit: str
    unit_price: UnitPrice
    amount: Money
    cartons: int
    gross_g: int
    net_g: int
    cm3: int
    carton_units: int | None = None
    departure: str = ""  # reference of the departure booked or aimed at
    ready_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One milestone of the payment plan: what falls due by which event."""

    event: str  # payments.rules.MilestoneEvent
    share_bp: int
    amount: Money
    due_on: date | None = None
    days: int | None = None  # to pay after the event
    counted: str | None = None  # payments.rules.plans.Counted
    open: Money | None = None  # what of the amount is still to be paid, where some of the order is paid already


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleMark:
    """What says that goods are a sample: its number, and what they are worth to customs, never zero.

    ``is_free`` ("yes" or "no"): they have no commercial value.
    """

    reference: str
    customs_value: Money
    is_free: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """An amount beside the goods: ``courier`` more, ``sample_credit`` less, of the sample that it names."""

    kind: str
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformity:
    """The approved sample that the goods of a line have to be like; the hash says of what it is a sample."""

    sku: str
    reference: str
    approved_on: date
    content_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A line's amount as ordered, what of it was not handed over, what was paid, and what is still to be paid.

    Payments fall due by what was ordered: ``paid + taken_back + sent_back + open = ordered``, short goods included
    until they are let off. ``taken_back`` is what the bank of the buyer's card took of what was paid, ``sent_back``
    what went back to it at the provider's limit and is settled directly; None where nothing did. ``extras`` lead from
    the goods to it.
    """

    ordered: Money
    short: Money
    paid: Money
    open: Money
    taken_back: Money | None = None
    sent_back: Money | None = None
    extras: tuple[Extra, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The payee named in the contract, and the reference that every transfer must quote."""

    holder: str
    bank: str
    number: str
    bic: str
    country: str
    currency: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One booking on a departure; instants with the IANA zones of their places; ``binding`` names what is charged."""

    booking: str
    departure: str
    line: Texts
    origin: Texts
    destination: Texts
    departs_at: datetime
    departs_zone: str
    arrives_at: datetime
    arrives_zone: str
    gross_g: int
    cm3: int
    ldm_mm: int
    pallets: int
    chargeable_g: int
    binding: str  # gross, volume or loading_metres
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """The tariff as frozen: price of a chargeable kilogram, least amount, kilograms charged for a m³ and a metre."""

    per_kg: UnitPrice
    minimum: Money
    m3_factor: int
    ldm_factor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class FreightPart:
    """A part of the freight: a ``kind`` of distribution.rules.composition or of a surcharge; credits are negative."""

    kind: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFee:
    """What a booking may cost on top: ``share_bp`` of its freight or ``per_kg``, at least ``minimum``.

    ``grace_minutes`` run from the cargo cut-off; until ``free_days`` before it a booking is given up free of charge.
    """

    kind: str  # distribution.fees.rules.terms.FeeKind
    share_bp: int | None
    per_kg: UnitPrice | None
    minimum: Money
    grace_minutes: int
    free_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLorry:
    """A whole lorry as frozen: its price, all in, the hours that it waits for nothing, and what each one more costs."""

    price: Money
    free_hours: int
    waiting: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """How goods travel: the booking, its house waybill once there is one, the departure and both ends."""

    booking: str
    departure: str
    origin: Texts
    destination: Texts
    house_waybill: str = ""
    courier: str | None = None  # whose number is the waybill's; None: a lorry carries them
    fetched: Texts | None = None  # the centre where they lie and are handed over: nobody carries them

"""What carriers and the operator send about vehicles, drivers, papers, crews and rotations."""

from typing import Annotated, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.logistics import Instant, Place
from marketplace.edge.requests.payments import Day, OptionalDay
from marketplace.kernel.quantity import Load
from marketplace.logistics.fleet.rules.papers import LONGEST_NUMBER, Kind, PaperKind

_OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
_OptionalCountry = Annotated[Country | None, BeforeValidator(blank_is_none)]

PAPERS: Final = {
    PaperKind.INSPECTION: _("Technical inspection"),
    PaperKind.INSURANCE: _("Vehicle insurance"),
    PaperKind.PERMIT: _("Cross-border permit"),
    PaperKind.GMS_PERMIT: _("GMS permit"),
    PaperKind.ACTS_PERMIT: _("ACTS permit"),
    PaperKind.TIR_APPROVAL: _("TIR approval"),
    PaperKind.DRIVING_LICENCE: _("Driving licence"),
    PaperKind.PASSPORT: _("Passport"),
    PaperKind.VISA: _("Visa"),
    PaperKind.DANGEROUS_CERTIFICATE: _("Dangerous goods certificate"),
}


class Fleet(Request):
    """Which kind of vehicle, and where the list goes on."""

    kind: Annotated[Kind | None, BeforeValidator(blank_is_none)] = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


class VehicleBody(Request):
    """A tractor or trailer: its numbers as ``CN 渝A12345; VN 29C12345``, of trailers the type of lorry.

    ``contractor``: the carrier that it is hired from; left out, it is one's own.
    """

    kind: Kind
    plates: Annotated[Line, Field(max_length=200)]
    vehicle_type: _OptionalId = None
    is_reefer: Tick = False
    euro_class: Annotated[Annotated[Whole, Field(ge=1, le=7)] | None, BeforeValidator(blank_is_none)] = None
    co2_grams_km: Annotated[Annotated[Whole, Field(ge=1, le=5_000)] | None, BeforeValidator(blank_is_none)] = None
    contractor: _OptionalId = None


class DriverBody(Request):
    """A driver: name, the country of the passport, and the account of a member of the company who is the driver."""

    name: Annotated[Line, Field(max_length=100)]
    country: Country
    phone: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None
    person: _OptionalId = None
    contractor: _OptionalId = None


class PaperBody(Request):
    """A paper and its last day; permits and visas name the country, ``file_id`` a file handed in as a licence."""

    kind: PaperKind
    number: Annotated[Annotated[Line, Field(max_length=LONGEST_NUMBER)] | None, BeforeValidator(blank_is_none)] = None
    country: _OptionalCountry = None
    valid_from: OptionalDay = None
    valid_until: Day
    file_id: _OptionalId = None


class CrewBody(Request):
    """Who drives a departure from one of its stops to another, by their codes; the whole way where left out.

    ``returns_at``: when they are home; left out, the end of the vehicle's rotation, or as long after as the way out.
    """

    tractor: UUID
    trailer: UUID
    drivers: list[UUID] = Field(default_factory=list[UUID], max_length=6)
    from_stop: Place = None
    to_stop: Place = None
    returns_at: Instant = None
    is_cooled: Tick = False
    is_dangerous: Tick = False


class RotationBody(Request):
    """The vehicle, and the departures that it runs one after the other."""

    vehicle: UUID
    departures: list[UUID] = Field(min_length=1, max_length=20)


class ExtendBody(Request):
    """Departures that a rotation goes on with."""

    departures: list[UUID] = Field(min_length=1, max_length=20)


class TypeBody(Request):
    """What a kind of lorry is called and holds, its TEU, where the figures come from; ``is_reefer``: it keeps cold."""

    name: Annotated[Line, Field(max_length=100)]
    kg: Annotated[Exact, Field(gt=0, le=60_000, decimal_places=3)]
    m3: Annotated[Exact, Field(gt=0, le=200, decimal_places=6)]
    ldm: Annotated[Exact, Field(gt=0, le=20, decimal_places=3)]
    pallets: Annotated[Whole, Field(ge=1, le=100)]
    teu: Annotated[Exact, Field(gt=0, le=4, decimal_places=2)]
    source: Annotated[Line, Field(max_length=200)]
    is_reefer: Tick

    @property
    def capacity(self) -> Load:
        """The room in grams, cubic centimetres, millimetres of loading length and pallet places."""
        return Load(int(self.kg * 1_000), int(self.m3 * 1_000_000), int(self.ldm * 1_000), self.pallets)


class NewTypeBody(TypeBody):
    """A kind of lorry with the code that it goes by; it keeps nothing cold unless that is said."""

    is_reefer: Tick = False

    code: Annotated[Line, Field(max_length=40)]


messages.register(
    errors={
        "fleet_in_use": _("It is assigned to a departure that has not ended. Take it off that first."),
        "crew_legs": _("Another crew drives some of these legs already. Take it off first, or choose other stops."),
        "crew_drove": _("The lorry is on these legs already: the crew stays as it is."),
        "departure_over": _("The departure has arrived or was cancelled: no crew is assigned any more."),
        "rotation_order": _("%(after)s leaves before %(before)s has arrived."),
        "rotation_taken": _("%(reference)s is in a rotation of this vehicle already."),
    },
    fields={
        "plates": _("Write %(accepted)s."),
        "reefer_trailer": _("A tractor does not cool: only trailers are reefers."),
        "paper_period": _("It ends before it begins, on %(accepted)s."),
        "crew_kind": _("Choose a tractor to pull and a trailer to carry."),
        "crew_busy": _("%(reference)s drives %(departure)s at that time."),
        "crew_paper_ends": _("%(reference)s: %(paper_kinds)s is valid until %(until)s; back on %(back)s."),
        "crew_paper_ends_for": _(
            "%(reference)s: %(paper_kinds)s for %(country)s is valid until %(until)s; back on %(back)s."
        ),
        "crew_paper_missing": _("%(reference)s: %(paper_kinds)s is missing."),
        "crew_paper_missing_for": _("%(reference)s: %(paper_kinds)s for %(country)s is missing."),
        "reefer_needed": _("%(reference)s does not cool, and the goods must be cooled."),
        "returns_early": _("Back before the last stop is reached, which is on %(accepted)s."),
    },
    codes={"paper_kinds": {kind.value: word for kind, word in PAPERS.items()}},
)

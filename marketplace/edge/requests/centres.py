"""What is sent about distribution centres, what lies in them, and what is sold from there."""

from decimal import Decimal
from typing import Annotated, Final, Literal
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests import borders
from marketplace.edge.requests.payments import Day, OptionalDay
from marketplace.logistics.centres.rules.centres import Figures
from marketplace.logistics.centres.rules.counts import Counted, Reason
from marketplace.logistics.centres.rules.lots import LARGEST_QUANTITY, LONGEST_NUMBER, Papers, Status
from marketplace.logistics.centres.rules.proofs import Proof, ProofKind

Number = Annotated[Line, Field(max_length=LONGEST_NUMBER)]
OptionalNumber = Annotated[Number | None, BeforeValidator(blank_is_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]
Units = Annotated[Whole, Field(ge=1, le=LARGEST_QUANTITY)]
Figure = Annotated[Whole, Field(ge=0, le=LARGEST_QUANTITY)]
LineNumber = Annotated[Whole, Field(ge=1, le=9_999)]
Weekdays = Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(max_length=7)]

STATUSES: Final = {Status.BONDED: _("In bond"), Status.FREE: _("Cleared")}
PROOFS: Final = {
    ProofKind.FORM_E: _("Form E (ASEAN–China)"),
    ProofKind.FORM_D: _("Form D (ASEAN)"),
    ProofKind.RCEP: _("RCEP certificate"),
    ProofKind.DECLARATION: _("Declaration of origin"),
}
REASONS: Final = {
    Reason.LOST: _("Lost"),
    Reason.FOUND: _("Found"),
    Reason.BROKEN: _("Broken"),
    Reason.WRONG_BEFORE: _("Counted wrongly before"),
}


class CentreBody(Request):
    """Who keeps a centre (left out: the operator), when it is open by its own clock, and its licence for bond."""

    keeper: OptionalId = None
    weekdays: Weekdays = Field(default_factory=list)
    opens: borders.Clock
    closes: borders.Clock
    licence_number: OptionalNumber = None
    licence_until: OptionalDay = None
    source: borders.Source
    assumed: Tick = False

    @property
    def figures(self) -> Figures:
        """What is said of the centre, as the rules read it."""
        return Figures(
            sum(1 << borders.WEEKDAYS.index(day) for day in set(self.weekdays)),
            self.opens,
            self.closes,
            self.licence_number,
            self.licence_until,
            self.source,
            is_assumed=self.assumed,
        )


class NewCentreBody(CentreBody):
    """A new centre: the code of a place of kind dc; a place that is new comes with its name, country and position."""

    place: Annotated[Line, Field(max_length=40)]
    name: Annotated[Annotated[Line, Field(max_length=100)] | None, BeforeValidator(blank_is_none)] = None
    country: Annotated[Country | None, BeforeValidator(blank_is_none)] = None
    zone: Annotated[Annotated[Line, Field(max_length=40)] | None, BeforeValidator(blank_is_none)] = None
    latitude: Annotated[Exact, Field(ge=-90, le=90, decimal_places=6)] = Decimal()
    longitude: Annotated[Exact, Field(ge=-180, le=180, decimal_places=6)] = Decimal()


class ChangedCentreBody(CentreBody):
    """What is said of a centre from now on; ``version`` is that of what was looked at."""

    version: Annotated[Whole, Field(ge=1, le=1_000_000)]


class AnnouncementBody(Request):
    """Which goods come to which centre, perhaps as a consignment, and the broker who may release them."""

    centre: UUID
    listing: UUID
    quantity: Units
    house_waybill: Annotated[Annotated[Line, Field(max_length=16)] | None, BeforeValidator(blank_is_none)] = None
    broker: OptionalId = None


class TakingBody(Request):
    """How many came, and under which papers they lie: in bond with entry number and both days, or free."""

    quantity: Units
    status: Status
    entry_number: OptionalNumber = None
    bonded_since: OptionalDay = None
    bonded_until: OptionalDay = None
    domestic: Tick = False
    declaration_number: OptionalNumber = None
    declaration_line: Annotated[LineNumber | None, BeforeValidator(blank_is_none)] = None
    declared_on: OptionalDay = None

    @property
    def papers(self) -> Papers:
        """The papers of the status; what belongs to the other one is left."""
        if self.status is Status.BONDED:
            return Papers(
                Status.BONDED,
                entry_number=self.entry_number,
                bonded_since=self.bonded_since,
                bonded_until=self.bonded_until,
            )
        return Papers(
            Status.FREE,
            is_imported=not self.domestic,
            declaration_number=self.declaration_number,
            declaration_line=self.declaration_line,
            declared_on=self.declared_on,
        )


class MovementBody(Request):
    """Units that leave a lot: handed out, broken, or out of the country again, and the number of the paper."""

    kind: Literal["out", "damaged", "reexported"]
    quantity: Units
    number: OptionalNumber = None


class TransferBody(Request):
    """Units that go to another centre; bonded ones with the number of their transit movement."""

    to_centre: UUID
    quantity: Units
    transit_reference: OptionalNumber = None


class ReceiptBody(Request):
    """How many units of a transfer arrived, and their entry number in the bonded warehouse."""

    quantity: Figure
    entry_number: OptionalNumber = None


class ReleaseBody(Request):
    """A line of an import declaration, how many units it lets in, and the origin proof that it was lodged with."""

    quantity: Units
    declaration_number: Number
    declaration_line: LineNumber
    declared_on: Day
    duty_paid: Tick = False
    origin_proof: OptionalId = None


class ProofBody(Request):
    """An origin proof for a listing, and for how many units it counts."""

    listing: UUID
    kind: ProofKind
    number: Number
    origin: Country
    issued_on: Day
    valid_until: Day
    quantity: Units

    @property
    def proof(self) -> Proof:
        """The proof as the rules read it."""
        return Proof(self.kind, self.number, self.origin, self.issued_on, self.valid_until, self.quantity)


class BrokerBody(Request):
    """The broker who may see and release a lot."""

    broker: UUID


class OfferBody(Request):
    """From which centre a listing is sold, and under which status."""

    listing: UUID
    centre: UUID
    status: Status


class FoundBody(Request):
    """What lies there of a lot, and why that differs."""

    lot: UUID
    units: Figure
    reason: Annotated[Reason | None, BeforeValidator(blank_is_none)] = None


class FiguresBody(Request):
    """What was found, by lot; lots that are left out stay as they are."""

    lots: Annotated[list[FoundBody], Field(min_length=1, max_length=1_000)]

    @property
    def counted(self) -> dict[UUID, Counted]:
        """What was found, as the rules read it."""
        return {each.lot: Counted(each.units, each.reason) for each in self.lots}


class DecisionBody(Request):
    """Whether a sheet's differences are booked, or the sheet is dropped."""

    act: Literal["confirm", "drop"]


messages.register(
    errors={
        "lot_short": _("Only %(left)s units of this lot are there that nobody was promised."),
        "lots_short": _("Only %(left)s such units lie in this centre. Bonded and cleared goods are never mixed."),
        "in_bond": _("These goods are in bond: they leave by a release, or out of the country again."),
        "not_in_bond": _("These goods are not in bond."),
        "not_stripped": _("The consignment is still on its lorry. Take it in once the lorry is unloaded."),
        "count_empty": _("Nothing lies in this centre: there is nothing to count."),
        "count_waits": _("This count waits for a second person to confirm it."),
        "count_open": _("Enter the figures of this count first."),
        "lot_moved": _("A lot moved while it was counted. Drop this sheet and count anew."),
        "nothing_promised": _("Nothing is promised to this order line here."),
    },
    fields={
        "whole_range": _("Write a whole number: %(accepted)s."),
        "not_bonded_centre": _("Bonded goods lie in a bonded warehouse alone. Choose %(accepted)s."),
        "before_entry": _("It lies before the first day, %(accepted)s."),
        "proof_ended": _("This proof ended on %(accepted)s."),
        "proof_short": _("This proof counts for %(accepted)s units more."),
        "after_opening": _("It closes before it opens. Write %(accepted)s."),
        "same_centre": _("They lie there already. Choose %(accepted)s."),
        "free_leaves_country": _("Cleared goods stay in their country. Choose %(accepted)s."),
        "reason_missing": _("This differs from the books: say why."),
        "centre_changed": _("Somebody has changed this meanwhile. Look at version %(accepted)s."),
        "in_future": _("This day is still to come; today is %(accepted)s."),
        "duty_open": _("The goods may not leave bond before duty was paid or secured: %(accepted)s."),
        "not_live": _("This listing is not on sale. Choose %(accepted)s."),
        "domestic_seller": _("Cleared goods are sold by a domestic seller: %(accepted)s."),
        "local_currency": _("Cleared goods are sold in local currency: give the listing a price in %(accepted)s."),
        "import_basis": _("Bonded goods are sold as an import: give the listing a price on %(accepted)s."),
    },
)

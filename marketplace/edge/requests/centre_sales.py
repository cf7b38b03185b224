"""What is sent about goods that were sold from distribution centres."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Tick, Whole, blank_is_none
from marketplace.edge.requests.centres import LineNumber, Number, OptionalId, Units
from marketplace.edge.requests.payments import Day
from marketplace.logistics.centres.rules.lots import LARGEST_QUANTITY
from marketplace.logistics.centres.services.releasing import Declared
from marketplace.logistics.road.rules.declared import LONGEST_NUMBER
from marketplace.logistics.road.rules.transit import Guarantee, Regime


class SalesQuery(Request):
    """Where the list goes on; ``waiting``: those alone that somebody has to declare, fetch or bring."""

    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    waiting: Tick = False


class SaleReleaseBody(Request):
    """The line of the importer's declaration by which the goods of a sale leave bond; all of them do."""

    declaration_number: Number
    declaration_line: LineNumber
    declared_on: Day
    duty_paid: Tick = False
    origin_proof: OptionalId = None

    @property
    def declared(self) -> Declared:
        """What was declared."""
        return Declared(
            self.declaration_number,
            self.declaration_line,
            self.declared_on,
            duty_paid=self.duty_paid,
            proof_id=self.origin_proof,
        )


class SaleHandoverBody(Request):
    """Units of a sale that leave the centre, and the number of the paper on which they were signed for.

    The rest stays promised and may be fetched later; ``complete``: nothing follows, what is missing is short.
    """

    quantity: Units
    number: Number
    complete: Tick = False


class SaleDeliveryBody(Request):
    """How many of the units that came are damaged; ``collection`` names which came where several are on their way."""

    collection: OptionalId = None
    damaged: Annotated[Whole, Field(ge=0, le=LARGEST_QUANTITY)] = 0


class SaleTransitBody(Request):
    """A transit movement of a sale's bonded goods: where to, by which day there it is discharged, its guarantee."""

    regime: Regime
    to_place: Annotated[Line, Field(max_length=40)]
    discharge_by: Day
    guarantee: Guarantee
    guarantee_reference: Annotated[Line, Field(max_length=LONGEST_NUMBER)]
    guarantee_amount: Annotated[Exact, Field(gt=0, le=10**12)]
    currency: Currency
    guarantee_until: Day


messages.register(
    errors={
        "transit_open": _("A transit movement of these goods is open: they go that way, or it is cancelled first."),
        "transit_not_gone": _("The goods still lie in the centre: hand them over first."),
        "transit_under_way": _("The goods are under customs: their transit movement has to arrive first."),
        "from_centre": _("The goods of this order lie in a distribution centre: its keeper hands them out there."),
        "only_the_importer": _("The importer of record names the broker of these goods."),
        "only_the_keeper": _("Whoever keeps the distribution centre does this."),
    },
    fields={
        "transit_at_once": _("All %(accepted)s units of a transit movement leave at once; what is missing is short."),
    },
)

"""What people ask about ways to get a load there, and what an admin says of emissions."""

from decimal import Decimal
from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Exact, Line, Request, Whole, blank_is_none
from marketplace.edge.requests.logistics import Instant
from marketplace.kernel.quantity import Load
from marketplace.logistics.itineraries.queries.search import COMPARED_IN

Place = Annotated[Line, Field(max_length=40)]
_BLANK = BeforeValidator(blank_is_none)
# What is asked about where no load is given: a tonne of parts.
ANY_LOAD = Load(grams=1_000_000, cm3=3_000_000)


class Itineraries(Request):
    """Where from, where to, not before when, and the load; without a load it is a tonne of 3 m³.

    Places by their codes, ``from`` a hub; decimals in kg, m³, loading metres, and whole pallet places. Ways are
    compared by their freight in ``currency``.
    """

    hub: Place = Field(alias="from")
    to: Place
    after: Instant = None
    kg: Annotated[Annotated[Exact, Field(ge=0, le=100_000, decimal_places=3)] | None, _BLANK] = None
    m3: Annotated[Annotated[Exact, Field(ge=0, le=1_000, decimal_places=6)] | None, _BLANK] = None
    ldm: Annotated[Annotated[Exact, Field(ge=0, le=100, decimal_places=3)] | None, _BLANK] = None
    pallets: Annotated[Annotated[Whole, Field(ge=0, le=1_000)] | None, _BLANK] = None
    currency: Annotated[Currency | None, _BLANK] = None

    @property
    def load(self) -> Load:
        """The load that is asked about."""
        asked = Load(
            grams=_scaled(self.kg, 3), cm3=_scaled(self.m3, 6), ldm_mm=_scaled(self.ldm, 3), pallets=self.pallets or 0
        )
        return ANY_LOAD if asked.is_nothing else asked

    @property
    def compared_in(self) -> str:
        """The currency of comparison."""
        return self.currency or COMPARED_IN


class Factor(Request):
    """Grams of CO2e that a tonne emits on a kilometre, well to wheel, and who says so; from an instant on, else now."""

    grams_per_tkm: Annotated[Exact, Field(ge=0, le=1_000, decimal_places=3)]
    source: Annotated[Line, Field(max_length=300)]
    valid_from: Instant = None


class FactorOfMode(Factor):
    """The same from a form that asks for the mode too."""

    transport_mode: Literal["road", "rail", "sea"]


def _scaled(value: Decimal | None, places: int) -> int:
    return 0 if value is None else int(value.scaleb(places))


messages.register(
    errors={
        "factor_past": _("A factor changes from now on or later; what was shown was so."),
        "factor_taken": _("This mode has a factor from that instant on already. Choose another instant."),
    },
    fields={"same_place": _("The load is there already. Choose another place.")},
)

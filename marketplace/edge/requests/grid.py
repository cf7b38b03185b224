"""What a merchant changes of many listings at once."""

from typing import Annotated, Final
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Tick, Whole, blank_is_none

FIELDS: Final = ("price", "moq", "stock", "lead_days", "low_below")
_Number = Annotated[Whole | None, BeforeValidator(blank_is_none)]


class GridRow(Request):
    """A listing in the ``version`` that was looked at, and what becomes of it; what is not sent stays.

    ``price`` is that of the first basis from its first quantity on, ``stock_was`` the units that were looked at,
    ``low_below`` the free units below which it runs low, null for the city's setting.
    """

    id: UUID
    version: Whole
    price: Annotated[Exact | None, BeforeValidator(blank_is_none)] = None
    moq: _Number = None
    stock: _Number = None
    lead_days: _Number = None
    stock_was: _Number = None
    low_below: _Number = None


class Grid(Request):
    """Rows that are taken or refused each by itself."""

    rows: list[GridRow] = Field(min_length=1, max_length=200)


class Sight(Request):
    """Which listings a grid shows."""

    state: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    low: Tick = False
    q: Annotated[Line | None, BeforeValidator(blank_is_none)] = None
    cursor: Annotated[Line | None, BeforeValidator(blank_is_none)] = None


messages.register(
    errors={},
    fields={
        "row_changed": _("Somebody changed this listing meanwhile. Look at it as it is now and change it again."),
        "stock_moved": _("The stock moved meanwhile: %(accepted)s lie ready now."),
        "row_twice": _("This listing stands in the grid twice."),
    },
)

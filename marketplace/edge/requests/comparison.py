"""What people send to see goods side by side."""

import re
from typing import Annotated, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.catalog.rules.pricing import LARGEST_QUANTITY
from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Line, Request, Text, Whole, blank_is_none
from marketplace.kernel.errors import Refused

MOST: Final = 6


class Comparing(Request):
    """Ids of up to six listings with commas between them, a quantity, a currency and a city that they go to."""

    ids: Annotated[Annotated[Text, Field(max_length=1_000)] | None, BeforeValidator(blank_is_none)] = None
    quantity: Annotated[Annotated[Whole, Field(ge=1, le=LARGEST_QUANTITY)] | None, BeforeValidator(blank_is_none)] = (
        None
    )
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    to: Annotated[Line | None, BeforeValidator(blank_is_none)] = None

    @property
    def named(self) -> tuple[str, ...]:
        """The ids as they were typed, each once; Refused ``ids`` for more than six."""
        found = tuple(dict.fromkeys(each for each in re.split(r"[,\s]+", self.ids or "") if each))
        if len(found) > MOST:
            raise Refused.field("ids", "too_many_compared", f"at most {MOST} ids")
        return found


messages.register(fields={"too_many_compared": _("Compare fewer goods at once: %(accepted)s.")})

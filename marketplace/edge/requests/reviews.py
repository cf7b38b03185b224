"""What people send about goods that they received."""

from typing import Annotated

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.exchange.rules.reviews import Marks

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]


class Review(Request):
    """Marks from 1 (bad) to 5 (good), words if any, whether the company's name is told.

    ``version``: the version of the company's review that the writer saw, 0 where there is none yet.
    """

    goods: Whole
    packing: Whole
    on_time: Whole
    text: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    language: OptionalLine = None
    named: Tick = False
    version: Annotated[Whole, Field(ge=0)] = 0

    def marks(self) -> Marks:
        """Return the marks, or refuse each that is none."""
        return Marks(self.goods, self.packing, self.on_time)


class Reply(Request):
    """A merchant's reply; without a language it is in the one that its letters show, else in the writer's own."""

    text: Text
    language: OptionalLine = None


messages.register(
    errors={
        "own_merchant": _("Nobody reviews goods of a company of their own."),
        "review_changed": _("A colleague has written about these goods meanwhile. Look at that first."),
        "review_over": _("This review could be changed until %(until)s."),
        "review_replied": _("Your company has replied already."),
    }
)

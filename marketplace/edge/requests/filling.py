"""What people send to fill a cart with many lines at once."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from marketplace.checkout.rules.quick import LONGEST_TEXT, MOST_LINES, Asked
from marketplace.edge import messages
from marketplace.edge.parsing import Request, Whole, blank_is_none, clean_text
from marketplace.edge.requests.checkout import Optional, Quantity


class QuickLine(Quantity):
    """A line of a quick order: goods by a number, and the merchant by name or id where several have it, or by id.

    The number is an article number, the maker's number of a part or one that the part replaces.
    """

    sku: Optional = None
    listing_id: UUID | None = None
    merchant: Optional = None

    @model_validator(mode="after")
    def _named(self) -> "QuickLine":
        if self.sku is None and self.listing_id is None:
            raise PydanticCustomError("missing", "a value")
        return self

    def asked(self) -> Asked:
        """Return it as a value."""
        rule, place = self.basis
        return Asked(
            sku=self.sku or "",
            listing_id=self.listing_id,
            quantity=self.quantity,
            merchant=self.merchant or "",
            currency=self.currency,
            incoterm=rule,
            place=place,
        )


class CartLines(Request):
    """Lines to set in the cart; ``to`` becomes the destination of a cart that has none or nothing in it."""

    lines: list[QuickLine] = Field(min_length=1, max_length=MOST_LINES)
    to: Optional = None


class QuickOrder(Request):
    """The same from a page: pasted, a line each; a file comes along beside it."""

    lines: Annotated[
        Annotated[str, BeforeValidator(clean_text), Field(max_length=LONGEST_TEXT)] | None,
        BeforeValidator(blank_is_none),
    ] = None
    to: Optional = None


class AgainLine(Request):
    """A line of a past order, and how many this time: as many as then where nothing is said."""

    line_id: UUID
    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None


class Again(Request):
    """The lines of a past order that are meant; all of them where none is named."""

    lines: Annotated[list[AgainLine], Field(min_length=1, max_length=200)] | None = None


messages.register(
    errors={
        "nothing_ticked": _("Tick the lines that go into the cart."),
        "line_twice": _("Line %(line)s is for the same goods: put the quantities together in one line."),
        "line_put": _(
            "Your line “%(number)s”, %(quantity)s, is for the same goods and in the cart: set the whole quantity there."
        ),
        "amount_too_large": _("One line can cost %(most)s at most. Order less at once."),
        "certificate_ends": _("A certificate of these goods ends on %(until)s, before the lorry leaves."),
        "prohibited_there": _("These goods (HS %(hs)s) may not be imported into %(country)s. Source: %(source)s"),
    },
    fields={
        "number_unknown": _("No goods on sale here go by this number."),
        "number_several": _("Several articles go by this number. Write the article number: %(accepted)s."),
        "merchant_several": _("Several merchants have this number. Name one of: %(accepted)s."),
        "merchant_without": _("This merchant has no goods by this number. These have: %(accepted)s."),
    },
)

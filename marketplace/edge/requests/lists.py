"""What people send about their saved lists."""

from typing import Annotated
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Currency, Line, Request, Text, Tick, Whole, blank_is_none

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]


class NewList(Request):
    """A list's name, and whether colleagues see and fill it, too."""

    name: Line
    shared: Tick = False


class ListChange(Request):
    """A list's new name, whether it is shared, whether it is put aside; what is not sent stays."""

    name: OptionalLine = None
    shared: Tick | None = None
    archived: Tick | None = None


class Which(Request):
    """Whether those lists are meant that are put aside."""

    archived: Tick = False


class Copy(Request):
    """What the copy of a list is called."""

    name: Line


class Source(Request):
    """Where lines come from: an order that the company placed, or the cart where none is named."""

    order: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None


class Adding(Source):
    """The same from a page: onto a list, or onto a new one of this name."""

    list: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    name: Annotated[Annotated[Line, Field(max_length=80)] | None, BeforeValidator(blank_is_none)] = None


class Item(Request):
    """How many units, a note, and the price basis, the first of the offer by default."""

    quantity: Annotated[Whole | None, BeforeValidator(blank_is_none)] = None
    note: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    currency: Annotated[Currency | None, BeforeValidator(blank_is_none)] = None
    incoterm: OptionalLine = None
    place: OptionalLine = None


class Ticked(Request):
    """The lines of a list that are meant, by the ids of their listings; all of them where none is named."""

    listings: Annotated[list[UUID], Field(min_length=1, max_length=200)] | None = None


class Saving(Item):
    """The same from a page: on a list, or on a new one of this name."""

    list: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    name: Annotated[Annotated[Line, Field(max_length=80)] | None, BeforeValidator(blank_is_none)] = None


class Shown(Request):
    """What a page of saving begins with."""

    list: Annotated[UUID | None, BeforeValidator(blank_is_none)] = None
    quantity: OptionalLine = None
    currency: OptionalLine = None
    incoterm: OptionalLine = None
    place: OptionalLine = None


messages.register(
    errors={
        "lists_full": _("You have %(most)s lists. Throw one away first."),
        "list_full": _("This list has %(most)s lines. Take one off first, or begin another list."),
        "list_archived": _("This list is put aside. Take it up again to change what is on it."),
        "not_your_list": _("Only whoever made this list renames, shares or throws it away."),
        "listing_gone": _("These goods are no longer offered."),
        "in_cart": _("This is in the cart already; there it stays as it is."),
    },
    fields={"not_on_list": _("These goods are not on this list.")},
)

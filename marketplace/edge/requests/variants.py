"""What merchants send about variants."""

from typing import Annotated, Any, Final

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from marketplace.catalog.rules.variants import LONGEST_NAME
from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, blank_is_none
from marketplace.edge.requests.catalog import comma_as_point

_MARK: Final = ";"


def axes_text(value: Any) -> Any:
    """Read axes written ``Size; Colour``."""
    return [part.strip() for part in value.split(_MARK) if part.strip()] if isinstance(value, str) else value


def members_text(value: Any) -> Any:
    """Read variants written one a line, ``CH-428-116; 116 links; gold``: an article number and its values."""
    if not isinstance(value, str):
        return value
    lines = [[part.strip() for part in line.split(_MARK)] for line in value.splitlines() if line.strip()]
    if any(len(parts) < 2 for parts in lines):
        raise PydanticCustomError("variants", "CH-428-116; 116 links, one a line")
    return [{"sku": parts[0], "values": parts[1:]} for parts in lines]


class MemberBody(Request):
    """A listing by its article number, with its value on each axis."""

    sku: Line
    values: list[Line] = Field(max_length=2)


class VariantsBody(Request):
    """What variants differ by, and which they are, in the order they are shown.

    ``name`` is what sheets call the group; without one it keeps the name that it has.
    """

    name: Annotated[Annotated[Line, Field(max_length=LONGEST_NAME)] | None, BeforeValidator(blank_is_none)] = None
    axes: Annotated[list[Line], BeforeValidator(axes_text), Field(max_length=2)]
    members: Annotated[list[MemberBody], BeforeValidator(members_text), Field(max_length=100)]


class VariantBody(Request):
    """Another variant: its article number, its values, its prices moved by so many per cent.

    Of a listing that stands alone, ``axes`` say by what the two differ and ``own`` what this one is.
    """

    sku: Line
    values: Annotated[list[Line], BeforeValidator(axes_text), Field(max_length=2)]
    percent: Annotated[Exact, BeforeValidator(comma_as_point)]
    axes: Annotated[list[Line], BeforeValidator(axes_text), Field(max_length=2, default_factory=list[str])]
    own: Annotated[list[Line], BeforeValidator(axes_text), Field(max_length=2, default_factory=list[str])]


messages.register(
    fields={
        "variants": _("Write variants as %(accepted)s."),
        "variant_axes": _("Say what variants differ by: %(accepted)s."),
        "variant_count": _("A group has so many variants: %(accepted)s."),
        "variant_values": _("Each line needs %(accepted)s."),
        "variant_twice": _("Two lines are the same: %(accepted)s."),
        "variant_own": _("This listing is one of its variants: add %(accepted)s."),
        "variant_unknown": _("You have no such article: %(unknown)s."),
        "variant_elsewhere": _("Already in another group: %(taken)s."),
        "variant_moved": _("This article is in the group “%(group)s”. Take it out there first."),
        "variant_cell": _("Write what the variants differ by, and the value: %(accepted)s."),
        "variant_axis": _("This group does not differ by “%(axis)s”. Write %(accepted)s."),
        "variant_blank": _("“%(axis)s” has no value. Write %(accepted)s."),
        "variant_same": _("Article %(sku)s of this group has these values already."),
        "variant_full": _("This group is full: %(accepted)s."),
        "variant_raced": _("Somebody changed this group at the same moment. Bring this row in again."),
    },
)

"""What people send about the floor plan of a lorry, and about kinds of lorries."""

from typing import Annotated, Literal

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Exact, Line, Request, Tick, Whole, blank_is_none

Sscc = Annotated[Line, Field(max_length=18)]
Millimetres = Annotated[Whole, Field(ge=0, le=20_000)]
Length = Annotated[Annotated[Whole, Field(ge=1, le=20_000)] | None, BeforeValidator(blank_is_none)]
Weight = Annotated[Annotated[Exact, Field(gt=0, le=60_000, decimal_places=3)] | None, BeforeValidator(blank_is_none)]


class KeptApart(Request):
    """Two units by their SSCC, and how far from each other they stand at least, in millimetres."""

    one: Sscc
    other: Sscc
    mm: Annotated[Whole, Field(ge=1, le=20_000)]


class Packing(Request):
    """How hard to try: ``fast`` for a draft, ``balanced`` to load by; pairs that stand apart as before if left out."""

    effort: Literal["fast", "balanced"] = "fast"
    apart: Annotated[list[KeptApart], Field(max_length=1_000)] | None = None


class Moving(Request):
    """Where the unit of a position goes: its corner by the front wall, on the left, below; millimetres.

    ``version`` is that of the plan looked at. ``repack``: what is not pinned is packed around it.
    """

    version: Annotated[Whole, Field(ge=1, le=1_000_000)]
    number: Annotated[Whole, Field(ge=1, le=1_000)]
    x_mm: Millimetres
    y_mm: Millimetres
    z_mm: Millimetres = 0
    turned: Tick = False
    pinned: Tick = False
    repack: Tick = False


class Stacking(Request):
    """Whether others may stand on a unit."""

    sscc: Sscc
    stackable: Tick = False


class Measuring(Request):
    """A lorry's inside, where its axles are from the front wall and what each bears, its tare, and who says so."""

    inner_length_mm: Length = None
    inner_width_mm: Length = None
    inner_height_mm: Length = None
    front_axle_mm: Length = None
    front_axle_limit_kg: Weight = None
    rear_axle_mm: Length = None
    rear_axle_limit_kg: Weight = None
    tare_kg: Weight = None
    source: Annotated[Line, Field(max_length=200)]


messages.register(
    errors={
        "floor_sealed": _("The doors are sealed: the plan stays as it is."),
        "no_inside": _("Nobody has written down what this kind of lorry measures inside."),
        "nothing_to_pack": _("The hub has no cargo for this departure yet."),
        "too_many_to_pack": _("These are %(items)s units; at most %(most)s are packed into one lorry."),
        "plan_changed": _("The plan was drawn anew meanwhile. Look at it again."),
        "floor_faults": _("That would not hold: %(flaws)s. Positions: %(positions)s."),
    },
    fields={
        "all_or_none": _("Fill in all of these figures, or none."),
        "rear_before_front": _("The rear axle is behind the front one."),
    },
    codes={
        "flaws": {
            "unknown": _("not in this cargo"),
            "twice": _("placed twice"),
            "outside": _("outside of the lorry"),
            "overlap": _("two units in one place"),
            "unsupported": _("less than three quarters of a base rest on something"),
            "crushed": _("on top of what may not be stacked"),
            "blocked": _("in the way of what is unloaded earlier"),
            "too_near": _("too near to what must stand apart"),
            "unpinned": _("away from where it is pinned"),
            "too_heavy": _("heavier than the lorry may carry"),
            "front_axle": _("too much weight on the front axle"),
            "rear_axle": _("too much weight on the rear axle"),
        }
    },
)

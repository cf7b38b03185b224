"""What phones and programs send about cargo that somebody handled."""

import re
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Line, Request, Text, Tick, Whole, blank_is_none
from marketplace.edge.requests.logistics import Place, instant_or_day
from marketplace.edge.requests.operations import Centimetres, CubicMetres, Kilograms
from marketplace.logistics.handling.rules.acts import Damage, Kind

_MOST_ACTS = 100


def _seals(value: Any) -> Any:
    """Read numbers that a form has in one field, between commas or on lines of their own."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        return given
    return [number.strip() for part in given for number in re.split(r"[,;\n]", part) if number.strip()] or None


Id = Annotated[UUID | None, BeforeValidator(blank_is_none)]
Count = Annotated[Annotated[Whole, Field(ge=0, le=1_000_000)] | None, BeforeValidator(blank_is_none)]
Number = Annotated[Annotated[Whole, Field(ge=1, le=1_000_000)] | None, BeforeValidator(blank_is_none)]
Label = Annotated[Annotated[Line, Field(max_length=200)] | None, BeforeValidator(blank_is_none)]
DoneAt = Annotated[datetime, BeforeValidator(instant_or_day, json_schema_input_type=str)]


class HandlingAct(Request):
    """One act: its id made by whoever did it, on which device and when, and the last version that was seen there.

    Cartons are named by a ``label`` that was read, or by ``booking`` with the ``first`` one's number and how many
    ``pieces``. ``confirmed``: what is not aboard stays, or however few came; ``complete``: nothing more comes.
    """

    id: UUID
    kind: Kind
    departure: UUID
    device: Annotated[Line, Field(max_length=64)]
    done_at: DoneAt
    base: Annotated[Whole, Field(ge=0, le=1_000_000_000)] = 0
    booking: Id = None
    label: Label = None
    first: Number = None
    pieces: Number = None
    gross_kg: Kilograms = None
    length_cm: Centimetres = None
    width_cm: Centimetres = None
    height_cm: Centimetres = None
    m3: CubicMetres = None
    damaged: Count = None
    damage: Annotated[Damage | None, BeforeValidator(blank_is_none)] = None
    position: Annotated[Annotated[Line, Field(max_length=20)] | None, BeforeValidator(blank_is_none)] = None
    seals: Annotated[
        Annotated[list[Annotated[Line, Field(max_length=40)]], Field(max_length=8)] | None,
        BeforeValidator(_seals),
    ] = None
    place: Place = None
    complete: Tick = False
    confirmed: Tick = False
    late: Tick = False
    signed: Tick = False
    remarks: Annotated[Annotated[Text, Field(max_length=1_000)] | None, BeforeValidator(blank_is_none)] = None
    photos: Annotated[list[UUID], Field(max_length=8, default_factory=list)]
    signature: Id = None


class HandlingActs(Request):
    """Acts that a device did, at most a hundred at once; each has its own answer."""

    acts: Annotated[list[HandlingAct], Field(min_length=1, max_length=_MOST_ACTS)]


messages.register(
    errors={
        "not_aboard": _(
            "These bookings are not on the lorry: %(bookings)s. Another phone may have loaded them and not have sent it"
            " yet. Send all phones first, or say that they stay."
        ),
        "not_packed_yet": _("Its merchant has not packed this line yet, so its cartons have no numbers."),
        "loading_stopped": _("These wait for a consent to more freight and are not loaded until then: %(bookings)s."),
    },
    fields={
        "act_reused": _("This id belongs to another act. Send %(accepted)s."),
        "too_long_ago": _("This is too long ago: %(accepted)s."),
        "unknown_label": _("This label is on no cargo of this departure. Scan %(accepted)s."),
        "other_booking": _("This label is of another booking: %(accepted)s."),
    },
)

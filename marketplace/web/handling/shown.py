"""A work list as its page wants it."""

from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from marketplace.edge.acts.handling import Item, Told, Work
from marketplace.edge.answers import problem
from marketplace.logistics.handling.queries import ActRow, ConflictRow
from marketplace.logistics.handling.rules.acts import Answer, Damage, Kind
from marketplace.logistics.handling.rules.merging import Difference, Lot
from marketplace.logistics.queries.options import OptionRow
from marketplace.logistics.rules.states import DepartureState
from marketplace.web.shared import locale, render

KINDS: Final[dict[Kind, Any]] = {
    Kind.RECEIVE: lazy_gettext("Take in"),
    Kind.LOAD: lazy_gettext("Load"),
    Kind.SEAL: lazy_gettext("Seal"),
    Kind.GATE_OUT: lazy_gettext("Out of the gate"),
    Kind.AT_BORDER: lazy_gettext("Reached a border"),
    Kind.CLEARED: lazy_gettext("Cleared, crosses"),
    Kind.ARRIVED: lazy_gettext("Arrived"),
    Kind.STRIPPED: lazy_gettext("Unloaded"),
    Kind.OUT_FOR_DELIVERY: lazy_gettext("Out for delivery"),
    Kind.RECEIPT: lazy_gettext("Receipt"),
}
_DAMAGES: Final[dict[Damage, Any]] = {
    Damage.CRUSHED: lazy_gettext("crushed"),
    Damage.WET: lazy_gettext("wet"),
    Damage.TORN: lazy_gettext("torn"),
    Damage.LEAKING: lazy_gettext("leaking"),
    Damage.OTHER: lazy_gettext("something else"),
}
_OUTCOMES: Final[dict[Answer, Any]] = {
    Answer.APPLIED: lazy_gettext("Written down."),
    Answer.ALREADY: lazy_gettext("Was written down already, and counts once."),
}
_UNDER_WAY: Final = (DepartureState.DEPARTED, DepartureState.CLEARED)


def item(row: Item, work: Work) -> dict[str, Any]:
    """Return a booking with its figures, and the numbers on its labels."""
    end = next((stop.place for stop in work.departure.stops if stop.place.code == row.booking.to_place), None)
    return {
        "id": row.booking.id,
        "reference": row.booking.reference,
        "state": row.booking.state,
        "to": end.called(locale.current()) if end else row.booking.to_place,
        "cartons": row.cartons,
        "received": row.received,
        "loaded": row.loaded,
        "counted": row.counted,
        "grams": row.grams,
        "next": row.next_number,
        "labels": row.packing.labels if row.packing else None,
        "partner": row.partner,
    }


def zone(work: Work) -> str:
    """Return the clock of the place where the lorry was seen last."""
    reached = [stop for stop in work.departure.stops if stop.reached_at is not None]
    return (reached or work.departure.stops)[-1 if reached else 0].place.zone


def ends(work: Work) -> list[tuple[str, str]]:
    """Return the places ahead where the lorry may be arriving; none unless it is under way."""
    if work.departure.state not in _UNDER_WAY:
        return []
    ahead = [stop for stop in work.departure.stops[1:] if stop.reached_at is None and not stop.is_border]
    return [(stop.place.code, stop.place.called(locale.current())) for stop in ahead]


def borders(work: Work) -> list[tuple[str, str]]:
    """Return the border where the lorry stands, else those ahead of it."""
    stops, language = work.departure.stops, locale.current()
    if work.departure.state is DepartureState.AT_BORDER:
        stops = [stop for stop in stops if stop.is_border and stop.reached_at is not None][-1:]
    else:
        stops = [stop for stop in stops if stop.is_border and stop.reached_at is None]
    return [(stop.place.code, stop.place.called(language)) for stop in stops]


def damages() -> list[tuple[str, Any]]:
    """Return what may be wrong with cartons."""
    return [(str(damage), word) for damage, word in _DAMAGES.items()]


def conflict(row: ConflictRow, work: Work) -> dict[str, Any]:
    """Return a difference between phones: what counts, what was said besides."""
    names = {item.booking.id: item.booking.reference for item in work.items}
    clock = zone(work)
    return {
        "booking": names.get(row.booking_id, ""),
        "kind": KINDS[row.kind],
        "counts": _lot(row.difference.counts, clock),
        "other": _lot(row.difference.other, clock),
    }


def act(row: ActRow, work: Work) -> dict[str, Any]:
    """Return an act as the log of the page tells it."""
    names = {item.booking.id: item.booking.reference for item in work.items}
    said = row.content
    parts = [
        names.get(row.booking_id, "") if row.booking_id else "",
        _cartons(said["first"], said["pieces"]) if said.get("pieces") and said.get("first") else "",
        render.kilograms(said["grams"]) if said.get("grams") else "",
        _("%(number)s damaged", number=said["damaged"]) if said.get("damaged") else "",
        str(_DAMAGES[Damage(said["damage"])]) if said.get("damage") else "",
        _("position %(position)s", position=said["position"]) if said.get("position") else "",
        ", ".join(said.get("seals", ())),
        _("signed") if said.get("signed") or row.signature else "",
        row.remarks,
    ]
    return {
        "id": row.id,
        "kind": KINDS[row.kind],
        "text": " · ".join(part for part in parts if part),
        "device": row.device[:8],
        "done_at": row.done_at,
        "recorded_at": row.recorded_at,
        "is_late": (row.recorded_at - row.done_at).total_seconds() > 60,
        "is_refused": row.number == 0,
        "files": [*row.photos, *([row.signature] if row.signature else [])],
    }


def answered(told: Told) -> str:
    """Say what became of an act."""
    if told.refusal is not None:
        document = problem(told.refusal)
        said = [document["detail"], *(error["message"] for error in document["errors"])]
        return " ".join([*said, *([] if told.elsewhere is None else [_elsewhere(told.elsewhere)])])
    if told.difference is not None:
        return _differs(told.difference)
    return str(_OUTCOMES.get(told.answer, _OUTCOMES[Answer.APPLIED]))


def said() -> dict[str, str]:
    """Return what the page's script says."""
    return {
        "offline": _("No network. What you do is kept on this device and sent later."),
        "online": _("Connected."),
        "ready": _("Connected. This list opens without a network, too."),
        "kept": _("waits to be sent"),
        "refused": _("was refused"),
        "again": _("Send again"),
        "discard": _("Discard"),
        "login": _("Log in again to send what waits."),
        "unread": _("No label was read. Type the number under the bars."),
        "lost": _("This device cannot keep acts while it is offline."),
    }


def _differs(found: Difference) -> str:
    if found.other.after_seal:
        return _(
            "Written down. The lorry was sealed before this came: %(counts)s counts; %(other)s is kept beside it.",
            counts=_figures(found.counts),
            other=_figures(found.other),
        )
    return _(
        "Written down. Another phone said something else of the same cartons: %(counts)s counts, done last;"
        " %(other)s is kept beside it.",
        counts=_figures(found.counts),
        other=_figures(found.other),
    )


def _elsewhere(options: tuple[OptionRow, ...]) -> str:
    if not options:
        return _("No later departure has room for all of it: take fewer cartons in, the rest may follow.")
    return _(
        "There is room for all of it on %(departures)s: roll the booking, or take fewer cartons in; the rest may"
        " follow.",
        departures=", ".join(option.reference for option in options),
    )


def _lot(lot: Lot, clock: str) -> str:
    return " · ".join([_figures(lot), lot.device[:8], render.datetime_in(lot.done_at, clock)])


def _figures(lot: Lot) -> str:
    parts = [
        _cartons(lot.first, lot.pieces),
        render.kilograms(lot.grams) if lot.grams else "",
        render.room(lot.cm3, "cm3") if lot.cm3 else "",
        _("%(number)s damaged", number=lot.damaged) if lot.damaged else "",
    ]
    return ", ".join(str(part) for part in parts if part)


def _cartons(first: int, pieces: int) -> str:
    return (
        _("carton %(number)s", number=first)
        if pieces == 1
        else _("cartons %(first)s to %(last)s", first=first, last=first + pieces - 1)
    )

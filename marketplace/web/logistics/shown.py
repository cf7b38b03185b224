"""Departures as templates want them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _

from marketplace.kernel.quantity import Load
from marketplace.logistics.borders.queries.crossings import HoursRow
from marketplace.logistics.pricing.queries.quotes import QuoteRow
from marketplace.logistics.pricing.queries.versions import Published
from marketplace.logistics.queries.departures import DepartureRow, StopRow
from marketplace.logistics.rules.freight import Rates, whole_lorry_from
from marketplace.reference.queries import PlaceRow
from marketplace.web.shared import borders, freight, locale, render
from marketplace.web.shared.boards import filled


def card(row: DepartureRow, now: datetime, *, to: str | None = None) -> dict[str, Any]:
    """Return a departure for the card: its ends and borders, and the room left while it can be booked."""
    hub_zone = row.stops[0].place.zone
    shown = [stop for stop in row.stops if _is_landmark(stop, row, to)]
    return {
        "reference": row.reference,
        "href": url_for("logistics.departure", departure_id=row.id),
        # After the papers' cut-off the departure is closed to whoever looks, before the hub closes it for good.
        "state": row.shown_state(now).value,
        "at": row.departs_at,
        "zone": hub_zone,
        "service": row.line_names.get(locale.current(), row.line_name),
        "stops": [_stop(stop, now) for stop in shown],
        "load": meters(row) if row.is_bookable(now) else None,
        "filled": filled(row),
        "cutoffs": [
            {"label": _("Papers until"), "at": row.cutoff_documents_at, "zone": hub_zone},
            {"label": _("Cargo until"), "at": row.cutoff_cargo_at, "zone": hub_zone},
        ],
    }


def way(
    row: DepartureRow, now: datetime, hours: Mapping[str, tuple[HoursRow, ...]], expected: Mapping[str, datetime]
) -> list[dict[str, Any]]:
    """Return every stop of a departure: at borders with the hours of the day and the wait, and when it is late."""
    return [
        _stop(stop, now) | {"note": _note(stop, hours.get(stop.place.code, ()), expected.get(stop.place.code))}
        for stop in row.stops
    ]


def _note(stop: StopRow, hours: tuple[HoursRow, ...], expected: datetime | None) -> str:
    said: list[str] = []
    day = stop.eta.astimezone(ZoneInfo(stop.place.zone)).date()
    if spans := [borders.span(each) for each in hours if each.hours.holds(day)]:
        said.append(_("open %(hours)s", hours="; ".join(spans)))
    if stop.wait_minutes:
        said.append(_("waits %(hours)s h for the border to open", hours=borders.hours(stop.wait_minutes)))
    if stop.reached_at is None and expected is not None and expected != stop.eta:
        said.append(_("expected %(moment)s", moment=render.datetime_in(expected, stop.place.zone)))
    return " · ".join(said)


def meters(row: DepartureRow) -> dict[str, tuple[Any, Any]]:
    """Return used and whole room in each dimension, in whole kilograms and short decimals."""
    used = _figures(row.capacity - row.room)
    whole = _figures(row.capacity)
    return {name: (used[name], whole[name]) for name in whole}


def places(rows: list[PlaceRow]) -> list[tuple[str, str]]:
    """Return places as choices, by name."""
    named = [(row.code, row.called(locale.current())) for row in rows]
    return sorted(named, key=lambda choice: choice[1])


def _is_landmark(stop: StopRow, row: DepartureRow, to: str | None) -> bool:
    """Tell whether a stop belongs on a card: the ends, the reader's place, and the near side of each border."""
    place = row.stops.index(stop)
    if place == 0 or stop.place.code == to or (to is None and place == len(row.stops) - 1):
        return True
    return stop.is_border and not row.stops[place - 1].is_border


def _stop(stop: StopRow, now: datetime) -> dict[str, Any]:
    at = stop.reached_at or stop.eta
    return {
        "place": stop.place.called(locale.current()),
        "at": at,
        "zone": stop.place.zone,
        "border": stop.is_border,
        "state": "done" if stop.reached_at is not None and stop.reached_at <= now else "ahead",
    }


def _figures(load: Load) -> dict[str, Any]:
    return {
        "kg": load.kg,
        "m3": load.m3.quantize(Decimal("0.1")),
        "ldm": load.ldm.quantize(Decimal("0.1")),
        "pallets": load.pallets,
    }


def shares(row: DepartureRow, found: Sequence[Published]) -> list[dict[str, Any]]:
    """Return how shares of freight fall on a departure, by place, with the published rule and a whole lorry's price."""
    names = {stop.place.code: stop.place.called(locale.current()) for stop in row.stops}
    return [
        {
            "to": names[one.to_place],
            "now": _("%(share)s %% of the freight", share=_percent(one.today_bp)),
            "fill": _("the lorry is %(percent)s %% full", percent=one.percent),
            "full": _("%(share)s %% of the freight", share=_percent(one.full_bp)),
            "rule": "; ".join(
                _("from %(percent)s %% full: %(share)s %%", percent=step.percent, share=_percent(step.factor_bp))
                for step in one.rates.terms.fill
            ),
            "is_fictitious": one.rates.terms.is_fictitious,
            **_whole(one),
        }
        for one in found
    ]


def quoted(row: QuoteRow, rates: Rates) -> dict[str, Any]:
    """Return a quote's price by weight with what it is made up of, and that of a whole lorry beside it."""
    whole, grams = rates.terms.whole, whole_lorry_from(rates)
    return {
        "components": [(freight.COMPONENTS[one.kind], one.amount) for one in row.components],
        "why": freight.charged(row),
        "whole": whole,
        "whole_from": None if grams is None else Decimal(-(-grams // 100_000)) / 10,
        "whole_is_less": whole is not None and whole.price < row.total,
        "is_fictitious": rates.terms.is_fictitious,
    }


def _whole(one: Published) -> dict[str, str]:
    """Return what a whole lorry costs, and from when on that is less; nothing where none is sold."""
    whole, grams = one.rates.terms.whole, whole_lorry_from(one.rates)
    if whole is None or grams is None:
        return {}
    weight = render.quantity(Decimal(-(-grams // 100_000)) / 10, "t")
    return {"whole": render.money(whole.price), "cheaper": _("cheaper from %(weight)s on", weight=weight)}


def _percent(factor_bp: int) -> str:
    return render.quantity(Decimal(factor_bp) / 100)

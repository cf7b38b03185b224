"""Goods side by side: a page that can be passed on, as its address says all that it shows."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.edge import messages
from marketplace.edge.acts import comparison as acts
from marketplace.edge.acts.comparison import Compared
from marketplace.edge.answers import problem
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import public
from marketplace.edge.requests import comparison as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Refused
from marketplace.kernel.money import MINOR_UNITS
from marketplace.web.shared import cities, details, words
from marketplace.web.shared import goods as shown
from marketplace.web.shared.render import date, decimal, kilograms, money, quantity

pages = Blueprint("comparison", __name__)

# What of an address that was refused can still be shown.
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_FITS: Final = 3  # vehicles named in a cell
_ASKED: Final = ("quantity", "currency", "to")


@pages.get("/compare")
@public("goods on the shelf are there to be compared")
def compare() -> Any:
    """Show up to six listings side by side."""
    # Ticked boxes send each id by itself, a link all of them.
    sent = {name: request.args[name] for name in _ASKED if name in request.args}
    ids = ",".join(request.args.getlist("ids"))
    session, now, errors = reading(), clock.now(), {}
    try:
        found = acts.compare(session, parse(requests.Comparing, {"ids": ids, **sent}), now=now, prefer=cities.preferred)
    except Refused as refusal:
        errors = {item["field"]: item["message"] for item in problem(refusal)["errors"]}
        few = _ID.findall(ids)[: requests.MOST]
        found = acts.compare(session, requests.Comparing(ids=",".join(few) or None), now=now)
    named = [str(item.listing.offer.listing_id) for item in found.items]
    sent["to"] = sent.get("to") or found.to or ""
    page = render_template(
        "comparison/compare.html",
        items=[_head(item, named, sent) for item in found.items],
        rows=[] if not found.items else _rows(found.items, found.to),
        missing=found.missing,
        ids=",".join(named),
        destinations=shown.places(found.destinations),
        currencies=[(code, code) for code in MINOR_UNITS],
        values={name: sent.get(name, "") for name in _ASKED},
        errors=errors,
    )
    return (page, 422) if errors else page


def _head(item: Compared, named: Sequence[str], sent: dict[str, str]) -> dict[str, Any]:
    row, offer = item.listing, item.listing.offer
    kept: dict[str, Any] = {**sent}
    others = ",".join(each for each in named if each != str(offer.listing_id))
    return {
        "title": shown.text(offer.titles, offer.source_locale),
        "title_lang": shown.written_in(offer.titles, offer.source_locale),
        "href": url_for(
            "catalog.product", listing_id=offer.listing_id, quantity=item.quantity, to=sent.get("to") or None
        ),
        "picture": shown.picture(row.pictures[0].file_id, 320) if row.pictures else None,
        "drawing": row.drawing,
        "merchant": row.merchant,
        "merchant_href": url_for("catalog.seller", company_id=offer.merchant_id),
        "without": url_for("comparison.compare", ids=others or None, **kept),
        "unsold": messages.field_sentence(item.unsold) if item.unsold else None,
    }


def _rows(items: Sequence[Compared], to: str | None) -> list[dict[str, Any]]:
    """Return the lines of the table; each knows whether the goods differ in it, and which of its prices is lowest."""

    def line(label: str, cell: Callable[[Compared], Any], *, price: bool = False) -> dict[str, Any]:
        cells = [cell(item) for item in items]
        texts = ["–" if each is None else str(each) for each in cells]
        return {
            "label": label,
            "cells": texts,
            "differs": len(set(texts)) > 1,
            "lowest": _lowest(cells) if price else (),
        }

    found = [
        line(_("Unit price"), _unit_price, price=True),
        line(_("Price basis"), _basis),
        line(_("For so many"), lambda item: quantity(item.quantity, _unit(item))),
        line(_("Goods"), lambda item: _Priced(item.amount) if item.amount else None),
    ]
    if to is not None:
        found += [
            line(_("Freight"), _freight),
            line(_("Goods and freight"), _delivered, price=True),
            line(_("Arrives"), _day),
        ]
    return [
        *found,
        line(_("Minimum quantity"), lambda item: quantity(item.listing.offer.moq, _unit(item))),
        line(_("Sold in steps of"), lambda item: quantity(item.listing.offer.multiple, _unit(item))),
        line(_("Stock or time to make"), _supply),
        line(_("Carton"), _carton),
        line(_("Gross weight of a carton"), _weight),
        line(_("Origin"), lambda item: shown.country(item.listing.offer.origin)),
        line(_("Grade"), lambda item: item.listing.grade or None),
        line(_("HS code"), lambda item: item.listing.offer.hs_code),
        line(_("Fits"), _fits),
        line(_("Reviews of goods"), _rating),
    ]


def _fits(item: Compared) -> str | None:
    """Return what goods fit: the first few vehicles, and how many more."""
    found = details.vehicles(item.listing.details)
    shown_first = "; ".join(f"{each['make']} {each['model']} ({each['years']})" for each in found[:_FITS])
    if len(found) <= _FITS:
        return shown_first or None
    more = len(found) - _FITS
    return f"{shown_first} {words.ngettext('and %(num)s more', 'and %(num)s more', more) % {'num': more}}"


class _Priced:
    """An amount as it is shown, which knows what it is compared by."""

    def __init__(self, value: Any, unit: str = "", alike: Any = None) -> None:
        """Keep the amount, the unit it is for, and what else must be the same to compare it with another."""
        self.value, self.unit, self.alike = value, unit, alike

    def __str__(self) -> str:
        """Write it."""
        return f"{money(self.value)} / {self.unit}" if self.unit else money(self.value)


def _lowest(cells: Sequence[Any]) -> tuple[int, ...]:
    """Return the places of the lowest of prices in one currency for the same; none where they cannot be compared."""
    priced = [(place, cell) for place, cell in enumerate(cells) if isinstance(cell, _Priced)]
    kinds = {(cell.value.currency, cell.unit, cell.alike) for _, cell in priced}
    if len(priced) < 2 or len(kinds) != 1:
        return ()
    amounts = {place: cell.value.amount for place, cell in priced}
    least = min(amounts.values())
    places = tuple(place for place, amount in amounts.items() if amount == least)
    return places if len(places) < len(priced) else ()


def _delivered(item: Compared) -> _Priced | None:
    """Return goods and freight, comparable with as much of others."""
    return _Priced(item.delivered, alike=(item.quantity, _unit(item))) if item.delivered else None


def _unit(item: Compared) -> str:
    return shown.unit(item.listing.offer.unit)


def _unit_price(item: Compared) -> Any:
    if item.unit_price is None:
        return shown.hidden(item.listing.visibility)
    return _Priced(item.unit_price, _unit(item), _basis(item))


def _basis(item: Compared) -> str:
    (_currency, rule, code), names = item.basis, item.listing.place_names
    return f"{rule} {shown.place(names.get(code, {}), code)}"


def _freight(item: Compared) -> Any:
    if item.is_elsewhere:
        return _("delivered to %(place)s only", place=_basis(item).partition(" ")[2])
    if item.is_freight_included:
        return _("in the price")
    if item.load is None:
        return _("incomplete: the merchant has not stated the packing")
    return money(item.freight) if item.freight is not None else _("not known")


def _day(item: Compared) -> str:
    """Return the day on which the first lorry with room arrives, at its place."""
    return date(item.option.arrives_at, item.option.zones[-1]) if item.option else _("no lorry with room yet")


def _supply(item: Compared) -> str:
    offer = item.listing.offer
    if offer.available:
        return _("%(quantity)s in stock", quantity=quantity(offer.available, _unit(item)))
    return shown.supply(offer.lead_days, is_in_stock=False)


def _carton(item: Compared) -> str:
    packing = item.listing.offer.packing
    if packing is None:
        return _("not stated: freight cannot be quoted")
    size = f"{packing.length_mm} × {packing.width_mm} × {packing.height_mm} mm"
    return f"{quantity(packing.carton_units, _unit(item))}, {size}"


def _weight(item: Compared) -> str | None:
    packing = item.listing.offer.packing
    return kilograms(packing.gross_g) if packing else None


def _rating(item: Compared) -> str:
    said = item.listing.said
    if said.overall is None:
        return _("No reviews yet")
    return _("%(mean)s of 5 (%(count)s)", mean=decimal(said.overall), count=decimal(said.reviews))

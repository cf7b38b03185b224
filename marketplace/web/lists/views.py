"""Saved lists: all of them, one with its goods, and saving from a page of goods."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import shelf
from marketplace.catalog.rules.pricing import least_quantity
from marketplace.edge import messages
from marketplace.edge.acts import filling
from marketplace.edge.acts import lists as acts
from marketplace.edge.identity import reading_company
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import lists as requests
from marketplace.exchange.queries.lists import ItemRow
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.lists.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown
from marketplace.web.shared import locale, words

_EDIT = Permission.TRADE_CART_EDIT
_REFUSED = (Refused, Conflict)
_NONE: Final[Mapping[UUID, str]] = {}


@pages.get("/account/lists")
@requires(_EDIT, twin="GET /api/v1/lists")
def many() -> str:
    """Show the reader's lists and those that colleagues share; those put aside where asked."""
    return _many(is_archived=parse(requests.Which, request.args.to_dict()).archived)


@pages.post("/account/lists")
@requires(_EDIT, twin="POST /api/v1/lists")
def create() -> Any:
    """Make a list."""
    try:
        body = parse_form(requests.NewList, request.form)
        return forms.once(lambda session: url_for("lists.one", list_id=acts.create(session, body)))
    except _REFUSED as refusal:
        return forms.reshown(refusal, _many)


def _many(**back: Any) -> str:
    kept: dict[str, Any] = {"values": {}, "errors": {}, "refusal": None, "is_archived": False, **back}
    rows = acts.mine(reading(), is_archived=kept["is_archived"])
    return render_template("lists/many.html", rows=rows, **kept)


@pages.get("/account/lists/<uuid:list_id>")
@requires(_EDIT, twin="GET /api/v1/lists/{id}")
def one(list_id: UUID) -> str:
    """Show a list with its goods as they are offered now."""
    return _one(list_id)


@pages.post("/account/lists/<uuid:list_id>")
@requires(_EDIT, twin="PATCH /api/v1/lists/{id}")
def change(list_id: UUID) -> Any:
    """Rename a list, share it or share it no longer."""
    form = request.form
    # A box that is not ticked is not sent; putting aside is a button of its own.
    sent = {"archived": form["archived"]} if "archived" in form else {"shared": form.get("shared", "")}
    try:
        body = parse(requests.ListChange, {"name": form.get("name"), **sent})
        done = forms.once(lambda session: _changed(session, list_id, body))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _one(list_id, **back))
    flash(_("Changed."), "good")
    return done


def _changed(session: Any, list_id: UUID, body: requests.ListChange) -> str:
    acts.change(session, list_id, body)
    return url_for("lists.one", list_id=list_id)


@pages.post("/account/lists/<uuid:list_id>/copy")
@requires(_EDIT, twin="POST /api/v1/lists/{id}/copy")
def copy(list_id: UUID) -> Any:
    """Make a list of the reader's own with the same lines."""
    try:
        body = parse_form(requests.Copy, request.form)
        done = forms.once(lambda session: url_for("lists.one", list_id=acts.copy(session, list_id, body)))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _one(list_id, **back))
    flash(_("This is the copy."), "good")
    return done


@pages.get("/account/lists/<uuid:list_id>/order")
@requires(_EDIT, twin="GET /api/v1/lists/{id}")
def ordering(list_id: UUID) -> str:
    """Let lines of a list be ticked that go into the cart."""
    return _ordering(list_id)


def _ordering(list_id: UUID, **back: Any) -> str:
    seen = acts.look(reading(), list_id)
    posted = request.form.getlist("listings") if back else None
    lines = [
        line
        | {
            "is_ticked": str(line["row"].listing_id) in posted
            if posted is not None
            else line["row"].obstacle is None and not line["in_cart"]
        }
        for line in _lines(seen)
    ]
    kept = {"values": {}, "errors": {}, "refusal": None, **back}
    return render_template("lists/ordering.html", row=seen.row, lines=lines, **kept)


def _one(list_id: UUID, **back: Any) -> str:
    seen = acts.look(reading(), list_id)
    kept = {"name": seen.row.name, "shared": seen.row.is_shared}
    reasons: Mapping[UUID, str] = back.pop("reasons", _NONE)
    return render_template(
        "lists/one.html",
        row=seen.row,
        lines=_lines(seen, reasons),
        **{"values": kept, "errors": {}, "refusal": None, **back},
    )


def _lines(seen: acts.ListSeen, reasons: Mapping[UUID, str] = _NONE) -> list[dict[str, Any]]:
    """Return the lines of a list; ``reasons`` why some of them did not go into the cart this moment."""
    return [
        {
            "row": item,
            **_called(item),
            "href": url_for("catalog.product", listing_id=item.listing_id, quantity=item.quantity),
            "unit": shown.unit(item.unit),
            "in_cart": item.listing_id in seen.in_cart,
            "why": messages.field_sentence(item.obstacle) if item.obstacle else None,
            "left": reasons.get(item.listing_id),
        }
        for item in seen.items
    ]


def _called(item: ItemRow) -> dict[str, str]:
    """Return what goods are called in the reader's language; those that are gone as whoever saved them read it."""
    if item.offer is None:
        return {"title": item.title, "lang": item.language}
    said = item.offer.titles, item.offer.source_locale
    return {"title": shown.text(*said), "lang": shown.written_in(*said)}


@pages.post("/account/lists/<uuid:list_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/lists/{id}")
def remove(list_id: UUID) -> Any:
    """Throw a list away."""
    in_unit_of_work(lambda session: acts.remove(session, list_id))
    flash(_("The list is thrown away."), "good")
    return redirect(url_for("lists.many"), 303)


@pages.post("/account/lists/<uuid:list_id>/items/<uuid:listing_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/lists/{id}/items/{listing}")
def take_off(list_id: UUID, listing_id: UUID) -> Any:
    """Take goods off a list."""
    in_unit_of_work(lambda session: acts.take_off(session, list_id, listing_id))
    flash(_("Taken off the list."), "good")
    return redirect(url_for("lists.one", list_id=list_id), 303)


@pages.post("/account/lists/<uuid:list_id>/cart")
@requires(_EDIT, twin="POST /api/v1/lists/{id}/cart")
def buy(list_id: UUID) -> Any:
    """Put the whole list into the cart, or what is ticked of it."""
    try:
        body = parse_form(requests.Ticked, request.form)
        done = in_unit_of_work(lambda session: acts.buy(session, list_id, body))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _ordering(list_id, **back))
    put, left = len(done.put), len(done.left)
    if put:
        text = words.ngettext("%(num)s line is in the cart.", "%(num)s lines are in the cart.", put)
        flash(text % {"num": put}, "good")
    if left:
        text = words.ngettext(
            "%(num)s line is not put there; it says why.", "%(num)s lines are not put there; each says why.", left
        )
        flash(text % {"num": left}, "warning")
    if not left:  # nothing more is to be said here
        return redirect(url_for("checkout.cart"), 303)
    return _one(list_id, reasons={listing_id: filling.why(refusal)["message"] for listing_id, _, refusal in done.left})


@pages.get("/account/lists/saving/<uuid:listing_id>")
@requires(_EDIT, twin="GET /api/v1/lists")
def saving(listing_id: UUID) -> str:
    """Ask on which list to save goods, how many and with what note."""
    names = requests.Shown.model_fields
    asked = parse(requests.Shown, {name: request.args[name] for name in names if name in request.args})
    return _saving(listing_id, asked)


@pages.post("/account/lists/saving/<uuid:listing_id>")
@requires(_EDIT, twin="PUT /api/v1/lists/{id}/items/{listing}")
def save(listing_id: UUID) -> Any:
    """Save goods on a list, or on a new one."""
    try:
        body = parse_form(requests.Saving, request.form)
        done = forms.once(lambda session: _saved(session, listing_id, body))
    except _REFUSED as refusal:
        return forms.reshown(refusal, lambda **back: _saving(listing_id, requests.Shown(), **back))
    flash(_("Saved."), "good")
    return done


def _saved(session: Any, listing_id: UUID, body: requests.Saving) -> str:
    # A name is typed for a new list alone, whichever was chosen before.
    list_id = None if body.name else body.list
    if list_id is None:
        list_id = acts.create(session, requests.NewList(name=body.name or _("Saved goods")))
    acts.put(session, list_id, listing_id, body, language=locale.current())
    return url_for("lists.one", list_id=list_id)


def _saving(listing_id: UUID, asked: requests.Shown, **back: Any) -> str:
    session = reading()
    row = shelf.listing(session, listing_id=listing_id, viewer=reading_company())
    offer, rows = row.offer, acts.mine(session)
    there = acts.look(session, asked.list).items if asked.list else ()
    on_it = next((item for item in there if item.listing_id == listing_id), None)
    kept: dict[str, Any] = {
        "list": asked.list or (rows[0].id if rows else ""),
        "quantity": asked.quantity or (on_it.quantity if on_it else least_quantity(offer.moq, offer.multiple)),
        "note": on_it.note if on_it else "",
        "currency": asked.currency or (on_it.currency if on_it else ""),
        "incoterm": asked.incoterm or (on_it.incoterm if on_it else ""),
        "place": asked.place or (on_it.place_code if on_it else ""),
    }
    return render_template(
        "lists/saving.html",
        offer=offer,
        title=shown.text(offer.titles, offer.source_locale),
        title_lang=shown.written_in(offer.titles, offer.source_locale),
        merchant=row.merchant,
        unit=shown.unit(offer.unit),
        least=least_quantity(offer.moq, offer.multiple),
        lists=[(each.id, each.name) for each in rows],
        **{"values": kept, "errors": {}, "refusal": None, **back},
    )

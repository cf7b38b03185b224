"""A merchant's warehouses, and where the units of a listing lie."""

import re
from typing import Any, Final
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.warehouses import queries
from marketplace.catalog.warehouses.rules import MOST_WAREHOUSES
from marketplace.edge.acts import warehouses as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import warehouses as requests
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, FieldError, Refused
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms
from marketplace.web.shared import goods as shown

_EDIT: Final = Permission.CATALOG_LISTING_EDIT
_GUARDS: Final = frozenset({"csrf_token", "idempotency_key"})
_REFUSED: Final = re.compile(r"places\.([0-9]{1,3})\.[a-z_]+", re.ASCII)


@pages.get("/merchant/warehouses")
@requires(_EDIT, twin="GET /api/v1/warehouses")
def warehouses() -> str:
    """Show the company's warehouses in its order of preference."""
    return _warehouses()


def _warehouses(**given: Any) -> str:
    rows = queries.warehouses(reading(), company_id=require_actor().company)
    return render_template(
        "catalog/warehouses.html",
        rows=rows,
        first=rows[0].id if rows else None,
        has_room=len(rows) < MOST_WAREHOUSES,
        **{"values": {}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/warehouses")
@requires(_EDIT, twin="POST /api/v1/warehouses")
def add_warehouse() -> Any:
    """Enter a warehouse."""

    def work(session: Session) -> str:
        acts.add(session, parse_form(requests.WarehouseBody, request.form))
        return url_for("catalog.warehouses")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, _warehouses)
    flash(_("The warehouse is there."), "good")
    return done


@pages.get("/merchant/warehouses/<uuid:warehouse_id>")
@requires(_EDIT)
def warehouse(warehouse_id: UUID) -> str:
    """Show a warehouse with its name and place, to be changed."""
    return _warehouse(warehouse_id)


def _warehouse(warehouse_id: UUID, **given: Any) -> str:
    row = queries.warehouse(reading(), company_id=require_actor().company, warehouse_id=warehouse_id)
    kept = {"name": row.name, "place": row.place}
    return render_template(
        "catalog/warehouse.html", row=row, **{"values": kept, "errors": {}, "refusal": None, **given}
    )


@pages.post("/merchant/warehouses/<uuid:warehouse_id>")
@requires(_EDIT, twin="PUT /api/v1/warehouses/{id}")
def rename_warehouse(warehouse_id: UUID) -> Any:
    """Call a warehouse something else, or say where else it is."""

    def work(session: Session) -> str:
        acts.rename(session, warehouse_id, parse_form(requests.WarehouseBody, request.form))
        return url_for("catalog.warehouses")

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _warehouse(warehouse_id, **given))
    flash(_("Saved."), "good")
    return done


@pages.post("/merchant/warehouses/<uuid:warehouse_id>/rise")
@requires(_EDIT, twin="POST /api/v1/warehouses/{id}/rise")
def raise_warehouse(warehouse_id: UUID) -> Any:
    """Prefer a warehouse to the one before it."""

    def work(session: Session) -> str:
        acts.move_up(session, warehouse_id)
        return url_for("catalog.warehouses")

    return forms.once(work)


@pages.post("/merchant/warehouses/<uuid:warehouse_id>/retirement")
@requires(_EDIT, twin="POST /api/v1/warehouses/{id}/retirement")
def retire_warehouse(warehouse_id: UUID) -> Any:
    """Close a warehouse in which nothing lies."""

    def work(session: Session) -> str:
        acts.retire(session, warehouse_id)
        return url_for("catalog.warehouses")

    try:
        done = forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **given: _warehouses(**{**given, "values": {}}))
    flash(_("The warehouse is retired."), "good")
    return done


@pages.get("/merchant/listings/<uuid:listing_id>/stock")
@requires(_EDIT, twin="GET /api/v1/listings/{id}/stock")
def stock(listing_id: UUID) -> str:
    """Show where the units of a listing lie, each figure to be changed."""
    return _stock(listing_id)


def _stock(listing_id: UUID, **given: Any) -> str:
    row, lying = acts.lying(reading(), listing_id)
    typed = given.pop("values", {})
    return render_template(
        "catalog/stock.html",
        row=row,
        title=shown.text(row.titles, row.source_locale),
        is_split=lying.is_split,
        places=lying.places,
        values={f"units.{each.warehouse_id}": _value(typed, each.warehouse_id, each.on_hand) for each in lying.places},
        labels={f"units.{each.warehouse_id}": each.name for each in lying.places},
        **{"errors": {}, "refusal": None, **given},
    )


def _value(typed: Any, warehouse_id: UUID, now: int) -> str:
    """Return what was typed for a warehouse; a figure that was left as it was seen is shown as it is by now."""
    text, was = typed.get(f"units.{warehouse_id}"), typed.get(f"was.{warehouse_id}")
    return str(now) if text is None or text == was else text


@pages.post("/merchant/listings/<uuid:listing_id>/stock/places")
@requires(_EDIT, twin="PUT /api/v1/listings/{id}/stock")
def set_places(listing_id: UUID) -> Any:
    """Set the units that lie in each warehouse; figures that were not touched stay as they are by now."""
    sent = _sent()

    def work(session: Session) -> str:
        acts.set_places(session, listing_id, parse(requests.PlacesBody, sent).places)
        return url_for("catalog.stock", listing_id=listing_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        named = _by_warehouse(refusal, [str(each["warehouse_id"]) for each in sent["places"]])
        return forms.reshown(named, lambda **given: _stock(listing_id, **given))
    flash(_("Saved."), "good")
    return done


def _sent() -> dict[str, Any]:
    """Return a form as the request has it: ``units.<warehouse>`` beside ``was.<warehouse>`` is a figure."""
    form = request.form
    ids = [name.partition(".")[2] for name in form if name.startswith("units.")]
    places = [
        {"warehouse_id": each, "on_hand": form[f"units.{each}"], "was": form.get(f"was.{each}", "")} for each in ids
    ]
    others = {name: form[name] for name in form if name not in _GUARDS and not name.startswith(("units.", "was."))}
    return {**others, "places": places}


def _by_warehouse(refusal: Refused | Conflict, ids: list[str]) -> Refused | Conflict:
    """Name a figure as the form does: ``places.0.on_hand`` is the ``units`` of the warehouse that was sent first."""

    def renamed(error: FieldError) -> FieldError:
        found = _REFUSED.fullmatch(error.field)
        name = f"units.{ids[int(found[1])]}" if found else error.field
        return FieldError(name, error.code, error.accepted, error.facts)

    return type(refusal)(refusal.code, errors=[renamed(error) for error in refusal.errors], **refusal.facts)


@pages.post("/merchant/listings/<uuid:listing_id>/stock/joining")
@requires(_EDIT, twin="DELETE /api/v1/listings/{id}/stock/places")
def join_places(listing_id: UUID) -> Any:
    """Keep one figure of a listing again."""

    def work(session: Session) -> str:
        acts.join(session, listing_id)
        return url_for("catalog.stock", listing_id=listing_id)

    try:
        return forms.once(work)
    except Conflict as refusal:
        return forms.reshown(refusal, lambda **given: _stock(listing_id, **{**given, "values": {}}))

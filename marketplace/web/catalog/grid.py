"""Many listings at once: prices, quantities and supply in a grid, and what one of them cost from when on."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.queries import prices
from marketplace.catalog.rules.rows import GridRow
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.texts import in_language
from marketplace.edge.acts import grid as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.parsing import parse, uuid_text
from marketplace.edge.permissions import requires
from marketplace.edge.requests import grid as requests
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.errors import FieldError, Refused
from marketplace.kernel.money import UnitPrice
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import charts, locale

_EDIT = Permission.CATALOG_LISTING_EDIT
_MOST = 200


@pages.get("/merchant/grid")
@requires(_EDIT)
def grid() -> str:
    """Show listings with what changes from day to day, to be written anew."""
    asked = _asked()
    page = own_queries.grid(
        reading(),
        company_id=require_actor().company,
        state=asked.state,
        text=asked.q,
        low=int(str(reference.setting(reading(), Setting.LOW_STOCK_ORDERS, at=clock.now()))) if asked.low else None,
        cursor=asked.cursor,
    )
    return _grid(page.items, asked, next=page.next)


@pages.post("/merchant/grid")
@requires(_EDIT, twin="PATCH /api/v1/listings")
def change() -> Any:
    """Change the rows that were written anew; those that are refused are shown again as they were typed."""
    asked, errors = _asked(), dict[UUID, list[FieldError]]()
    rows: list[requests.GridRow] = []
    for listing_id, sent in _sent().items():
        try:
            rows.append(parse(requests.GridRow, {"id": str(listing_id), **sent}))
        except Refused as refusal:
            errors[listing_id] = list(refusal.errors)
    done = in_unit_of_work(lambda session: acts.change(session, rows)) if rows else []
    errors |= {row.listing_id: list(row.errors) for row in done if row.errors}
    changed = sum(bool(row.fields) for row in done)
    if not errors:
        if changed:
            flash(ngettext("%(num)s listing was changed.", "%(num)s listings were changed.", changed), "good")
        else:
            flash(_("Nothing was different."), "info")
        return redirect(_here(asked, cursor=asked.cursor), 303)
    shown = own_queries.grid_rows(reading(), company_id=require_actor().company, listing_ids=_listings())
    return _grid(shown, asked, errors=errors, changed=changed), 200 if changed else 422


def _asked() -> requests.Sight:
    return parse(
        requests.Sight, {name: request.args[name] for name in ("state", "q", "low", "cursor") if name in request.args}
    )


def _listings() -> list[UUID]:
    """Return the listings that a form was shown with."""
    names = [name.partition(".")[2] for name in request.form if name.startswith("version.")]
    return [uuid_text(text, "id") for text in names[:_MOST]]


def _sent() -> dict[UUID, dict[str, str]]:
    """Return, by listing, the fields whose text is another than was shown, and the version that was looked at."""
    form = request.form
    sent: dict[UUID, dict[str, str]] = {}
    for listing_id in _listings():
        shown = {name: form.get(f"was.{name}.{listing_id}", "").strip() for name in requests.FIELDS}
        typed = {name: form[f"{name}.{listing_id}"] for name in shown if f"{name}.{listing_id}" in form}
        fields = {name: text for name, text in typed.items() if text.strip() != shown[name]}
        if fields:
            sent[listing_id] = {**fields, "version": form[f"version.{listing_id}"]}
            if "stock" in fields:
                sent[listing_id]["stock_was"] = form.get(f"was.stock.{listing_id}", "")
    return sent


def _here(asked: requests.Sight, **more: Any) -> str:
    return url_for("catalog.grid", state=asked.state, q=asked.q, low="1" if asked.low else None, **more)


def _grid(rows: Any, asked: requests.Sight, **shown: Any) -> str:
    errors: dict[UUID, list[FieldError]] = shown.get("errors", {})
    names = {place.code: place.called(locale.current()) for place in reference.places(reading())}
    following = shown.get("next")
    return render_template(
        "catalog/grid.html",
        rows=[_line(row, names, errors.get(row.listing_id, [])) for row in rows],
        columns=requests.FIELDS,
        state=asked.state or "",
        q=asked.q or "",
        low=asked.low,
        states=[("", _("All")), *((state.value, state.value) for state in ListingState)],
        refused=len(errors),
        changed=shown.get("changed", 0),
        here=_here(asked, cursor=asked.cursor),
        next=_here(asked, cursor=following) if following else None,
        first=_here(asked) if asked.cursor or errors else None,
    )


def _line(row: GridRow, names: dict[str, str], errors: list[FieldError]) -> dict[str, Any]:
    ladder = row.ladder
    now = {
        "price": f"{ladder.tiers[0].price.amount.normalize():f}" if ladder else "",
        "moq": str(row.moq),
        "stock": "" if row.stock is None else str(row.stock),
        "low_below": "" if row.low_below is None else str(row.low_below),
        "lead_days": "" if row.lead_days is None else str(row.lead_days),
    }
    # What was typed stays to be put right; beside it stands how the listing is now.
    typed = {name: request.form.get(f"{name}.{row.listing_id}", now[name]) for name in now} if errors else now
    said = {error.field.rpartition(".")[2]: field_sentence(error) for error in errors}
    return {
        "row": row,
        "title": in_language(row.titles, locale.current(), row.source_locale),
        "href": url_for("catalog.edit", listing_id=row.listing_id),
        "basis": f"{ladder.currency} {ladder.incoterm} {names.get(ladder.place_code, ladder.place_code)}"
        if ladder
        else "",
        "from": ladder.tiers[0].from_quantity if ladder else row.moq,
        "further": len(ladder.tiers) - 1 if ladder else 0,
        "now": now,
        "typed": typed,
        "said": {name: text for name, text in said.items() if name in now},
        "others": [text for name, text in said.items() if name not in now],
    }


@pages.get("/merchant/listings/<uuid:listing_id>/prices")
@requires(_EDIT, twin="GET /api/v1/listings/{id}/price-history")
def price_history(listing_id: UUID) -> str:
    """Show what a listing cost from when on, drawn and in a table."""
    company_id = require_actor().company
    row = own_queries.own_listing(reading(), company_id=company_id, listing_id=listing_id)
    found = prices.history(reading(), company_id=company_id, listing_id=listing_id)
    names = {place.code: place.called(locale.current()) for place in reference.places(reading())}
    by_basis: dict[tuple[str, str, str], list[Any]] = {}
    for each in found:
        by_basis.setdefault(each.ladder.basis, []).append(each)
    return render_template(
        "catalog/prices.html",
        row=row,
        title=in_language(row.titles, locale.current(), row.source_locale),
        bases=[
            {
                "name": f"{basis[0]} {basis[1]} {names.get(basis[2], basis[2])}",
                "rows": list(reversed(rows)),
                "steps": charts.steps(
                    [(each.at, each.ladder.tiers[0].price.micro if each.ladder.tiers else None) for each in rows]
                ),
                "begun": rows[0].at,
                **_span([each.ladder.tiers[0].price for each in rows if each.ladder.tiers]),
                "first": next((each.ladder.tiers[0].price for each in rows if each.ladder.tiers), None),
                "last": rows[-1].ladder.tiers[0].price if rows[-1].ladder.tiers else None,
            }
            for basis, rows in by_basis.items()
        ],
        now=clock.now(),
    )


def _span(asked: list[UnitPrice]) -> dict[str, UnitPrice | None]:
    """Return the lowest and the highest price that was ever asked on a basis."""
    by_price = sorted(asked, key=lambda price: price.micro)
    return {"low": by_price[0], "high": by_price[-1]} if by_price else {"low": None, "high": None}

"""Variants: which listings belong together, and another one."""

from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.queries import variants as queries
from marketplace.catalog.rules.variants import Group, Member
from marketplace.catalog.services import variants
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse
from marketplace.edge.permissions import requires
from marketplace.edge.requests import variants as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, Refused
from marketplace.web.catalog.blueprint import pages
from marketplace.web.shared import acts as forms

_EDIT = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/listings/<uuid:listing_id>/variants")
@requires(_EDIT)
def variants_of(listing_id: UUID) -> str:
    """Show which listings are variants of one another."""
    return _variants(listing_id)


def _variants(listing_id: UUID, **given: Any) -> str:
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    axes, rows = queries.group_of(session, listing_id=listing_id)
    lines = ["; ".join((each.sku, *each.values)) for each in rows]
    name = queries.name_of(session, listing_id=listing_id)
    kept = {"name": name, "axes": "; ".join(axes), "members": "\n".join(lines) if lines else f"{row.sku}; "}
    return render_template(
        "catalog/variants.html",
        row=row,
        rows=rows,
        axes=axes,
        **{"values": kept, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>/variants")
@requires(_EDIT, twin="PUT /api/v1/listings/{id}/variants")
def put_variants(listing_id: UUID) -> Any:
    """Put listings together."""

    def work(session: Session) -> str:
        body = parse(requests.VariantsBody, _typed(request.form))
        members = tuple(Member(each.sku, tuple(each.values)) for each in body.members)
        group = Group(tuple(body.axes), members, body.name or "")
        variants.put(session, actor=require_actor(), listing_id=listing_id, group=group, now=clock.now())
        return url_for("catalog.variants_of", listing_id=listing_id)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _variants(listing_id, **given))
    flash(_("Saved."), "good")
    return done


@pages.post("/merchant/listings/<uuid:listing_id>/variants/removal")
@requires(_EDIT, twin="DELETE /api/v1/listings/{id}/variants")
def part_variants(listing_id: UUID) -> Any:
    """Take the group apart; the listings stay."""

    def work(session: Session) -> str:
        variants.part(session, actor=require_actor(), listing_id=listing_id, now=clock.now())
        return url_for("catalog.variants_of", listing_id=listing_id)

    return forms.once(work)


@pages.get("/merchant/listings/<uuid:listing_id>/variants/new")
@requires(_EDIT)
def new_variant(listing_id: UUID) -> str:
    """Show the form of another variant."""
    return _new_variant(listing_id)


def _new_variant(listing_id: UUID, **given: Any) -> str:
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    axes, _rows = queries.group_of(session, listing_id=listing_id)
    return render_template(
        "catalog/variant.html",
        row=row,
        axes=axes,
        **{"values": {"percent": "0"}, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>/variants/new")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/variants")
def add_variant(listing_id: UUID) -> Any:
    """Write another variant as a draft."""

    def work(session: Session) -> str:
        body = parse(requests.VariantBody, _typed(request.form))
        made = variants.add(
            session, actor=require_actor(), listing_id=listing_id, sku=body.sku, values=tuple(body.values),
            percent=body.percent, alone=(body.axes, body.own), now=clock.now(),
        )  # fmt: skip
        return url_for("catalog.edit", listing_id=made)

    try:
        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _new_variant(listing_id, **given))
    flash(_("The variant is written as a draft. Check its prices and packing, and hand it in for review."), "good")
    return done


def _typed(form: Any) -> dict[str, str]:
    """Return a form's texts, which the request parts into lists."""
    return {name: value for name, value in form.items() if name not in ("csrf_token", "idempotency_key")}

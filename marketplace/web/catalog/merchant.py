"""The merchant's desk: listings, their form, pictures, stock."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import goods
from marketplace.catalog.queries import own as own_queries
from marketplace.catalog.queries import pictures as pictures_queries
from marketplace.catalog.rules.rows import OwnRow, PictureRow
from marketplace.catalog.rules.states import ENDED, LISTING, MERCHANT_ACTS, ListingState
from marketplace.catalog.rules.texts import LANGUAGES
from marketplace.catalog.services import listings, pictures
from marketplace.edge.acts import catalog as acts
from marketplace.edge.acts import figures
from marketplace.edge.acts import files as uploads
from marketplace.edge.acts import warehouses as stocked
from marketplace.edge.identity import require_actor
from marketplace.edge.messages import field_sentence
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import catalog as requests
from marketplace.edge.requests import details as detail_requests
from marketplace.edge.requests.warehouses import TotalBody
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused, TooLarge
from marketplace.merchants import queries as merchants
from marketplace.moderation import queries as moderation
from marketplace.moderation.queries import appeals
from marketplace.reference import queries as reference
from marketplace.reference.rules import Setting
from marketplace.web.catalog.blueprint import pages
from marketplace.web.catalog.details import PARTS
from marketplace.web.shared import acts as forms
from marketplace.web.shared import choices, locale, render, values
from marketplace.web.shared import figures as drawn
from marketplace.web.shared import goods as shown

_EDIT = Permission.CATALOG_LISTING_EDIT
_SUBMITTABLE = frozenset({ListingState.DRAFT, ListingState.CHANGES_REQUESTED})


@pages.get("/merchant/listings")
@requires(_EDIT)
def own() -> str:
    """List the company's listings in every state."""
    asked = parse(requests.Shelf, {name: request.args[name] for name in ("state", "cursor") if name in request.args})
    actor, session = require_actor(), reading()
    page = own_queries.own_listings(session, company_id=actor.company, state=asked.state, cursor=asked.cursor)
    told = moderation.decided(session, company_id=actor.company, listing_ids=[row.listing_id for row in page.items])
    names = _place_names(session)
    return render_template(
        "catalog/own.html",
        rows=[_own_line(row, told.get(row.listing_id), names) for row in page.items],
        states=[("", _("All")), *((state.value, state.value) for state in ListingState)],
        state=asked.state or "",
        is_merchant=bool(merchants.active(session, company_ids=[actor.company])),
        next=url_for("catalog.own", state=asked.state, cursor=page.next) if page.next else None,
        first=url_for("catalog.own", state=asked.state) if asked.cursor else None,
    )


@pages.get("/merchant/listings/new")
@requires(_EDIT)
def new() -> str:
    """Show an empty form."""
    return _new()


def _new(**given: Any) -> str:
    country = choices.home_country()
    hub = choices.nearest_hub(reference.places(reading()), country)
    proposed = {"origin": country, "currency": choices.home_currency(country), "place": hub, "incoterm": "FCA"}
    proposed |= {"commodity": request.args.get("commodity", "")[:80]}
    proposed |= {"moq": "1", "multiple": "1", "locale": locale.current(), "stackable": True}
    return render_template(
        "catalog/new.html", **_choices(), **{"values": proposed, "errors": {}, "refusal": None, **given}
    )


@pages.post("/merchant/listings")
@requires(_EDIT, twin="POST /api/v1/listings")
def create() -> Any:
    """Write a new listing as a draft."""
    try:
        draft = acts.new_draft(acts.parse_listing(request.form), language=locale.current())

        def work(session: Session) -> str:
            made = listings.create(session, actor=require_actor(), draft=draft, now=clock.now())
            return url_for("catalog.edit", listing_id=made)

        done = forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_flat(refusal), _new)
    flash(_("The listing is written as a draft. Add pictures and hand it in for review."), "good")
    return done


@pages.get("/merchant/listings/<uuid:listing_id>")
@requires(_EDIT)
def edit(listing_id: UUID) -> str:
    """Show a listing's form, pictures, stock and what can be done with it."""
    return _edit(listing_id)


def _edit(listing_id: UUID, **given: Any) -> str:
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    appeal, now = appeals.waiting(session, listing_id=listing_id), clock.now()
    told = moderation.decided(session, company_id=actor.company, listing_ids=[listing_id]).get(listing_id)
    return render_template(
        "catalog/edit.html",
        row=row,
        acts_in_words=values.LISTING_ACTS,
        title=shown.text(draft.titles, draft.source_locale),
        told=told.reason_in(locale.current()) if told else None,
        appeal=appeal,
        can_appeal=not appeal and appeals.appealable(session, listing_id=listing_id, now=now) is not None,
        now=now,
        warnings=[
            (error.code, field_sentence(error))
            for error in acts.warnings(session, company_id=actor.company, draft=draft)
        ],
        others=[shown.ladder(ladder, _place_names(session)) for ladder in draft.ladders[1:]],
        unit=shown.unit(draft.unit),
        split=_split(listing_id) if row.is_split else None,
        pictures=_pictures(listing_id, pictures_queries.pictures(session, listing_id=listing_id)),
        can_submit=row.state in _SUBMITTABLE,
        can_edit=row.state not in ENDED,
        figures=drawn.shown(figures.listing(listing_id)),
        low_orders=reference.setting(session, Setting.LOW_STOCK_ORDERS, at=clock.now()),
        parts=[(kind.value, name) for kind, name in PARTS.items()],
        actions=[action for action in MERCHANT_ACTS if LISTING.allows(row.state, action)],
        **_choices(),
        **{"values": acts.form_values(draft), "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>")
@requires(_EDIT, twin="PATCH /api/v1/listings/{id}")
def save(listing_id: UUID) -> Any:
    """Save a listing's form."""
    waiting: list[str] = []
    direct: list[str] = []

    def work(session: Session) -> str:
        actor = require_actor()
        patch = acts.parse_edit(request.form)
        draft = listings.draft_to_edit(session, actor=actor, listing_id=listing_id, version=patch.version)
        done = listings.edit(
            session, actor=actor, listing_id=listing_id, draft=acts.patched(draft, patch), now=clock.now()
        )
        waiting.extend(done.waiting)
        direct.extend(done.fields)
        return url_for("catalog.edit", listing_id=listing_id)

    done = _act(listing_id, work)
    if getattr(done, "status_code", 0) == 303:
        said = _("Saved. Some of it waits for review; until then the public sees the old version.")
        flash(said if waiting else _("Saved."), "good")
        if "ladders" in direct and _has_jumped(listing_id):
            far = _(
                "The new price is more than 30 per cent away from the old one. Buyers see it already, and a moderator "
                "looks at it."
            )
            flash(far, "warn")
    return done


def _has_jumped(listing_id: UUID) -> bool:
    company_id = require_actor().company
    return own_queries.own_listing(reading(), company_id=company_id, listing_id=listing_id).price_jumped


@pages.post("/merchant/listings/<uuid:listing_id>/submission")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/submission")
def submit(listing_id: UUID) -> Any:
    """Hand a draft in for review."""
    return _act(
        listing_id,
        lambda session: listings.submit(session, actor=require_actor(), listing_id=listing_id, now=clock.now()),
    )


@pages.post("/merchant/listings/<uuid:listing_id>/acts")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/acts")
def act(listing_id: UUID) -> Any:
    """Pause, resume, sell out, withdraw, delist or reopen."""

    def work(session: Session) -> None:
        body = parse_form(requests.ActBody, request.form)
        listings.act(session, actor=require_actor(), listing_id=listing_id, action=body.action, now=clock.now())

    return _act(listing_id, work)


@pages.post("/merchant/listings/<uuid:listing_id>/stock")
@requires(_EDIT, twin="PUT /api/v1/listings/{id}/stock")
def set_stock(listing_id: UUID) -> Any:
    """Set the units that lie ready, and below how many the listing runs low."""

    def work(session: Session) -> None:
        stocked.set_total(session, listing_id, parse_form(TotalBody, request.form))

    return _act(listing_id, work)


@pages.post("/merchant/listings/<uuid:listing_id>/pictures")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/pictures")
def add_picture(listing_id: UUID) -> Any:
    """Take a picture in and attach it."""
    own_queries.own_listing(reading(), company_id=require_actor().company, listing_id=listing_id)
    try:
        upload = uploads.received(purpose="picture")
    except (Refused, TooLarge) as refusal:
        return forms.reshown(
            _as_field(refusal, "file"), lambda **given: _edit(listing_id, **{**given, **_kept(listing_id)})
        )

    def work(session: Session) -> None:
        alt = " ".join(request.form.get("alt", "").split())
        file_id = uploads.keep(session, upload)
        pictures.add(session, actor=require_actor(), listing_id=listing_id, file_id=file_id, alt=alt, now=clock.now())

    return _act(listing_id, work)


@pages.post("/merchant/listings/<uuid:listing_id>/pictures/<uuid:picture_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/listings/{id}/pictures/{picture}")
def remove_picture(listing_id: UUID, picture_id: UUID) -> Any:
    """Take a picture away."""
    return _act(
        listing_id,
        lambda session: pictures.remove(
            session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, now=clock.now()
        ),
    )


@pages.post("/merchant/listings/<uuid:listing_id>/pictures/<uuid:picture_id>/lead")
@requires(_EDIT, twin="POST /api/v1/listings/{id}/pictures/{picture}/lead")
def lead_picture(listing_id: UUID, picture_id: UUID) -> Any:
    """Show a picture first."""
    return _act(
        listing_id,
        lambda session: pictures.lead(
            session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, now=clock.now()
        ),
    )


@pages.get("/merchant/listings/<uuid:listing_id>/pictures/<uuid:picture_id>")
@requires(_EDIT)
def edit_picture(listing_id: UUID, picture_id: UUID) -> str:
    """Show a picture with its description and place."""
    return _edit_picture(listing_id, picture_id)


def _edit_picture(listing_id: UUID, picture_id: UUID, **given: Any) -> str:
    actor, session = require_actor(), reading()
    row = own_queries.own_listing(session, company_id=actor.company, listing_id=listing_id)
    images = pictures_queries.pictures(session, listing_id=listing_id)
    place = next((number for number, each in enumerate(images, start=1) if each.id == picture_id), None)
    if place is None:
        raise NotFound("picture")
    kept = {"alt": images[place - 1].alt, "position": place}
    return render_template(
        "catalog/picture.html",
        row=row,
        picture=shown.picture(images[place - 1].file_id, 800),
        picture_id=picture_id,
        count=len(images),
        **{"values": kept, "errors": {}, "refusal": None, **given},
    )


@pages.post("/merchant/listings/<uuid:listing_id>/pictures/<uuid:picture_id>")
@requires(_EDIT, twin="PATCH /api/v1/listings/{id}/pictures/{picture}")
def arrange_picture(listing_id: UUID, picture_id: UUID) -> Any:
    """Describe a picture, or put it to another place."""

    def work(session: Session) -> str:
        body = parse_form(detail_requests.PictureEdit, request.form)
        pictures.arrange(
            session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, alt=body.alt,
            position=body.position, now=clock.now(),
        )  # fmt: skip
        return url_for("catalog.edit", listing_id=listing_id)

    try:
        return forms.once(work)
    except (Refused, Conflict) as refusal:
        return forms.reshown(refusal, lambda **given: _edit_picture(listing_id, picture_id, **given))


def _act(listing_id: UUID, work: Callable[[Session], Any]) -> Any:
    """Do something with a listing once and show it again."""

    def once(session: Session) -> str:
        work(session)
        return url_for("catalog.edit", listing_id=listing_id)

    try:
        return forms.once(once)
    except (Refused, Conflict) as refusal:
        return forms.reshown(_flat(refusal), lambda **given: _edit(listing_id, **{**given, **_kept(listing_id)}))


def _kept(listing_id: UUID) -> dict[str, Any]:
    """Return the values of the big form: what was typed when it was sent, else what the listing says."""
    if "title" in request.form:
        return {"values": request.form}
    draft = listings.draft_of(reading(), actor=require_actor(), listing_id=listing_id)
    return {"values": {**acts.form_values(draft), **request.form}}


def _flat(refusal: Any) -> Any:
    """Name the first ladder's fields as the form does: ``ladders.0.price`` is its ``price``."""
    renamed = [
        type(error)(error.field.removeprefix("ladders.0."), error.code, error.accepted, error.facts)
        for error in refusal.errors
    ]
    return type(refusal)(refusal.code, errors=renamed, **refusal.facts)


def _as_field(refusal: DomainError, field: str) -> Refused:
    if isinstance(refusal, Refused):
        return refusal
    return Refused.field(field, "too_large", str(refusal.facts.get("accepted", "")))


def _split(listing_id: UUID) -> str:
    """Return where the units of a listing lie, and what a new total does there."""
    _row, lying = stocked.lying(reading(), listing_id)
    places = "; ".join(f"{each.name}: {render.quantity(each.on_hand)}" for each in lying.places)
    return _(
        "%(places)s. More is put into %(first)s, less is taken in the order of your warehouses.",
        places=places,
        first=lying.places[0].name,
    )


def _choices() -> dict[str, Any]:
    session = reading()
    places = reference.places(session)
    named = [(place, shown.place({**place.names, "en": place.name}, place.code)) for place in places]
    return {
        "units": [(code, shown.unit(code)) for code in shown.UNITS],
        "countries": choices.parties(),
        "currencies": choices.currencies(),
        "incoterms": [(rule, str(text)) for rule, text in shown.RULES.items()],
        "places": [(place.code, f"{name} ({place.code})") for place, name in named if place.kind != "border_side"],
        "hubs": [(place.code, name) for place, name in named if place.kind == "hub"],
        "categories": [(row.code, shown.text(row.names)) for row in goods.categories(session)],
        "commodities": [row.slug for row in goods.commodities(session)],
        "languages": choices.languages(LANGUAGES),
    }


def _place_names(session: Session) -> dict[str, dict[str, str]]:
    return {row.code: {**row.names, "en": row.name} for row in reference.places(session)}


def _own_line(row: OwnRow, told: Any, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "place": shown.place(names.get(row.place_code, {}), row.place_code),
        "row": row,
        "title": shown.text(row.titles, row.source_locale),
        "href": url_for("catalog.edit", listing_id=row.listing_id),
        "reason": told.reason_in(locale.current()) if told and row.state is not ListingState.LIVE else None,
        "supply": shown.supply(row.lead_days, is_in_stock=True) if row.lead_days is not None else None,
    }


def _pictures(listing_id: UUID, rows: tuple[PictureRow, ...]) -> list[dict[str, Any]]:
    """Return a listing's pictures with what can be done with each; moving one sends its new place."""
    found: list[dict[str, Any]] = []
    for place, row in enumerate(rows, start=1):
        ids = {"listing_id": listing_id, "picture_id": row.id}
        found.append(
            {
                "src": shown.picture(row.file_id, 320),
                "alt": row.alt,
                "caption": None if row.approved else _("waits for review"),
                "remove": url_for("catalog.remove_picture", **ids),
                "choose": url_for("catalog.lead_picture", **ids) if row.approved else None,
                "edit": url_for("catalog.edit_picture", **ids),
                "move": url_for("catalog.arrange_picture", **ids),
                "earlier": place - 1 if place > 1 else None,
                "later": place + 1 if place < len(rows) else None,
            }
        )
    return found

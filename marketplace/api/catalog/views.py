"""Listings over the API: read by everybody, written by their merchants."""

from uuid import UUID

from flask import Blueprint
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog import answers, parts
from marketplace.api.catalog.sellers import Merchant
from marketplace.api.shared.answers import Created, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import goods, own, prices, sections
from marketplace.catalog.queries import pictures as pictures_queries
from marketplace.catalog.queries import shelf as shelf_queries
from marketplace.catalog.services import listings, pictures
from marketplace.distribution.centres.queries import sold_from
from marketplace.edge.acts import catalog as acts
from marketplace.edge.acts import closing, grid, looking, sellers
from marketplace.edge.identity import current_actor, reading_company, require_actor
from marketplace.edge.parsing import uuid_text
from marketplace.edge.requests import catalog as requests
from marketplace.edge.requests import grid as grid_requests
from marketplace.exchange.queries import showroom, storefronts
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.moderation import queries as moderation

api = Blueprint("api_catalog", __name__)

_SHOWN = "goods on the shelf are there to be seen"
_EDIT = Permission.CATALOG_LISTING_EDIT


@api.get("/categories")
@operation(answers={200: Items[parts.Category]}, tag="catalog", public_because=_SHOWN)
def categories() -> tuple[int, Items[parts.Category]]:
    """List the shelves of the city."""
    return 200, Items[parts.Category](items=[parts.Category.of(row) for row in goods.categories(reading())])


@api.get("/listings")
@operation(answers={200: Items[answers.Summary]}, tag="catalog", public_because=_SHOWN, query=requests.Shelf)
def shelf(query: requests.Shelf) -> tuple[int, Items[answers.Summary]]:
    """List live listings, newest first; with ``mine=1`` the asker's own in any state."""
    looking.check_filters(
        reading(), category=query.category, origin=query.origin, incoterm=query.incoterm, state=query.state
    )
    if query.mine:
        return 200, _own(require_actor(), query)
    page = shelf_queries.shelf(
        reading(),
        category=query.category,
        origin=query.origin,
        incoterm=query.incoterm,
        commodity=query.commodity,
        merchant_id=uuid_text(query.merchant, "merchant") if query.merchant else None,
        cursor=query.cursor,
        viewer=reading_company(),
    )
    closed = closing.notices(reading(), page.items, now=clock.now())
    items = [answers.Summary.of(row, closed.get(row.listing_id)) for row in page.items]
    return 200, Items[answers.Summary](items=items, next=page.next)


@api.get("/merchants/<uuid:company_id>")
@operation(answers={200: Merchant}, tag="catalog", public_because=_SHOWN)
def merchant(company_id: UUID) -> tuple[int, Merchant]:
    """Show a merchant, its own words and what the city has verified; ``GET /listings?merchant=`` lists its offers."""
    session = reading()
    found = sellers.seller(session, company_id=company_id)
    front = storefronts.shown(session, company_id=company_id)
    today = showroom.today_at(session, now=clock.now())
    booths = showroom.booths_of(session, company_id=company_id, today=today)
    return 200, Merchant.of(found, front, sections.sections(session, merchant_id=company_id), booths)


@api.get("/listings/<uuid:listing_id>")
@operation(answers={200: answers.Listing}, tag="catalog", public_because=_SHOWN, query=requests.Looking)
def listing(listing_id: UUID, query: requests.Looking) -> tuple[int, answers.Listing]:
    """Show a live listing: prices, packing, stock; for ``to`` and ``quantity`` the departures with their freight.

    Its merchant sees it in any state.
    """
    session = reading()
    try:
        look = looking.look(session, listing_id=listing_id, asked=query, viewer=reading_company(), now=clock.now())
        is_there = look.listing.said.centres > 0
        sold = sold_from(session, listing_ids=[listing_id]).get(listing_id, ()) if is_there else ()
        return 200, answers.Listing.of(look, sold)
    except NotFound:
        actor = current_actor()
        if actor is None or actor.company_id is None or not actor.may(_EDIT):
            raise
    row = own.own_listing(session, company_id=actor.company, listing_id=listing_id)
    images = pictures_queries.pictures(session, listing_id=listing_id)
    draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
    warnings = acts.warnings(session, company_id=actor.company, draft=draft)
    return 200, answers.Listing.own(row, draft, actor.company, images, warnings)


@api.post("/listings")
@operation(answers={201: Created}, tag="catalog", permission=_EDIT, body=requests.ListingBody, idempotent=True)
def create(body: requests.ListingBody, session: Session) -> tuple[int, Created]:
    """Write a new listing as a draft; ``locale`` is the language of ``title``, else its letters tell."""
    actor = require_actor()
    language = accounts.get_person(session, person_id=actor.person).locale
    draft = acts.new_draft(body, language=language)
    return 201, Created(id=listings.create(session, actor=actor, draft=draft, now=clock.now()))


@api.patch("/listings/<uuid:listing_id>")
@operation(answers={200: answers.Edited}, tag="catalog", permission=_EDIT, body=requests.ListingEdit)
def edit(listing_id: UUID, body: requests.ListingEdit) -> tuple[int, answers.Edited]:
    """Change what is sent; of a live listing material fields wait for review, price and stock go live.

    With ``version`` nothing is changed when the listing is no longer the one that was looked at.
    """
    actor = require_actor()
    with unit_of_work() as session:
        now_is = listings.draft_to_edit(session, actor=actor, listing_id=listing_id, version=body.version)
        draft = acts.patched(now_is, body)
        done = listings.edit(session, actor=actor, listing_id=listing_id, draft=draft, now=clock.now())
    return 200, answers.Edited(
        id=listing_id, changed=done.changed, fields=list(done.fields), waiting=list(done.waiting)
    )


@api.patch("/listings")
@operation(answers={200: answers.GridDone}, tag="catalog", permission=_EDIT, body=grid_requests.Grid)
def change_many(body: grid_requests.Grid) -> tuple[int, answers.GridDone]:
    """Change prices, quantities and supply of many listings; each row is taken or refused by itself.

    A listing that is no longer at the ``version`` that was looked at is refused, unless it says what is wanted already.
    """
    rows = grid.checked(body)
    with unit_of_work() as session:
        done = grid.change(session, rows)
    return 200, answers.GridDone.of(done)


@api.get("/listings/<uuid:listing_id>/price-history")
@operation(answers={200: Items[answers.PriceFrom]}, tag="catalog", permission=_EDIT)
def price_history(listing_id: UUID) -> tuple[int, Items[answers.PriceFrom]]:
    """List what one's own listing cost on each basis from when on, earliest first: the last thousand changes."""
    found = prices.history(reading(), company_id=require_actor().company, listing_id=listing_id)
    return 200, Items[answers.PriceFrom](items=[answers.PriceFrom.of(row) for row in found])


@api.post("/listings/<uuid:listing_id>/submission")
@operation(answers={200: answers.State}, tag="catalog", permission=_EDIT)
def submit(listing_id: UUID) -> tuple[int, answers.State]:
    """Hand a draft in for review."""
    actor = require_actor()
    with unit_of_work() as session:
        listings.submit(session, actor=actor, listing_id=listing_id, now=clock.now())
        draft = listings.draft_of(session, actor=actor, listing_id=listing_id)
        warnings = acts.warnings(session, company_id=actor.company, draft=draft)
    return 200, answers.State.submitted(listing_id, warnings)


@api.post("/listings/<uuid:listing_id>/acts")
@operation(answers={200: answers.State}, tag="catalog", permission=_EDIT, body=requests.ActBody)
def act(listing_id: UUID, body: requests.ActBody) -> tuple[int, answers.State]:
    """Pause, resume, sell_out, withdraw, delist or reopen a listing."""
    with unit_of_work() as session:
        state = listings.act(session, actor=require_actor(), listing_id=listing_id, action=body.action, now=clock.now())
    return 200, answers.State(id=listing_id, state=state)


@api.post("/listings/<uuid:listing_id>/pictures")
@operation(answers={201: Created}, tag="catalog", permission=_EDIT, body=requests.PictureBody)
def add_picture(listing_id: UUID, body: requests.PictureBody) -> tuple[int, Created]:
    """Attach a file that was handed in as picture; on a live listing it waits for review."""
    file_id = uuid_text(body.file_id, "file_id")
    with unit_of_work() as session:
        made = pictures.add(
            session, actor=require_actor(), listing_id=listing_id, file_id=file_id, alt=body.alt, now=clock.now()
        )
    return 201, Created(id=made)


@api.delete("/listings/<uuid:listing_id>/pictures/<uuid:picture_id>")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def remove_picture(listing_id: UUID, picture_id: UUID) -> tuple[int, None]:
    """Take a picture away."""
    with unit_of_work() as session:
        pictures.remove(session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, now=clock.now())
    return 204, None


@api.post("/listings/<uuid:listing_id>/pictures/<uuid:picture_id>/lead")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def lead_picture(listing_id: UUID, picture_id: UUID) -> tuple[int, None]:
    """Show a picture first."""
    with unit_of_work() as session:
        pictures.lead(session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, now=clock.now())
    return 204, None


def _own(actor: Actor, query: requests.Shelf) -> Items[answers.Summary]:
    actor.must(_EDIT)
    session: Session = reading()
    page = own.own_listings(session, company_id=actor.company, state=query.state, cursor=query.cursor)
    told = moderation.decided(session, company_id=actor.company, listing_ids=[row.listing_id for row in page.items])
    return Items[answers.Summary](
        items=[
            answers.Summary.own(row, actor.company, told[row.listing_id].reason if row.listing_id in told else None)
            for row in page.items
        ],
        next=page.next,
    )

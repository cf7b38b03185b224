"""How often one's own goods were looked at, put into carts and ordered; and that somebody looks just now."""

from uuid import UUID

from flask import request

from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.figures import tally
from marketplace.catalog.figures.rules import Kind, is_view
from marketplace.catalog.rules.rows import OfferRow
from marketplace.edge.identity import current_actor, require_actor
from marketplace.edge.requests.figures import Sight
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.pages import Page
from marketplace.reports.queries import figures
from marketplace.reports.queries.figures import GoodsRow, Seen


def seen(offer: OfferRow) -> None:
    """Count that the page of goods is shown, unless who looks does not count; nothing is kept of who it is."""
    actor, came_from = current_actor(), request.referrer
    counts = is_view(
        user_agent=request.user_agent.string,
        purpose=request.headers.get("Sec-Purpose", ""),
        is_again=bool(came_from) and came_from.partition("?")[0] == request.base_url,
        is_own=actor is not None and actor.company_id == offer.merchant_id,
        is_staff=actor is not None and actor.company_kind == CompanyKind.OPERATOR,
    )
    if counts:
        tally.note(offer.listing_id, day=local_day(offer.country, clock.now()), kind=Kind.VIEW)


def company() -> Seen:
    """Return the numbers of all goods of the asker's company."""
    return figures.of_company(reading(), company_id=require_actor().company, now=clock.now())


def listing(listing_id: UUID) -> Seen:
    """Return the numbers of one listing of the asker's; NotFound."""
    company_id = require_actor().company
    return figures.of_listing(reading(), company_id=company_id, listing_id=listing_id, now=clock.now())


def goods(asked: Sight) -> Page[GoodsRow]:
    """Return the asker's goods by a number; Refused ``cursor``."""
    return figures.goods(
        reading(),
        company_id=require_actor().company,
        days=asked.days,
        sort=asked.sort,
        ascending=asked.ascending,
        cursor=asked.cursor,
        now=clock.now(),
    )

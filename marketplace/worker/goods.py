"""The jobs about goods and those who sell them: search, imports, stock, reviews, papers that end."""

from typing import Any
from uuid import UUID

from flask import current_app

from marketplace.catalog import flows as catalog
from marketplace.catalog.imports import flows as imports
from marketplace.catalog.imports import gallery_flows
from marketplace.edge.acts.imports import called, explain
from marketplace.exchange.flows import enquiries, fairs, leads, questions, storefronts
from marketplace.files.fetching import Fetcher
from marketplace.kernel import clock
from marketplace.merchants import flows as applications
from marketplace.merchants.rules.requirements import Kind
from marketplace.moderation import flows as moderation
from marketplace.search import flows as search


def index_listings(_args: dict[str, Any]) -> None:
    """Bring what changed into the search index."""
    search.index_changes(index=current_app.extensions["city.search"], now=clock.now())


def rebuild_index(_args: dict[str, Any]) -> None:
    """Write the search index anew."""
    search.rebuild(index=current_app.extensions["city.search"], now=clock.now())


def import_sheet(args: dict[str, Any]) -> None:
    """Read a merchant's workbook and write its good rows."""
    imports.run(UUID(args["import"]), store=current_app.extensions["city.store"], explain=explain, called=called)


def import_pictures(args: dict[str, Any]) -> None:
    """Take in the pictures that a merchant's import named."""
    gallery_flows.run(UUID(args["import"]), store=current_app.extensions["city.store"], fetcher=Fetcher())


def expire_stock_holds(_args: dict[str, Any]) -> None:
    """Give back stock whose claim is over; whoever wants it meanwhile takes it without waiting for this."""
    catalog.expire_holds(now=clock.now())


def escalate_reviews(_args: dict[str, Any]) -> None:
    """Tell of applications, listings and storefronts that wait longer for a review than was promised."""
    applications.escalate(now=clock.now())
    moderation.escalate(now=clock.now())
    storefronts.escalate(now=clock.now())


def compare_listings(args: dict[str, Any]) -> None:
    """Find what listings are like; those named, else all that changed since they were compared."""
    store = current_app.extensions["city.store"]
    if "listings" in args:
        moderation.compare([UUID(listing) for listing in args["listings"]], store=store, now=clock.now())
    else:
        moderation.compare_outdated(store=store, now=clock.now())


def weigh_cases(args: dict[str, Any]) -> None:
    """Weigh the cases of a company by what was decided since."""
    moderation.weigh_company(UUID(args["company"]), now=clock.now())


def escalate_visitors(_args: dict[str, Any]) -> None:
    """Tell of visitors of booths, and of enquiries, that nobody answered in time."""
    leads.escalate(now=clock.now())
    enquiries.escalate(now=clock.now())


def remind_of_questions(_args: dict[str, Any]) -> None:
    """Remind merchants of questions that nobody answered in time."""
    questions.remind(now=clock.now())


def close_registrations(_args: dict[str, Any]) -> None:
    """Close the registration of fairs whose time to register is over."""
    fairs.close_due(now=clock.now())


def screen_goods(_args: dict[str, Any]) -> None:
    """Compare all goods with the lists there are."""
    catalog.screen_goods(now=clock.now())


def watch_goods_papers(_args: dict[str, Any]) -> None:
    """Tell merchants of certificates and licences of brands that end."""
    catalog.watch_papers(now=clock.now())


def watch_requirements(_args: dict[str, Any]) -> None:
    """Tell companies, and who reviews, of papers and waivers that end, and of levels lost by it."""
    applications.watch(now=clock.now())


def requalify_companies(args: dict[str, Any]) -> None:
    """Work out levels of buyers or admissions of partners of a country anew."""
    applications.requalify(kind=Kind(args["kind"]), country=args["country"], now=clock.now())


def screen_everybody(_args: dict[str, Any]) -> None:
    """Compare everybody with a list that came in."""
    applications.screen_everybody(now=clock.now())

"""A merchant's customer groups."""

from typing import Any, Final
from uuid import UUID

from flask import request, url_for
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.services import groups
from marketplace.edge.acts import prices as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import parse, parse_form
from marketplace.edge.permissions import requires
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.web.prices.blueprint import pages
from marketplace.web.prices.shared import done, drawn

_EDIT: Final = Permission.CATALOG_LISTING_EDIT


@pages.get("/merchant/customer-groups/new")
@requires(_EDIT)
def new_group() -> str:
    """Show an empty form."""
    return _new_group()


@pages.post("/merchant/customer-groups")
@requires(_EDIT, twin="POST /api/v1/customer-groups")
def make_group() -> Any:
    """Make a customer group."""
    companies = [line for line in map(str.strip, request.form.get("companies", "").splitlines()) if line]

    def work(session: Session) -> str:
        body = parse(requests.Group, {"name": request.form.get("name", ""), "companies": companies})
        return url_for("prices.group", customer_group_id=acts.make_group(session, body))

    return done(work, "", _new_group)


@pages.get("/merchant/customer-groups/<uuid:customer_group_id>")
@requires(_EDIT, twin="GET /api/v1/customer-groups/{id}")
def group(customer_group_id: UUID) -> str:
    """Show the companies in a group."""
    return _group(customer_group_id)


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/members")
@requires(_EDIT, twin="POST /api/v1/customer-groups/{id}/members")
def join(customer_group_id: UUID) -> Any:
    """Put a company into a group."""
    return done(
        lambda session: acts.join(session, customer_group_id, parse_form(requests.Customer, request.form)),
        url_for("prices.group", customer_group_id=customer_group_id),
        lambda **given: _group(customer_group_id, **given),
    )


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/members/<uuid:company_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/customer-groups/{id}/members/{company}")
def leave(customer_group_id: UUID, company_id: UUID) -> Any:
    """Take a company out of a group."""
    return done(
        lambda session: groups.remove(
            session, group_id=customer_group_id, company_id=company_id, actor=require_actor(), now=clock.now()
        ),
        url_for("prices.group", customer_group_id=customer_group_id),
        lambda **given: _group(customer_group_id, **given),
    )


@pages.post("/merchant/customer-groups/<uuid:customer_group_id>/removal")
@requires(_EDIT, twin="DELETE /api/v1/customer-groups/{id}")
def dissolve(customer_group_id: UUID) -> Any:
    """Give a group up."""
    return done(
        lambda session: groups.dissolve(session, group_id=customer_group_id, actor=require_actor(), now=clock.now()),
        url_for("prices.desk"),
        lambda **given: _group(customer_group_id, **given),
    )


def _new_group(**given: Any) -> str:
    return drawn("prices/new_group.html", given)


def _group(customer_group_id: UUID, **given: Any) -> str:
    found, companies = lists.members(reading(), merchant_id=require_actor().company, group_id=customer_group_id)
    return drawn("prices/group.html", given, group=found, companies=companies)

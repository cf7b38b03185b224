"""Shared pages of goods as they are asked for: offers compared, wishes and attributes as they are typed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.catalog.queries import goods, shelf
from marketplace.catalog.rules.comparing import MOST_OFFERS, By, Comparison, Wish, compare
from marketplace.catalog.rules.details.attributes import Attribute
from marketplace.catalog.rules.proposals import Proposal
from marketplace.catalog.rules.rows import CommodityRow, ListingRow
from marketplace.edge.identity import reading_company
from marketplace.edge.requests.commodities import AttributeBody, CommodityQuery, ProposalBody
from marketplace.kernel.errors import FieldError, Refused
from marketplace.reference.rules import INCOTERMS, RCEP


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A shared page: what it is about, what its category asks, its live offers and how they compare."""

    commodity: CommodityRow
    asked: tuple[Attribute, ...]
    rows: tuple[ListingRow, ...]
    comparison: Comparison
    featured: UUID | None


def shared_page(session: Session, *, slug: str, query: CommodityQuery) -> SharedPage:
    """Compose a shared page in three queries, whatever is asked for; Refused for filters the city does not know."""
    errors = [
        FieldError(name, "choice", ", ".join(sorted(known)))
        for name, value, known in (("origin", query.origin, RCEP), ("incoterm", query.incoterm, INCOTERMS))
        if value and value not in known
    ]
    if query.quantity is not None and query.quantity < 1:
        errors.append(FieldError("quantity", "too_small", "1 or more"))
    if errors:
        raise Refused.fields(*errors)
    commodity = goods.commodity(session, slug=slug)
    asked = goods.attributes(session, category=commodity.category)
    rows = tuple(shelf.of_commodity(session, slug=slug, size=MOST_OFFERS, viewer=reading_company()))
    wish = Wish(
        currency=query.currency,
        incoterm=query.incoterm,
        quantity=query.quantity,
        by=query.sort or By.PRICE,
        origin=query.origin,
        grade=query.grade,
        is_ready=query.ready,
        attributes={code: value for code, value in query.attributes.items() if value},
    )
    found = compare(rows, wish)
    return SharedPage(commodity, asked, rows, found, found.featured)


def proposal_of(body: ProposalBody) -> Proposal:
    """Return the wish that was typed."""
    names = {**body.names, "en": body.name}
    return Proposal(names=names, category=body.category, hs6=body.hs6, grade=body.grade or "")


def attribute_of(code: str, body: AttributeBody) -> Attribute:
    """Return the definition that was typed."""
    return Attribute(
        code=code,
        names={**body.names, "en": body.name},
        kind=body.kind,
        wanted=body.wanted,
        unit=body.unit,
        choices=body.choices,
    )


def named(form: Any) -> dict[str, Any]:
    """Return a form's fields as the request has them: ``name_zh`` goes into ``names``, guards are left out."""
    data: dict[str, Any] = {}
    for name, value in form.items():
        kind, _, locale = name.partition("_")
        if name in ("csrf_token", "idempotency_key"):
            continue
        if kind == "name" and locale:
            if value.strip():
                data.setdefault("names", {})[locale] = value
        else:
            data[name] = value
    return data

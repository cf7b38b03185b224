"""Shared pages of goods and what categories ask, over the API."""

from typing import Any
from uuid import UUID

from flask import Blueprint

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog import answers, parts
from marketplace.api.shared.answers import Amount, Answer, Created, Instant, Items
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.comparing import Compared, can_be_ordered, values_of
from marketplace.catalog.rules.details.attributes import Attribute, is_code
from marketplace.catalog.rules.rows import CommodityRow, ProposalRow
from marketplace.catalog.services import details, taxonomy
from marketplace.edge.acts import commodities as acts
from marketplace.edge.acts import details as detail_acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import commodities as requests
from marketplace.edge.requests.details import AskDangerous, BrandName, DetailsBody
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound

api = Blueprint("api_commodities", __name__)

_SHOWN = "goods on the shelf are there to be seen"
_EDIT = Permission.CATALOG_LISTING_EDIT
_REVIEW = Permission.OPERATOR_LISTING_MODERATE


class AttributeAnswer(Answer):
    """What a category asks of its goods; ``unit`` is a UN/ECE Recommendation 20 code."""

    code: str
    names: dict[str, str]
    kind: str
    wanted: str
    unit: str | None
    choices: dict[str, dict[str, str]]

    @classmethod
    def of(cls, row: Attribute) -> "AttributeAnswer":
        """Write an attribute."""
        return cls(
            code=row.code,
            names=dict(row.names),
            kind=row.kind,
            wanted=row.wanted,
            unit=row.unit,
            choices={code: dict(names) for code, names in row.choices.items()},
        )


class CommodityAnswer(Answer):
    """A shared page of goods."""

    slug: str
    names: dict[str, str]
    category: str
    hs6: str
    grade: str

    @classmethod
    def of(cls, row: CommodityRow) -> "CommodityAnswer":
        """Write a shared page."""
        return cls(slug=row.slug, names=dict(row.names), category=row.category, hs6=row.hs6, grade=row.grade)


class ComparedOffer(Answer):
    """An offer beside others: the unit price of ``quantity`` on the basis compared, null where it has none."""

    listing_id: UUID
    merchant_id: UUID
    merchant: str
    titles: dict[str, str]
    origin: str
    grade: str
    quantity: int
    unit_price: Amount | None
    price_basis: parts.Basis | None
    moq: int
    multiple: int
    stock: int | None
    lead_days: int | None
    can_be_ordered: bool
    attributes: dict[str, str]

    @classmethod
    def of(cls, each: Compared) -> "ComparedOffer":
        """Write an offer."""
        row, offer, ladder = each.row, each.row.offer, each.ladder
        return cls(
            listing_id=offer.listing_id,
            merchant_id=offer.merchant_id,
            merchant=row.merchant,
            titles=dict(offer.titles),
            origin=offer.origin,
            grade=row.grade,
            quantity=each.quantity,
            unit_price=Amount.of(each.price) if each.price else None,
            price_basis=parts.Basis(incoterm=ladder.incoterm, place=ladder.place_code) if ladder else None,
            moq=offer.moq,
            multiple=offer.multiple,
            stock=offer.available,
            lead_days=offer.lead_days,
            can_be_ordered=can_be_ordered(each),
            attributes=values_of(row),
        )


class SharedPage(Answer):
    """A shared page with its offers in the order asked for.

    ``featured`` is the lowest unit price on the basis compared among offers that can be ordered now; at the same price
    the sooner, then the smaller minimum, then the older. It is reckoned for each answer and stored nowhere.
    """

    commodity: CommodityAnswer
    attributes: list[AttributeAnswer]
    currency: str | None
    incoterm: str | None
    bases: list[tuple[str, str]]
    offers: list[ComparedOffer]
    featured: UUID | None


class ProposalAnswer(Answer):
    """A merchant's wish for a shared page; ``commodity`` is the slug of what became of it."""

    id: UUID
    company_id: UUID
    company: str
    state: str
    names: dict[str, str]
    category: str
    hs6: str
    grade: str
    commodity: str | None
    reason: str
    proposed_at: Instant

    @classmethod
    def of(cls, row: ProposalRow) -> "ProposalAnswer":
        """Write a wish."""
        return cls.model_validate(row)


class DetailsAnswer(Answer):
    """What a merchant says of goods beside the offer, by part, in the shapes in which it is sent.

    ``dangerous`` tells who signed the answer, when, and the hash of what was answered.
    """

    id: UUID
    attributes: dict[str, Any] | None = None
    texts: dict[str, Any] | None = None
    parts: dict[str, Any] | None = None
    fitment: dict[str, Any] | None = None
    brand: dict[str, Any] | None = None
    dangerous: dict[str, Any] | None = None
    food: dict[str, Any] | None = None
    certificates: dict[str, Any] | None = None
    warranty: dict[str, Any] | None = None
    sample: dict[str, Any] | None = None
    pallet: dict[str, Any] | None = None


class BrandAnswer(Answer):
    """A registered brand."""

    id: UUID
    name: str
    registered_at: Instant


class Asking(Answer):
    """Whether goods of a category say whether they are dangerous."""

    category: str
    asks: bool


@api.get("/commodities")
@operation(answers={200: Items[CommodityAnswer]}, tag="catalog", public_because=_SHOWN, query=requests.ShelfQuery)
def commodities(query: requests.ShelfQuery) -> tuple[int, Items[CommodityAnswer]]:
    """List the shared pages of goods, by slug."""
    rows = goods.commodities(reading(), category=query.category)
    return 200, Items[CommodityAnswer](items=[CommodityAnswer.of(row) for row in rows])


@api.get("/commodities/<slug>")
@operation(answers={200: SharedPage}, tag="catalog", public_because=_SHOWN, query=requests.CommodityQuery)
def commodity(slug: str, query: requests.CommodityQuery) -> tuple[int, SharedPage]:
    """Show a shared page and its live offers side by side."""
    found = acts.shared_page(reading(), slug=slug, query=query)
    compared = found.comparison
    return 200, SharedPage(
        commodity=CommodityAnswer.of(found.commodity),
        attributes=[AttributeAnswer.of(each) for each in found.asked],
        currency=compared.currency,
        incoterm=compared.incoterm,
        bases=list(compared.bases),
        offers=[ComparedOffer.of(each) for each in compared.offers],
        featured=found.featured,
    )


@api.get("/commodity-proposals")
@operation(answers={200: Items[ProposalAnswer]}, tag="catalog", permission=_EDIT, query=requests.ProposalQuery)
def proposals(query: requests.ProposalQuery) -> tuple[int, Items[ProposalAnswer]]:
    """List the company's wishes for shared pages, the newest first."""
    page = goods.proposals(reading(), company_id=require_actor().company, state=query.state, cursor=query.cursor)
    return 200, Items[ProposalAnswer](items=[ProposalAnswer.of(row) for row in page.items], next=page.next)


@api.get("/operator/commodity-proposals")
@operation(answers={200: Items[ProposalAnswer]}, tag="catalog", permission=_REVIEW, query=requests.ProposalQuery)
def wishes(query: requests.ProposalQuery) -> tuple[int, Items[ProposalAnswer]]:
    """List all merchants' wishes for shared pages, the newest first."""
    page = goods.proposals(reading(), state=query.state, cursor=query.cursor)
    return 200, Items[ProposalAnswer](items=[ProposalAnswer.of(row) for row in page.items], next=page.next)


@api.post("/commodity-proposals")
@operation(answers={201: Created}, tag="catalog", permission=_EDIT, body=requests.ProposalBody)
def propose(body: requests.ProposalBody) -> tuple[int, Created]:
    """Wish for a shared page; the same wish while it waits is the one there is."""
    with unit_of_work() as session:
        made = taxonomy.propose(session, actor=require_actor(), proposal=acts.proposal_of(body), now=clock.now())
    return 201, Created(id=made)


@api.post("/commodity-proposals/<uuid:proposal_id>/decision")
@operation(answers={200: ProposalAnswer}, tag="catalog", permission=_REVIEW, body=requests.ProposalDecision)
def decide(proposal_id: UUID, body: requests.ProposalDecision) -> tuple[int, ProposalAnswer]:
    """Make a shared page of a wish, merge it into one, or decline it; once."""
    with unit_of_work() as session:
        taxonomy.decide(
            session, actor=require_actor(), proposal_id=proposal_id, action=body.action, slug=body.slug or "",
            reason=body.reason or "", now=clock.now(),
        )  # fmt: skip
        return 200, ProposalAnswer.of(goods.proposal(session, proposal_id=proposal_id))


@api.get("/categories/<category>/attributes")
@operation(answers={200: Items[AttributeAnswer]}, tag="catalog", public_because=_SHOWN)
def attributes(category: str) -> tuple[int, Items[AttributeAnswer]]:
    """List what a category asks of its goods."""
    session = reading()
    if category not in {row.code for row in goods.categories(session)}:
        raise NotFound("category")
    asked = goods.attributes(session, category=category)
    return 200, Items[AttributeAnswer](items=[AttributeAnswer.of(each) for each in asked])


@api.put("/categories/<category>/attributes/<attribute>")
@operation(answers={200: AttributeAnswer}, tag="catalog", permission=_REVIEW, body=requests.AttributeBody)
def ask(category: str, attribute: str, body: requests.AttributeBody) -> tuple[int, AttributeAnswer]:
    """Let a category ask for an attribute, or bring it up to date; its kind and unit stay."""
    if not is_code(attribute):
        raise NotFound("attribute")
    made = acts.attribute_of(attribute, body)
    with unit_of_work() as session:
        taxonomy.ask(
            session, actor=require_actor(), category=category, attribute=made, position=body.position, now=clock.now()
        )
    return 200, AttributeAnswer.of(made)


@api.get("/listings/<uuid:listing_id>/details")
@operation(answers={200: DetailsAnswer}, tag="catalog", permission=_EDIT)
def said(listing_id: UUID) -> tuple[int, DetailsAnswer]:
    """Show what is said of one's own goods beside the offer, a waiting edit laid over what is up."""
    found = details.said(reading(), actor=require_actor(), listing_id=listing_id)
    return 200, DetailsAnswer(id=listing_id, **found)


@api.patch("/listings/<uuid:listing_id>/details")
@operation(answers={200: answers.Edited}, tag="catalog", permission=_EDIT, body=DetailsBody)
def say(listing_id: UUID, body: DetailsBody) -> tuple[int, answers.Edited]:
    """Say what is sent, each part whole; of a live listing material parts wait for review."""
    with unit_of_work() as session:
        done = details.put(
            session, actor=require_actor(), listing_id=listing_id, documents=detail_acts.sent(body), now=clock.now()
        )
    return 200, answers.Edited(
        id=listing_id, changed=done.changed, fields=list(done.fields), waiting=list(done.waiting)
    )


@api.put("/categories/<category>/dangerous")
@operation(answers={200: Asking}, tag="catalog", permission=_REVIEW, body=AskDangerous)
def ask_dangerous(category: str, body: AskDangerous) -> tuple[int, Asking]:
    """Ask of each goods of a category whether they are dangerous, or no longer."""
    with unit_of_work() as session:
        taxonomy.ask_dangerous(session, actor=require_actor(), category=category, asks=body.asks, now=clock.now())
    return 200, Asking(category=category, asks=body.asks)


@api.get("/brands")
@operation(answers={200: Items[BrandAnswer]}, tag="catalog", public_because=_SHOWN)
def brands() -> tuple[int, Items[BrandAnswer]]:
    """List the registered brands by name."""
    rows = goods.brands(reading())
    return 200, Items[BrandAnswer](items=[BrandAnswer.model_validate(row) for row in rows])


@api.post("/brands")
@operation(answers={201: Created}, tag="catalog", permission=_REVIEW, body=BrandName)
def register_brand(body: BrandName) -> tuple[int, Created]:
    """Register a brand; one that looks like it already is refused."""
    with unit_of_work() as session:
        made = taxonomy.register_brand(session, actor=require_actor(), name=body.name, now=clock.now())
    return 201, Created(id=made)


@api.delete("/brands/<uuid:brand_id>")
@operation(answers={204: None}, tag="catalog", permission=_REVIEW)
def strike_brand(brand_id: UUID) -> tuple[int, None]:
    """Take a brand out of the register."""
    with unit_of_work() as session:
        taxonomy.strike_brand(session, actor=require_actor(), brand_id=brand_id, now=clock.now())
    return 204, None

"""Variants, texts by language and the order of pictures, over the API."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog.answers import Edited
from marketplace.api.catalog.commodities import api
from marketplace.api.catalog.parts import VariantAnswer
from marketplace.api.shared.answers import Answer, Created
from marketplace.api.shared.operations import operation
from marketplace.catalog.queries import own
from marketplace.catalog.queries import variants as queries
from marketplace.catalog.rules.variants import Group, Member
from marketplace.catalog.services import pictures, texts, variants
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import variants as requests
from marketplace.edge.requests.details import PictureEdit, TextsBody
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work

_EDIT = Permission.CATALOG_LISTING_EDIT


class Variants(Answer):
    """What the variants of a listing differ by, and which they are; nothing for a listing that stands alone."""

    name: str
    axes: list[str]
    members: list[VariantAnswer]


@api.get("/listings/<uuid:listing_id>/variants")
@operation(answers={200: Variants}, tag="catalog", permission=_EDIT)
def variants_of(listing_id: UUID) -> tuple[int, Variants]:
    """Show the variants of one's own listing, whatever their state."""
    return 200, _shown(reading(), listing_id)


@api.put("/listings/<uuid:listing_id>/variants")
@operation(answers={200: Variants}, tag="catalog", permission=_EDIT, body=requests.VariantsBody)
def put_variants(listing_id: UUID, body: requests.VariantsBody) -> tuple[int, Variants]:
    """Put listings together by their article numbers; what they differ by goes live at once."""
    members = tuple(Member(each.sku, tuple(each.values)) for each in body.members)
    group = Group(tuple(body.axes), members, body.name or "")
    with unit_of_work() as session:
        variants.put(session, actor=require_actor(), listing_id=listing_id, group=group, now=clock.now())
        return 200, _shown(session, listing_id)


@api.delete("/listings/<uuid:listing_id>/variants")
@operation(answers={204: None}, tag="catalog", permission=_EDIT)
def part_variants(listing_id: UUID) -> tuple[int, None]:
    """Take the group of a listing apart; the listings stay."""
    with unit_of_work() as session:
        variants.part(session, actor=require_actor(), listing_id=listing_id, now=clock.now())
    return 204, None


@api.post("/listings/<uuid:listing_id>/variants")
@operation(answers={201: Created}, tag="catalog", permission=_EDIT, body=requests.VariantBody)
def add_variant(listing_id: UUID, body: requests.VariantBody) -> tuple[int, Created]:
    """Write another variant as a draft, its prices moved by so many per cent, without stock."""
    with unit_of_work() as session:
        made = variants.add(
            session, actor=require_actor(), listing_id=listing_id, sku=body.sku, values=tuple(body.values),
            percent=body.percent, alone=(body.axes, body.own), now=clock.now(),
        )  # fmt: skip
    return 201, Created(id=made)


@api.put("/listings/<uuid:listing_id>/texts/<language>")
@operation(answers={200: Edited}, tag="catalog", permission=_EDIT, body=TextsBody)
def put_texts(listing_id: UUID, language: str, body: TextsBody) -> tuple[int, Edited]:
    """Write a listing's texts in a language and say how they came about; without a title they are taken away."""
    with unit_of_work() as session:
        done = texts.put(
            session, actor=require_actor(), listing_id=listing_id, language=language, title=body.title,
            description=body.description, how=body.how, now=clock.now(),
        )  # fmt: skip
    return 200, Edited(id=listing_id, changed=done.changed, fields=list(done.fields), waiting=list(done.waiting))


@api.patch("/listings/<uuid:listing_id>/pictures/<uuid:picture_id>")
@operation(answers={204: None}, tag="catalog", permission=_EDIT, body=PictureEdit)
def arrange_picture(listing_id: UUID, picture_id: UUID, body: PictureEdit) -> tuple[int, None]:
    """Say what a picture shows, or put it to another place, from 1."""
    with unit_of_work() as session:
        pictures.arrange(
            session, actor=require_actor(), listing_id=listing_id, picture_id=picture_id, alt=body.alt,
            position=body.position, now=clock.now(),
        )  # fmt: skip
    return 204, None


def _shown(session: Session, listing_id: UUID) -> Variants:
    own.own_listing(session, company_id=require_actor().company, listing_id=listing_id)
    axes, rows = queries.group_of(session, listing_id=listing_id)
    members = [VariantAnswer.of(row) for row in rows]
    return Variants(name=queries.name_of(session, listing_id=listing_id), axes=list(axes), members=members)

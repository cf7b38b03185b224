"""Two merchants with goods that wait, two moderators, and a store with pictures."""

import io
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace.catalog.services import listings, pictures
from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import extension, reading, unit_of_work
from marketplace.moderation import services
from marketplace.moderation.models import Case
from tests.integration.catalog.conftest import DRAFT, NOW, merchant, moderator, shelves
from tests.support.pictures import picture


@dataclass(frozen=True)
class City:
    """Who acts; listings are made through the services as their merchants make them."""

    seller: Actor
    rival: Actor
    moderator: Actor
    second: Actor

    def submit(self, seller: Actor, sku: str, **changes) -> UUID:
        with unit_of_work() as session:
            made = listings.create(session, actor=seller, draft=replace(DRAFT, sku=sku, **changes), now=NOW)
            listings.submit(session, actor=seller, listing_id=made, now=NOW)
        return made

    def edit(self, seller: Actor, listing_id: UUID, sku: str, **changes):
        with unit_of_work() as session:
            draft = replace(DRAFT, sku=sku, **changes)
            return listings.edit(session, actor=seller, listing_id=listing_id, draft=draft, now=NOW)

    def case_of(self, listing_id: UUID) -> UUID:
        newest = sa.select(Case.id).where(Case.listing_id == listing_id).order_by(Case.id.desc()).limit(1)
        found = reading().scalars(newest).one()
        reading().rollback()
        return found

    def decide(self, listing_id: UUID, decision: str = "approve", by: Actor | None = None, **more):
        case_id = self.case_of(listing_id)
        with unit_of_work() as session:
            return services.decide(
                session, actor=by or self.moderator, case_id=case_id, decision=decision, now=NOW, **more
            )

    def publish(self, seller: Actor, sku: str, **changes) -> UUID:
        made = self.submit(seller, sku, **changes)
        self.decide(made)
        return made

    def show(self, seller: Actor, listing_id: UUID, image: Image.Image, **options) -> UUID:
        target = io.BytesIO()
        image.save(target, "JPEG", **{"quality": 90, **options})
        target.seek(0)
        file_id = files.upload(
            actor=seller, stream=target, declared_name="a.jpg", purpose=Purpose.PICTURE,
            store=extension("city.store"), now=NOW,
        )  # fmt: skip
        with unit_of_work() as session:
            return pictures.add(session, actor=seller, listing_id=listing_id, file_id=file_id, alt="A chain", now=NOW)


@pytest.fixture
def city(app) -> City:
    with unit_of_work() as session:
        shelves(session)
        return City(
            merchant(session), merchant(session, name="Rival Parts", country="VN"),
            moderator(session), moderator(session),
        )  # fmt: skip


__all__ = ["City", "picture"]

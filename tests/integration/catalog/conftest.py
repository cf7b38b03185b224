"""Shelves, an approved merchant, a buyer's company, and goods to offer."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from marketplace.accounts.models import Company
from marketplace.accounts.rules.permissions import CompanyKind, Role, permissions_of
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.services import listings, taxonomy
from marketplace.files.models import FileRendition, StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.ids import new_id
from marketplace.merchants.models import Merchant
from marketplace.merchants.rules.states import MerchantState
from marketplace.reference import services as reference
from tests import factories

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PACKING = Packing(carton_units=40, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000)
DRAFT = ListingDraft(
    sku="CH-428-116",
    titles={"zh": "摩托车链条 428H 116节", "en": "Motorcycle chain 428H, 116 links"},
    source_locale="zh",
    hs="8714.10",
    origin="CN",
    unit="H87",
    moq=120,
    multiple=40,
    ladders=(
        make_ladder(
            "CNY", "FCA", "CN-NANPENG", price=Decimal("27.40"),
            tiers=[(480, Decimal("26.00")), (4_800, Decimal("23.125"))], moq=120,
        ),
    ),
    stock=10_000,
    packing=PACKING,
    descriptions={"zh": "加强型"},
)  # fmt: skip


def company(session: Session, *, name="Demo Jialing Parts Co.", country="CN", kind=CompanyKind.TRADE) -> Company:
    row = Company(id=new_id(), kind=kind, name=name, country=country, registration_number=str(new_id()), created_at=NOW)
    session.add(row)
    session.flush()
    return row


def actor_in(company_id, kind=CompanyKind.TRADE, role=Role.OWNER) -> Actor:
    return Actor(new_id(), company_id, kind.value, frozenset({role.value}), permissions_of(kind, [role]))


def stored_picture(session: Session, company_id, purpose=Purpose.PICTURE):
    file = StoredFile(
        id=new_id(), company_id=company_id, purpose=purpose, name="a.jpg", media_type="image/jpeg",
        sha256="ab" * 32, size=1, created_at=NOW,
    )  # fmt: skip
    session.add(file)
    session.flush()
    session.add(FileRendition(file_id=file.id, width=320, sha256="cd" * 32, size=1))
    session.flush()
    return file.id


def merchant(session: Session, *, state=MerchantState.APPROVED, **facts) -> Actor:
    owner = company(session, **facts)
    actor = actor_in(owner.id)
    factories.approve(session, actor, name=owner.name, country=owner.country, now=NOW)
    session.get_one(Merchant, owner.id).state = state
    session.flush()
    return actor


def moderator(session: Session) -> Actor:
    return actor_in(
        company(session, name="Operator", kind=CompanyKind.OPERATOR).id, CompanyKind.OPERATOR, Role.MODERATOR
    )


def shelves(session: Session) -> None:
    reference.load_places(session)
    for position, (code, chapters, fresh) in enumerate(
        [("motorcycle-parts", ["87"], False), ("fruit", ["08"], True), ("general", [], False)]
    ):
        taxonomy.put_category(
            session, code=code, names={"en": code}, drawing="carton", fresh=fresh, hs_chapters=chapters,
            position=position,
        )  # fmt: skip
    taxonomy.put_commodity(
        session, slug="motorcycle-chain", names={"en": "Chain"}, category="motorcycle-parts", hs6="871410"
    )


def publish(session: Session, actor: Actor, draft: ListingDraft = DRAFT, **changes):
    """Bring a listing up without its review, for tests that are about what comes after."""
    made = listings.create(session, actor=actor, draft=replace(draft, **changes), now=NOW)
    listings.submit(session, actor=actor, listing_id=made, now=NOW)
    listings.decide(session, actor=actor, listing_id=made, action="approve", now=NOW)
    return made


@pytest.fixture
def seller(session: Session) -> Actor:
    shelves(session)
    return merchant(session)

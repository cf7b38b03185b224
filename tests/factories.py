"""A small market for tests: companies with logins and tokens, goods on sale, a line with departures."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from marketplace import reactions
from marketplace.accounts.models import Membership
from marketplace.accounts.queries import acting
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.rules.numbers import Proof
from marketplace.accounts.rules.permissions import PARTNERS, CompanyKind, Role, permissions_of
from marketplace.accounts.services import membership, registration, tokens
from marketplace.accounts.services.terms import publish_shipped
from marketplace.catalog.rules.drafts import ListingDraft
from marketplace.catalog.rules.packing import Packing
from marketplace.catalog.rules.pricing import Ladder, make_ladder
from marketplace.catalog.services import listings, taxonomy
from marketplace.exchange.rules.reviews import Marks
from marketplace.exchange.services import questions, reviews
from marketplace.files import store
from marketplace.files.models import StoredFile
from marketplace.files.rules import Purpose
from marketplace.kernel import clock, events
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import extension, unit_of_work
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.kernel.quantity import Load
from marketplace.logistics.models.departures import Departure
from marketplace.logistics.rules.freight import Rates
from marketplace.logistics.services import freight, network, timetable
from marketplace.merchants.models import Merchant, MerchantApplication, MerchantDecision, Qualification
from marketplace.merchants.rules.levels import QualificationState
from marketplace.merchants.rules.payees import PayeeAccount
from marketplace.merchants.rules.requirements import Kind
from marketplace.merchants.rules.states import ApplicationState, MerchantState
from marketplace.merchants.services import payees, requirements
from marketplace.moderation import services as moderation
from marketplace.moderation.models import Case
from marketplace.reference import services as reference
from marketplace.reference.rules import Setting
from tests.support import kept
from tests.support.pdfs import pdf

PASSWORD = "over the Friendship Bridge"
HUB = "CN-NANPENG"
THAI_HUB = "THBKK"
HANOI = "VNHAN"
PACKING = Packing(carton_units=40, length_mm=500, width_mm=400, height_mm=300, gross_g=12_500, net_g=11_000)
LORRY = Load(grams=15_000_000, cm3=60_000_000, ldm_mm=13_600, pallets=33)


@dataclass(frozen=True)
class Trader:
    """A company's owner: who acts, with what token and login."""

    actor: Actor
    token: str
    login: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def company(self) -> UUID:
        return self.actor.company


@dataclass(frozen=True)
class Market:
    """One buyer, two merchants, a carrier; chains (CNY, FCA) and brake pads (THB, DAP Hanoi) to buy."""

    buyer: Trader
    merchant: Trader
    thai: Trader
    carrier: Trader
    chains: UUID
    pads: UUID


def trader(
    session: Session, app: Flask, *, name: str, country: str, kind: CompanyKind = CompanyKind.TRADE, now: datetime
) -> Trader:
    login = f"{name.lower().replace(' ', '-')}@demo.test"
    joined = registration.admit_company(
        session,
        actor=SYSTEM,
        kind=kind,
        name=name,
        country=country,
        registration_number=str(new_id())[:18],
        person_name="Test Owner",
        login=login,
        password=PASSWORD,
        accepted_terms=tuple(row.label for row in city_terms.current(session, now=now)),
        locale="en",
        vault=app.extensions["city.vault"],
        now=now,
        confirmed_at=now,
    )
    if kind in PARTNERS:
        requirements.vouch(session, company_id=joined.company_id, reason="Of the tests.", now=now)
    actor = acting.actor_of(session, person_id=joined.person_id, company_id=joined.company_id)
    assert actor is not None
    token = tokens.issue_token(session, person_id=joined.person_id, company_id=joined.company_id, now=now)
    return Trader(actor, token, login)


def bearer(session: Session, *, token: str, now: datetime) -> Actor | None:
    """Return whoever a bearer token lets act."""
    found = acting.token_bearer(session, token=token, now=now)
    return found.actor if found else None


def staff(session: Session, app: Flask, *, role: Role, name: str = "City Office", now: datetime) -> Trader:
    """Found the operator's company with a leader who also has this role."""
    found = trader(session, app, name=name, country="CN", kind=CompanyKind.OPERATOR, now=now)
    roles = [Role.ADMIN, role]
    membership.appoint(
        session, actor=SYSTEM, company_id=found.company, person_id=found.actor.person, roles=roles, now=now
    )
    actor = acting.actor_of(session, person_id=found.actor.person, company_id=found.company)
    assert actor is not None
    return replace(found, actor=actor)


def colleague(
    session: Session, app: Flask, of: Trader, *, role: Role, now: datetime, name: str = "Second Office"
) -> Trader:
    """Let somebody else work in this company, too, in this role."""
    found = trader(session, app, name=name, country="CN", now=now)
    person = found.actor.person
    session.add(Membership(id=new_id(), person_id=person, company_id=of.company, roles=[role], created_at=now))
    session.flush()
    actor = acting.actor_of(session, person_id=person, company_id=of.company)
    assert actor is not None
    token = tokens.issue_token(session, person_id=person, company_id=of.company, now=now)
    return Trader(actor, token, found.login)


def insider(app: Flask, *, role: Role, company_id: UUID, now: datetime) -> Trader:
    """Return somebody of the operator's who is a member of this company as well."""
    with unit_of_work() as session:
        found = staff(session, app, role=role, now=now)
        session.add(
            Membership(
                id=new_id(), person_id=found.actor.person, company_id=company_id, roles=[Role.SALES], created_at=now
            )
        )
    return found


def payee(session: Session, actor: Actor, *, currency: str, country: str, now: datetime) -> None:
    account = PayeeAccount("Demo Account", "Demo Bank", "6222000011112222", f"DEMO{country}22", country)
    payees.name_payee(session, actor=actor, currency=currency, account=account, now=now)


def approve(session: Session, actor: Actor, *, name: str, country: str, now: datetime) -> None:
    """Make a company a merchant without its paperwork, which has tests of its own."""
    paper = pdf("licence")
    file = StoredFile(
        id=new_id(), company_id=actor.company, purpose=Purpose.LICENCE, name="licence.pdf",
        media_type="application/pdf", sha256=store.put(extension("city.store"), paper), size=len(paper), created_at=now,
    )  # fmt: skip
    session.add(file)
    session.flush()
    session.add(
        Merchant(
            company_id=actor.company, state=MerchantState.APPROVED, legal_name=name, country=country,
            registration_number=str(new_id())[:18], licence_file_id=file.id, created_at=now, changed_at=now,
        )
    )  # fmt: skip
    session.flush()
    application = MerchantApplication(
        id=new_id(), company_id=actor.company, state=ApplicationState.APPROVED, legal_name=name, country=country,
        registration_number=str(new_id())[:18], number_check="pattern", proof=Proof.PATTERN, licence_file_id=file.id,
        submitted_at=now,
    )  # fmt: skip
    session.add(application)
    session.flush()
    session.add(
        MerchantDecision(
            company_id=actor.company, application_id=application.id, action="approve", reason="", decided_at=now
        )
    )
    session.flush()


def verify(session: Session, company_id: UUID, *, until: date | None = None, now: datetime) -> None:
    """Make a company a verified buyer without its paperwork, which has tests of its own."""
    session.add(
        Qualification(company_id=company_id, kind=Kind.BUYER, state=QualificationState.MET, until=until, changed_at=now)
    )


def ladder(
    currency: str = "CNY", rule: str = "FCA", place: str = HUB, *, price: str = "27.40", moq: int = 40
) -> Ladder:
    return make_ladder(currency, rule, place, price=Decimal(price), tiers=[], moq=moq)


DRAFT = ListingDraft(
    sku="CH-428-116",
    titles={"zh": "摩托车链条 428H", "en": "Motorcycle chain 428H"},
    source_locale="zh",
    hs="871410",
    origin="CN",
    unit="H87",
    moq=40,
    multiple=40,
    ladders=(ladder(),),
    stock=10_000,
    packing=PACKING,
    descriptions={"zh": "加强型"},
)


def listing(session: Session, actor: Actor, *, now: datetime, **changes: object) -> UUID:
    """Put an offer on sale."""
    listing_id = listings.create(session, actor=actor, draft=replace(DRAFT, **changes), now=now)
    listings.submit(session, actor=actor, listing_id=listing_id, now=now)
    # The case is opened by the event, as at the end of the unit of work.
    events.dispatch(session, reactions.TABLE)
    case_id = session.scalars(sa.select(Case.id).where(Case.listing_id == listing_id)).one()
    moderation.decide(session, actor=moderator(), case_id=case_id, decision="approve", reason="", now=now)
    return listing_id


def agree_to_all(session: Session, listing_id: UUID) -> None:
    """Let a reviewer agree to whatever waits for one about an offer."""
    waiting = sa.select(Case.id).where(Case.listing_id == listing_id, Case.decided_at.is_(None))
    for case_id in session.scalars(waiting).all():
        moderation.decide(session, actor=moderator(), case_id=case_id, decision="approve", reason="", now=clock.now())


def moderator() -> Actor:
    """Return somebody of the operator's who decides about goods."""
    return Actor(
        new_id(), new_id(), CompanyKind.OPERATOR, frozenset({Role.MODERATOR.value}),
        permissions_of(CompanyKind.OPERATOR, [Role.MODERATOR]),
    )  # fmt: skip


def line(
    session: Session, carrier: Actor, *, code: str, hub: str, to: str, currency: str = "CNY", now: datetime,
    capacity: Load = LORRY, over: tuple[str, ...] = (),
) -> UUID:  # fmt: skip
    """Let a lorry run every day from a hub to a place, for the coming weeks."""
    vehicle = network.add_vehicle_type(
        session, code=f"{code}-lorry", name="Lorry", capacity=capacity, source="a test's own"
    )
    line_id = network.add_line(
        session, actor=SYSTEM, code=code, name=code, names={}, hub_code=hub, carrier_company_id=carrier.company,
        legs=[
            *(network.LegPlan(side, 720, "a test's own", crossing="PASS" if place else None)
              for place, side in enumerate(over)),
            network.LegPlan(to_code=to, minutes=2_880, source="a test's own"),
        ], now=now,
    )  # fmt: skip
    for weekday in range(7):
        network.add_service(session, line_id=line_id, vehicle_type_id=vehicle, weekday=weekday, minute_of_day=1_200)
    rates = Rates(UnitPrice.of("1.20", currency), Money.of(150, currency), 333, 1_850)
    freight.set_tariff(
        session, actor=SYSTEM, line_id=line_id, to_place=to, rates=rates, valid_from=now - timedelta(minutes=1),
        note="demo tariff: fictitious", now=now,
    )  # fmt: skip
    return line_id


def open_market(
    app: Flask, *, stock: int = 10_000, capacity: Load = LORRY, over: tuple[str, str] | None = None
) -> Market:
    """Open the market, committed; ``over`` puts a border of two sides on the road to Hanoi."""
    return kept.once(app, ("market", stock, capacity, over), lambda: _open_market(app, stock, capacity, over))


def _open_market(app: Flask, stock: int, capacity: Load, over: tuple[str, str] | None) -> Market:
    now = clock.now()
    with unit_of_work() as session:
        publish_shipped(session, now=now - timedelta(days=1))
        reference.load_places(session)
        reference.load_rates(session)
        trust_buyers(session, now=now)
        taxonomy.put_category(
            session, code="motorcycle-parts", names={"en": "Motorcycle parts"}, drawing="motorcycle-parts",
            fresh=False, hs_chapters=["87"], position=1,
        )  # fmt: skip
        buyer = trader(session, app, name="Hanoi Trading", country="VN", now=now)
        merchant = trader(session, app, name="Jialing Parts", country="CN", now=now)
        thai = trader(session, app, name="Siam Parts", country="TH", now=now)
        carrier = trader(session, app, name="Regular Lorry", country="CN", kind=CompanyKind.CARRIER, now=now)
        for seller, currency, country in ((merchant, "CNY", "CN"), (thai, "THB", "TH")):
            approve(session, seller.actor, name=seller.login, country=country, now=now)
            payee(session, seller.actor, currency=currency, country=country, now=now)
        payee(session, carrier.actor, currency="CNY", country="CN", now=now)
        if over:
            network.add_crossing(session, code="PASS", one_side=over[0], other_side=over[1])
        line(session, carrier.actor, code="CQ-HAN", hub=HUB, to=HANOI, capacity=capacity, over=over or (), now=now)
        line(session, carrier.actor, code="BKK-HAN", hub=THAI_HUB, to=HANOI, now=now)
        timetable.roll(session, now=now)
        chains = listing(session, merchant.actor, stock=stock, now=now)
        pads = listing(
            session, thai.actor, sku="BP-1", titles={"en": "Brake pads"}, source_locale="en", origin="TH",
            descriptions={}, ladders=(ladder("THB", "DAP", HANOI, price="85"),), hub_code=THAI_HUB, now=now,
        )  # fmt: skip
    return Market(buyer, merchant, thai, carrier, chains, pads)


def trust_buyers(session: Session, *, now: datetime) -> None:
    """Let buyers hold all they order, whether they are verified or not; what is held back of them has its own tests."""
    lax = {
        Setting.UNVERIFIED_ORDERS: 10_000, Setting.UNVERIFIED_STOCK_PERCENT: 100, Setting.UNVERIFIED_HOLD_HOURS: 720,
        Setting.UNVERIFIED_VALUE: Money(10**12, "USD"),
    }  # fmt: skip
    for key, value in lax.items():
        reference.change_setting(session, actor=SYSTEM, key=key.value, value=value, valid_from=now, now=now)


def more_buyers(app: Flask, count: int) -> list[Trader]:
    """Add companies that buy."""
    now = clock.now()
    with unit_of_work() as session:
        return [trader(session, app, name=f"Buyer {number}", country="VN", now=now) for number in range(count)]


def departures(session: Session) -> list[Departure]:
    return list(session.query(Departure).order_by(Departure.departs_at))


def ask(session: Session, market: Market, *, text: str = "Which steel?", now: datetime) -> UUID:
    """Let the buyer ask about the chains in public."""
    return questions.ask(
        session, actor=market.buyer.actor, listing_id=market.chains, text=text, language="en", is_private=False, now=now
    )


def answer(session: Session, market: Market, question_id: UUID, *, text: str = "40Mn.") -> None:
    """Let the merchant of the chains answer."""
    questions.answer(
        session, actor=market.merchant.actor, question_id=question_id, text=text, language="en", now=clock.now()
    )


def review(session: Session, market: Market, buyer: Trader, *, marks: Marks | None = None, text: str = "") -> UUID:
    """Let a buyer of the chains to whom they came say how they were."""
    line_id, now = new_id(), clock.now()
    reviews.grant(
        session, line_id=line_id, listing_id=market.chains, merchant_id=market.merchant.company,
        company_id=buyer.company, now=now,
    )  # fmt: skip
    return reviews.write(
        session, actor=buyer.actor, line_id=line_id, marks=marks or Marks(5, 4, 3), text=text, language="en",
        is_named=False, seen=0, now=now,
    )  # fmt: skip

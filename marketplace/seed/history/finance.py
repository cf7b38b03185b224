"""What waits at the desks about money and consent: credit, approvals, inspections, changes, official invoices."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import acting
from marketplace.accounts.queries import terms as city_terms
from marketplace.accounts.queries.closures import local_day
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services import invitations
from marketplace.approvals.queries import cases as approvals
from marketplace.approvals.rules.cases import Verdict
from marketplace.approvals.rules.facts import About
from marketplace.approvals.rules.policy import Condition, Step, Tier
from marketplace.approvals.rules.ranges import Range
from marketplace.approvals.services import asking, policies
from marketplace.approvals.services import cases as deciding
from marketplace.catalog.models import Listing
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import in_unit_of_work, reading
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.changes import rules as changes
from marketplace.orders.changes.services import proposing
from marketplace.orders.invoices import queries as invoices
from marketplace.orders.invoices import services as invoicing
from marketplace.orders.models import Order
from marketplace.orders.queries import inspections, lines
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.rules.inspections import Check, Found
from marketplace.orders.rules.invoices import Draft
from marketplace.orders.rules.sampling import Level
from marketplace.orders.services import inspecting
from marketplace.orders.services import inspections as inspection_services
from marketplace.payments.flows import statements as bank_statements
from marketplace.payments.models.bank import BankEntry
from marketplace.payments.rules.credit import Grant
from marketplace.payments.rules.house_money import Part, Purpose
from marketplace.payments.rules.plans import AgreedPlan, Counted, Offer, Stage
from marketplace.payments.rules.terms import WHOLE, MilestoneEvent, Rail
from marketplace.payments.services import credit, house_money, offers
from marketplace.seed import cast
from marketplace.seed.desk import Desk
from marketplace.seed.history.stories import NET_5, NET_30

_HOUSE, _APPROVER = "cq-pot@demo.test", "cq-fresh@demo.test"
_FROM: Final = Money(50_000_00, "CNY")
_LIMIT: Final = Money(200_000_00, "CNY")


def fill(desk: Desk, now: datetime) -> None:
    """Fill the desks, each act through its service."""
    _ask_credit(desk.actor("buyer2@demo.test"), desk.actor(cast.PARTS), "First season", now)
    _approve(desk, now)
    _inspect(desk, now)
    _change(desk, now)
    _invoice(desk, now)
    _bank(desk, now)


def lend(desk: Desk, now: datetime) -> None:
    """Let the demo merchant offer two plans on credit, and one buyer have credit with it."""
    merchant, buyer = desk.actor(cast.PARTS), desk.actor(cast.BUYER)
    for code, days in ((NET_5, 5), (NET_30, 30)):
        stage = Stage(MilestoneEvent.HANDED_OVER, WHOLE, days, Counted.CALENDAR)
        plan = AgreedPlan(code, (stage,), name=f"Net {days} days", credit=True)
        offer = Offer(plan=plan, rails=(Rail.BANK,))
        in_unit_of_work(lambda session, offer=offer: offers.put(session, actor=merchant, offer=offer, now=now))
    asked = _ask_credit(buyer, merchant, "Orders every month", now)
    given = Grant(limit=_LIMIT, days=30, until=(desk.now + timedelta(days=90)).date())
    in_unit_of_work(
        lambda session: credit.grant(
            session, actor=merchant, credit_id=asked, given=given, reason="Paid in time so far", now=now
        )
    )


def _ask_credit(buyer: Actor, merchant: Actor, note: str, now: datetime) -> UUID:
    return in_unit_of_work(
        lambda session: credit.ask(
            session, actor=buyer, merchant_id=merchant.company, wanted=_LIMIT, note=note, now=now
        )
    )


def _approve(desk: Desk, now: datetime) -> None:
    """Let a house have a rule and an approver: one range approved, one rejected, one that waits."""
    house = desk.actor(_HOUSE)
    in_unit_of_work(lambda session: _invite(session, desk, house, now))
    approver = _acting(_APPROVER, house.company)
    tiers = (
        Tier(from_minor=0, steps=()),
        Tier(from_minor=_FROM.minor, steps=(Step(roles=frozenset({Role.APPROVER})),)),
    )
    in_unit_of_work(
        lambda session: policies.put_rule(
            session,
            actor=house,
            rule_id=None,
            name="Over 50,000 yuan",
            condition=Condition(),
            currency=_FROM.currency,
            tiers=tiers,
            now=now,
        )
    )
    for quantity, verdict in ((12_000, Verdict.APPROVE), (40_000, Verdict.REJECT), (9_000, None)):
        case_id = in_unit_of_work(lambda session, quantity=quantity: _ask(session, house, quantity, now).case_id)
        if verdict is not None and case_id is not None:
            in_unit_of_work(
                lambda session, case_id=case_id, verdict=verdict: deciding.decide(
                    session,
                    actor=approver,
                    case_id=case_id,
                    verdict=verdict,
                    content_hash=approvals.by_id(session, case_id=case_id).content_hash,
                    note="" if verdict is Verdict.APPROVE else "More than a season needs.",
                    now=now,
                )
            )


def _invite(session: Session, desk: Desk, house: Actor, now: datetime) -> None:
    vault = desk.vault
    invited = invitations.invite(
        session, actor=house, login=_APPROVER, roles=(Role.APPROVER,), locale="en", vault=vault, now=now
    )
    invitations.accept_invitation(
        session,
        token=invited.token,
        person_name="Sales desk",
        password=cast.PASSWORD,
        accepted_terms=tuple(row.label for row in city_terms.current(session, now=now)),
        locale="en",
        vault=vault,
        now=now,
    )


def _acting(login: str, company_id: UUID) -> Actor:
    session = reading()
    session.rollback()
    person = accounts.find_person(session, login=login)
    found = acting.actor_of(session, person_id=person.id, company_id=company_id) if person else None
    if found is None:
        raise RuntimeError(login)
    return found


def _ask(session: Session, house: Actor, quantity: int, now: datetime) -> asking.Answer:
    stars = sa.select(Listing).where(Listing.sku.startswith("VN-CRAFT-STAR")).order_by(Listing.sku)
    goods = session.scalars(stars).first()
    if goods is None:
        raise RuntimeError("VN-CRAFT-STAR")
    wanted = Range(
        item_id=goods.id,
        title=f"{goods.sku} · {goods.titles['en']}",
        unit=goods.unit,
        most_quantity=quantity,
        most_price=UnitPrice.of("8.50", "CNY"),
        until=(now + timedelta(days=45)).date(),
    )
    return asking.ask_range(
        session,
        actor=house,
        wanted=wanted,
        about=About(categories={}, departs_at=None),
        merchants=frozenset({goods.company_id}),
        spent=lambda _: (),
        now=now,
    )


def _inspect(desk: Desk, now: datetime) -> None:
    """Let the hub's people look at goods of two orders: one is asked for, the other passed."""
    buyer, hub = desk.actor(cast.BUYER), desk.actor(cast.LOGISTICS)
    for key, reported in (("secured", False), ("made", True)):
        line = _line(key)
        terms = inspection_services.Terms(
            inspector_id=hub.company,
            # What is reported was looked at on its day.
            planned_on=local_day("CN", now) + timedelta(days=0 if reported else 2),
            level=Level.II,
            major_aql=2_500,
            minor_aql=4_000,
            fee=Money(800_00, "CNY"),
        )
        made = in_unit_of_work(
            lambda session, line=line, terms=terms: inspection_services.ask(
                session, line_id=line.id, terms=terms, actor=buyer, now=now
            )
        )
        if reported:
            in_unit_of_work(
                lambda session, made=made: inspection_services.answer(
                    session, inspection_id=made, agrees=True, actor=hub, now=now
                )
            )
            points = inspections.inspection(reading(), company_id=None, inspection_id=made).points
            found = Found(critical=0, major=1, minor=2, checklist=dict.fromkeys(points, Check.OK))
            handed_in = inspecting.Report(found, "Two scratched mirrors among those drawn; as agreed otherwise.", ())
            in_unit_of_work(
                lambda session, made=made, handed_in=handed_in: inspecting.report(
                    session, inspection_id=made, handed_in=handed_in, actor=hub, now=now
                )
            )


def _change(desk: Desk, now: datetime) -> None:
    """Let the merchant offer a lower price for goods that are not packed yet; the buyer has not answered."""
    merchant = desk.actor(cast.PARTS)
    line = _line("slip")
    price = line.unit_price
    terms = changes.Terms(
        kind=changes.ChangeKind.DISCOUNT, line=line.id, unit_price=UnitPrice(price.micro * 97 // 100, price.currency)
    )
    in_unit_of_work(
        lambda session: proposing.propose(session, order_id=line.order_id, terms=terms, actor=merchant, now=now)
    )


def _invoice(desk: Desk, now: datetime) -> None:
    """Let the demo merchant record the official invoice of one order; those of others are missing."""
    merchant = desk.actor(cast.PARTS)
    session = reading()
    session.rollback()
    first = invoices.missing(session, company_id=merchant.company, side="seller").items[0]
    draft = Draft(
        country="CN",
        type="fapiao_ordinary",
        code="",
        number="26502000000012345678",
        issued_on=now.date(),
        net=first.missing,
        tax=Money.zero(first.missing.currency),
    )
    in_unit_of_work(
        lambda session: invoicing.record(
            session, order_id=first.order_id, draft=draft, file_id=None, refers_to=None, actor=merchant, now=now
        )
    )


def _bank(desk: Desk, now: datetime) -> None:
    """Bring in a statement of the house's own account: a fee that is placed, and money that nobody knows."""
    finance = desk.actor(cast.FINANCE)
    day = (now - timedelta(days=1)).date()
    table = (
        "day,amount,reference,text,party,party_account\n"
        f"{day},1250.00,DEMO-0001,Deposit for a stand at the fair,Demo Fair Visitors Co.,6222000000000000099\n"
        f"{day},-35.00,DEMO-0002,Account fee of the month,Demo Bank Chongqing,\n"
    )
    bank_statements.take_in(
        table.encode(), actor=finance, is_house=True, currency="CNY", opening=Decimal("90000.00"), now=now
    )
    session = reading()
    session.rollback()
    fee = session.scalars(sa.select(BankEntry.id).where(BankEntry.bank_reference == "DEMO-0002")).one()
    in_unit_of_work(
        lambda session: house_money.propose(
            session, entry_id=fee, parts=[Part(Purpose.OWN, None, 35_00)], actor=finance, now=now
        )
    )


def _line(key: str) -> LineRow:
    session = reading()
    session.rollback()
    order_id = session.scalars(sa.select(Order.id).where(Order.purchase_order_number == f"PO-{key}".upper())).one()
    return lines.lines_of(session, order_ids=[order_id])[order_id][0]

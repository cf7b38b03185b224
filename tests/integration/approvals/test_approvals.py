"""Deciders and buyers at once, cards that are declined, ranges, and what the check of the city finds."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa

from marketplace.accounts.events import PersonErased
from marketplace.accounts.models import Membership
from marketplace.accounts.queries import acting
from marketplace.accounts.rules.permissions import Role
from marketplace.accounts.services import units
from marketplace.approvals.models import ApprovalCase, ApprovalDecision
from marketplace.approvals.queries import cases as queries
from marketplace.approvals.rules.cases import CaseState, Verdict
from marketplace.approvals.rules.content import hash_of
from marketplace.approvals.rules.facts import About
from marketplace.approvals.rules.limits import HolderKind, Period
from marketplace.approvals.rules.policy import Condition, Step, Tier
from marketplace.approvals.rules.ranges import Offered, Range
from marketplace.approvals.services import asking, cases, policies, reacting
from marketplace.audit.models import AuditRow
from marketplace.checkout import queries as checkout
from marketplace.checkout.flows import placing
from marketplace.checkout.queries import approving
from marketplace.checkout.rules.wanted import Expected, PaymentChoice, Wanted
from marketplace.kernel import clock
from marketplace.kernel.db import in_unit_of_work, reading, unit_of_work
from marketplace.kernel.errors import Conflict, DomainError, NotFound, Refused
from marketplace.kernel.ids import new_id
from marketplace.kernel.money import Money, UnitPrice
from marketplace.orders.models import OrderGroup
from marketplace.orders.services import carts
from marketplace.payments.rules.terms import Plan, Rail
from marketplace.reports import queries as reports
from tests import factories
from tests.conftest import SOAK
from tests.support.invariants import fresh
from tests.support.racing import at_once
from tests.support.statements import statements

BANK = PaymentChoice(Rail.BANK, Plan.DEPOSIT_30_70)
ANY_OWNER = (Step(roles=frozenset({"owner"})),)


@pytest.fixture
def people(app, market):
    """Three more owners of the buying company, beside the first who buys."""
    return [colleague(app, market, name, Role.OWNER) for name in ("Second", "Third", "Fourth")]


def colleague(app, market, name, *roles):
    now = clock.now()
    with unit_of_work() as session:
        made = factories.trader(session, app, name=name, country="VN", now=now)
        session.add(
            Membership(
                person_id=made.actor.person,
                company_id=market.buyer.company,
                roles=sorted(role.value for role in roles),
                created_at=now,
            )
        )
        session.flush()
        actor = acting.actor_of(session, person_id=made.actor.person, company_id=market.buyer.company)
        assert actor is not None
        return actor


def put_rule(market, minor=0, steps=ANY_OWNER, **about):
    with unit_of_work() as session:
        return policies.put_rule(
            session, actor=market.buyer.actor, rule_id=None, name="R", condition=Condition(**about), currency="CNY",
            tiers=[Tier(from_minor=minor, steps=steps)], now=clock.now(),
        )  # fmt: skip


def fill(actor, listing_id, quantity=400):
    now = clock.now()
    with unit_of_work() as session:
        carts.set_destination(session, place=factories.HANOI, actor=actor, now=now)
        carts.put_line(
            session, listing_id=listing_id, quantity=quantity, currency=None, incoterm=None, place=None, to=None,
            actor=actor, now=now,
        )  # fmt: skip


def place(actor, payment=BANK, key=None, now=None, unit_id=None):
    session = fresh()
    now = now or clock.now()
    cart = checkout.cart(session, company_id=actor.company, person_id=actor.person, now=now)
    wanted = Wanted(
        expected_totals=tuple(Expected(each.kind, each.money) for each in cart.totals), payment=payment,
        unit_id=unit_id,
    )  # fmt: skip
    return placing.place(
        actor=actor, wanted=wanted, key=key or str(new_id()), return_url="https://city.test/{checkout}", now=now
    )


def ask(market, **options):
    fill(market.buyer.actor, market.chains)
    with pytest.raises(Conflict) as refused:
        place(market.buyer.actor, **options)
    assert refused.value.code == "approval_needed"
    return UUID(refused.value.facts["case"])


def decide(actor, case_id, verdict=Verdict.APPROVE, note=""):
    def work(session):
        row = queries.by_id(session, case_id=case_id)
        return cases.decide(
            session, actor=actor, case_id=row.id, verdict=verdict, content_hash=row.content_hash, note=note,
            now=clock.now(),
        )  # fmt: skip

    return in_unit_of_work(work)


def test_lists_of_cases_go_on_to_their_end(app, market, people, monkeypatch):
    put_rule(market)
    asked = ask(market)
    with unit_of_work() as session:
        row = session.get_one(ApprovalCase, asked)
        columns = {each.key: getattr(row, each.key) for each in sa.inspect(ApprovalCase).column_attrs}
        del columns["reason"]
        for number in range(60):
            # Three at a time have one deadline.
            due_at = columns["due_at"] + timedelta(hours=number // 3)
            own = {"id": new_id(), "reference": f"AP-{number:06}", "content_hash": f"{number:064}", "due_at": due_at}
            session.add(ApprovalCase(**columns | own))
    monkeypatch.setattr(queries, "_LOOKED_THROUGH", 7)
    company, today = market.buyer.company, clock.now().date()

    def all_of(read):
        found, cursor = [], None
        while True:
            page = read(cursor)
            found += [row.id for row in page.items]
            cursor = page.next
            if cursor is None:
                return found

    read = partial(queries.to_decide, reading(), company_id=company, today=today)
    waiting = all_of(lambda cursor: read(person_id=people[0].person, cursor=cursor))
    assert len(waiting) == len(set(waiting)) == 61
    assert waiting[0] == asked
    assert all_of(lambda cursor: read(person_id=market.buyer.actor.person, cursor=cursor)) == []
    every = all_of(lambda cursor: queries.cases(reading(), company_id=company, cursor=cursor))
    assert every == sorted(waiting, reverse=True)


def sound():
    session = fresh()
    return reports.check(session)


def row_of(case_id):
    session = fresh()
    return queries.by_id(session, case_id=case_id)


@pytest.mark.soak
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_the_state(app, market, people):
    put_rule(market)
    for turn in range(100 if SOAK else 6):
        case_id = ask(market)
        verdicts = (Verdict.APPROVE, Verdict.REJECT if turn % 2 else Verdict.APPROVE)
        found = at_once(
            app,
            [partial(decide, who, case_id, word) for who, word in zip(people, verdicts, strict=False)],
        )
        (refused,) = [each for each in found if isinstance(each, DomainError)]
        row = row_of(case_id)
        assert refused.code == "approval_decided"
        assert refused.facts["state"] == row.state.value
        assert row.state in found
        assert len(row.decisions) == 1
        with unit_of_work() as session:
            said = session.scalars(
                sa.select(AuditRow.action).where(
                    AuditRow.subject_id == case_id, AuditRow.action.in_(["approval.approve", "approval.reject"])
                )
            )
            assert len(list(said)) == 1
        if row.state is CaseState.APPROVED:
            in_unit_of_work(
                lambda session, case_id=case_id: cases.withdraw(
                    session, actor=market.buyer.actor, case_id=case_id, now=clock.now()
                )
            )
    assert sound() == []


def test_two_colleagues_at_once_do_not_go_beyond_their_units_limit(app, market, people):
    """Each alone stays within it; only one is placed without approval."""
    actors = [market.buyer.actor, *people[:2]]
    with unit_of_work() as session:
        unit = membership_unit(session, market, actors)
        policies.put_limit(
            session, actor=market.buyer.actor, kind=HolderKind.UNIT, holder=str(unit), period=Period.MONTH,
            amount=Money(15_000_00, "CNY"), steps=ANY_OWNER, now=clock.now(),
        )  # fmt: skip
    for actor in actors:
        fill(actor, market.chains)
    found = at_once(app, [lambda actor=actor: place(actor) for actor in actors])
    codes = sorted(each.code if isinstance(each, DomainError) else "placed" for each in found)
    assert codes == ["approval_needed", "approval_needed", "placed"]
    assert sound() == []


def test_rules_and_limits_are_those_of_the_unit_that_is_chosen_at_checkout(app, market, people):
    """Whoever buys: a unit's limit counts what is placed for it, and an approval for one unit is not another's."""
    buyer = market.buyer.actor
    with unit_of_work() as session:
        own = membership_unit(session, market, [buyer])
        other = units.open_unit(session, actor=buyer, name="South", cost_centre="S-1", now=clock.now())
        policies.put_limit(
            session, actor=buyer, kind=HolderKind.UNIT, holder=str(other), period=Period.MONTH,
            amount=Money(15_000_00, "CNY"), steps=ANY_OWNER, now=clock.now(),
        )  # fmt: skip
    fill(buyer, market.chains)
    place(buyer, unit_id=other)
    fill(buyer, market.chains)
    with pytest.raises(Conflict, match="approval_needed") as refused:
        place(buyer, unit_id=other)
    asked = row_of(UUID(refused.value.facts["case"]))
    assert asked.unit_id == other
    decide(people[0], asked.id)
    assert place(buyer).group_id is not None  # for one's own unit, which nothing limits
    assert row_of(asked.id).state is CaseState.VOIDED
    fill(buyer, market.chains)
    put_rule(market, units=frozenset({other}))
    place(buyer, unit_id=own)
    fill(buyer, market.chains)
    with pytest.raises(Conflict, match="approval_needed"):
        place(buyer, unit_id=other)
    assert sound() == []


def membership_unit(session, market, actors):
    unit = units.open_unit(session, actor=market.buyer.actor, name="North", cost_centre="", now=clock.now())
    for actor in actors:
        units.assign(session, actor=market.buyer.actor, person_id=actor.person, unit_id=unit, now=clock.now())
    return unit


def test_a_declined_card_gives_the_approval_back_and_a_good_one_uses_it_up(app, market, people):
    put_rule(market)
    declined = PaymentChoice(Rail.CARD, Plan.ACCEPTANCE_100, "pm_card_chargeDeclined")
    case_id = ask(market, payment=declined)
    decide(people[0], case_id)
    with pytest.raises(Refused):
        place(market.buyer.actor, payment=declined)
    row = row_of(case_id)
    assert (row.state, row.taken_by, row.consumed_at) == (CaseState.APPROVED, None, None)
    done = place(market.buyer.actor, payment=replace(declined, payment_method="pm_card_visa"))
    row = row_of(case_id)
    assert row.taken_by == done.group_id
    assert row.consumed_at is not None
    with pytest.raises(Conflict, match="approval_in_use"):
        in_unit_of_work(
            lambda session: cases.withdraw(session, actor=market.buyer.actor, case_id=case_id, now=clock.now())
        )
    assert sound() == []


def test_an_approval_that_a_payment_page_holds_neither_lapses_nor_serves_another_key(app, market, people):
    put_rule(market)
    page = PaymentChoice(Rail.CARD, Plan.ACCEPTANCE_100)
    case_id = ask(market, payment=page)
    decide(people[0], case_id)
    first = place(market.buyer.actor, payment=page)
    assert first.payment_url
    row = row_of(case_id)
    later = row.due_at + timedelta(days=1)
    assert not in_unit_of_work(lambda session: cases.lapse(session, case_id=case_id, now=later))
    second = place(market.buyer.actor, payment=page, now=clock.now() + timedelta(seconds=61))
    assert row_of(case_id).taken_by not in (None, row.taken_by)
    assert second.attempt_id != first.attempt_id
    assert sound() == []


def test_a_range_is_approved_once_for_what_lies_inside_it(app, market, people):
    actor, now = market.buyer.actor, clock.now()
    wanted = Range(
        item_id=market.chains, title="Chain", unit="H87", most_quantity=500, most_price=UnitPrice.of("61", "CNY"),
        until=(now + timedelta(days=20)).date(), to=factories.HANOI,
    )  # fmt: skip
    about = About(categories={market.chains: "motorcycle-parts"}, departs_at=now + timedelta(days=3))

    def range_asked(amount=wanted):
        return in_unit_of_work(
            lambda session: asking.ask_range(
                session,
                actor=actor,
                wanted=amount,
                about=about,
                merchants=frozenset({market.merchant.company}),
                spent=lambda since: approving.spent(session, company_id=actor.company, since=since, without=()),
                now=now,
            )
        )

    assert range_asked().case_id is None
    put_rule(market, minor=30_000_00)
    assert range_asked(replace(wanted, most_quantity=400)).case_id is None
    with pytest.raises(Refused):
        range_asked(replace(wanted, most_quantity=0))
    case_id = range_asked().case_id
    assert range_asked().case_id == case_id
    offered = Offered(
        item_id=market.chains, unit="H87", quantity=480, price=UnitPrice.of("60", "CNY"), departs_on=now.date(),
        to=factories.HANOI,
    )  # fmt: skip
    subject = new_id()

    def use(what=offered, by=subject, who=actor, at=now):
        in_unit_of_work(
            lambda session: cases.use_range(session, actor=who, case_id=case_id, offered=what, subject=by, now=at)
        )

    with pytest.raises(Conflict, match="approval_decided"):
        use()
    decide(people[0], case_id)
    assert range_asked().is_approved
    with pytest.raises(Conflict) as refused:
        use(replace(offered, quantity=501, price=None))
    assert refused.value.facts["outside"] == ["quantity", "price"]
    with pytest.raises(NotFound):
        use(who=market.thai.actor)
    with pytest.raises(Conflict, match="approval_late"):
        use(at=now + timedelta(days=60))
    use()
    use()
    with pytest.raises(Conflict, match="approval_used"):
        use(by=new_id())


def test_without_rules_a_checkout_asks_one_question_more_at_most(app, market):
    fill(market.buyer.actor, market.chains)
    with statements() as sent:
        place(market.buyer.actor)
    assert sum("approval" in text.partition("FROM")[2].partition("WHERE")[0] for text in sent) == 1


def test_a_rule_that_is_taken_out_asks_no_more_and_what_waits_is_void(market, people):
    rule_id, _hidden = put_rule(market)
    put_rule(market, people=frozenset({people[0].person}))
    case_id = ask(market)
    with unit_of_work() as session:
        policies.move_rule(session, actor=market.buyer.actor, rule_id=rule_id, position=2, now=clock.now())
        with pytest.raises(Refused):
            policies.move_rule(session, actor=market.buyer.actor, rule_id=rule_id, position=3, now=clock.now())
    with unit_of_work() as session:
        policies.end_rule(session, actor=market.buyer.actor, rule_id=rule_id, now=clock.now())
        with pytest.raises(NotFound):
            policies.end_rule(session, actor=market.buyer.actor, rule_id=rule_id, now=clock.now())
    place(market.buyer.actor)
    row = row_of(case_id)
    assert (row.state, row.reason) == (CaseState.VOIDED, {"code": "not_needed"})
    assert sound() == []


def test_an_erased_person_leaves_no_words(market, people):
    put_rule(market)
    case_id = ask(market)
    decide(people[0], case_id, Verdict.REJECT, note="Too dear.")
    with unit_of_work() as session:
        reacting.on_person_erased(session, PersonErased(at=clock.now(), person_id=people[0].person))
    (said,) = row_of(case_id).decisions
    assert (said.note, said.person_id) == ("", people[0].person)
    given = queries.of_person(reading(), person_id=people[0].person)
    assert [row["verdict"] for row in given["approvals_decided"]] == ["reject"]


def test_the_check_of_the_city_finds_what_nobody_approved(market, people):
    put_rule(market)
    case_id = ask(market)
    decide(people[0], case_id)
    place(market.buyer.actor)
    assert sound() == []
    with unit_of_work() as session:
        row = session.get_one(ApprovalCase, case_id)
        row.content_hash = "0" * 64
    assert {each.what for each in sound()} == {"is not what its hash says", "placed what nobody approved"}
    with unit_of_work() as session:
        row = session.get_one(ApprovalCase, case_id)
        row.content_hash = hash_of(row.kind, row.content)
        (said,) = session.query(ApprovalDecision).filter_by(case_id=case_id)
        said.person_id, said.counts_for = row.requester_id, []
    assert {each.what for each in sound()} == {"was decided by its requester", "lacks approvals at steps [0]"}
    with unit_of_work() as session:
        session.query(ApprovalDecision).filter_by(case_id=case_id).one().verdict = Verdict.REJECT
        session.query(OrderGroup).filter_by(approval_id=case_id).one().approval_id = None
    assert {each.what for each in sound()} >= {
        "was rejected and is not over",
        "was used, and its orders are not there",
    }


def test_a_purchase_inside_an_approved_range_uses_it_once(market, people):
    actor, now = market.buyer.actor, clock.now()
    put_rule(market)
    wanted = Range(
        item_id=market.chains, title="Chain", unit="H87", most_quantity=500, most_price=UnitPrice.of("61", "CNY"),
        until=(now + timedelta(days=60)).date(), to=factories.HANOI,
    )  # fmt: skip
    with unit_of_work() as session:
        case_id = asking.ask_range(
            session,
            actor=actor,
            wanted=wanted,
            about=About(categories={}, departs_at=None),
            merchants=frozenset({market.merchant.company}),
            spent=lambda since: approving.spent(session, company_id=actor.company, since=since, without=()),
            now=now,
        ).case_id
    assert case_id is not None
    beyond = ask(market)  # it is not approved yet
    decide(people[0], case_id)
    fill(actor, market.chains, quantity=600)
    with pytest.raises(Conflict, match="approval_needed"):
        place(actor)
    assert row_of(beyond).state is CaseState.VOIDED
    fill(actor, market.chains, quantity=400)
    outcome = place(actor)
    assert outcome.group_id is not None
    row = row_of(case_id)
    assert (row.taken_by, row.consumed_at is not None) == (outcome.group_id, True)
    assert reading().get_one(OrderGroup, outcome.group_id).approval_id == case_id
    assert sound() == []
    assert row_of(ask(market)).kind is not row.kind  # it was for one purchase


def test_a_checkout_of_a_colleague_for_the_same_goods_counts_against_the_limit(market, people):
    put_limit_of_a_unit = 15_000_00
    with unit_of_work() as session:
        unit = units.open_unit(
            session, actor=market.buyer.actor, name="Workshop", cost_centre="", now=clock.now()
        )  # fmt: skip
        policies.put_limit(
            session, actor=market.buyer.actor, kind=HolderKind.UNIT, holder=str(unit), period=Period.MONTH,
            amount=Money(put_limit_of_a_unit, "CNY"), steps=ANY_OWNER, now=clock.now(),
        )  # fmt: skip
    page = PaymentChoice(Rail.CARD, Plan.ACCEPTANCE_100)
    fill(market.buyer.actor, market.chains)
    fill(people[0], market.chains)
    assert place(market.buyer.actor, payment=page, unit_id=unit).payment_url
    with pytest.raises(Conflict, match="approval_needed"):
        place(people[0], payment=page, unit_id=unit)


def test_a_lorry_without_room_for_other_goods_voids_nothing(market, people):
    put_rule(market)
    case_id = ask(market)
    departure = queries.by_id(reading(), case_id=case_id).content.lines[0].departure_id
    actor = market.buyer.actor
    with unit_of_work() as session:
        others = asking.departure_gone(
            session, actor=actor, departure_id=departure, items=frozenset({new_id()}), facts={}, now=clock.now()
        )
    assert others == ()
    assert row_of(case_id).state is CaseState.PENDING
    with unit_of_work() as session:
        asking.departure_gone(
            session, actor=actor, departure_id=departure, items=frozenset({market.chains}),
            facts={"next": "", "next_reference": "–"}, now=clock.now(),
        )  # fmt: skip
    assert row_of(case_id).state is CaseState.VOIDED

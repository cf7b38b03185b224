"""Rules by destination, prefix and day; a prohibition keeps goods out of carts and deliveries, and raises the risk."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.audit.models import AuditRow
from marketplace.customs import queries, services
from marketplace.customs.rules import Measure
from marketplace.customs.rules.sheet import key_of
from marketplace.customs.services import SHIPPED, sheet
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, NotAllowed, NotFound
from marketplace.kernel.ids import new_id
from marketplace.moderation import queries as reviews
from marketplace.moderation.rules import CaseKind
from marketplace.moderation.services import open_cases
from tests.integration.catalog.conftest import DRAFT, NOW, actor_in, company, merchant, shelves
from tests.integration.moderation.conftest import City
from tests.support.invariants import fresh
from tests.support.statements import statements

DAY = date(2026, 3, 2)
RULE = replace(SHIPPED[0], country="VN", hs_prefix="8714", measure=Measure.LICENCE, valid_from=DAY)


@pytest.fixture
def officer(app):
    with unit_of_work() as session:
        house = company(session, name="Operator", kind=CompanyKind.OPERATOR)
        return actor_in(house.id, CompanyKind.OPERATOR, Role.CUSTOMS)


def put(officer, rule=RULE, restriction_id=None):
    with unit_of_work() as session:
        return services.put_restriction(session, actor=officer, rule=rule, restriction_id=restriction_id, now=NOW)


def asked(code="87141000", country="VN", day=DAY):
    rows = queries.asked(fresh(), country=country, hs_codes=[code], day=day).get(code, ())
    return [(row.rule.hs_prefix, row.rule.measure) for row in rows]


def test_rules_hold_for_their_prefix_country_and_days(officer):
    put(officer)
    last = DAY + timedelta(days=9)
    put(officer, replace(RULE, hs_prefix="871410", measure=Measure.PROHIBITED, valid_to=last))
    assert asked() == [("871410", "prohibited"), ("8714", "licence")]
    assert asked("87149000") == [("8714", "licence")]
    assert asked(country="TH") == asked("870000") == asked(day=DAY - timedelta(days=1)) == []
    assert asked(day=last + timedelta(days=1)) == [("8714", "licence")]
    assert queries.restricted(reading(), hs_codes=["871410", "010101"], day=DAY) == {"871410"}


def test_a_rule_is_changed_audited_and_never_there_twice(officer):
    made = put(officer)
    with pytest.raises(Conflict, match="restriction_known"):
        put(officer)
    other = put(officer, replace(RULE, hs_prefix="87"))
    with pytest.raises(Conflict, match="restriction_known"):
        put(officer, RULE, other)
    put(officer, replace(RULE, valid_to=DAY), made)
    assert queries.restriction(reading(), restriction_id=made).rule.valid_to == DAY
    assert [row.id for row in queries.restrictions(reading(), country="VN").items] == [other, made]
    first = queries.restrictions(reading(), size=1)
    assert [row.id for row in queries.restrictions(reading(), cursor=first.next).items] == [made]
    actions = reading().scalars(sa.select(AuditRow.action).where(AuditRow.subject == "restriction")).all()
    assert actions == ["restriction.put"] * 3
    reading().rollback()
    with pytest.raises(NotFound):
        put(officer, RULE, new_id())
    with pytest.raises(NotAllowed):
        put(actor_in(officer.company, CompanyKind.OPERATOR, Role.MODERATOR))


def test_what_a_city_begins_with_is_loaded_once(app):
    with unit_of_work() as session:
        assert services.load_restrictions(session) == len(SHIPPED)
        assert services.load_restrictions(session) == 0


def test_many_goods_to_many_countries_are_one_question(officer):
    put(officer)
    goods = {(country, f"8714{number:02}") for country in ("VN", "TH", "CN") for number in range(20)}
    session = reading()
    with statements() as sent:
        found = queries.asked_of(session, goods=goods, day=DAY)
    assert len(sent) == 1
    assert {country for country, _ in found} == {"VN"}


def test_restricted_goods_are_looked_at_more_closely(officer):
    put(officer)
    with unit_of_work() as session:
        shelves(session)
        seller = merchant(session)
    city = City(seller, seller, officer, officer)
    made = city.submit(seller, "A")
    with unit_of_work() as session:
        open_cases(session, kind=CaseKind.LISTING, changes={made: None}, now=NOW)
    (row,) = reviews.queue(reading()).items
    assert row.risk_points == {"new_merchant": 30, "restricted": 20}
    assert DRAFT.hs == "8714.10"


def put_all(officer, *rules):
    with unit_of_work() as session:
        return sheet.put_all(session, actor=officer, rules=rules, now=NOW)


def test_many_rules_are_written_at_once_each_with_an_audit_row(officer):
    put(officer)
    put(officer, replace(RULE, hs_prefix="0101"))
    other, new = replace(RULE, valid_to=DAY), replace(RULE, measure=Measure.PERMIT)
    # The one that nobody names stays as it is.
    assert put_all(officer, other, new) == sheet.Put(new=1, changed=1, unchanged=0)
    assert put_all(officer, other, new) == sheet.Put(new=0, changed=0, unchanged=2)
    assert list(queries.all_rules(fresh())) == [replace(RULE, hs_prefix="0101"), other, new]
    assert list(queries.all_rules(reading(), country="TH")) == []
    assert queries.known(reading(), rules=[new, replace(RULE, country="TH")]) == {key_of(new): new}
    rows = reading().scalars(sa.select(AuditRow).where(AuditRow.subject == "restriction").order_by(AuditRow.id)).all()
    assert [(row.action, row.facts["measure"], row.facts["valid_to"]) for row in rows[2:]] == [
        ("restriction.put", "licence", "2026-03-02"), ("restriction.put", "permit", ""),
    ]  # fmt: skip
    reading().rollback()
    with pytest.raises(NotAllowed):
        put_all(actor_in(officer.company, CompanyKind.OPERATOR, Role.MODERATOR), RULE)


def test_two_sheets_at_once_write_a_rule_once(officer, monkeypatch):
    monkeypatch.setattr(sheet, "insert_new", lambda *_given: set())
    with pytest.raises(Conflict, match="raced"):
        put_all(officer, RULE)
    assert list(queries.all_rules(fresh())) == []


def test_two_thousand_rules_are_few_questions(officer):
    rules = [replace(RULE, hs_prefix=f"{number:06}") for number in range(2_000)]
    with statements() as sent:
        assert put_all(officer, *rules).new == 2_000
    assert len(sent) < 30
    assert put_all(officer, *rules).unchanged == 2_000

"""Partners are invited, show what their kind is asked for, and see only what is assigned to them."""

from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.accounts.models import Membership
from marketplace.accounts.rules.permissions import CompanyKind, Role
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.logistics.services import timetable
from marketplace.merchants import flows
from marketplace.merchants.queries import levels
from marketplace.merchants.rules.requirements import Item, Verdict
from marketplace.merchants.services import requirements
from tests import factories
from tests.functional.test_levels import shown
from tests.support.merchants import admin, day, reviewer, states
from tests.support.visitors import PASSWORD, TERMS

LOGIN = "lead@demo.test"
JOINING = {"person_name": "Keo Vanna", "password": PASSWORD, "accepted_terms": TERMS}


def invited(town, kind, chief=None):
    """Let the operator invite a partner, whose owner comes; return it, who leads it, and who invited."""
    chief = chief or admin(town)
    body = {
        "kind": kind, "company_name": f"Partner {kind}", "country": "CN", "registration_number": f"P-{kind}",
        "login": LOGIN,
    }  # fmt: skip
    company_id = chief.call("POST", "/partners", 201, body)["company_id"]
    town.program().call("POST", f"/invitations/{town.invitation(LOGIN)}/acceptance", 201, JOINING)
    return company_id, town.program(LOGIN), chief


def judged(judge, company_id, verdict="accept", **said):
    for row in judge.call("GET", f"/merchants/{company_id}/requirements", 200)["items"]:
        if row["state"] == "pending":
            body = {"item": row["item"], "verdict": verdict, "mark": row["mark"], **said}
            judge.call("POST", f"/merchants/{company_id}/rulings", 204, body)


@pytest.mark.parametrize(
    ("kind", "required"),
    [
        ("carrier", {"register", "trade_licence", "liability_insurance"}),
        ("broker", {"register", "trade_licence", "liability_insurance"}),
        ("bank", {"register", "trade_licence"}),
    ],
)
def test_a_partner_is_given_work_once_what_its_kind_is_asked_for_was_accepted(town, kind, required):
    judge = reviewer(town)
    company_id, program, chief = invited(town, kind)
    found = program.call("GET", "/qualification", 200)
    assert (found["kind"], found["level"], found["admitted"]) == (kind, None, False)
    assert {row["item"] for row in found["requirements"] if row["asked"] == "required"} == required
    assert chief.call("GET", "/partners", 200)["items"][0]["admitted"] is False
    for item in sorted(required):
        shown(program, item, day(30) if item == "trade_licence" else None)
    assert {row["item"] for row in judge.call("GET", "/requirements", 200)["items"]} == required
    judged(judge, company_id, "reject", reason="It cannot be read.")
    assert (LOGIN, "Something that your company showed was not accepted") in {
        (one.to, one.subject) for one in town.letters()
    }
    assert set(states(program.call("GET", "/qualification", 200)["requirements"]).values()) >= {"rejected"}
    for item in sorted(required):
        shown(program, item, day(30) if item == "trade_licence" else None)
    judged(judge, company_id)
    assert program.call("GET", "/qualification", 200)["admitted"] is True
    assert chief.call("GET", "/partners", 200)["items"][0]["admitted"] is True
    history = judge.call("GET", f"/merchants/{company_id}/rulings", 200)["items"]
    assert len(history) == 2 * len(required)  # rejected, shown again, accepted: all of it stays
    told = {(one.to, one.subject) for one in town.letters()}
    assert (LOGIN, "Your company may be given work") in told
    later = clock.now() + timedelta(days=31)
    flows.watch(now=later)
    reading().rollback()
    assert levels.admitted(reading(), company_ids=(UUID(company_id),), now=later) == set()


def test_nobody_of_the_house_judges_a_partner_he_belongs_to(town):
    judge = reviewer(town)
    company_id, program, _chief = invited(town, "broker")
    paper = shown(program, "register")["id"]
    me = UUID(judge.call("GET", "/me", 200)["person_id"])
    with unit_of_work() as session:
        joined = Membership(person_id=me, company_id=UUID(company_id), roles=[Role.SALES], created_at=clock.now())
        session.add(joined)
    yes = {"item": "register", "verdict": "accept", "mark": paper}
    assert judge.problem("POST", f"/merchants/{company_id}/rulings", 403, yes)[0] == "own_application"


def test_no_lorry_is_planned_for_a_carrier_that_may_not_be_given_work(app, market):
    now = clock.now()
    with unit_of_work() as session:
        other = factories.trader(session, app, name="Lapsed", country="CN", kind=CompanyKind.CARRIER, now=now)
        factories.line(session, other.actor, code="LAPSED", hub=factories.HUB, to=factories.HANOI, now=now)
        requirements.rule(
            session, actor=factories.staff(session, app, role=Role.MODERATOR, now=now).actor, company_id=other.company,
            item=Item.TRADE_LICENCE, verdict=Verdict.REJECT, reason="The waiver ends.", mark="", now=now,
        )  # fmt: skip
        assert timetable.roll(session, now=now) == 0
        requirements.vouch(session, company_id=other.company, reason="Seen again.", now=now)
        assert timetable.roll(session, now=now) > 0


@pytest.mark.parametrize("kind", [CompanyKind.BROKER, CompanyKind.CARRIER, CompanyKind.DC, CompanyKind.BANK])
def test_who_is_assigned_nothing_sees_nothing(app, way, kind):
    way.secure()
    order = way.order()
    with unit_of_work() as session:
        other = factories.trader(session, app, name="Elsewhere", country="CN", kind=kind, now=clock.now())
    for path in ("/consignments", "/documents"):
        assert way.call(other, "GET", path, expect=200)["items"] == []
    papers = way.call(way.market.buyer, "GET", "/documents", expect=200)["items"]
    assert papers
    unknown = UUID(int=7)
    for mine, nobodys in (
        (f"/orders/{order['id']}", f"/orders/{unknown}"),
        (f"/documents/{papers[0]['id']}", f"/documents/{unknown}"),
        (f"/companies/{way.market.buyer.company}", f"/companies/{unknown}"),
    ):
        found = [way.call(other, "GET", path) for path in (mine, nobodys)]
        assert found[0]["status"] in (403, 404)
        assert found[0] == found[1]

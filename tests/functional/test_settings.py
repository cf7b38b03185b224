"""The rules of the house: everybody reads them, an admin changes them from an instant on."""

from datetime import timedelta

import pytest

from marketplace.accounts.rules.permissions import Role
from marketplace.audit.models import AuditRow
from marketplace.edge.house_rules import WORDS
from marketplace.kernel import clock
from marketplace.kernel.db import db, unit_of_work
from marketplace.reference import services
from marketplace.reference.rules import CLOSED_AHEAD, RCEP, Setting, bounds, local_day
from tests import factories
from tests.support.visitors import Visitor, enrolled


@pytest.fixture
def admin(app, market):
    with unit_of_work() as session:
        return factories.staff(session, app, role=Role.ADMIN, now=clock.now())


def the(items, key):
    return next(item for item in items if item["key"] == key)


def test_every_setting_has_words_and_bounds():
    assert set(WORDS) == set(Setting)
    assert all(least <= largest for least, largest in map(bounds, (s for s in Setting if WORDS[s].unit)))


def test_a_stranger_reads_what_holds_and_what_comes(call, market, admin, client):
    later = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    body = {"value": "5", "valid_from": later.isoformat()}
    call(admin, "PUT", "/settings/PROFORMA_WORKING_DAYS", body | {"value": "7"}, expect=200)
    call(admin, "PUT", "/settings/TRANSFER_TOLERANCE", {"value": "40.00", "currency": "USD"}, expect=200)
    items = call(None, "GET", "/settings", expect=200)["items"]
    assert len(items) == len(Setting)
    proforma = the(items, "PROFORMA_WORKING_DAYS")
    assert (proforma["value"]["number"], proforma["next_value"]["number"]) == (5, 7)
    assert proforma["next_from"] == later.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert the(items, "TRANSFER_TOLERANCE")["value"]["amount"] == {"amount": "40.00", "currency": "USD"}
    page = client.get("/settings").text
    assert "Validity of a pro-forma" in page
    assert "dangerous goods are booked" in the(items, "CUTOFF_DANGEROUS_HOURS")["meaning"]
    changed = [row.facts for row in db.session.query(AuditRow).filter_by(action="setting.changed")]
    assert {"key": "PROFORMA_WORKING_DAYS", "value": 7} in changed


def test_what_would_break_the_city_is_refused_by_its_field(call, market, admin):
    for key, body, field in (
        ("PROFORMA_WORKING_DAYS", {"value": "0"}, "value"),
        ("TIMETABLE_DAYS", {"value": "100000"}, "value"),
        ("M3_FACTOR", {"value": "0.5"}, "value"),
        ("HOLD_CARD_MINUTES", {"value": "20", "currency": "USD"}, "currency"),
        ("TRANSFER_TOLERANCE", {"value": "20"}, "currency"),
    ):
        problem = call(admin, "PUT", f"/settings/{key}", body, expect=422)
        assert problem["errors"][0]["field"] == field
    call(admin, "PUT", "/settings/NOTHING", {"value": "20"}, expect=404)
    past = {"value": "20", "valid_from": (clock.now() - timedelta(hours=1)).isoformat()}
    call(admin, "PUT", "/settings/HOLD_CARD_MINUTES", past, expect=409)
    call(market.buyer, "PUT", "/settings/HOLD_CARD_MINUTES", {"value": "20"}, expect=403)
    call(None, "PUT", "/settings/HOLD_CARD_MINUTES", {"value": "20"}, expect=401)


def test_rates_and_closed_days_are_noted_once(call, market, admin):
    today = clock.now().date().isoformat()
    rate = {"base": "USD", "quote": "CNY", "rate": "7.1", "source": "PBOC", "effective_date": today}
    call(admin, "POST", "/fx-rates", rate, expect=204)
    call(admin, "POST", "/fx-rates", rate, expect=409)
    refused = call(admin, "POST", "/fx-rates", rate | {"quote": "USD"}, expect=422)["errors"]
    assert [error["field"] for error in refused] == ["base", "quote"]
    first = call(None, "GET", "/fx-rates", expect=200)["items"][0]
    assert (first["base"], first["rate"]) == ("USD", "7.1000000000")
    closed = {"country": "VN", "day": local_day("VN", clock.now()).isoformat(), "reason": "Typhoon"}
    call(admin, "POST", "/closures", closed, expect=204)
    call(admin, "POST", "/closures", closed, expect=204)
    assert call(None, "GET", "/closures", expect=200)["items"] == [closed]
    actions = [row.action for row in db.session.query(AuditRow)]
    assert (actions.count("rate.published"), actions.count("day.closed")) == (1, 1)


def test_what_a_form_says_of_its_fields_is_what_it_takes(app, admin, call):
    for wrong, code, accepted in (
        ("25 Dec 2027", "instant", "a day such as 2026-11-25, or an instant such as 2026-11-25T08:00:00Z"),
        ("9999-12-31", "day_within", "2016-01-01 to 2100-12-31"),
        ("9999-12-31T08:00:00Z", "day_within", "2016-01-01 to 2100-12-31"),
    ):
        body = {"value": "5", "valid_from": wrong}
        (error,) = call(admin, "PUT", "/settings/PROFORMA_WORKING_DAYS", body, expect=422)["errors"]
        assert (error["field"], error["code"], error["accepted"]) == ("valid_from", code, accepted)
    visitor = Visitor(app)
    visitor.log_in(admin.login, factories.PASSWORD)
    enrolled(visitor)
    visitor.open("/operator/settings")
    refused = visitor.send("/operator/settings/HOLD_CARD_MINUTES", {"value": "25", "valid_from": "25 Dec 2027"}, 422)
    assert "Write a day such as 2026-11-25, or an instant such as" in refused.text
    visitor.open("/operator/settings")
    refused = visitor.send("/operator/fx-rates", {"rate": "", "quote": ""}, 422).text
    for said in (
        ">Currency: This field is needed",
        ">Rate: This field is needed",
        ">Other currency: This field is needed",
    ):
        assert said in refused


def test_the_admin_does_the_same_by_page(app, admin, call):
    visitor = Visitor(app)
    visitor.log_in(admin.login, factories.PASSWORD)
    enrolled(visitor)
    visitor.open("/operator/settings")
    visitor.send("/operator/settings/HOLD_CARD_MINUTES", {"value": "25"})
    assert the(call(None, "GET", "/settings", expect=200)["items"], "HOLD_CARD_MINUTES")["value"]["number"] == 25
    visitor.open("/operator/settings")
    assert (
        "a whole number from 1 to 1440"
        in visitor.send("/operator/settings/HOLD_CARD_MINUTES", {"value": "0"}, 422).text
    )
    visitor.open("/operator/settings")
    day = (local_day("TH", clock.now()) + timedelta(days=3)).isoformat()
    visitor.send("/operator/closures", {"country": "TH", "day": day, "reason": "Flood"})
    assert "Flood" in visitor.open("/settings")
    assert "Take back" not in visitor.shown
    assert "Yes: Take back" in visitor.open("/operator/settings")
    visitor.send("/operator/closures/withdrawal", {})
    assert "Taken back: people work there" in visitor.open("/operator/settings")
    assert "Flood" not in visitor.open("/settings")


def test_a_day_is_closed_where_people_trade_here_and_not_long_past_or_far_ahead(call, market, admin):
    today = local_day("CN", clock.now())
    furthest = today + CLOSED_AHEAD
    body = {"country": "CN", "day": today.isoformat(), "reason": "Flood"}
    within = {"field": "day", "code": "day_within", "accepted": f"{today} to {furthest}"}
    for wrong in ("2020-01-01", (today - timedelta(days=1)).isoformat(), "9999-12-31"):
        (error,) = call(admin, "POST", "/closures", body | {"day": wrong}, expect=422)["errors"]
        assert {name: error[name] for name in within} == within
    (error,) = call(admin, "POST", "/closures", body | {"country": "XX"}, expect=422)["errors"]
    assert (error["field"], error["code"], error["accepted"]) == ("country", "choice", ", ".join(sorted(RCEP)))
    assert call(None, "GET", "/closures", expect=200)["items"] == []
    call(admin, "POST", "/closures", body | {"day": furthest.isoformat()}, expect=204)


def test_a_closed_day_is_taken_back_and_can_be_closed_again(call, market, admin):
    monday = local_day("CN", clock.now()) + timedelta(days=40)
    monday += timedelta(days=-monday.weekday())
    body = {"country": "CN", "day": monday.isoformat()}
    call(admin, "POST", "/closures/withdrawal", body, expect=404)
    call(admin, "POST", "/closures", body | {"reason": "Flood in the hills"}, expect=204)
    call(market.buyer, "POST", "/closures/withdrawal", body, expect=403)
    call(admin, "POST", "/closures/withdrawal", body | {"country": "VN"}, expect=404)
    call(admin, "POST", "/closures/withdrawal", body, expect=204)
    assert call(None, "GET", "/closures", expect=200)["items"] == []
    call(admin, "POST", "/closures/withdrawal", body, expect=404)
    (noted,) = db.session.query(AuditRow).filter_by(action="day.reopened")
    assert noted.facts == body
    yesterday = local_day("CN", clock.now()) - timedelta(days=1)
    with unit_of_work() as session:
        services.close_day(session, country="CN", day=yesterday, source="Flood")
    refused = call(admin, "POST", "/closures/withdrawal", body | {"day": yesterday.isoformat()}, expect=409)
    assert refused["type"] == "urn:city:problem:closed_day_over"
    call(admin, "POST", "/closures", body | {"reason": "Flood again"}, expect=204)

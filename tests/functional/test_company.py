"""What a company says of itself: on its page and over the API, checked, and changed by nobody who looked at less."""

from uuid import UUID

import pytest

from marketplace.accounts import queries
from marketplace.kernel.db import reading

OWNER = "owner@demo.test"
ADDRESS = {"street": "1 Quay Road", "city": "Vientiane", "postcode": "01000", "contact": "Export desk"}


def test_an_owner_gives_address_tax_id_and_contact_on_the_page(town):
    ids = town.company(OWNER)
    visitor, program = town.visitor(OWNER), town.program(OWNER)
    assert "not given" in visitor.open("/account")
    visitor.open("/account/company")
    visitor.send(
        "/account/company", ADDRESS | {"version": 1, "name": "Lanxang Export", "tax_id": "01-99", "region": ""}
    )
    shown = visitor.open("/account")
    assert "1 Quay Road, Vientiane, 01000" in shown
    assert "Export desk" in shown
    row = program.call("GET", f"/companies/{ids['company_id']}", 200)
    assert {name: row[name] for name in ADDRESS} == ADDRESS
    assert (row["name"], row["tax_id"], row["version"], row["verified_at"]) == ("Lanxang Export", "01-99", 2, None)


def test_over_the_api_what_is_left_out_stays_and_an_empty_text_clears(town):
    ids = town.company(OWNER)
    program = town.program(OWNER)
    path = f"/companies/{ids['company_id']}"
    program.call("PATCH", path, 200, ADDRESS | {"version": 1, "tax_id": "01-99"})
    row = program.call("PATCH", path, 200, {"version": 2, "tax_id": "", "postcode": ""})
    assert (row["street"], row["tax_id"], row["postcode"], row["version"]) == ("1 Quay Road", None, "", 3)
    # Nothing new is said, so nothing is written.
    assert program.call("PATCH", path, 200, {"version": 3, "tax_id": ""})["version"] == 3


def test_a_change_over_somebody_elses_change_is_refused(town):
    ids = town.company(OWNER)
    program, visitor = town.program(OWNER), town.visitor(OWNER)
    path = f"/companies/{ids['company_id']}"
    visitor.open("/account/company")
    program.call("PATCH", path, 200, ADDRESS | {"version": 1})
    assert program.problem("PATCH", path, 409, {"version": 1, "city": "Pakse"})[0] == "company_changed"
    assert "Somebody changed the company" in visitor.send("/account/company", {"version": 1, "name": "X"}, 409).text
    assert queries.get_company(reading(), company_id=UUID(ids["company_id"])).city == "Vientiane"


@pytest.mark.parametrize(
    ("country", "fields", "refused"),
    [
        ("CN", {"tax_id": "91110000600037340L"}, {"tax_id"}),
        ("LA", {"tax_id": "none"}, {"tax_id"}),
        ("LA", {"street": "1 Quay Road"}, {"city"}),
        ("LA", {"postcode": "01000"}, {"street", "city"}),
        ("LA", {"contact": "x" * 101}, {"contact"}),
        ("LA", {"name": ""}, {"name"}),
        ("LA", {"street": "1\nQuay"}, {"street"}),
        ("LA", {"country": "TH"}, {"country"}),
        ("LA", {"registration_number": "1"}, {"registration_number"}),
    ],
)
def test_what_is_wrong_is_named(town, country, fields, refused):
    ids = town.company(OWNER, country=country)
    program = town.program(OWNER)
    assert program.problem("PATCH", f"/companies/{ids['company_id']}", 422, {"version": 1} | fields)[1] == refused


def test_anothers_company_is_unknown_and_ones_own_changes_by_its_version_only(town):
    ids = town.company(OWNER)
    town.company("stranger@demo.test")
    path = f"/companies/{ids['company_id']}"
    assert town.program("stranger@demo.test").problem("PATCH", path, 404, {"version": 1})[0] == "not_found"
    assert town.program(OWNER).problem("PATCH", path, 422, {})[1] == {"version"}


def test_the_cart_says_that_papers_will_lack_the_address(town):
    ids = town.company(OWNER)
    visitor, program = town.visitor(OWNER), town.program(OWNER)
    assert "Your company has given no address" in visitor.open("/cart")
    assert "Your company has given no address" in visitor.open("/merchant")
    assert program.call("GET", "/cart", 200)["company_address_missing"] is True
    program.call("PATCH", f"/companies/{ids['company_id']}", 200, ADDRESS | {"version": 1})
    assert "Your company has given no address" not in visitor.open("/cart")
    assert program.call("GET", "/cart", 200)["company_address_missing"] is False

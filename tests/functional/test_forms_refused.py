"""What was handed in is not lost, and who saved something lands on a page that it may read."""

import io

from marketplace.accounts.rules.permissions import Role
from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from tests import factories
from tests.support.pdfs import pdf
from tests.support.visitors import visitor


def licence():
    return io.BytesIO(pdf("licence")), "licence.pdf"


def test_a_refused_application_keeps_the_licence(town):
    town.company("seller@demo.test", country="CN", registration_number="91500000MA60DEM24W")
    seller = town.visitor("seller@demo.test")
    seller.open("/merchant/apply")
    form = {"legal_name": "", "registration_number": "91500000MA60DEM24W"}
    seller.send("/merchant/apply", form | {"licence_file_id": licence()}, 422)
    assert "Your licence is saved" in seller.text()
    assert seller.hidden("/merchant/apply")["licence_file_id"]
    # Only the other fields are refused now.
    seller.send("/merchant/apply", form, 422)
    assert "licence_file_id" not in seller.refused_fields()
    assert "legal_name" in seller.refused_fields()


def test_the_number_given_at_registration_is_not_missing_in_the_onboarding(town):
    town.company("seller@demo.test", country="CN", registration_number="91500000MA60DEM24W")
    found = town.program("seller@demo.test").call("GET", "/merchant", 200)
    states = {row["item"]: row["state"] for row in found["requirements"]}
    assert states["registration"] != "missing"


def test_the_operators_staff_land_on_the_lorry_after_a_receipt(app, way, gone):
    with unit_of_work() as session:
        office = factories.staff(session, app, role=Role.OPERATIONS, name="Second Hub", now=clock.now())
    for act in ("arrive", "strip"):
        way.act(act)
    page = visitor(app, office)
    path = f"/bookings/{way.booking['id']}/receipt"
    page.open(path)
    answer = page.send(path, {"cartons": "10"})
    page.open(answer.headers["Location"])

"""What is attacked is what there is: a route that is added is attacked too, or this says so."""

import re

from tests.functional.hostile import judge
from tests.functional.hostile.siege import Siege, report
from tests.functional.hostile.ways import WAYS

# Routes that no generator reaches by itself; each has tests of its own.
APART = {
    "POST /webhooks/stripe": "no form and no call of ours: signed by the provider; among the protocol's tests",
    "POST /samples/order/<uuid:listing_id>/checkout": "shown once way and place are chosen; its twin is attacked",
    "POST /orders/<uuid:order_id>/changes/preview": "a second button of the form that proposes; its twin is attacked",
    "POST /merchant/trading/<uuid:agreement_id>/end": "the one who may has no browser here; its twin is attacked",
    "POST /orders/<uuid:order_id>/lines/<uuid:line_id>/other-day": "shown once a day is named; its twin is attacked",
    "POST /operator/statistics/close": "shown once a month is over that is not closed; its twin is attacked",
    "POST /account/departures/<uuid:departure_id>/whole-lorry": "shown where shares fall; its twin is attacked",
    "POST /operator/payout-files": "shown while something approved waits for a file; its twin is attacked",
}
# Forms whose answer is a page to go on from: where to type the code, what to scan, recovery codes, secrets.
ANSWERED = {"accounts.send_code", "accounts.enrol", "accounts.confirm_second_factor", "accounts.issue_token"} | {
    *("tracking.issue_key", "tracking.add_hook"),
}
# Forms of many lines: those that stand in the way come back with their reasons, in the page that asked for them.
FILLED = {"checkout.order_quickly", "checkout.put_again", "lists.add", "lists.buy", "invoices.bring_in"}
# Multipart alone: attacked among the uploads.
UPLOADS = {
    "POST /files",
    "POST /imports",
    "POST /bank-statements",
    "POST /official-invoices/import",
    "POST /imports/{}/retry",
    "POST /imports/{}/pictures",
    "POST /fitment",
    "POST /screening-lists/sheet",
    "POST /restrictions/sheet",
}


def test_every_form_is_found(siege: Siege) -> None:
    found = {endpoint for method, endpoint in siege.forms if method == "post"}
    acts = {
        f"POST {rule.rule}"
        for rule in siege.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/api/") and rule.endpoint not in found
    }
    assert acts == APART.keys()


def test_no_id_stands_twice_on_a_page(siege: Siege) -> None:
    assert siege.twins == set()


def test_every_call_is_described_and_has_somebody_to_make_it(siege: Siege) -> None:
    routes = {
        f"{method} {re.sub(r'<[^>]+>', '{}', rule.rule.removeprefix('/api/v1'))}"
        for rule in siege.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert sorted(routes - {"GET /openapi.json"}) == sorted(siege.operations)
    assert sorted(siege.operations) == sorted(WAYS)


def test_every_body_is_attacked(siege: Siege) -> None:
    """A call that takes a body has one in order, from which each field is spoilt in turn."""
    described = {name for name, operation in siege.operations.items() if "requestBody" in operation}
    assert described - UPLOADS == {name for name in WAYS if siege.has_body(name)}


def test_what_is_in_order_goes_through(siege: Siege) -> None:
    """The attack on a field means something only where all other fields are right."""
    refused = []
    for name in sorted(siege.operations.keys() - UPLOADS):
        answer = siege.call(name, body=siege.body(name) if siege.has_body(name) else None)
        if answer.status_code >= 400:
            refused.append((name, answer.text))
    for form in siege.forms.values():
        answer = siege.send(form, siege.filled(form))
        expected = {303} if form.method == "post" and form.endpoint not in ANSWERED else {200}
        if form.endpoint in FILLED:
            expected = {200, 303}
        if answer.status_code not in expected:
            refused.append((form.who, form.page, form.endpoint, answer.status_code, judge.said(answer)))
    assert not refused, "\n".join(map(str, refused))
    assert siege.findings == {}, report(siege)

"""The forms of the pages, found by opening every page that there is with everything that it can show."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import product
from typing import Final
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from marketplace.edge.identity import SessionUser
from marketplace.edge.permissions import access_of
from marketplace.kernel import clock
from tests.functional.hostile.city import City
from tests.functional.hostile.ways import SENT_FOR

# Which of the city's ids a parameter of an address may stand for.
KINDS: Final = {
    "listing_id": ("live", "made", "draft", "submitted", "declined", "hidden", "sampled.offered"),
    "order_id": "order.",
    "line_id": "line.",
    "departure_id": "departure.",
    "vehicle_type_id": "vehicle-type",
    "ride_id": ("ride.there", "ride.lost"),
    "booking_id": ("booking.arrived", "booking.confirmed", "booking.delivered"),
    "closure_id": "closure",
    "agreement_id": "agreement.",
    "change_id": "change",
    "claim_id": "claim.",
    "inspection_id": "inspection.",
    "sample_id": "sample.",
    "payment_id": "payment.",
    "plan_code": "plan",
    "plan_id": "load-plan",
    "credit_id": "credit",
    "document_id": "document.sales_contract",
    "matter_id": "matter.",
    "handover_id": "handover",
    "issuer_id": "company.merchant",
    "invoice_id": "official-invoice",
    "partner_invoice_id": "partner-invoice.",
    "fee_id": "fee.",
    "hire_id": "hire",
    "service_id": "service",
    "cost_id": "cost",
    "recipient_id": "company.buyer",
    "unit_id": "unit",
    "session_id": "session",
    "import_id": "import.",
    "application_id": "application.",
    "case_id": "case",
    "approval_id": "approval",
    "rule_id": "rule",
    "limit_id": "limit",
    "delegation_id": "delegation",
    "restriction_id": "restriction",
    "crossing_id": "crossing",
    "hours_id": "border-hours",
    "border_closure_id": "border-closure.",
    "lane_rule_id": "lane-rule",
    "leg_id": "leg",
    "network_line_id": "network-line",
    "freight_quote_id": "freight-quote",
    "sheet_id": "sheet",
    "question_id": "question.",
    "remark_id": "remark.",
    "proposal_id": "proposal.",
    "brand_id": "brand",
    "review_id": "review.",
    "list_id": "list.",
    "checkout_id": "checkout.",
    "group_id": "group",
    "customer_group_id": "customer-group",
    "price_list_id": "price-list",
    "price_request_id": "price-request",
    "audience_id": "audience.",
    "warehouse_id": ("warehouse", "warehouse.full"),
    "centre_id": ("centre", "centre.other"),
    "arrival_id": "centre-arrival",
    "lot_id": ("lot.bonded", "lot.free"),
    "lot_transfer_id": "lot-transfer",
    "centre_sale_id": (
        "centre-sale.bonded",
        "centre-sale.moving",
        "centre-sale.ready",
        "centre-sale.handed",
        "centre-sale.partly",
    ),
    "count_id": ("centre-count", "centre-count.waiting"),
    "vehicle_id": ("vehicle", "vehicle.spare"),
    "driver_id": ("driver", "driver.spare"),
    "fleet_paper_id": "fleet-paper",
    "crew_id": "crew",
    "haul_id": "haul.",
    "bulk_note_id": "bulk-note",
    "transit_id": "transit",
    "excursion_id": "excursion",
    "rotation_id": "rotation",
    "type_id": "vehicle-type",
    "file_id": "file.",
    "act_id": "handling-act",
    "surcharge_id": "surcharge.",
    "held_charge_id": "held-charge.",
    "bearing_rule_id": "bearing-rule",
    "lorry_hold_id": "lorry-hold",
    "paper_id": "paper",
    "hit_id": "hit",
    "screening_list_id": "screening-list",
    "picture_id": "picture.",
    "payout_id": "payout.",
    "dispute_id": "card-dispute",
    "hold_id": "card-hold",
    "return_id": "return.",
    "sender_return_id": "sender-return",
    "write_off_id": "write-off.",
    "receipt_id": "commission-receipt",
    "transfer_id": "transfer",
    "statement_id": "bank-statement",
    "entry_id": "bank-entry.",
    "payee_id": ("payee", "payee.active"),
    "account_id": "account",
    "company_id": "company.",
    "version_id": "storefront",
    "hall_id": ("hall", "hall.free", "hall.closed"),
    "booth_id": ("booth", "booth.free", "booth.away"),
    "tenancy_id": "tenancy",
    "exhibit_id": "exhibit",
    "lead_id": "lead",
    "enquiry_id": "enquiry",
    "fair_id": ("fair.draft", "fair.open"),
    "ticket": "ticket",
    "code": "label",
    "token": ("invitation", "tracking-token"),
    "key_id": "reporting-key",
    "hook_id": "tracking-hook",
    "link_id": "tracking-link",
    "post_id": "tracking-post",
    "event_id": "transport-event",
    "insurance_id": "insurance.",
    "insurance_claim_id": "insurance-claim.",
    "claim_file_id": "insurance-file",
}
WORDS: Final = {
    "kind": "commission_income",
    "currency": "CNY",
    "width": "320",
    "number": "1",
    "filename": "css/city.css",
    "country": "KH",
    "requirement": "tax_id",
    "reason": "unclear_title",
    "item": "licence",
    "slug": "motorcycle-chain",
    "category": "motorcycle-parts",
    "attribute": "speed",
    "part": "dangerous",
    "language": "vi",
}
# Pages whose forms are samples or that have none: the style guide's lead nowhere.
SAMPLES: Final = ("/api/", "/static/", "/metrics", "/operator/styleguide", "/work-worker.js")
VISITORS: Final = ("", "buyer", "merchant", "operator", "carrier", "newcomer", "rival", "insurer", "haulier")
# Who owns nothing that has an id: pages of somebody's things are no pages to them.
WITHOUT_THINGS: Final = {"newcomer", "rival"}
# Addresses of files, which have no forms.
FILES: Final = (
    "/arrival/<uuid:file_id>",
    "/evidence/<uuid:file_id>",
    "/photos/<uuid:file_id>",
    "/papers/<uuid:file_id>",
)
# Who has given a password and not yet the second factor, and whose app is not confirmed.
HALFWAY: Final = "halfway"
UNCONFIRMED: Final = "thai"


@dataclass(frozen=True)
class Form:
    """A form as a page shows it: its fields with the values it begins with."""

    who: str
    page: str
    method: str
    action: str
    endpoint: str = ""
    fields: dict[str, str | list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    # What a visitor sees and fills in; the others are sent along unseen.
    controls: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self, who: str, page: str) -> None:
        super().__init__()
        self.who, self.page = who, page
        self.forms: list[Form] = []
        self.ids: Counter[str] = Counter()
        self._area = ""
        self._select = ""
        self._inside = False
        # Buttons with names, of which the one that is pressed is sent; none of them where another has no name.
        self._buttons: dict[str, str] = {}
        self._has_plain = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: C901, PLR0912  one branch for each kind of tag
        found = {name: value or "" for name, value in attrs}
        self.ids.update(filter(None, [found.get("id")]))
        if tag == "form":
            action = found.get("action") or self.page
            self.forms.append(Form(self.who, self.page, found.get("method", "get").lower(), action))
            self._inside, self._buttons, self._has_plain = True, {}, False
        if not self._inside:
            return
        form, name = self.forms[-1], found.get("name", "")
        if tag == "option" and self._select:
            form.choices[self._select].append(found.get("value", ""))
            if "selected" in found or not form.fields[self._select]:
                form.fields[self._select] = found.get("value", "")
        elif not name:
            self._has_plain |= tag == "button" and found.get("type") == "submit"
            return
        elif tag in {"select", "textarea"} or (tag == "input" and found.get("type") != "hidden"):
            form.controls.add(name)
        if tag == "option" or not name:
            return
        if tag == "select":
            self._select = name
            form.fields.setdefault(name, "")
            form.choices.setdefault(name, [])
        elif tag == "textarea":
            self._area = name
            form.fields.setdefault(name, "")
        elif tag == "input" and found.get("type") == "file":
            form.files[name] = found.get("accept", "")
        elif tag == "input" and found.get("type") in {"checkbox", "radio"}:
            form.choices.setdefault(name, []).append(found.get("value", "on"))
            if "checked" in found or name not in form.fields:
                form.fields[name] = found.get("value", "on")
        elif found.get("type") == "hidden" and name in form.fields:
            before = form.fields[name]
            form.fields[name] = [*([before] if isinstance(before, str) else before), found.get("value", "")]
        elif tag == "button":
            self._buttons.setdefault(name, found.get("value", ""))
        elif tag == "input":
            form.fields.setdefault(name, found.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if not self._has_plain:
                self.forms[-1].fields.update({**self._buttons, **self.forms[-1].fields})
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1].fields[self._area] = f"{self.forms[-1].fields[self._area]}{data}"


def clients(city: City) -> dict[str, FlaskClient]:
    """Return a browser for each visitor, logged in as the login pages would leave it."""
    found = {}
    for who in (*VISITORS, UNCONFIRMED):
        client = city.app.test_client()
        if who:
            with client.session_transaction() as session:
                session["_user_id"] = _cookie(city, who)
                session["_fresh"] = True
        found[who] = client
    found[HALFWAY] = city.app.test_client()
    return found


def passing(city: City, browsers: dict[str, FlaskClient]) -> dict[tuple[str, str], Form]:
    """Return the forms that a page shows only for a moment, as it would show them then."""
    # The password was given this moment: to open every page may take longer than the second factor is waited for.
    with browsers[HALFWAY].session_transaction() as session:
        person = city.actor("merchant").person
        session["second_factor_for"] = [str(person), city.epochs["merchant"], clock.now().timestamp()]
    code = {"code": ""}
    moments = (
        ("accounts.check_second_factor", HALFWAY, "/login/second-factor", "/login/second-factor", code),
        ("accounts.confirm_second_factor", UNCONFIRMED, "/account", "/account/second-factor/confirmation", code),
        ("accounts.accept_terms", "buyer", "/account", "/account/terms", {"accepted_terms": ""}),
    )
    found = {}
    for endpoint, who, page, action, fields in moments:
        reader = _Reader(who, page)
        reader.feed(browsers[who].get(page).text)
        guard = next(form.fields["csrf_token"] for form in reader.forms if "csrf_token" in form.fields)
        controls = set(fields) if fields is code else set()
        form = Form(who, page, "post", action, endpoint, fields | {"csrf_token": guard}, controls=controls)
        found[form.method, endpoint] = form
    return found


def _cookie(city: City, who: str) -> str:
    actor = city.actor(who)
    return SessionUser(actor, city.epochs[who]).get_id()


def addresses(city: City, rule: Rule) -> list[str]:
    """Return the addresses of a route with what it can be opened for."""
    names = re.findall(r"<(?:[^:>]+:)?([^>]+)>", rule.rule)
    ways = [_values(city, name) for name in names]
    found = []
    for values in product(*ways):
        # Where two ids go together, they are of the same thing: an order and its line.
        kinds = {value[0].split(".", 1)[1] for value in values if value[0].startswith(("order.", "line."))}
        if len(kinds) > 1:
            continue
        path = rule.rule
        for _, value in values:
            path = re.sub(r"<[^>]+>", value.replace("\\", ""), path, count=1)
        found.append(path)
    return found


def _values(city: City, name: str) -> list[tuple[str, str]]:
    if name in WORDS:
        return [("", WORDS[name])]
    kind = KINDS[name]
    if isinstance(kind, tuple):
        return [(each, city.ids[each]) for each in kind]
    return [
        (key, value) for key, value in city.ids.items() if key == kind or (kind[-1] == "." and key.startswith(kind))
    ]


def visitors(app: Flask, city: City, rule: Rule) -> list[str]:
    """Return who may open a route, strangers first."""
    access = access_of(app.view_functions[rule.endpoint])
    permission = access.permission if access else None
    return [who for who in VISITORS if permission is None or (who and city.actor(who).may(permission))]


def crawl(
    app: Flask, city: City, browsers: dict[str, FlaskClient], *, twins: set[tuple[str, str]]
) -> dict[tuple[str, str], Form]:
    """Return of each act one form, by method and endpoint; note ids that stand on a page twice, with its route."""
    adapter = app.url_map.bind("localhost")
    found: dict[tuple[str, str], Form] = {}
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(SAMPLES) or rule.rule.endswith(FILES):
            continue
        of_a_thing = "_id>" in rule.rule
        who_may = [who for who in visitors(app, city, rule) if not (of_a_thing and who in WITHOUT_THINGS)]
        for path, who in product(addresses(city, rule), who_may):
            answer = browsers[who].get(path)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            reader = _Reader(who, path)
            reader.feed(answer.text)
            twins.update((rule.endpoint, each) for each, count in reader.ids.items() if count > 1)
            for form in reader.forms:
                endpoint, _ = adapter.match(urlsplit(urljoin(path, form.action)).path, method=form.method.upper())
                key = (form.method, endpoint)
                if not _is_meant(city, endpoint, form):
                    continue
                if key not in found or len(form.fields) > len(found[key].fields):
                    found[key] = replace(form, endpoint=endpoint)
    return found


def _is_meant(city: City, endpoint: str, form: Form) -> bool:
    """Tell whether a form is for something that it can be sent for; most are shown for nothing else."""
    who, thing = SENT_FOR.get(endpoint, ("", ""))
    return who in {"", form.who} and (not thing or city.ids[thing] in form.action)

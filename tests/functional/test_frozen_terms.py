"""What an order froze at its placement: parties and roles stay on every paper, and who touches a column is found."""

import pytest
import sqlalchemy as sa

from marketplace.accounts.models import Company
from marketplace.checkout.models import CheckoutAttempt
from marketplace.checkout.queries import frozen as checks
from marketplace.checkout.rules import plan as plans
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import frozen_contract
from marketplace.kernel.db import reading, unit_of_work
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.rules.placing import frozen_line, frozen_order
from marketplace.papers.models import IssuedDocument
from marketplace.reference.models import Place
from marketplace.reports import queries as reports
from tests.support.invariants import fresh
from tests.support.visitors import Visitor

pytestmark = pytest.mark.both_databases
ROLES = ("seller", "buyer", "importer", "consignee", "carrier", "payer", "shipper")
OVER_BORDER = True


def _papers() -> list[IssuedDocument]:
    session = fresh()
    return list(session.scalars(sa.select(IssuedDocument).order_by(IssuedDocument.id)))


def _named(papers: list[IssuedDocument]) -> dict[str, set[tuple[str, ...]]]:
    """Return how each company is named on these papers, by the country it is of: each has one."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for paper in papers:
        for holder in (paper.data, *paper.data.get("houses", ())):
            # A waybill says who pays by name alone.
            for party in (holder[role] for role in ROLES if isinstance(holder.get(role), dict)):
                carries = "carrier" if party["name"].startswith("Regular Lorry") else party["country"]
                found.setdefault(carries, set()).add(tuple(sorted(party.items())))
    return found


def test_all_papers_of_an_order_name_its_parties_as_they_were(way, later):
    way.secure()
    with unit_of_work() as session:
        for company in session.scalars(sa.select(Company)):
            company.name, company.registration_number = f"Renamed {company.name}", "R-1"
            company.street, company.city, company.tax_id = "9 New Road", "Elsewhere", "T-1"
        for place in session.scalars(sa.select(Place)):
            place.name = f"Renamed {place.name}"
    way.pack()
    way.hand_over(complete=True)
    for name, body in (("close", {}), ("load", {}), ("seal", {"seal_number": "CN-1"})):
        way.act(name, **body)
    papers = _papers()
    kinds = {str(paper.kind) for paper in papers}
    assert kinds == {
        "pro_forma", "sales_contract", "freight_contract", "packing_list", "carton_labels", "commercial_invoice",
        "manifest", "house_waybill", "seal_list", "transit_sheet",
    }  # fmt: skip
    named = _named(papers)
    assert {role: len(forms) for role, forms in named.items()} == {"CN": 1, "VN": 1, "carrier": 1}
    assert not [name for forms in named.values() for facts in forms for name in facts if "Renamed" in name[1]]
    companies = ("Hanoi Trading", "Jialing Parts", "Regular Lorry")
    assert not [name for name in companies for paper in papers if f"Renamed {name}" in str(paper.data)]
    bases = [paper.data["basis"]["place"]["en"] for paper in papers if isinstance(paper.data.get("basis"), dict)]
    assert len(bases) >= 4
    assert len(set(bases)) == 1
    assert reports.check(reading()) == []


def test_an_order_says_who_stands_where_and_who_pays_what(way, market):
    order = way.order()
    terms = order["trade_terms"]
    assert (terms["exporter_of_record"], terms["importer_of_record"]) == (order["merchant_id"], order["buyer_id"])
    assert (terms["consignee"], terms["notify_party"], terms["brokers"]) == (order["buyer_id"], order["buyer_id"], [])
    assert (terms["freight_paid_by"], terms["insurance_paid_by"], terms["duty_paid_by"]) == ("buyer", "buyer", "buyer")
    assert {party["company_id"] for party in order["parties"]} == {order["merchant_id"], order["buyer_id"]}
    assert {party["name"] for party in order["parties"]} == {"Hanoi Trading", "Jialing Parts"}
    languages = {paper["kind"]: paper["languages"] for paper in order["documents"]}
    assert languages["sales_contract"] == ["zh", "vi"]
    contract = next(paper for paper in _papers() if paper.kind == "sales_contract")
    assert contract.data["exporter"]["name"] == "Jialing Parts"
    assert contract.data["notify"]["name"] == "Hanoi Trading"
    assert contract.data["costs"] == {"freight": "buyer", "insurance": "buyer", "duty": "buyer"}


def test_the_order_page_says_roles_costs_and_the_languages_of_papers(app, way, market):
    page = Visitor(app)
    page.log_in(market.buyer.login)
    shown = page.open(f"/orders/{way.order_id}")
    for words in ("Exporter of record", "Notify party", "Insurance, if any, paid by", "Chinese, Vietnamese"):
        assert words in shown


def test_whoever_changes_a_frozen_column_is_found(way):
    session = fresh()
    kept = plans.from_json(session.scalars(sa.select(CheckoutAttempt.plan)).one())
    (order,) = kept.group.orders
    frozen = {
        Order: frozen_order(kept.group, order),
        OrderLine: frozen_line(order, 1, order.lines[0]),
        FreightContract: frozen_contract(kept.freight[0]),
    }
    assert reports.check(reading()) == []
    for table, columns in frozen.items():
        for column, value in columns.items():
            other = _other(value)
            if other is None:
                continue
            session = fresh()
            session.execute(sa.update(table).values({column: other}).execution_options(synchronize_session=False))
            found = checks.breaches(session)
            session.rollback()
            assert [column in one.what for one in found] == [True], (table, column)
    assert checks.breaches in reports.CHECKS
    assert reports.check(reading()) == []


def _other(value):
    """Return another value of the same type; None for what other tables or constraints guard already."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "other": "X"}
    if isinstance(value, list):
        return [*value, "X"]
    if isinstance(value, int):
        return value + 1
    # A state of an enumeration is text too, but not any text.
    return "XX" if type(value) is str else None

"""A list of numbers goes into the cart in one act, over page and API; each line that cannot says why."""

import io
from uuid import uuid4

from marketplace.kernel import clock
from marketplace.kernel.db import unit_of_work
from marketplace.orders.rules.carts import MOST_LINES
from tests import factories
from tests.support.sheets import workbook
from tests.support.statements import statements_of
from tests.support.visitors import Program, visitor


def many(market, count, prefix="Q"):
    with unit_of_work() as session:
        return [
            factories.listing(session, market.merchant.actor, sku=f"{prefix}-{number}", now=clock.now())
            for number in range(count)
        ]


def in_cart(buyer):
    cart = buyer.call("GET", "/cart", 200)
    return {line["sku"]: line["quantity"] for bundle in cart["bundles"] for line in bundle["lines"]}


def test_good_lines_go_in_and_each_other_says_why(app, market):
    buyer, seller = Program(app, market.buyer.token), Program(app, market.merchant.token)
    many(market, 1, "TWIN")
    with unit_of_work() as session:
        factories.listing(session, market.thai.actor, sku="TWIN-0", hub_code=factories.HUB, now=clock.now())
        factories.listing(session, market.thai.actor, sku="BARE", packing=None, hub_code=factories.HUB, now=clock.now())
    lines = [
        {"sku": "ch428116", "quantity": 400, "price_basis": "FCA"},
        {"sku": "NOBODY", "quantity": 1},
        {"sku": "TWIN-0", "quantity": 40},
        {"sku": "TWIN-0", "quantity": 40, "merchant": "Nobody Ltd"},
        {"sku": "CH-428-116", "quantity": 80},
        {"listing_id": str(market.pads), "quantity": 90},
        {"sku": "BARE", "quantity": 40},
        {"listing_id": str(uuid4()), "quantity": 1},
        {"sku": "CH-428-116", "quantity": 40, "currency": "USD"},
    ]
    done = buyer.call("POST", "/cart/lines", 200, {"lines": lines, "to": factories.HANOI})
    said = [(line["field"], line["code"], line["accepted"]) for line in done["lines"]]
    assert done["put"] == 1
    assert said == [
        (None, None, None),
        ("sku", "number_unknown", "a number of goods that are on sale here"),
        ("merchant", "merchant_several", said[2][2]),
        ("merchant", "merchant_without", said[2][2]),
        ("listing", "line_twice", ""),
        ("quantity", "quantity_multiple", "80 or 120"),
        ("listing", "packing_unknown", "goods that a lorry can be booked for"),
        ("listing", "listing_gone", ""),
        ("listing", "line_twice", ""),
    ]
    assert len(said[2][2].split("; ")) == 2
    assert done["lines"][4]["message"] == ("Line 1 is for the same goods: put the quantities together in one line.")
    assert in_cart(buyer) == {"CH-428-116": 400}
    # Sent again with what was asked for: set anew, not added.
    lines[2] |= {"merchant": said[2][2].split("; ")[0]}
    done = buyer.call("POST", "/cart/lines", 200, {"lines": lines})
    assert (done["put"], in_cart(buyer)) == (2, {"CH-428-116": 400, "TWIN-0": 40})
    # One's own goods, a place no lorry goes to, and a body that is none.
    mine = seller.call("POST", "/cart/lines", 200, {"lines": [{"sku": "CH-428-116", "quantity": 40}]})
    assert mine["lines"][0]["code"] == "own_goods"
    away = {"lines": [{"sku": "TWIN-0", "quantity": 40, "merchant": said[2][2].split("; ")[0]}], "to": "THBKK"}
    third = Program(app, market.thai.token).call("POST", "/cart/lines", 200, away)
    assert third["lines"][0]["code"] in {"no_departure", "own_goods"}
    assert buyer.problem("POST", "/cart/lines", 422, {"lines": [{"sku": "A", "quantity": "many"}]})[1] == {
        "lines.0.quantity"
    }
    assert buyer.problem("POST", "/cart/lines", 422, {"lines": [{"quantity": 1}]})[1] == {"lines.0"}
    assert buyer.problem("POST", "/cart/lines", 422, {"lines": [{"sku": "A", "quantity": 1}], "to": "X"})[1] == {"to"}


def test_a_pasted_list_loses_nothing(app, market):
    buyer, program = visitor(app, market.buyer), Program(app, market.buyer.token)
    assert "/cart/quick" in buyer.open("/cart")
    buyer.open("/cart/quick")
    pasted = {"lines": "Article no;Qty\nCH-428-116;400\nNOBODY;3\nCH-428-116;x"}
    page = buyer.send("/cart/quick", pasted, 200).text
    assert "1 line is in the cart." in page
    assert "NOBODY\t3\nCH-428-116\tx</textarea>" in page
    assert "No goods on sale here go by this number." in buyer.text()
    assert in_cart(program) == {"CH-428-116": 400}
    # Two merchants have it: the page lets one be chosen.
    many(market, 1, "TWIN")
    with unit_of_work() as session:
        factories.listing(session, market.thai.actor, sku="TWIN-0", hub_code=factories.HUB, now=clock.now())
    page = buyer.send("/cart/quick", {"lines": "TWIN-0\t40"}, 200).text
    assert 'name="merchant.TWIN-0"' in page
    seller = page.partition('name="merchant.TWIN-0"')[2].split("<option>")[1].partition("<")[0]
    done = buyer.send("/cart/quick", {"lines": "TWIN-0\t40", "merchant.TWIN-0": seller})
    assert done.headers["Location"] == "/cart"
    assert in_cart(program) == {"CH-428-116": 400, "TWIN-0": 40}
    buyer.open("/cart/quick")
    buyer.send("/cart/quick", {"lines": ""}, 422)
    assert buyer.refused_fields() == {"lines"}
    sheet = workbook([["货号", "数量"], ["CH-428-116", 800]])
    buyer.send("/cart/quick", {"file": (io.BytesIO(sheet), "order.xlsx")})
    assert in_cart(program)["CH-428-116"] == 800
    buyer.open("/cart/quick")
    buyer.send("/cart/quick", {"file": (io.BytesIO(b"CH-428-116,40\n"), "order.csv")})
    assert in_cart(program)["CH-428-116"] == 40
    buyer.open("/cart/quick")
    buyer.send("/cart/quick", {"file": (io.BytesIO(b"\xff\xd8\xff\xe0 a photo"), "order.jpg")}, 422)
    assert "none of the kinds we take here: XLSX, CSV up to 2 MB." in buyer.text()
    buyer.open("/cart/quick")
    buyer.send("/cart/quick", {"file": (io.BytesIO(b"PK\x03\x04 broken"), "order.xlsx")}, 422)
    assert buyer.refused_fields() == {"file"}


def test_a_line_for_the_same_goods_names_the_other_as_the_page_does(app, market):
    buyer, program = visitor(app, market.buyer), Program(app, market.buyer.token)
    many(market, 1)
    buyer.open("/cart/quick")
    # One tab among blanks and semicolons; the list that comes back has four lines, numbered anew.
    text = "CH-428-116 400\nNOBODY\t1\nQ-0;many\nQ-0, 41\nch428116 | 80\nQ-0 40"
    buyer.send("/cart/quick", {"lines": text}, 200)
    assert in_cart(program) == {"CH-428-116": 400}
    said = " ".join(buyer.text().split())
    assert "4 ch428116 80 Your line “CH-428-116”, 400, is for the same goods and in the cart" in said
    assert "5 Q-0 40 Line 3 is for the same goods" in said
    # Of a quantity that nobody can order the quantity is wrong, whatever else is asked for.
    buyer.open("/cart/quick")
    buyer.send("/cart/quick", {"lines": "Q-0\t40\nQ-0\t-5"}, 200)
    said = " ".join(buyer.text().split())
    assert "is for the same goods" not in said
    assert "Q-0 -5" in said


def test_a_cart_is_full_and_the_rest_waits_in_the_form(app, market):
    buyer, program = visitor(app, market.buyer), Program(app, market.buyer.token)
    many(market, MOST_LINES + 2)
    buyer.open("/cart/quick")
    text = "\n".join(f"Q-{number}\t40" for number in range(MOST_LINES + 2))
    page = buyer.send("/cart/quick", {"lines": text}, 200).text
    assert f"{MOST_LINES} lines are in the cart." in page
    assert f"Q-{MOST_LINES}\t40\nQ-{MOST_LINES + 1}\t40</textarea>" in page
    assert list(in_cart(program))[:3] == ["Q-0", "Q-1", "Q-2"]
    assert len(in_cart(program)) == MOST_LINES


def test_carts_and_checkouts_ask_as_often_for_two_hundred_lines_as_for_three(app, market):
    buyer, page = Program(app, market.buyer.token), visitor(app, market.buyer)
    many(market, MOST_LINES)
    buyer.call("PUT", "/cart", 200, {"to": factories.HANOI})

    def ordered(count, quantity):
        lines = [{"sku": f"Q-{number}", "quantity": quantity} for number in range(count)]
        return statements_of(lambda: buyer.call("POST", "/cart/lines", 200, {"lines": lines}))

    def seen():
        return [
            statements_of(lambda: buyer.call("GET", "/cart", 200)),
            *(statements_of(lambda path=path: page.open(path)) for path in ("/cart", "/checkout")),
        ]

    def placed():
        """Check out what is in the cart, on three lorries whatever it is: one has not room for all."""
        cart = buyer.call("GET", "/cart", 200)
        lines = cart["bundles"][0]["lines"]
        lorries = [departure["id"] for departure in lines[0]["departures"]][:3]
        body = {
            "expected_totals": cart["totals"],
            "payment": {"rail": "bank", "plan": "deposit_30_70"},
            "departures": {line["listing_id"]: lorries[number % 3] for number, line in enumerate(lines)},
        }
        return statements_of(lambda: buyer.call("POST", "/checkout", 201, body))

    ordered(1, 40)
    ordered(3, 80)
    three = ordered(3, 40)
    seen()
    first = seen()
    # What changes hardly ever is read by the first who comes: of tariffs, that is the first checkout.
    placed()
    ordered(3, 40)
    few = placed()
    ordered(3, 40)
    assert ordered(90, 40) > 0
    assert placed() == few
    ordered(MOST_LINES, 80)
    assert ordered(MOST_LINES, 120) == three
    # Of goods that nobody read before, each process asks once from where they are sold.
    seen()
    assert seen() == first

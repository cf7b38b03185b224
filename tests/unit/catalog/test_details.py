"""What may be said of goods: each part's rule, that what is stored reads back the same, and what is refused by name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.accounts.rules.names import skeleton
from marketplace.catalog.rules.details import brand, certificates, dangerous, fitment, food, parts, promises, samples
from marketplace.catalog.rules.details.dangerous import Hindrance, hindrance
from marketplace.catalog.rules.details.parts import normalised
from marketplace.kernel.errors import Refused

FILE = "019fa1b2-0000-7000-8000-000000000001"
BATTERY = {
    "answer": "dangerous", "confirmed": True, "un_number": "UN 3480", "hazard_class": "9", "net_quantity": "5.5",
    "net_unit": "KGM", "battery": "lithium_ion", "watt_hours": "48.8", "test_summary": FILE,
    "test_summary_on": "2025-01-02", "safety_sheet": FILE, "safety_sheet_on": "2025-01-02",
}  # fmt: skip
CERTIFICATE = {
    "kind": "quality", "number": "Q-1", "issuer": "SGS", "file": FILE, "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
}  # fmt: skip


def fields(refusal):
    return {(error.field, error.code) for error in refusal.value.errors}


def refused(parse, given, *expected):
    with pytest.raises(Refused) as refusal:
        parse(given)
    assert {field for field, _ in fields(refusal)} == set(expected)


HILUX = {"make": "Toyota", "model": "Hilux", "year_from": 2012, "year_to": 2015, "note": "2.5 D"}
ROUND = [
    (parts.parse, {"manufacturer": "Bosch", "number": "0 986", "crosses": [{"brand": "ATE", "number": "13.0-46"}]}),
    (brand.parse, {"relation": "licensed", "brand": "Honda", "letter": FILE, "until": "2027-01-01"}),
    (food.parse, {"shelf_days": 30, "least_celsius": "-18", "most_celsius": "4.5", "facility": "C1", "scheme": "gacc",
                  "allergens": ["fish", "milk"]}),
    (certificates.parse, {"items": [CERTIFICATE, CERTIFICATE | {"number": "Q-2", "valid_until": None}]}),
    (fitment.parse, {"vehicles": [HILUX, HILUX | {"model": "Vigo", "year_to": None, "note": ""}]}),
    (promises.parse_warranty, {"months": 12, "covers": "Links and pins"}),
    (samples.parse, {"price": "12.50", "currency": "CNY", "lead_days": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("parse", "given"), ROUND)
def test_what_is_stored_reads_back_the_same(parse, given):
    document = parse(given).document
    assert parse(document).document == document


def test_a_signed_answer_reads_back_the_same():
    document = dangerous.parse(BATTERY).document
    assert document["un_number"] == "3480"
    assert dangerous.parse(document | {"confirmed": True}).document == document


@given(st.text(max_size=40), st.sampled_from([" ", "-", ".", "/", ""]))
def test_part_numbers_are_alike_however_they_are_written(number, mark):
    plain = normalised(number)
    assert normalised(plain) == plain
    assert normalised(mark.join(number.upper())) == normalised(number.upper())


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("13 0-46", "13046"),
        ("km-428.116", "KM428116"),
        ("KM428116", None),
        ("motorcycle chain", None),
        ("1 " * 40, None),
    ],
)
def test_a_query_written_apart_is_looked_for_in_one_piece(query, number):
    assert parts.as_part_number(query) == number


def test_the_same_reference_twice_is_one_and_each_wrong_one_is_named():
    twice = [{"brand": "ATE", "number": "13.0-46"}, {"brand": "ate", "number": "13 046"}]
    found = parts.parse({"manufacturer": "B", "number": "1", "crosses": twice})
    assert found.crosses == (("ATE", "13.0-46"),)
    assert parts.search_texts(found.document) == ["B", "ATE", "1", "13.0-46", "13046"]
    wrong = {"manufacturer": "", "number": "--", "crosses": [{"brand": "A", "number": ""}]}
    refused(parts.parse, wrong, "manufacturer", "number", "crosses.0.number")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"confirmed": False}, "confirmed"), ({"un_number": "3601"}, "un_number"), ({"un_number": "34"}, "un_number"),
        ({"hazard_class": "10"}, "hazard_class"), ({"hazard_class": "3"}, "hazard_class"),
        ({"net_quantity": "0"}, "net_quantity"), ({"net_unit": "H87"}, "net_unit"), ({"watt_hours": ""}, "watt_hours"),
        ({"test_summary": ""}, "test_summary"), ({"test_summary_on": "2025-13-01"}, "test_summary_on"),
        ({"safety_sheet": "x"}, "safety_sheet"), ({"safety_sheet_on": ""}, "safety_sheet_on"),
        ({"answer": ""}, "answer"),
        ({"packing_group": "IV"}, "packing_group"),
    ],
)  # fmt: skip
def test_each_wrong_field_of_an_answer_is_named(change, field):
    if field == "answer":
        refused(dangerous.parse, BATTERY | change, "answer")
    else:
        refused(dangerous.parse, BATTERY | change, field)


def test_gases_have_no_packing_group():
    gas = BATTERY | {"hazard_class": "2.1", "battery": "", "packing_group": "II"}
    refused(dangerous.parse, gas, "packing_group")


def test_undecided_goods_have_no_freight_and_some_classes_no_lorry():
    safe = dangerous.parse({"answer": "not_dangerous", "confirmed": True}).document
    assert safe["un_number"] is None
    assert hindrance(None, is_asked=True) is Hindrance.UNDECIDED
    assert hindrance(None, is_asked=False) is None
    assert hindrance(safe, is_asked=True) is None
    for asked in (True, False):
        assert hindrance(dangerous.parse(BATTERY).document, is_asked=asked) is None
        for never in ("1.1", "1.4", "6.2", "7"):
            document = dangerous.parse(BATTERY).document | {"hazard_class": never}
            assert hindrance(document, is_asked=asked) is Hindrance.NOT_CARRIED


def test_food_is_not_stored_above_its_most_or_below_its_least():
    refused(food.parse, {"shelf_days": 0, "least_celsius": "5", "most_celsius": "4"}, "shelf_days", "most_celsius")
    refused(food.parse, {"shelf_days": 1, "facility": "X", "allergens": ["dust"]}, "scheme", "allergens")
    refused(
        food.parse, {"shelf_days": 1, "least_celsius": "cold", "most_celsius": True}, "least_celsius", "most_celsius"
    )
    refused(food.parse, {"shelf_days": 1, "least_celsius": "4.55", "allergens": "fish"}, "least_celsius", "allergens")


def test_certificates_are_whole_and_each_once():
    refused(
        certificates.parse,
        {"items": [{"kind": "x"}]},
        *(f"items.0.{n}" for n in ("kind", "number", "issuer", "file", "valid_from")),
    )
    refused(certificates.parse, {"items": [CERTIFICATE, CERTIFICATE | {"number": "q-1"}]}, "items.1.number")
    refused(certificates.parse, {"items": [CERTIFICATE | {"valid_until": "2025-12-31"}]}, "items.0.valid_until")
    refused(certificates.parse, {"items": "x"}, "items")
    refused(certificates.parse, {"items": [CERTIFICATE] * 21}, "items", *(f"items.{n}.number" for n in range(1, 20)))


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)))
def test_a_certificate_is_good_from_its_first_day_to_its_last(day):
    assert certificates.covers(CERTIFICATE, day) == (date(2026, 1, 1) <= day <= date(2026, 12, 31))
    assert certificates.covers(CERTIFICATE | {"valid_until": None}, day) == (day >= date(2026, 1, 1))


def test_a_warranty_ends_by_something_and_a_sample_has_a_price():
    refused(promises.parse_warranty, {"covers": "x"}, "months")
    refused(samples.parse, {"price": "1.5", "currency": "VND", "lead_days": 1}, "price")
    refused(samples.parse, {"price": "", "currency": "XXX", "lead_days": ""}, "price", "currency", "lead_days")
    assert str(samples.price({"price": "12.5", "currency": "CNY"}).amount) == "12.50"


@given(st.integers(1, 400), st.integers(1, 60), st.integers(1, 60))
def test_a_pallet_that_does_not_work_out_names_the_nearest_that_do(units, carton, multiple):
    if promises.stands(units, carton_units=carton, multiple=multiple):
        assert promises.parse_pallet({"units": units}, carton_units=carton, multiple=multiple).units == units
        return
    with pytest.raises(Refused) as refusal:
        promises.parse_pallet({"units": units}, carton_units=carton, multiple=multiple)
    facts = refusal.value.errors[0].facts
    below, above = facts["below"], facts["above"]
    assert below < units < above
    for between in range(below + 1, above):
        assert not promises.stands(between, carton_units=carton, multiple=multiple)
    for each in (below, above):
        assert each == 0 or promises.stands(each, carton_units=carton, multiple=multiple)


def test_a_pallet_needs_its_carton():
    refused(lambda given: promises.parse_pallet(given, carton_units=None, multiple=1), {"units": 40}, "units")


REGISTER = {skeleton(name): name for name in ("Honda", "Bosch", "五菱")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Chain for HONDA Wave", ("Honda",)), ("H0nda chain", ("Honda",)), ("Hondata tuner", ()),
        ("五菱之光刹车片", ("五菱",)), ("Bosсh pads", ("Bosch",)), ("Plain chain", ()), ("Ho nda", ("Honda",)),
    ],
)  # fmt: skip
def test_brands_are_found_however_they_are_written(text, found):
    assert brand.named([text], REGISTER) == found


def test_who_says_how_goods_stand_to_a_brand_may_name_it():
    today = date(2026, 3, 2)
    look = skeleton("Honda")
    fits = brand.parse({"relation": "fits", "brand": "HONDA"}).document
    licensed = brand.parse({"relation": "licensed", "brand": "Honda", "letter": FILE, "until": "2026-03-02"}).document
    assert brand.may_name(fits, look, today)
    assert brand.may_name(licensed, look, today)
    assert not brand.may_name(licensed, look, date(2026, 3, 3))
    assert not brand.may_name(fits, skeleton("Bosch"), today)
    assert not brand.may_name(None, look, today)
    assert not brand.may_name(brand.parse({"relation": "none"}).document, look, today)
    refused(brand.parse, {"relation": "licensed", "brand": "Honda"}, "letter", "until")
    refused(brand.parse, {"relation": "none", "brand": "Honda"}, "brand")
    refused(brand.parse, {"relation": "own"}, "brand")
    refused(brand.parse, {"relation": "own", "brand": "---"}, "brand")


_WORD = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20)
_YEAR = st.integers(fitment.FIRST_YEAR, fitment.LAST_YEAR)
_VEHICLE = st.fixed_dictionaries(
    {"make": _WORD, "model": _WORD, "year_from": _YEAR, "note": st.just("") | _WORD},
    optional={"year_to": st.none() | _YEAR},
)


@given(st.lists(_VEHICLE, max_size=8))
def test_what_fits_is_kept_whole_or_refused_and_found_by_every_year(vehicles):
    wrong = {
        f"vehicles.{place}.year_to"
        for place, each in enumerate(vehicles)
        if each.get("year_to") is not None and each["year_to"] < each["year_from"]
    }
    if wrong:
        refused(fitment.parse, {"vehicles": vehicles}, *wrong)
        return
    document = fitment.parse({"vehicles": vehicles}).document
    assert (document is None) == (not vehicles)
    if document is None:
        return
    assert fitment.parse(document).document == document
    kept = {(each["make"].casefold(), each["model"].casefold(), each["year_from"]) for each in document["vehicles"]}
    assert kept == {(each["make"].casefold(), each["model"].casefold(), each["year_from"]) for each in vehicles}
    *texts, years = fitment.search_texts(document)
    for each in document["vehicles"]:
        assert {each["make"], each["model"]} <= set(texts)
        for year in (each["year_from"], each["year_to"] or each["year_from"] + 1):
            assert str(year) in years.split()
    first = min(each["year_from"] for each in document["vehicles"])
    assert str(first - 1) not in years.split()


def test_a_vehicle_lacks_nothing_and_is_named_once():
    twice = fitment.parse({"vehicles": [HILUX, HILUX | {"make": "TOYOTA", "note": "2.5 d"}]})
    assert len(twice.vehicles) == 1
    bare = {"make": "", "model": " ", "year_from": "", "year_to": "soon"}
    names = ("make", "model", "year_from", "year_to")
    refused(fitment.parse, {"vehicles": [HILUX, bare]}, *(f"vehicles.1.{name}" for name in names))
    refused(
        fitment.parse, {"vehicles": [HILUX | {"make": "a;b", "model": "c；d"}]}, "vehicles.0.make", "vehicles.0.model"
    )
    refused(fitment.parse, {"vehicles": [HILUX | {"note": "x" * 161}]}, "vehicles.0.note")
    refused(fitment.parse, {"vehicles": [HILUX] * 301}, "vehicles")
    assert fitment.parse({}).document is None

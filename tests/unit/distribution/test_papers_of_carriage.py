"""What a consignment needs by its nature and its way, and marks of treated wood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from marketplace.distribution.waybills.rules.completeness import (
    MAKERS,
    Check,
    Maker,
    Nature,
    Need,
    checks,
    is_insured_by_seller,
    missing,
)
from marketplace.distribution.waybills.rules.wood import MOST_MARKS, TREATMENTS, Wood, mark, marks
from marketplace.kernel.errors import Refused

ALL = Nature(
    issued=frozenset({"packing_list", "commercial_invoice", "dangerous_goods_note"}),
    has_waybill=True,
    has_units=True,
    is_marked=True,
    terms=True,
    wood=Wood.WOOD,
    wood_marks=("CN-1-HT",),
    danger=True,
    basis="CIP",
    insured=True,
)
NATURES = some.builds(
    Nature,
    issued=some.frozensets(some.sampled_from([str(need) for need in Need])),
    has_waybill=some.booleans(),
    has_units=some.booleans(),
    is_marked=some.booleans(),
    terms=some.sampled_from([None, True, False]),
    wood=some.sampled_from([None, *Wood]),
    wood_marks=some.sampled_from([(), ("CN-1-HT",)]),
    danger=some.booleans(),
    basis=some.sampled_from(["FCA", "CIP", "DAP"]),
    insured=some.booleans(),
    returns=some.booleans(),
)


def test_everything_that_can_be_asked_is_there():
    assert {check.need for check in checks(ALL)} == set(Need)
    assert missing(checks(ALL)) == ()
    assert set(MAKERS) == set(Need)


def test_plain_goods_need_five_papers():
    needs = [check.need for check in checks(Nature())]
    assert needs == [
        Need.PACKING_LIST,
        Need.SHIPPING_MARKS,
        Need.HOUSE_WAYBILL,
        Need.COMMERCIAL_INVOICE,
        Need.MANIFEST_ENTRY,
    ]
    assert missing(checks(Nature())) == tuple(needs)
    assert Check(Need.WOOD_MARK, ready=False).maker is Maker.MERCHANT


@given(nature=NATURES)
@settings(max_examples=100)
def test_nothing_is_asked_twice_and_nature_alone_asks(nature):
    found = checks(nature)
    needs = [check.need for check in found]
    assert len(needs) == len(set(needs))
    assert (Need.DANGEROUS_GOODS_NOTE in needs) == nature.danger
    assert (Need.WOOD_MARK in needs) == (nature.wood is Wood.WOOD)
    assert (Need.CARRIAGE_TERMS in needs) == (nature.terms is not None)
    assert (Need.INSURANCE_CERTIFICATE in needs) == (nature.basis == "CIP" and not nature.returns)
    assert set(missing(found)) == {check.need for check in found if not check.ready}


def test_cip_and_cif_bind_the_seller():
    assert [basis for basis in ("EXW", "FCA", "CPT", "CIP", "CIF", "DAP") if is_insured_by_seller(basis)] == [
        "CIP",
        "CIF",
    ]


@given(
    country=some.from_regex(r"[A-Z]{2}", fullmatch=True),
    producer=some.from_regex(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,8})?", fullmatch=True),
    treatment=some.sampled_from(TREATMENTS),
    glue=some.sampled_from(["-", " ", "–"]),
    bark=some.booleans(),
    lower=some.booleans(),
)
@settings(max_examples=100)
def test_a_mark_reads_however_it_is_typed(country, producer, treatment, glue, bark, lower):
    typed = glue.join((country, producer, treatment, *(["DB"] if bark else [])))
    read = mark(typed.lower() if lower else typed)
    assert read is not None
    assert read.startswith(f"{country}-")
    assert treatment in read.split("-")
    assert mark(read) == read


@pytest.mark.parametrize(
    "text", ["", "CN", "CN-1", "CN-1-XX", "CHN-1-HT", "CN--HT", "中国-1-HT", "CN-123456789012345678901-HT"]
)
def test_what_is_no_mark_is_refused(text):
    assert mark(text) is None


def test_marks_go_with_wood_and_stand_once():
    assert marks(Wood.WOOD, ["cn-1-ht", " ", "CN 1 HT"]) == ("CN-1-HT",)
    assert marks(None, [""]) == ()
    for wood, given_, code in (
        (Wood.NONE, ["CN-1-HT"], "wood_none"),
        (None, ["CN-1-HT"], "wood_none"),
        (Wood.WOOD, ["CN-1-XX"], "wood_mark"),
        (Wood.WOOD, ["CN-1-HT"] * (MOST_MARKS + 1), "too_many_marks"),
    ):
        with pytest.raises(Refused) as refused:
            marks(wood, given_)
        assert refused.value.errors[0].code == code

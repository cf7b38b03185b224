import pytest

from marketplace.distribution.rules.cargo import Said, said

DANGER = {"answer": "dangerous", "un_number": "1090", "hazard_class": "3", "packing_group": "II", "battery": None}
COOL = {"shelf_days": 9, "least_celsius": "2", "most_celsius": "8"}


@pytest.mark.parametrize(
    ("documents", "fresh", "kept_at", "expected"),
    [
        ({}, False, None, Said()),
        ({}, True, None, Said(food=True, fresh=True)),
        ({"dangerous": {"answer": "not_dangerous"}}, False, None, Said()),
        ({"dangerous": DANGER}, False, None, Said("1090", ("3",), "II")),
        (
            {"dangerous": DANGER | {"battery": "lithium_ion", "hazard_class": "9"}},
            False,
            None,
            Said("1090", ("9A",), "II"),
        ),
        ({"dangerous": DANGER | {"hazard_class": "7", "packing_group": None}}, False, None, Said("1090", ("7C",))),
        ({"food": COOL}, False, None, Said(food=True, temp_min=20, temp_max=80)),
        ({"food": COOL | {"least_celsius": None}}, False, None, Said(food=True, temp_max=80)),
        ({"food": COOL | {"most_celsius": "25"}}, False, None, Said(food=True)),
        ({"food": COOL | {"most_celsius": None}}, False, None, Said(food=True)),
        ({"food": COOL}, True, (-155, 405), Said(food=True, temp_min=-15, temp_max=40, fresh=True)),
        ({}, False, (None, 405), Said(temp_max=40)),
        ({}, False, (205, None), Said(temp_min=21)),
    ],
)
def test_what_merchants_said_of_goods_decides_what_stands_beside_them(documents, fresh, kept_at, expected):
    assert said(documents, fresh=fresh, kept_at=kept_at) == expected


def test_plain_is_what_nothing_was_said_of_that_keeps_others_away():
    assert Said().is_plain
    assert Said(packing_group="II").is_plain
    for each in (Said(labels=("3",)), Said(un_number="1090"), Said(food=True), Said(temp_min=1), Said(temp_max=1)):
        assert not each.is_plain
    assert Said(labels=("3",)).is_dangerous
    assert not Said(food=True).is_dangerous

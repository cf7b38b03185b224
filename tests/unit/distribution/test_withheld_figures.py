"""No company's trade can be read out of a public table, its total included."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as some

from marketplace.distribution.statistics.rules.privacy import FEWEST, Behind, withheld

COMPANIES = [UUID(int=number) for number in range(8)]
SIDE = some.frozensets(some.sampled_from(COMPANIES), max_size=5)
BEHIND = some.builds(Behind, SIDE, SIDE, some.integers(0, 100)).filter(
    lambda one: bool(one.shippers) is bool(one.consignees)
)
TABLES = some.dictionaries(some.text("abcdef", min_size=1, max_size=2), BEHIND, max_size=7)


@given(TABLES)
def test_what_is_told_has_enough_companies_on_each_side(table):
    hidden = withheld(table)
    for key in table.keys() - hidden:
        assert not table[key].shippers or table[key].is_open
        assert not table[key].shippers or min(len(table[key].shippers), len(table[key].consignees)) >= FEWEST


@given(TABLES)
def test_what_is_withheld_cannot_be_had_as_the_rest_of_the_total(table):
    hidden = withheld(table)
    if not hidden:
        return
    filled = {key for key, behind in table.items() if behind.shippers}
    behind = Behind(frozenset(), frozenset(), 0)
    for key in hidden:
        behind |= table[key]
    # Either nothing at all is told, or at least two rows with enough companies behind their sum are not.
    assert hidden == filled or (len(hidden) > 1 and behind.is_open)


@given(TABLES)
def test_nothing_is_withheld_without_need(table):
    if all(not behind.shippers or behind.is_open for behind in table.values()):
        assert not withheld(table)


def test_the_lightest_goes_with_the_one_that_must():
    many = frozenset(COMPANIES[:4])
    table = {
        "heavy": Behind(many, many, 900),
        "light": Behind(many, many, 10),
        "one": Behind(frozenset(COMPANIES[:1]), many, 500),
        "none": Behind(frozenset(), frozenset(), 0),
    }
    assert withheld(table) == {"one", "light"}

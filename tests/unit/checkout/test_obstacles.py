"""What stands in the way of a line: a country's rule about its goods, and a sum that nobody can pay."""

from marketplace.checkout.rules.obstacles import Barred, prohibited, too_much
from marketplace.checkout.rules.problems import Problem
from marketplace.kernel.money import LARGEST_MINOR, Money


def test_a_rule_against_goods_is_told_with_country_and_source():
    rule = Barred(country="VN", hs_prefix="8714", source="Decree 69/2018", source_url="https://law.test/69")
    facts = {"country": "VN", "hs": "8714", "source": "Decree 69/2018", "address": "https://law.test/69"}
    assert list(prohibited(rule)) == [Problem("prohibited_there", facts)]
    assert list(prohibited(None)) == []


def test_a_sum_is_too_much_beyond_the_most_that_an_account_holds():
    most = Money(LARGEST_MINOR, "CNY")
    assert list(too_much(most)) == []
    assert list(too_much(most + Money(1, "CNY"))) == [Problem("amount_too_large", {"most": str(most)})]

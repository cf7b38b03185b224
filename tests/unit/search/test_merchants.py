"""When the words of a query name a merchant."""

import pytest

from marketplace.search.rules.merchants import names_merchant


@pytest.mark.parametrize(
    ("words", "name", "named"),
    [
        ("jialing parts", "Jialing Parts", True),
        ("jialing parts", "Jialing Parts Co., Ltd.", True),
        ("jialing", "Jialing", True),
        ("jialing", "Jialing Parts", False),
        ("parts", "Jialing Parts", False),
        ("重庆嘉陵", "重庆嘉陵配件有限公司", True),
        ("重庆", "重庆嘉陵配件有限公司", False),
        ("dak lak", "Đắk Lắk Coffee", True),
    ],
)
def test_a_whole_name_or_a_long_beginning_names_a_merchant(words, name, named):
    assert names_merchant(words, name) is named

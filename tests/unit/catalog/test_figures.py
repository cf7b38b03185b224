"""Who counts as a person that looks, and what part of the looks led to an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalog.figures.rules import conversion, is_robot, is_view

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
PERSON = {"user_agent": CHROME, "purpose": "", "is_again": False, "is_own": False, "is_staff": False}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 (compatible; Baiduspider/2.0)",
        "Mozilla/5.0 (compatible; YandexBot/3.0)",
        "Mozilla/5.0 (compatible; Yahoo! Slurp)",
        "Mozilla/5.0 (X11) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36",
        "Sogou web robot",
        "curl/8.5.0",
        "Wget/1.21",
        "python-requests/2.32",
        "Go-http-client/1.1",
        "facebookexternalhit/1.1",
        "WhatsApp link preview",
    ],
)
def test_programs_are_no_people(name):
    assert is_robot(name)
    assert not is_view(**PERSON | {"user_agent": name})


@pytest.mark.parametrize("name", [CHROME, PHONE, "Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/133.0"])
def test_people_are_no_programs(name):
    assert not is_robot(name)
    assert is_view(**PERSON | {"user_agent": name})


@pytest.mark.parametrize(
    "change", [{"is_again": True}, {"is_own": True}, {"is_staff": True}, {"purpose": "prefetch;prerender"}]
)
def test_what_nobody_looked_at_anew_is_no_view(change):
    assert not is_view(**PERSON | change)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_conversion_is_the_nearest_hundredth_of_a_per_cent(orders, views):
    found = conversion(orders=orders, views=views)
    if not views:
        assert found is None
    else:
        assert abs(found * views - orders * 10_000) * 2 <= views


def test_a_half_is_rounded_up():
    assert conversion(orders=1, views=20_000) == 1
    assert conversion(orders=1, views=20_001) == 0
    assert conversion(orders=3, views=2) == 15_000

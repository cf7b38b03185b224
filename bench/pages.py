"""The pages that are measured, and the way into the city as its demo buyer."""

import http.cookiejar
import re
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Final

from bench.servers import Shop
from marketplace.seed import cast


@dataclass(frozen=True)
class Page:
    """One kind of page: its path at ours and at the bare shop, and the ratio aimed at."""

    name: str
    path: str
    bare: str
    aim: float
    member: bool = False


@dataclass(frozen=True)
class Visit:
    """A session of the demo buyer, and a listing that is on the shelf with a quantity that it is sold in."""

    cookie: str
    listing: str
    quantity: str

    def path(self, page: Page) -> str:
        """Return the address of a page."""
        return page.path.format(listing=self.listing, quantity=self.quantity)

    def headers(self, page: Page) -> tuple[str, ...]:
        """Return what a request for the page sends."""
        return (f"Cookie: {self.cookie}",) if page.member else ()


_LANDED: Final = "/products/{listing}?quantity={quantity}&to=VNHAN"

PAGES: Final = (
    Page("listing page", "/products", "/", 0.5),
    Page("listing page, logged in", "/products", "/", 0.5, member=True),
    Page("product page", "/products/{listing}", "/products/17", 0.5),
    Page("product page, logged in", "/products/{listing}", "/products/17", 0.5, member=True),
    Page("product with freight", _LANDED, "/products/17", 0.4),
    Page("product with freight, logged in", _LANDED, "/products/17", 0.4, member=True),
    Page("search (Whoosh)", "/search?q=durian", "/search?q=durian", 0.1),
    Page("search (Whoosh), logged in", "/search?q=durian", "/search?q=durian", 0.1, member=True),
)


def enter(shop: Shop) -> Visit:
    """Log in as the demo buyer and look at the shelf."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    form = browser.open(f"{shop.url}/login").read().decode()
    token = _found(r'name="csrf_token" value="([^"]+)"', form)
    fields = {"login": "buyer@demo.test", "password": cast.PASSWORD, "csrf_token": token, "idempotency_key": "bench"}
    browser.open(f"{shop.url}/login", urllib.parse.urlencode(fields).encode()).read()
    shelf = browser.open(f"{shop.url}/products").read().decode()
    # After the first page, as a browser has it: that page gave the session its token for forms.
    cookie = "; ".join(f"{item.name}={item.value}" for item in jar)
    listing = _found(r'href="/products/([0-9a-f-]{36})"', shelf)
    goods = browser.open(f"{shop.url}/products/{listing}").read().decode()
    return Visit(cookie, listing, _found(r'id="field-quantity"[^>]*\bvalue="(\d+)"', goods))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        message = f"the page has no {pattern}"
        raise SystemExit(message)
    return match.group(1)

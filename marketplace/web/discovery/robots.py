"""Which pages search engines may read, from the routes themselves: a new page is closed until it is listed."""

from flask import current_app

from marketplace.web.shared import locale
from marketplace.web.shared.discovery import LISTED, absolute

# What listed pages are made of, and how they are found.
_WITH_THEM = frozenset({"static", "catalog.picture"})


def robots(sitemap: str) -> str:
    """Return the text of robots.txt."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _closed()), f"Sitemap: {absolute(sitemap)}"]
    return "\n".join(lines) + "\n"


def _closed() -> list[str]:
    """Return the beginnings of addresses that are not for search engines, in every language."""
    opened: set[str] = set()
    closed: set[str] = set()
    for rule in current_app.url_map.iter_rules():
        first = rule.rule.split("/")[1]
        is_open = rule.endpoint in LISTED | _WITH_THEM or rule.endpoint.startswith("discovery.")
        (opened if is_open else closed).add(first)
    paths: list[str] = []
    for first in sorted(closed - opened):
        # ``/merchant`` is how ``/merchants/…`` begins, too.
        is_beginning = any(other.startswith(first) for other in opened)
        paths += [f"/{first}$", f"/{first}/"] if is_beginning else [f"/{first}"]
    prefixes = ("" if code == locale.DEFAULT else f"/{code}" for code in locale.LOCALES)
    return [prefix + path for prefix in prefixes for path in paths]

"""What a page tells search engines of itself: its one address in each language, and whether to list it.

Addresses begin with the city's public one, never with what a Host header says.
"""

from typing import Any, Final

from flask import Flask, current_app, request, url_for

from marketplace.kernel import languages
from marketplace.web.shared import locale

# Pages with one lasting address each. A query changes what a list shows, so those with one are not listed; on other
# pages it only fills a form, so they name the plain address. Every other page of the city is somebody's own.
_LISTS: Final = frozenset(
    {
        "catalog.commodity",
        "catalog.products",
        "catalog.seller",
        "itineraries.ways",
        "logistics.departures",
        "showroom.halls",
        "showroom.pavilion",
    }
)
_PLAIN: Final = frozenset(
    {
        "boards.corridor",
        "catalog.product",
        "home.contract",
        "home.index",
        "home.privacy",
        "home.terms",
        "itineraries.emissions",
        "logistics.departure",
        "settings.rules",
        "statistics.statistics",
        "showroom.enquiry_form",
        "showroom.fair",
        "showroom.fairs",
        "showroom.pavilions",
    }
)
LISTED: Final = _LISTS | _PLAIN
# A language as Open Graph writes it.
_OPEN_GRAPH: Final = {"en": "en_US", "zh": "zh_CN", "vi": "vi_VN"}


def init_app(app: Flask) -> None:
    """Let the frame of every page ask what to tell."""
    app.add_template_global(discovery)
    app.add_template_global(absolute)


def absolute(path: str) -> str:
    """Return a path of this city as an address for the outside."""
    base: str = current_app.extensions["city.settings"].base_url
    return base + path


def address(endpoint: str, language: str, **values: Any) -> str:
    """Return a page's one address in a language."""
    return absolute(languages.prefix(language) + url_for(endpoint, **values).removeprefix(request.script_root))


def discovery() -> dict[str, Any] | None:
    """Return what this page tells of itself, None for a page that is not to be listed."""
    endpoint = request.endpoint
    if endpoint not in LISTED or (endpoint in _LISTS and request.query_string):
        return None
    # Built from the route: whatever way an id was written in, the page has one address.
    path = url_for(endpoint, **(request.view_args or {})).removeprefix(request.script_root)
    spoken = {code: absolute(languages.prefix(code) + path) for code in locale.LOCALES}
    here = locale.current()
    return {
        "canonical": spoken[here],
        "languages": spoken,
        "default": spoken[locale.DEFAULT],
        "open_graph": _OPEN_GRAPH[here],
        "others": [name for code, name in _OPEN_GRAPH.items() if code != here],
    }

"""The language is the first part of the path: ``/zh/cart``, ``/vi/cart``; none is English."""

from typing import Any, Final
from urllib.parse import quote

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from marketplace.kernel import languages

LOCALES: Final = {"en": "English", "zh": "中文", "vi": "Tiếng Việt"}
DEFAULT: Final = languages.DEFAULT
BABEL: Final = {"en": "en", "zh": "zh_Hans", "vi": "vi"}


class LocalePrefix:
    """Moves a leading locale from the path to the script name, so that every URL made keeps the language."""

    def __init__(self, app: Any) -> None:
        """Wrap a WSGI application."""
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Pass the request on with the locale taken off its path."""
        path: str = environ.get("PATH_INFO", "")
        first, _, rest = path.lstrip("/").partition("/")
        if first in LOCALES and first != DEFAULT:
            environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{first}"
            environ["PATH_INFO"] = f"/{rest}"
            environ["city.locale"] = first
        return self.app(environ, start_response)


def current() -> str:
    """Return the language of this request as it stands in the path."""
    try:
        found: str = request.environ.get("city.locale", DEFAULT)
    except (
        RuntimeError
    ):  # outside a request; asking for that first takes as long again, and a page asks hundreds of times
        return DEFAULT
    return found


def babel_locale() -> str:
    """Return the language of this request as CLDR names it."""
    return BABEL[current()]


def path_in(locale: str) -> str:
    """Return this page's address in another language, query kept; that of the page of a form that came back."""
    query = request.query_string.decode("ascii", "ignore")
    # Two slashes at the front would name another host.
    path = quote("/" + _readable().lstrip("/"))
    return f"{languages.prefix(locale)}{path}" + (f"?{query}" if query else "")


def _readable() -> str:
    """Return the path that was asked for, or of one that takes forms alone the nearest above it that can be opened."""
    path = request.path
    if request.method in {"GET", "HEAD"} or (adapter := current_app.create_url_adapter(request)) is None:
        return path
    while path:
        try:
            adapter.match(path, method="GET")
        except HTTPException:
            path = path.rpartition("/")[0]
        else:
            return path
    return "/"

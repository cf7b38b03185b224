"""Whoever reloads the address of an act is shown the page that it is done on: a form re-shown keeps its own address."""

from typing import Any, Final

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import MapAdapter, RequestRedirect

# Acts whose page is not found by walking up their address.
_PAGES: Final = {
    "/merchant/lines/": "operations.fulfilment",
    "/merchant/transfers": "payments.received",
    "/account/bank/": "bank.statements",
    "/operator/bank/": "bank.house",
    "/operator/card-returns/": "treasury.desk",
    "/operator/commissions/": "treasury.desk",
    "/operator/payouts": "payouts.many",
    "/operator/trading/": "trading.desk",
    "/merchant/trading/": "trading.mine",
    "/logout": "home.index",
}
_MACHINES: Final = ("/api/", "/webhooks/")


def init_app(app: Flask) -> None:
    """Answer GET at the address of an act by sending the reader to its page."""
    app.before_request(_send_back)


def _send_back() -> Any:
    is_act = isinstance(request.routing_exception, MethodNotAllowed) and request.method in ("GET", "HEAD")
    if not is_act or request.path.startswith(_MACHINES):
        return None
    return redirect(page_of(request.path), 303)


def page_of(path: str) -> str:
    """Return the address of the page on which the act at this path is done."""
    for beginning, endpoint in _PAGES.items():
        if path.startswith(beginning):
            return url_for(endpoint)
    adapter = current_app.create_url_adapter(request)
    while path := path.rpartition("/")[0]:
        if adapter is not None and _answers(adapter, path):
            return f"{request.script_root}{path}"
    return url_for("home.index")


def _answers(adapter: MapAdapter, path: str) -> bool:
    try:
        adapter.match(path, method="GET")
    except (MethodNotAllowed, NotFound, RequestRedirect):
        return False
    return True

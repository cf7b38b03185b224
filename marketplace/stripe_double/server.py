"""The stand-in as a server on loopback: the API, the pages, and switches under ``/_double``."""

import json
import socket
import urllib.error
import urllib.request
from typing import Any, Final

from flask import Flask, Response, request

from marketplace.stripe_double.answers import Answer
from marketplace.stripe_double.double import Double, NoAnswer
from marketplace.stripe_double.pages import create_pages

_TIMEOUT: Final = 10
_ACCEPTED: Final = range(200, 300)


def create_server(double: Double) -> Flask:
    """Return the application: ``/v1``, ``/pay``, ``/challenge``, and the controls that tests use."""
    app = create_pages(double)
    app.config["MAX_CONTENT_LENGTH"] = 8 * 1024 * 1024

    def api(rest: str) -> Response:
        """Answer one call; without an answer the connection is cut, as a time-out looks from outside."""
        given = {name.lower(): value for name, value in request.headers.items()}
        try:
            answer = double.answer(
                request.method,
                f"/v1/{rest}",
                given,
                query=request.query_string.decode("ascii", "replace"),
                body=request.get_data(),
            )
        except NoAnswer:
            _cut(request.environ)
            return Response(status=504)
        return Response(json.dumps(answer.body), answer.status, _headers(answer), mimetype="application/json")

    def switches() -> Any:
        """List the armed switches, arm one (JSON: fault, method, path, value, times), or clear them all."""
        if request.method == "DELETE":
            double.switches.clear()
        if request.method == "POST":
            try:
                double.switches.arm(**request.get_json())
            except (TypeError, ValueError) as error:
                return {"error": str(error)}, 422
        return [
            {"fault": one.fault, "method": one.method, "path": one.path, "value": one.value, "remaining": one.remaining}
            for one in double.switches.armed()
        ]

    def deliver() -> Any:
        """Let time pass and send the notices that are due; say how many went."""
        double.pass_time()
        return {"sent": double.deliver(post)}

    app.add_url_rule("/_double/disputes", "dispute", lambda: _dispute(double), methods=["POST"])
    app.add_url_rule("/v1/<path:rest>", "api", api, methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/_double/switches", "switches", switches, methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/_double/deliveries", "deliver", deliver, methods=["POST"])
    return app


def post(url: str, raw: bytes, signature: str) -> bool:
    """Send a notice over HTTP; anything but 2xx in time is a refusal."""
    headers = {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": signature}
    asked = urllib.request.Request(url, data=raw, headers=headers, method="POST")  # noqa: S310  endpoints are checked to be http(s)
    try:
        with urllib.request.urlopen(asked, timeout=_TIMEOUT) as answer:  # noqa: S310  likewise
            return answer.status in _ACCEPTED
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _dispute(double: Double) -> Any:
    """Be a card's holder, or its bank (JSON: intent, amount, reason; or dispute, won)."""
    asked = request.get_json()
    try:
        if "dispute" in asked:
            return {"id": double.decide(asked["dispute"], won=bool(asked["won"]))["id"]}
        return {"id": double.dispute(asked.pop("intent"), **asked)["id"]}
    except (KeyError, TypeError, ValueError) as error:
        return {"error": str(error)}, 422


def _headers(answer: Answer) -> dict[str, str]:
    replayed = {"Idempotent-Replayed": "true"} if answer.replayed else {}
    return {"Request-Id": answer.request_id, **replayed}


def _cut(environ: dict[str, Any]) -> None:
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)

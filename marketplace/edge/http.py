"""What every answer has in common: request id, security headers, error documents, login, CSRF, metrics."""

import secrets
import time
import traceback
from typing import Any, Final

import structlog
from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask_login import LoginManager
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from marketplace.config import Settings
from marketplace.edge import identity, metrics
from marketplace.edge.answers import PROBLEM, TITLES, headers_of, problem, status_of
from marketplace.edge.cookies import Sessions
from marketplace.kernel.errors import (
    Conflict,
    DomainError,
    Malformed,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from marketplace.payments.flows.card_calls import EXTENSION as CARDS

csrf = CSRFProtect()
_log = structlog.get_logger("city.http")

_REQUEST_ID_LENGTH: Final = 64
_FRAMES: Final = 12
# A year, as browsers' preload lists ask for; sent where cookies are secure, so never over plain HTTP of a demo.
_HSTS: Final = "max-age=31536000"


def init_app(app: Flask, settings: Settings) -> None:
    """Attach what every answer has in common."""
    app.session_interface = Sessions()
    app.before_request(_begin)
    # Templates are given the reader by render; asking for one here would ask the database on every error page.
    login = LoginManager(app, add_context_processor=False)
    login.user_loader(identity.load_user)
    login.session_protection = ""  # the epoch ends sessions; an address may change on a phone
    csrf.init_app(app)
    app.after_request(_finish)
    app.after_request(identity.note_presence)
    app.register_error_handler(DomainError, answer)
    app.register_error_handler(CSRFError, _answer_csrf)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_database)
    app.register_error_handler(DataError, _answer_database)
    app.register_error_handler(IntegrityError, _answer_race)
    app.register_error_handler(Exception, _answer_unexpected)
    app.add_template_global(csp_nonce)
    app.extensions["city.secure"] = settings.is_production


def csp_nonce() -> str:
    """Return this request's script nonce."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def answer(error: DomainError) -> Any:
    """Answer a refusal: a problem document to programs, a page (or its fragment) to people."""
    status = status_of(error)
    if identity.is_api():
        body = jsonify(problem(error))
        body.mimetype = PROBLEM
        return body, status, headers_of(error)
    if isinstance(error, Unauthenticated) and request.method == "GET":
        return _to_login()
    return _page(status, problem(error)), status, headers_of(error)


def _page(code: int, document: dict[str, Any]) -> str:
    template = "errors/fragment.html" if "HX-Request" in request.headers else "errors/page.html"
    return render_template(template, code=code, problem=document, request_id=g.get("request_id"))


def _answer_csrf(_error: CSRFError) -> Any:
    return answer(Malformed("csrf"))


def _to_login() -> Response:
    wanted = request.script_root + request.full_path.rstrip("?")
    return redirect(url_for("accounts.login", next=wanted), 303)  # type: ignore[return-value]


def _answer_http(error: HTTPException) -> Any:
    """Give the framework's own refusals the form of ours."""
    code = error.code or 500
    if code < 400:
        return error
    if isinstance(error, InternalServerError):
        return _answer_unexpected(error.original_exception or error)
    kinds: dict[int, DomainError] = {
        404: NotFound("page"),
        413: TooLarge("too_large", accepted="32 MB in all, 2 MB of form text"),
        429: TooMany("too_many", retry_after=60),
    }
    known = kinds.get(code)
    if known:
        return answer(known)
    refused = Refused("http", name=TITLES.get(code, error.name))
    document = {
        **problem(refused),
        "type": f"urn:city:problem:http_{code}",
        "title": TITLES.get(code, error.name),
        "status": code,
    }
    document["detail"] = TITLES.get(code, error.name)
    headers = {"Allow": ", ".join(error.valid_methods)} if getattr(error, "valid_methods", None) else {}  # type: ignore[attr-defined]
    if identity.is_api():
        body = jsonify(document)
        body.mimetype = PROBLEM
        return body, code, headers
    return _page(code, document), code, headers


def _answer_database(error: Any) -> Any:
    """Answer what the database refused: an out-of-range value is the caller's, a lost connection ours."""
    if isinstance(error, DataError):
        return answer(Refused("database_value"))
    _log.error("database", kind=type(error.orig).__name__)
    g.city_actor = None  # the page that says so must not ask the database who reads it
    return answer(Unavailable("busy"))


def _answer_race(error: IntegrityError) -> Any:
    """Answer who came second where two did the same at once; the constraint kept the first and undid the second."""
    _log.warning("race_lost", kind=type(error.orig).__name__)
    return answer(Conflict("raced"))


def _answer_unexpected(error: BaseException) -> Any:
    # Messages of exceptions may quote addresses and names; class and place say enough.
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error("unexpected", error=type(error).__name__, frames=frames[-_FRAMES:])
    document = {
        **problem(Conflict("internal")),
        "type": "urn:city:problem:internal",
        "title": TITLES[500],
        "status": 500,
    }
    if identity.is_api():
        body = jsonify(document)
        body.mimetype = PROBLEM
        return body, 500
    g.city_actor = None  # whatever broke may break again when the reader's name is looked up
    return _page(500, document), 500


def _begin() -> None:
    if request.mimetype == "application/x-www-form-urlencoded":
        # Read at once and whole, so the limit for text in multipart forms does not reach it.
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
    given = request.headers.get("X-Request-Id", "")
    g.request_id = (
        given if given.isascii() and given.isalnum() and len(given) <= _REQUEST_ID_LENGTH else secrets.token_hex(8)
    )
    g.started = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)
    if "\0" in request.path:
        # PostgreSQL cannot even be asked for it, so nothing is called so.
        raise NotFound("address")


def _finish(response: Response) -> Response:
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    if current_app.extensions["city.secure"]:
        headers["Strict-Transport-Security"] = _HSTS
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
    headers.setdefault("Content-Security-Policy", _policy())
    # Whatever was made for somebody, files too, is kept by nobody on the way.
    if identity.is_api() or g.get("city_actor"):
        headers.setdefault("Cache-Control", "no-store")
    elif response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-cache")
    metrics.observe(request.url_rule.rule if request.url_rule else "unknown", request.method, response.status_code, g)
    return response


def _policy() -> str:
    # A form that is answered with a redirect counts as sent there too, in Chromium at least.
    provider = current_app.extensions.get(CARDS)
    forms = f"'self' {provider.page_origin}".rstrip() if provider else "'self'"
    return (
        f"default-src 'self'; script-src 'self' 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self' data:; "
        f"object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
    )

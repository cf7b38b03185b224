"""The composition root: settings in, application out. Nothing else wires parts together."""

import secrets
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace import paths, reactions
from marketplace.accounts.rules.sign_in import Policy
from marketplace.accounts.services.vault import Vault
from marketplace.api import registry as api
from marketplace.catalog.figures import tally
from marketplace.catalog.figures.services import Counts, add
from marketplace.config import Settings
from marketplace.edge import http, limits, logs
from marketplace.files.store import open_store
from marketplace.kernel import clock
from marketplace.kernel.db import db, engine_options, in_unit_of_work
from marketplace.mail.channels import Outlets, outlets
from marketplace.mail.gateway import TextGateway
from marketplace.mail.rules import Channel
from marketplace.notices.queries import Sender, renderer
from marketplace.payments import stripe_gateway
from marketplace.payments.flows.card_calls import EXTENSION as CARDS
from marketplace.payments.rules import local_methods
from marketplace.search.whoosh_index import WhooshIndex
from marketplace.stripe_double.client import InProcess
from marketplace.stripe_double.double import Double
from marketplace.stripe_double.pages import create_pages
from marketplace.web import registry as web
from marketplace.web.shared.words import Environment
from marketplace.worker import bell

# A body larger than this is refused before it is read; pictures and workbooks are the largest things taken.
LARGEST_BODY = 32 * 1024 * 1024


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application of one city."""
    settings = settings or Settings()
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock.set_offset(settings.clock_offset)
    logs.configure(settings)

    app = Flask("marketplace", template_folder=str(paths.TEMPLATES), static_folder=str(paths.STATIC))
    app.jinja_environment = Environment
    app.config.update(
        SECRET_KEY=_secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME="__Host-city" if settings.is_production else "city",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=False,
    )
    app.extensions["city.settings"] = settings
    app.extensions["city.reactions"] = reactions.TABLE
    app.extensions["city.vault"] = _vault(app, settings)
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)
    app.extensions["city.render"] = renderer(Sender(settings.site_name, settings.base_url))
    app.extensions["city.outlets"] = _outlets(settings)
    app.extensions["city.store"] = open_store(settings.files_url or settings.data_dir / "files")
    _install_cards(app, settings)
    app.extensions["city.search"] = WhooshIndex(settings.data_dir / "search")
    app.extensions[tally.EXTENSION] = _tally(app, settings)
    bell.install(app, settings)
    db.init_app(app)
    http.init_app(app, settings)
    limits.init_app(app, settings)
    web.init_app(app, settings)
    api.init_app(app, settings)
    return app


def _outlets(settings: Settings) -> Outlets:
    """Return the ways out of a city: servers where they are set, else files."""
    ways = outlets(
        folder=settings.data_dir / "mail",
        smtp_url=settings.smtp_url,
        sender=settings.mail_sender,
        is_plain=settings.smtp_plain,
    )
    if settings.text_url:
        ways[Channel.TEXT] = TextGateway(settings.text_url, settings.text_token.get_secret_value())
    return ways


def _tally(app: Flask, settings: Settings) -> tally.Tally:
    """Return what counts looks at goods in this process; a test's own thread shall be the only one that writes."""

    def write(counts: Counts) -> None:
        with app.app_context():
            in_unit_of_work(lambda session: add(session, counts=counts))

    return tally.Tally(write, wait=None if settings.env == "test" else tally.WAIT)


def _vault(app: Flask, settings: Settings) -> Vault:
    """Return the keeper of secrets, with what this city demands at the door."""
    policy = Policy(
        allow_test_mail=not settings.is_production,
        second_factor_waived=settings.mfa_waived,
        throttled=settings.limits == "on",
        sends_texts=bool(settings.text_url) or not settings.is_production,
    )
    return Vault(app.config["SECRET_KEY"], policy=policy, cheap=settings.env == "test")


def _install_cards(app: Flask, settings: Settings) -> None:
    """Charge cards at Stripe; without a key, at the embedded stand-in, whose pages are mounted beside ours.

    A production city without a key takes no cards: nobody shall mistake the stand-in for a payment.
    """
    if not settings.payments_are_demo:
        app.extensions[CARDS] = stripe_gateway.connect(
            api_key=settings.stripe_api_key.get_secret_value(),
            webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
            url=settings.stripe_url,
            page_origin=_origin_of(settings.stripe_url) or stripe_gateway.PAGES,
            country=settings.stripe_country,
            methods=local_methods.named(settings.stripe_methods),
        )
    elif not settings.is_production:
        double = Double(
            settings.data_dir / "stripe_double.sqlite3",
            base_url=f"{settings.base_url}/demo-payments",
            country=settings.stripe_country,
        )
        app.extensions["city.double"] = double
        app.extensions[CARDS] = stripe_gateway.connect(
            api_key="sk_test_embedded",
            webhook_secret=double.embedded_endpoint(f"{settings.base_url}/webhooks/stripe"),
            http_client=InProcess(double),
            page_origin="",
            country=settings.stripe_country,
            methods=local_methods.named(settings.stripe_methods),
        )
        app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/demo-payments": create_pages(double)})


def _origin_of(url: str) -> str:
    """Return scheme and host of an address, empty for none."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _check(settings: Settings) -> None:
    """Refuse settings that would be unsafe in production, and a gateway that is none."""
    if settings.text_url and not settings.text_url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        msg = "CITY_TEXT_URL: https://gateway.example/messages"
        raise ValueError(msg)
    if not settings.is_production:
        return
    unsafe = {
        "CITY_CLOCK_OFFSET": settings.clock_offset != 0,
        "CITY_LIMITS=off": settings.limits == "off",
        "an empty CITY_SECRET_KEY": not settings.secret_key.get_secret_value(),
        "an empty CITY_PUBLIC_URL": not settings.public_url,
    }
    if found := [name for name, is_unsafe in unsafe.items() if is_unsafe]:
        msg = f"not in production: {', '.join(found)}"
        raise ValueError(msg)


def _secret_key(settings: Settings) -> str:
    """Return the configured key, else one made once and kept beside the data, readable by us alone."""
    path = settings.secret_key_file
    if path is None:
        return settings.secret_key.get_secret_value()
    if not path.exists():
        fresh = path.with_name(f".secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        # Two starting workers: the first link wins, the other reads it.
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")

"""Every API blueprint, in one list."""

from flask import Flask

from marketplace.api.accounts.views import api as accounts
from marketplace.api.shared.operations import spec
from marketplace.config import Settings
from marketplace.edge.http import csrf

BLUEPRINTS = (accounts,)


def init_app(app: Flask, _settings: Settings) -> None:
    """Mount the API; it takes no cookies, so it needs no CSRF token."""
    for blueprint in BLUEPRINTS:
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint, url_prefix="/api/v1")
    spec.register(app)

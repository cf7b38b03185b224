"""Every blueprint of pages, in one list."""

from flask import Flask
from flask_babel import Babel

from marketplace import paths
from marketplace.config import Settings
from marketplace.web.accounts import entry, views
from marketplace.web.accounts.blueprint import pages as accounts
from marketplace.web.documents.views import pages as documents
from marketplace.web.home.views import pages as home
from marketplace.web.operator.views import pages as operator
from marketplace.web.shared import locale, render

BLUEPRINTS = (home, accounts, documents, operator)
# The modules that hang their views on the blueprint of accounts.
VIEWS = (entry, views)


def init_app(app: Flask, settings: Settings) -> None:
    """Mount the pages, their languages and what their templates are given."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(paths.TRANSLATIONS)
    Babel(app, locale_selector=locale.babel_locale)
    render.init_app(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.wsgi_app = locale.LocalePrefix(app.wsgi_app)

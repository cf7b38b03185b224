"""The blueprint that the modules of this package share."""

from flask import Blueprint

from marketplace.web.accounts.words import role_names

pages = Blueprint("accounts", __name__)
pages.add_app_template_filter(role_names)

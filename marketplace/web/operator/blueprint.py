"""The blueprint that the modules of this package share."""

from flask import Blueprint

pages = Blueprint("operator", __name__, url_prefix="/operator")

"""The blueprint that the modules of this package share."""

from flask import Blueprint

pages = Blueprint("catalog", __name__)

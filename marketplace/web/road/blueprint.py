"""The blueprint of pages of lorries on the road."""

from flask import Blueprint

pages = Blueprint("road", __name__)

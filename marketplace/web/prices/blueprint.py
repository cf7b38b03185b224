"""The blueprint that pages of prices for some buyers hang their views on."""

from flask import Blueprint

pages = Blueprint("prices", __name__)

"""The blueprint that pages of departures and pages of lines share."""

from flask import Blueprint

pages = Blueprint("operations", __name__)

"""The blueprint that the pages of the operator's finance people hang on."""

from flask import Blueprint

pages = Blueprint("treasury", __name__)

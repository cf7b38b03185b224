"""The blueprint that pages of carriers and of the operator share."""

from flask import Blueprint

pages = Blueprint("fleet", __name__)

"""The blueprint that the pages of distribution centres share."""

from flask import Blueprint

pages = Blueprint("centres", __name__)

"""The blueprint that the pages of the city on site share."""

from flask import Blueprint

pages = Blueprint("showroom", __name__)

"""The blueprint that the calls of the city on site share."""

from flask import Blueprint

api = Blueprint("api_showroom", __name__)

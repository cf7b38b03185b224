"""The blueprint that the calls of the operator's finance people hang on."""

from flask import Blueprint

api = Blueprint("api_treasury", __name__)

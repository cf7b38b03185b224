"""The blueprint that desk and review hang their views on."""

from flask import Blueprint

pages = Blueprint("merchants", __name__)

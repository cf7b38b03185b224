"""The blueprint of saved lists."""

from flask import Blueprint

pages = Blueprint("lists", __name__)

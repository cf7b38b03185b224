"""The blueprint of carts and checkouts."""

from flask import Blueprint

pages = Blueprint("checkout", __name__)

"""The blueprint that queue, decisions and reasons hang their views on."""

from flask import Blueprint

pages = Blueprint("moderation", __name__)

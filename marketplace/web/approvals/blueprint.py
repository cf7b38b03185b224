"""The blueprint that pages of approval hang their views on."""

from flask import Blueprint

pages = Blueprint("approvals", __name__)

"""The blueprint that pages about payouts hang on."""

from flask import Blueprint

pages = Blueprint("payouts", __name__)

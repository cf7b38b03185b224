"""The blueprint that the calls about payouts hang on."""

from flask import Blueprint

api = Blueprint("api_payouts", __name__)

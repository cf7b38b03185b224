"""The blueprint that pages of costs and of partners' invoices share."""

from flask import Blueprint

pages = Blueprint("costs", __name__)

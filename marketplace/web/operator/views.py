"""The style guide, and the messages a demo city would have sent."""

from flask import Blueprint, render_template

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.permissions import requires
from marketplace.kernel.db import reading
from marketplace.mail import queries as mail

pages = Blueprint("operator", __name__, url_prefix="/operator")


@pages.get("/styleguide")
@requires(Permission.OPERATOR_STYLEGUIDE_READ)
def styleguide() -> str:
    """Show every component of the design system."""
    return render_template("styleguide.html")


@pages.get("/mail")
@requires(Permission.OPERATOR_MAIL_READ)
def messages() -> str:
    """Show the messages that were sent, newest first; in a demo they reach nobody."""
    return render_template("operator/mail.html", messages=mail.recent(reading(), limit=100))

"""The style guide, and the messages a demo city would have sent."""

from flask import Blueprint, abort, current_app, render_template

from marketplace.accounts.rules.permissions import Permission
from marketplace.config import Settings
from marketplace.edge.permissions import requires
from marketplace.mail.channels import EmlFolder
from marketplace.web.operator.samples import sample

pages = Blueprint("operator", __name__, url_prefix="/operator")


@pages.get("/styleguide")
@requires(Permission.OPERATOR_STYLEGUIDE_READ)
def styleguide() -> str:
    """Show every component of the design system."""
    return render_template("styleguide.html", sample=sample())


@pages.get("/mail")
@requires(Permission.OPERATOR_MAIL_READ)
def messages() -> str:
    """Show the messages of a city without a mail server, newest first; elsewhere they are private."""
    settings: Settings = current_app.extensions["city.settings"]
    if settings.is_production or settings.smtp_url:
        abort(404)
    letters = EmlFolder(settings.data_dir / "mail", sender="").newest()
    return render_template("operator/mail.html", letters=letters)

"""Why a lorry is held, as words: the class of the cause alone, for it is told to all whose goods are aboard."""

from flask_babel import gettext as _

from marketplace.logistics.rules.states import HoldCause


def cause_of(cause: HoldCause) -> str:
    """Return a cause in the reader's language."""
    words = {
        HoldCause.CUSTOMS: _("customs"),
        HoldCause.INSPECTION: _("inspection"),
        HoldCause.PAPERS: _("papers"),
        HoldCause.BREAKDOWN: _("breakdown"),
        HoldCause.ACCIDENT: _("accident"),
        HoldCause.WEATHER: _("weather"),
        HoldCause.ROAD_CLOSED: _("road closed"),
        HoldCause.BORDER_CLOSED: _("border closed"),
        HoldCause.SECURITY: _("security"),
        HoldCause.OTHER: _("another cause"),
    }
    return words[cause]

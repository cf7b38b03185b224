"""Words of cargo insurance that several pages share."""

from flask_babel import gettext as _

from marketplace.logistics.insurance.queries.covers import Offer
from marketplace.web.shared import render


def offer(one: Offer) -> str:
    """Return a cover as a choice: insurer, clauses, what is insured for which premium."""
    text = _(
        "%(insurer)s, ICC (%(clauses)s): %(insured)s for a premium of %(premium)s",
        insurer=one.cover.insurer,
        clauses=one.cover.terms.clauses.value,
        insured=render.money(one.insured),
        premium=render.money(one.premium),
    )
    fictitious = _("(fictitious)")
    return f"{text} {fictitious}" if one.cover.is_fictitious else text

"""What people send about hand-overs."""

from uuid import UUID

from flask_babel import lazy_gettext as _

from marketplace.edge import messages
from marketplace.edge.parsing import Request
from marketplace.edge.requests.documents import Hash


class Handover(Request):
    """Who leaves, and who takes over what he has in hand; both are members of one's company."""

    leaver_id: UUID
    successor_id: UUID


class Confirmation(Request):
    """The hash of the list that was looked at."""

    content_hash: Hash


messages.register(
    errors={
        "handover_open": _("This person has a hand-over open already. Confirm it or withdraw it first."),
        "handover_changed": _("The list has changed since you looked. Look at it again, and confirm that one."),
        "handover_not_yours": _("The leaver and the successor confirm; somebody who leads, for a leaver who is gone."),
        "successor_gone": _("The successor is no member any more. Withdraw this and choose another."),
    },
    fields={
        "successor": _("Choose %(accepted)s."),
    },
)

"""Why a document may not be given out yet."""

from flask_babel import lazy_gettext as _

from marketplace.edge import messages

messages.register(errors={"document_failed": _("This document could not be set. The operator has been told.")})

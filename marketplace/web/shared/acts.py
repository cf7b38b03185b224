"""How a page acts: parse the form, do it once, redirect; show the form again when a field is refused."""

from collections.abc import Callable
from typing import Any, Final

from flask import redirect, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from marketplace.edge import replay
from marketplace.edge.answers import problem, status_of
from marketplace.edge.identity import require_actor
from marketplace.idempotency.rules import FIELD as KEY_FIELD
from marketplace.kernel.errors import Conflict, DomainError, Refused
from marketplace.web.shared import render, values

_GUARDS: Final = frozenset({"csrf_token", "idempotency_key"})


def once(work: Callable[..., str], *, flow: bool = False) -> Response:
    """Do the work once per form shown and redirect to the address it returns; a second click follows the first.

    A form that a browser went back to has the key of what it did: sent with other content it is Refused ``form_sent``,
    and comes back with a key of its own. While the first is at work it is Conflict ``form_running``, and comes back
    with the same key: sent again, it follows the first.
    """
    sent = replay.form_sent(without=_GUARDS)
    claim = replay.Claim.of_request(require_actor(), sent, key=request.form.get("idempotency_key", ""))

    def stored(**extra: Any) -> replay.Stored:
        return replay.Stored(303, {"location": work(**extra)})

    try:
        done = replay.once_in_flow(claim, stored) if flow else replay.once(claim, stored)
    except (Refused, Conflict) as refusal:
        # Others have keys, too, such as the card provider's.
        if refusal.code == "key_reused" and any(error.field == KEY_FIELD for error in refusal.errors):
            raise Refused("form_sent") from None
        if refusal.code == "key_running":
            render.keep_key(claim.key)
            raise Conflict("form_running", **refusal.facts) from None
        raise
    return redirect(done.body["location"], 303)


def reshown(error: DomainError, show: Callable[..., Any]) -> Any:
    """Show the form again with what was typed and why it was refused."""
    document: dict[str, Any] = problem(error) | {"detail": values.detail(error)}
    errors: dict[str, str] = {}
    for item in document["errors"]:
        control = _control(item["field"])
        text = values.reworded(item, request.form.get(item["field"]))
        # One box may hold many things, of which several are wrong.
        errors[control] = Markup(" ").join((errors[control], text)) if control in errors else text
    typed: Any = request.form
    if error.code == "form_sent":
        # What was looked at then is over: sent again, the form is about what stands now.
        typed = MultiDict((name, value) for name, value in request.form.items(multi=True) if name != "version")
    return show(values=typed, errors=errors, refusal=document), status_of(error)


def _control(field: str) -> str:
    """Return the control that a refused field was sent by: of ``payment_ids.0`` it is ``payment_ids``."""
    return field if field in request.form else field.partition(".")[0]

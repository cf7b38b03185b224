"""Every route says who may use it, or that it is public; a structural test reads these marks."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import current_app, request
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.identity import READING, current_actor, owes_terms, require_actor
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import NotAllowed

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer", bound=ResponseReturnValue)

_MARK = "__city_access__"


@dataclass(frozen=True, slots=True)
class Access:
    """How a route is guarded and, for a page action, which API call does the same."""

    permission: Permission | None  # None: public, for the stated reason
    reason: str = ""
    twin: str = ""


def requires(
    permission: Permission, *, twin: str = ""
) -> Callable[[Callable[Parameters, Any]], Callable[Parameters, Any]]:
    """Guard a view with a permission; ``twin`` names the API call of a page action, ``POST /api/v1/checkout``."""

    def decorate(view: Callable[Parameters, Any]) -> Callable[Parameters, Any]:
        @functools.wraps(view)
        def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Any:
            actor = require_actor()
            actor.must(permission)
            if request.method not in READING and permission is not Permission.ACCOUNT_SELF:
                _must_have_accepted(actor)
            return view(*args, **kwargs)

        setattr(guarded, _MARK, Access(permission, twin=twin))
        return guarded

    return decorate


def _must_have_accepted(actor: Actor) -> None:
    """Refuse acts under terms that were not accepted; one's own account stays one's own."""
    if owes_terms(actor):
        raise NotAllowed("terms_needed")


def public(reason: str, *, twin: str = "") -> Callable[[Callable[Parameters, Any]], Callable[Parameters, Any]]:
    """List a view as public and say why."""

    def decorate(view: Callable[Parameters, Any]) -> Callable[Parameters, Any]:
        setattr(view, _MARK, Access(None, reason=reason, twin=twin))
        return view

    return decorate


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return the mark of a view, None when nobody thought of it."""
    found: Any = view
    while found is not None:
        mark = getattr(found, _MARK, None)
        if isinstance(mark, Access):
            return mark
        found = getattr(found, "__wrapped__", None)
    return None


def may(permission: Permission) -> bool:
    """Tell templates whether the reader may do this."""
    actor = current_actor()
    return actor is not None and actor.may(permission)


def may_open(path: str) -> bool:
    """Tell templates whether the reader may open one of our pages; a path that is none raises NotFound."""
    endpoint, _ = current_app.url_map.bind("").match(urlsplit(path).path)
    access = access_of(current_app.view_functions[endpoint])
    return access is not None and (access.permission is None or may(access.permission))

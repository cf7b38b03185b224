"""Who is asking: a session cookie on pages, a bearer token on the API - never one for the other."""

from typing import Any
from uuid import UUID

from flask import g, request
from flask_login import UserMixin, current_user, login_user

from marketplace.accounts.queries import acting
from marketplace.kernel import clock
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading
from marketplace.kernel.errors import Unauthenticated

API_PREFIX = "/api/"


class SessionUser(UserMixin):
    """What Flask-Login keeps: a person, the company acted for, and the epoch that ends old sessions."""

    def __init__(self, actor: Actor, epoch: int) -> None:
        """Keep the actor as loaded for this request."""
        self.actor = actor
        self.epoch = epoch

    def get_id(self) -> str:
        """Return what goes into the cookie: ids and the epoch only."""
        return f"{self.actor.person_id}:{self.actor.company_id or ''}:{self.epoch}"


def load_user(cookie_id: str) -> SessionUser | None:
    """Load the session's actor; None when the person is disabled or the password was changed since."""
    try:
        person, company, epoch = cookie_id.split(":")
        person_id, company_id, number = UUID(person), UUID(company) if company else None, int(epoch)
    except ValueError:
        return None
    found = acting.session_reader(reading(), person_id=person_id, company_id=company_id, epoch=number)
    if found is None:
        return None
    actor, g.city_reader = found
    return SessionUser(actor, number)


def begin_session(actor: Actor, epoch: int) -> None:
    """Let this browser's session go on as this actor, from this very request on."""
    login_user(SessionUser(actor, epoch))
    # Whoever asked before - a limit, say - has found a stranger here.
    g.city_actor = actor
    g.pop("city_reader", None)


def is_api() -> bool:
    """Tell whether this request is an API call."""
    return request.path.startswith(API_PREFIX)


def current_actor() -> Actor | None:
    """Return who asks, None for a stranger."""
    if "city_actor" not in g:
        g.city_actor = _bearer_actor() if is_api() else _session_actor()
    return g.city_actor


def require_actor() -> Actor:
    """Return who asks, or raise Unauthenticated."""
    actor = current_actor()
    if actor is None:
        raise Unauthenticated("login_needed")
    return actor


def _session_actor() -> Actor | None:
    user: Any = current_user
    return user.actor if user.is_authenticated else None


def _bearer_actor() -> Actor | None:
    header = request.headers.get("Authorization", "")
    scheme, _, token = header.partition(" ")
    if not header:
        return None
    actor = acting.token_actor(reading(), token=token.strip(), now=clock.now()) if scheme.lower() == "bearer" else None
    if actor is None:
        raise Unauthenticated("token_unknown")
    return actor

"""Who is asking: a session cookie on pages, a bearer token on the API - never one for the other."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import Response, g, request
from flask_login import UserMixin, current_user, login_user

from marketplace.accounts.queries import acting, terms
from marketplace.accounts.services import sessions, tokens
from marketplace.accounts.services.sessions import SEEN_EVERY
from marketplace.kernel import clock, editions
from marketplace.kernel.actor import Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Unauthenticated
from marketplace.merchants import queries as merchants

View = TypeVar("View", bound=Callable[..., Any])
API_PREFIX = "/api/"
READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class SessionUser(UserMixin):
    """What Flask-Login keeps: a person, the company acted for, the epoch that ends old sessions, and which one it is.

    Those begun before sessions were listed have no id: they end with their epoch.
    """

    def __init__(self, actor: Actor, epoch: int, session_id: UUID | None = None) -> None:
        """Keep the actor as loaded for this request."""
        self.actor = actor
        self.epoch = epoch
        self.session_id = session_id

    def get_id(self) -> str:
        """Return what goes into the cookie: ids and the epoch only."""
        known = f"{self.actor.person_id}:{self.actor.company_id or ''}:{self.epoch}"
        return f"{known}:{self.session_id}" if self.session_id else known


def load_user(cookie_id: str) -> SessionUser | None:
    """Load the session's actor; None when the session has ended, or the person is disabled."""
    try:
        person, company, epoch, *rest = cookie_id.split(":")
        person_id, company_id, number = UUID(person), UUID(company) if company else None, int(epoch)
        session_id = UUID(rest[0]) if rest else None
    except ValueError:
        return None
    now = clock.now()
    found = acting.session_reader(
        reading(),
        person_id=person_id,
        company_id=company_id,
        epoch=number,
        session_id=session_id,
        now=now,
        fact=merchants.APPLIED,
    )
    if found is None:
        return None
    actor, g.city_reader = found
    editions.note(g.city_reader.edition)
    seen_at = g.city_reader.seen_at
    if session_id is not None and seen_at is not None and now - seen_at >= SEEN_EVERY:
        g.city_seen = session_id
    return SessionUser(actor, number, session_id)


def begin_session(actor: Actor, epoch: int, session_id: UUID | None) -> None:
    """Let this browser's session go on as this actor, from this very request on."""
    login_user(SessionUser(actor, epoch, session_id))
    # Whoever asked before - a limit, say - has found a stranger here.
    g.city_actor = actor
    g.pop("city_reader", None)
    g.pop("city_owes", None)


def is_api() -> bool:
    """Tell whether this request is an API call."""
    return request.path.startswith(API_PREFIX)


def current_actor() -> Actor | None:
    """Return who asks, None for a stranger."""
    if "city_actor" not in g:
        g.city_actor = _bearer_actor() if is_api() else _session_actor()
    return g.city_actor


def reading_company() -> UUID | None:
    """Return the company whose eyes read what is shown, None for a stranger or a person who acts for none."""
    actor = current_actor()
    return actor.company_id if actor else None


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
    now, found = clock.now(), None
    if scheme.lower() == "bearer":
        is_acting = request.method not in READING
        found = acting.token_bearer(reading(), token=token.strip(), now=now, is_acting=is_acting)
    if found is None:
        raise Unauthenticated("token_unknown")
    editions.note(found.edition)
    if found.used_at is None or now - found.used_at >= SEEN_EVERY:
        g.city_used = token.strip()
    if found.owes is not None:
        g.city_owes = found.owes
    return found.actor


def owes_terms(actor: Actor) -> bool:
    """Tell whether terms in force wait for who asks: with a bearer token it was read with it."""
    if "city_owes" not in g:
        g.city_owes = terms.owes(reading(), person_id=actor.person, now=clock.now())
    return bool(g.city_owes)


def note_presence(response: Response) -> Response:
    """Note after an answer, at most once an hour, that a session or a token is in use; a refusal notes nothing."""
    seen, used = g.pop("city_seen", None), g.pop("city_used", None)
    if response.status_code < 400 and (seen or used):
        now = clock.now()
        with unit_of_work() as session:
            if seen:
                sessions.note_seen(session, session_id=seen, now=now)
            if used:
                tokens.note_token_used(session, token=used, now=now)
    return response

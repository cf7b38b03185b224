"""What moderators send."""

from typing import Annotated, Any
from uuid import UUID

from flask_babel import lazy_gettext as _
from pydantic import BeforeValidator, Field

from marketplace.edge import messages
from marketplace.edge.parsing import Country, Line, Request, Text, Tick, Whole, blank_is_none

OptionalLine = Annotated[Line | None, BeforeValidator(blank_is_none)]
OptionalCountry = Annotated[Country | None, BeforeValidator(blank_is_none)]
OptionalId = Annotated[UUID | None, BeforeValidator(blank_is_none)]


class Verdict(Request):
    """approve, request_changes or reject, the words of every review; a reason is chosen by code, written, or both."""

    decision: Line
    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    canned: OptionalLine = None


class Decision(Verdict):
    """A decision about one case; ``seen`` is the fingerprint of what was read."""

    seen: OptionalLine = None


class TakeDown(Request):
    """Why a listing comes off the shelf: chosen by its code, written, or both."""

    reason: Annotated[Text | None, BeforeValidator(blank_is_none)] = None
    canned: OptionalLine = None


class Appeal(Request):
    """Why another reviewer should look again."""

    text: Text


class Report(Request):
    """What is wrong with a listing; who is not signed in may say where to answer."""

    kind: Line
    text: Text
    contact: OptionalLine = None


class Seen(Request):
    """A case, and the fingerprint of what was read of it."""

    id: UUID
    seen: OptionalLine = None


def _seen_text(value: Any) -> Any:
    """Read ``id`` or ``id.fingerprint``, as a form's checkbox holds it."""
    if not isinstance(value, str):
        return value
    case_id, _dot, seen = value.partition(".")
    return {"id": case_id, "seen": seen}


class Decisions(Verdict):
    """One decision about many cases, at most a page of them; each is decided by itself."""

    cases: list[Annotated[Seen, BeforeValidator(_seen_text)]] = Field(min_length=1, max_length=50)


class Reason(Request):
    """A reason that reviewers choose: what it says by language, and for which kinds of cases (none: for all)."""

    en: Text
    zh: Text
    vi: Text
    kinds: list[Line] = Field(default_factory=list[str], max_length=10)
    position: Annotated[Whole, Field(ge=0, le=10_000)] = 100
    retired: Tick = False

    @property
    def texts(self) -> dict[str, str]:
        """What it says by language."""
        return {"en": self.en, "zh": self.zh, "vi": self.vi}


class NamedReason(Reason):
    """A reason with its code, as the page's form sends it."""

    code: Line


class Neighbourhood(Request):
    """Which cases of the queue are wanted; a merchant by id, a category by its code."""

    kind: OptionalLine = None
    category: OptionalLine = None
    merchant: OptionalId = None
    country: OptionalCountry = None
    reported: Tick = False


class Queue(Neighbourhood):
    """Which part of the queue is wanted."""

    state: Line = "pending"
    cursor: OptionalLine = None


messages.register(
    fields={
        "reason_code": _("Write a code: %(accepted)s."),
        "reason_needed": _("The reason is missing: choose one, or write it in your own words."),
        "decision_unfit": _("Nothing is decided yet. For %(articles)s (%(kind)s) choose one of: %(accepted)s."),
    },
    errors={
        "own_listing": _("Nobody decides about goods of their own company."),
        "content_moved": _("The listing has changed since you looked. Look again."),
        "same_moderator": _("Somebody else than who decided first looks at an appeal."),
        "nothing_to_appeal": _("There is no decision that could still be appealed against."),
        "change_waits": _("The merchant has proposed another change since; decide that one."),
        "reported": _("You have reported this listing already; it is being looked at."),
    },
)

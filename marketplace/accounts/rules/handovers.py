"""A leaver's hand-over: the list, its hash, its states, and who confirms for which side."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import NotAllowed
from marketplace.kernel.lifecycle import Lifecycle


class Kind(StrEnum):
    """What somebody can have in hand, in the order in which a list names it."""

    CART = "cart"
    CHECKOUT = "checkout"
    PURCHASE = "purchase"
    SALE = "sale"
    READY_DATE = "ready_date"
    CLAIM = "claim"
    QUESTION = "question"
    PRICE_REQUEST = "price_request"
    LEAD = "lead"
    SAVED_LIST = "saved_list"
    IMPORT = "import"
    APPROVAL = "approval"
    MATTER = "matter"
    INVITATION = "invitation"
    TOKEN = "token"  # noqa: S105  a kind


class HandoverState(StrEnum):
    """Where a hand-over stands."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


HANDOVER: Final = Lifecycle(
    "handover",
    {HandoverState.OPEN: {"confirm": HandoverState.DONE, "withdraw": HandoverState.WITHDRAWN}},
)


class Side(StrEnum):
    """Whose word it is."""

    LEAVER = "leaver"
    SUCCESSOR = "successor"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a leaver's hand; ``label`` is a reference or code that is shown, never a person's words."""

    kind: Kind
    id: UUID
    label: str


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Return a list as it is shown and hashed: each thing once, by kind, label and id."""
    kinds = list(Kind)
    return tuple(sorted(set(items), key=lambda item: (kinds.index(item.kind), item.label, item.id)))


def content_hash(items: Iterable[Item], *, leaver_id: UUID, successor_id: UUID) -> str:
    """Return the SHA-256 of a list and of whom it concerns: a confirmation binds to exactly this."""
    things = sorted(f"{item.kind}:{item.id}" for item in items)
    written = json.dumps([str(leaver_id), str(successor_id), things], separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def sides_of(
    person_id: UUID, *, leaver_id: UUID, successor_id: UUID, leaver_is_gone: bool, leads: bool, leads_alone: bool
) -> tuple[Side, ...]:
    """Return for whom a person confirms; NotAllowed ``handover_not_yours`` for nobody.

    Somebody who leads the company stands in for a leaver who is gone, but not for the successor. Nobody confirms for
    both, unless nobody else is left who could.
    """
    if person_id == leaver_id and not leaver_is_gone:
        return (Side.LEAVER,)
    if person_id == successor_id:
        return (Side.LEAVER, Side.SUCCESSOR) if leaver_is_gone and leads and leads_alone else (Side.SUCCESSOR,)
    if leaver_is_gone and leads:
        return (Side.LEAVER,)
    raise NotAllowed("handover_not_yours")

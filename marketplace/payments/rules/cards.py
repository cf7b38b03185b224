"""A card charge: its states, what the provider's view of it means, and what may be asked for next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from marketplace.kernel.errors import Conflict, Refused
from marketplace.kernel.lifecycle import Lifecycle
from marketplace.kernel.money import Money
from marketplace.payments.rules.provider import IntentSeen, IntentState
from marketplace.payments.rules.terms import Subject, SubjectKind

# Kinds of subject that a charge can pay, the first one named wins; other ids (a checkout) only accompany it.
PAYING_FOR: Final = (SubjectKind.ORDER, SubjectKind.FREIGHT)
# The provider forgets keys after this; from then on an unknown outcome is read, never sent again.
KEY_LIFETIME: Final = timedelta(hours=24)
# Longer than every time-out and retry of one call together, so whoever asked is no longer asking.
IN_FLIGHT: Final = timedelta(minutes=2)
# So long a charge that never reached the provider waits for whoever began it; goods are rarely held for longer.
SENT_WITHIN: Final = timedelta(hours=1)
# The provider refuses pages that end sooner than half an hour from now; the rest is room to open one again by its
# key. A page that nobody waits for any more is closed by cancelling its charge.
PAGE_LIFETIME: Final = timedelta(hours=1)
# A page ends after its hour, and the sweeper comes every minute: by then a charge has its order or is given back.
PLACED_WITHIN: Final = timedelta(hours=2)
# Why a refund was made that began on the provider's own pages.
BY_PROVIDER: Final = "by_provider"
# The provider's word for a code that nobody scanned in time.
_EXPIRED: Final = "payment_intent_payment_attempt_expired"
# The job that gives a subject's money back to the card.
GIVE_BACK: Final = "give_back_card"
# The provider books a charge, and with it its fee, within hours; nobody asks for ever.
FEE_EXPECTED: Final = timedelta(days=7)


class CardState(StrEnum):
    """Where a charge stands; captured and refunded amounts stand beside it."""

    CREATED = "created"  # claimed; the provider may or may not know it yet
    NEEDS_PAGE = "needs_page"  # the buyer is on the provider's page
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    REFUNDED = "refunded"  # in full; a part refunded leaves it captured
    DECLINED = "declined"
    CANCELLED = "cancelled"


class RefundState(StrEnum):
    """Where a refund stands."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


LIFECYCLE: Final = Lifecycle(
    "card_charge",
    {
        CardState.CREATED: {
            "show_page": CardState.NEEDS_PAGE,
            "authorise": CardState.AUTHORISED,
            "decline": CardState.DECLINED,
            "cancel": CardState.CANCELLED,
        },
        CardState.NEEDS_PAGE: {
            "authorise": CardState.AUTHORISED,
            "decline": CardState.DECLINED,
            "cancel": CardState.CANCELLED,
        },
        CardState.AUTHORISED: {"capture": CardState.CAPTURED, "cancel": CardState.CANCELLED},
        CardState.CAPTURED: {"refund": CardState.REFUNDED},
        CardState.REFUNDED: {"refund_failed": CardState.CAPTURED},
    },
)
REFUNDS: Final = Lifecycle(
    "card_refund",
    {
        RefundState.ASKED: {"finish": RefundState.DONE, "fail": RefundState.FAILED},
        RefundState.DONE: {"fail": RefundState.FAILED},
    },
)
# What the provider shows while a charge is neither reserved nor over.
UNDECIDED: Final = (IntentState.WAITING, IntentState.PROCESSING)
# States in which the provider holds or may come to hold the buyer's money without our having asked for more.
OPEN: Final = (CardState.CREATED, CardState.NEEDS_PAGE, CardState.AUTHORISED)


@dataclass(frozen=True, slots=True)
class CardOutcome:
    """What came of an authorisation: ``authorised``, ``declined`` (with the reason's code) or ``needs_page``.

    ``state`` is later also ``captured``, ``refunded`` or ``cancelled``; ``page_url`` is where the buyer must go, None
    once he did what he can there and his bank has not answered.
    """

    state: CardState
    intent_id: str | None
    page_url: str | None
    decline_code: str | None

    @property
    def waits_for_bank(self) -> bool:
        """Tell whether nobody but the buyer's bank has anything left to do."""
        return self.state is CardState.NEEDS_PAGE and self.page_url is None

    @property
    def is_expired(self) -> bool:
        """Tell whether it ended because nobody paid in time: nobody refused it."""
        return self.state is CardState.CANCELLED or self.decline_code == _EXPIRED


def actions_towards(state: CardState, seen: IntentState) -> tuple[str, ...]:
    """Return the drawn steps from our state to what the provider shows; none when it shows something older.

    Reads overtake each other, so an older view must never move a charge back.
    """
    is_open = state in (CardState.CREATED, CardState.NEEDS_PAGE)
    match seen:
        case IntentState.WAITING | IntentState.PROCESSING:
            return ("show_page",) if state is CardState.CREATED else ()
        case IntentState.DECLINED:
            return ("decline",) if is_open else ()
        case IntentState.CANCELLED:
            return ("cancel",) if is_open or state is CardState.AUTHORISED else ()
        case IntentState.AUTHORISED:
            return ("authorise",) if is_open else ()
        case _:  # captured
            if is_open:
                return ("authorise", "capture")
            return ("capture",) if state is CardState.AUTHORISED else ()


def is_with_bank(seen: IntentState, *, page_is_over: bool) -> bool:
    """Tell whether the buyer's page has nothing more to do: a card that fails on an open page is tried again there."""
    return seen is IntentState.PROCESSING and page_is_over


def view(seen: IntentSeen, *, by_page: bool) -> IntentState:
    """Return what the provider's view means here: on an open page the buyer may try again after a decline."""
    may_try_again = by_page and seen.state is IntentState.DECLINED and not seen.is_final
    return IntentState.WAITING if may_try_again else seen.state


def is_orphan(state: CardState, intent_id: str | None, seen: IntentSeen) -> bool:
    """Tell whether the provider holds money for a charge that is over here, or that is held under another intent."""
    if seen.state not in (IntentState.AUTHORISED, *UNDECIDED):
        return False
    return state in (CardState.DECLINED, CardState.CANCELLED) or intent_id not in (None, seen.intent_id)


def check_same(*, asked: Money, known: Money, key: str) -> None:
    """Raise Conflict when a key is used again for another amount."""
    if asked != known:
        raise Conflict("key_reused", key=key, amount=str(known))


def check_refund(amount: Money, *, captured: Money, refunding: Money) -> None:
    """Raise Refused unless something positive is refunded and no more than is left of what was captured."""
    left = captured - refunding
    if amount.currency != captured.currency:
        raise Refused.field("currency", "currency", captured.currency)
    if amount.minor <= 0 or left < amount:
        raise Refused.field("amount", "refund_amount", f"0 < amount <= {left}", left=str(left))


def subject_of(subject_ids: Mapping[str, UUID]) -> Subject:
    """Return what the charge pays for; ValueError when no such id was given."""
    for kind in PAYING_FOR:
        if kind in subject_ids:
            return Subject(kind, subject_ids[kind])
    msg = f"a charge pays for one of {', '.join(PAYING_FOR)}"
    raise ValueError(msg)


def may_send_again(*, first_asked: datetime, now: datetime) -> bool:
    """Tell whether the provider still knows the key, so that sending again cannot do the act twice."""
    return now - first_asked < KEY_LIFETIME


def call_key(subject_id: UUID, act: str, attempt: int) -> str:
    """Return the key of one call to the provider: our row, the act, the attempt."""
    return f"city:{act}:{subject_id}:{attempt}"


def attempt_after(failed: int, *, current: int) -> int:
    """Return the attempt to go on with after one that is known to have done nothing.

    Of several who found so at once the first takes the next key and the others use the same one: keys apart would let
    each of them do the act.
    """
    return current + 1 if current == failed else current


def is_undone(act: str, seen: IntentState) -> bool:
    """Tell whether a capture or a cancellation still has to be done, by the provider's own view."""
    return seen is IntentState.AUTHORISED or (act == "cancel" and seen in UNDECIDED)

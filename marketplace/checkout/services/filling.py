"""Fill a cart with many lines at once: what can be ordered goes in, the rest says why; the statements are as many for
any number of lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.catalog.queries import named
from marketplace.catalog.queries import shelf as catalog
from marketplace.checkout import queries
from marketplace.checkout.rules import limits, quick
from marketplace.checkout.rules.problems import Problem
from marketplace.checkout.rules.quick import Asked
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict, DomainError, Refused
from marketplace.orders.queries.carts import CartLineRow, CartRow
from marketplace.orders.rules.carts import MOST_LINES, Chosen, Wish, check, check_named_once
from marketplace.orders.services import carts

# What a cart without a destination asks for itself.
_NOT_YET: Final = "destination_missing"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a line: the listing it means, None while none is known, and why it is not in the cart."""

    listing_id: UUID | None
    refusal: DomainError | None


def fill(
    session: Session, *, wishes: Sequence[Wish], keep: bool, to: str | None = None, actor: Actor, now: datetime
) -> tuple[Result, ...]:
    """Put lines into the actor's cart and return what came of each, in their order.

    With ``keep`` what lies there stays as it is; else it is set anew. Refused ``to``, as ``orders.services.carts`` do.
    """
    actor.must(Permission.TRADE_CART_EDIT)
    if to is not None:
        carts.check_destination(session, to)
    kept = carts.lock(session, actor=actor)
    there = {line.listing_id for line in kept.lines} if keep else set[UUID]()
    refusals: list[DomainError | None] = list(check_named_once(wishes))
    offers = catalog.offers(session, listing_ids={wish.listing_id for wish in wishes}, viewer=actor.company, now=now)
    chosen: dict[UUID, Chosen] = {}
    for place, wish in enumerate(wishes):
        try:
            if refusals[place] is None and wish.listing_id in there:
                refusals[place] = Conflict("in_cart")
            if refusals[place] is None:
                chosen[wish.listing_id] = check(wish, offers.get(wish.listing_id), company_id=actor.company)
        except DomainError as refusal:
            refusals[place] = refusal
    goes_to = to if kept.destination is None or not kept.lines else kept.destination
    problems = _problems(session, chosen, goes_to or kept.destination, actor, now)
    lines = [line for line in chosen.values() if line.listing_id not in problems]
    full = carts.put_lines(session, lines=lines, to=to, actor=actor, now=now).refused if lines else frozenset[UUID]()
    for place, wish in enumerate(wishes):
        if refusals[place] is None and wish.listing_id in problems:
            refusals[place] = _refused(problems[wish.listing_id])
        elif refusals[place] is None and wish.listing_id in full:
            refusals[place] = Conflict("cart_full", most=MOST_LINES)
    return tuple(Result(wish.listing_id, refusal) for wish, refusal in zip(wishes, refusals, strict=True))


def order(
    session: Session, *, lines: Sequence[Asked], to: str | None, actor: Actor, now: datetime
) -> tuple[Result, ...]:
    """Put lines that name their goods by a number into the actor's cart and return what came of each."""
    found = named.by_number(session, numbers={line.sku for line in lines if line.listing_id is None})
    results: list[Result | None] = []
    wishes: list[Wish] = []
    places: list[int] = []
    for place, line in enumerate(lines):
        try:
            meant = line.listing_id or quick.choose(line, found[line.sku], company_id=actor.company)
        except Refused as refusal:
            results.append(Result(None, refusal))
            continue
        results.append(None)
        places.append(place)
        wishes.append(
            Wish(
                listing_id=meant,
                quantity=line.quantity,
                currency=line.currency,
                incoterm=line.incoterm,
                place=line.place,
            )
        )
    done = fill(session, wishes=wishes, keep=False, to=to, actor=actor, now=now)
    for place, result in zip(places, done, strict=True):
        results[place] = Result(result.listing_id, _of_all(result.refusal, places))
    return tuple(result for result in results if result is not None)


def _of_all(refusal: DomainError | None, places: Sequence[int]) -> DomainError | None:
    """Name an earlier line by its place among all lines, not among those alone that mean something."""
    if refusal is None or refusal.code != "line_twice":
        return refusal
    return Conflict("line_twice", line=places[refusal.facts["line"] - 1] + 1)


def _problems(
    session: Session, chosen: Mapping[UUID, Chosen], to: str | None, actor: Actor, now: datetime
) -> dict[UUID, Problem]:
    """Return what a cart would say against each line, the first of it."""
    if not chosen:
        return {}
    lines = tuple(CartLineRow(line.listing_id, line.quantity, *line.ladder.basis) for line in chosen.values())
    cart = queries.cart(session, company_id=actor.company, person_id=actor.person, kept=CartRow(to, lines), now=now)
    return {
        line.item.listing_id: problem
        for line in cart.lines
        for problem in line.problems[:1]
        if problem.code != _NOT_YET
    }


def _refused(problem: Problem) -> DomainError:
    if problem.code in limits.CODES:
        return limits.refusal_of(problem)
    accepted = "a place that a lorry takes these goods to" if problem.code == "no_departure" else ""
    return Refused.field("listing", problem.code, accepted, **problem.facts)

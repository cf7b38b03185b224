"""Prices for some buyers alone, by whoever asks: companies by id or number become ids, lines become entries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.queries import CompanyRow
from marketplace.accounts.rules.permissions import CompanyKind
from marketplace.catalog.customer_prices.queries import lists
from marketplace.catalog.customer_prices.rules.requests import RequestState
from marketplace.catalog.customer_prices.services import groups, showing
from marketplace.catalog.customer_prices.services import lists as price_lists
from marketplace.catalog.customer_prices.services.audiences import Named
from marketplace.catalog.customer_prices.services.lists import NewEntry, NewList
from marketplace.catalog.queries import own
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.edge.acts.looking import check_filters
from marketplace.edge.identity import require_actor
from marketplace.edge.parsing import uuid_text
from marketplace.edge.requests import prices as requests
from marketplace.kernel import clock
from marketplace.kernel.errors import FieldError, Refused

_ID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_MOST_NAMED: Final = 10
_WITH_COUNTRY: Final = re.compile(r"([A-Za-z]{2})[ :](.+)")


def show(session: Session, listing_id: UUID, body: requests.Shown) -> None:
    """Let a listing's prices be read by these."""
    # Of somebody else's goods nothing is said, not even who is wrongly named.
    own.own_listing(session, company_id=require_actor().company, listing_id=listing_id)
    named = Named(customers(session, body.companies), _group_ids(body.groups))
    showing.show(
        session,
        listing_id=listing_id,
        visibility=body.visibility,
        named=named,
        actor=require_actor(),
        now=clock.now(),
    )


def show_all(session: Session, body: requests.ShownAll) -> int:
    """Let the prices of all listings of the asker's company, or of one category, be read by these."""
    check_filters(session, category=body.category)
    return showing.show_all(
        session,
        visibility=body.visibility,
        category=body.category,
        actor=require_actor(),
        now=clock.now(),
    )


def welcome(session: Session, body: requests.Naming) -> None:
    """Let a company or a group read all prices that are for those the asker's company names."""
    showing.welcome(session, named=naming(session, body), actor=require_actor(), now=clock.now())


def make_group(session: Session, body: requests.Group) -> UUID:
    """Make a customer group."""
    companies = customers(session, body.companies)
    return groups.create(session, name=body.name, company_ids=companies, actor=require_actor(), now=clock.now())


def join(session: Session, group_id: UUID, body: requests.Customer) -> None:
    """Put a company into a group."""
    company_id = customer(session, body.company)
    groups.add(session, group_id=group_id, company_id=company_id, actor=require_actor(), now=clock.now())


def make_list(session: Session, body: requests.PriceListBody) -> UUID:
    """Make a price list; it holds from now on where nothing else is said."""
    now = clock.now()
    named = Named()
    if body.company or body.group:
        named = naming(session, requests.Naming(company=body.company, group=body.group))
    new = NewList(
        name=body.name,
        currency=body.currency,
        incoterm=body.incoterm,
        place=body.place,
        valid_from=body.valid_from or now,
        valid_until=body.valid_until,
        named=named,
    )
    return price_lists.create(session, new=new, actor=require_actor(), now=now)


def change_list(session: Session, list_id: UUID, body: requests.PriceListChange) -> None:
    """Give a list another name or period."""
    price_lists.change(session, list_id=list_id, **body.model_dump(), actor=require_actor(), now=clock.now())


def price(session: Session, list_id: UUID, entries: Sequence[requests.Entry]) -> None:
    """Write prices of listings onto a list, on its basis."""
    _price(session, list_id, dict(enumerate(entries)), [])


def price_lines(session: Session, list_id: UUID, body: requests.EntryLines) -> None:
    """Write prices as they were typed, a listing on each line; Refused names every line that is wrong."""
    entries, wrong = body.entries()
    _price(session, list_id, entries, wrong)


def _price(session: Session, list_id: UUID, entries: Mapping[int, requests.Entry], wrong: Sequence[FieldError]) -> None:
    actor = require_actor()
    found = lists.price_list(session, merchant_id=actor.company, list_id=list_id)
    errors = list(wrong)
    made: dict[int, NewEntry] = {}
    for position, each in entries.items():
        try:
            ladder = make_ladder(
                found.currency,
                found.incoterm,
                found.place_code,
                price=each.price,
                tiers=[(tier.quantity, tier.price) for tier in each.tiers],
            )
        except Refused as refusal:
            errors += [
                FieldError(f"entries.{position}.{error.field}", error.code, error.accepted, error.facts)
                for error in refusal.errors
            ]
        else:
            made[position] = NewEntry(each.sku, ladder)
    if errors:
        raise Refused.fields(*errors, *price_lists.faults(session, entries=made, actor=actor))
    price_lists.put(session, list_id=list_id, entries=made, actor=actor, now=clock.now())


def name(session: Session, list_id: UUID, body: requests.Naming) -> None:
    """Let a list be for a company or a group, too."""
    price_lists.name(session, list_id=list_id, named=naming(session, body), actor=require_actor(), now=clock.now())


def ask(session: Session, listing_id: UUID, body: requests.Asking) -> UUID:
    """Ask for the prices of a listing."""
    return showing.ask(session, listing_id=listing_id, quantity=body.quantity, actor=require_actor(), now=clock.now())


def answer(session: Session, request_id: UUID, body: requests.Answering) -> RequestState:
    """Grant or decline."""
    return showing.answer(session, request_id=request_id, action=body.action, actor=require_actor(), now=clock.now())


def naming(session: Session, body: requests.Naming) -> Named:
    """Return who is named; Refused ``company`` unless it is a company or a group, and not both."""
    if bool(body.company) == bool(body.group):
        raise Refused.field("company", "one_of_both", "a company or a customer group")
    if body.company:
        return Named(companies=(customer(session, body.company),))
    return Named(groups=_group_ids([body.group or ""]))


def customer(session: Session, text: str) -> UUID:
    """Return the company that an id or a registration number names, its country before it where it must be.

    Refused ``company`` for a number that names none or several. Whether an id is a buyer's is said by whoever keeps
    what the buyer is named for, after whose that is.
    """
    (found,) = _named(session, [text])
    if isinstance(found, FieldError):
        raise Refused.fields(found)
    return found


def customers(session: Session, texts: Sequence[str]) -> tuple[UUID, ...]:
    """Return companies that texts name so, in two questions however many there are.

    Refused ``companies.<position>`` for the first that name no buyer, or several.
    """
    found = _named(session, texts)
    ids = [each for each in found if isinstance(each, UUID)]
    rows = accounts.get_companies(session, company_ids=ids) if ids else {}
    buyers = {key for key, row in rows.items() if row.kind is CompanyKind.TRADE and key != require_actor().company}
    judged = [
        _unknown(text) if isinstance(each, UUID) and each not in buyers else each
        for text, each in zip(texts, found, strict=True)
    ]
    errors = [
        replace(each, field=f"companies.{position}")
        for position, each in enumerate(judged)
        if isinstance(each, FieldError)
    ]
    if errors:
        # Not of hundreds at once: that would be a way to ask who trades here.
        raise Refused.fields(*errors[:_MOST_NAMED])
    return tuple(dict.fromkeys(each for each in judged if isinstance(each, UUID)))


def _named(session: Session, texts: Sequence[str]) -> list[UUID | FieldError]:
    """Return the company that each text names, or why it names none."""
    tried = [_numbers(text) for text in texts]
    numbers = {number for tries in tried for number, _ in tries}
    known = accounts.traders_numbered(session, numbers=numbers) if numbers else {}
    return [_customer(text, tries, known) for text, tries in zip(texts, tried, strict=True)]


def _numbers(text: str) -> list[tuple[str, str | None]]:
    """Return the numbers that a text may be, each with its country where one stands before it; none for an id."""
    if _ID.fullmatch(text):
        return []
    with_country = _WITH_COUNTRY.fullmatch(text)
    return [(text, None), *([(with_country[2].strip(), with_country[1].upper())] if with_country else [])]


def _customer(
    text: str, tries: Sequence[tuple[str, str | None]], known: Mapping[str, tuple[CompanyRow, ...]]
) -> UUID | FieldError:
    if not tries:
        return UUID(text)
    for number, country in tries:
        found = [row for row in known.get(number, ()) if country in (None, row.country)]
        if len(found) > 1:
            codes = " / ".join(f"{row.country} {number}" for row in found)
            return FieldError("company", "ambiguous", codes, {"text": text})
        if found:
            return found[0].id
    return _unknown(text)


def _unknown(text: str) -> FieldError:
    accepted = "the id or the registration number of a company that buys here"
    return FieldError("company", "trader_unknown", accepted, {"text": text})


def _group_ids(texts: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(uuid_text(text, "group") for text in texts))

"""Say something of goods beside the offer: checked by its rule, at once or after review as the rule has it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.queries import closures
from marketplace.audit import services as audit
from marketplace.audit.services import Act
from marketplace.catalog.models import Listing
from marketplace.catalog.queries import details as queries
from marketplace.catalog.queries import goods
from marketplace.catalog.rules.changes import Changed, fingerprint
from marketplace.catalog.rules.details import (
    MATERIAL_DETAILS,
    PAPERS,
    DetailKind,
    attributes,
    brand,
    certificates,
    dangerous,
    ending,
    fitment,
    flat,
    food,
    parts,
    promises,
    samples,
    texts,
)
from marketplace.catalog.rules.states import APPROVED
from marketplace.catalog.services import bulk, cards, changes, content
from marketplace.catalog.services.listings import own
from marketplace.files import queries as files
from marketplace.files.rules import Purpose
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import FieldError, NotFound, Refused

_KINDS: Final = frozenset(kind.value for kind in DetailKind)


def put(
    session: Session,
    *,
    actor: Actor,
    listing_id: UUID,
    documents: Mapping[DetailKind, Mapping[str, Any] | None],
    now: datetime,
) -> Changed:
    """Say these things of the actor's listing, each kind whole, None for nothing more; others stay as they are.

    Of a listing that was approved, material kinds wait in its change set; the others go live at once. Refused
    ``<kind>.<field>`` for everything that is wrong: then nothing is changed.
    """
    listing = own(session, actor=actor, listing_id=listing_id)
    before, today = said_of(session, listing), closures.day_of(session, company_id=actor.company, now=now)
    errors: list[FieldError] = []
    checked: dict[DetailKind, Any] = {}
    for kind, given in documents.items():
        try:
            checked[kind] = None if given is None else _RULES[kind](session, listing, given)
            wrong = wrong_papers(session, company_id=actor.company, document=checked[kind])
            wrong += ending.over_from_the_start(kind, before.get(kind.value), checked[kind], today)
            if wrong:
                raise Refused.fields(*wrong)
        except Refused as refusal:
            errors += [replace(error, field=f"{kind.value}.{error.field}") for error in refusal.errors]
    if errors:
        raise Refused.fields(*errors)
    if answer := checked.get(DetailKind.DANGEROUS):
        signed = before.get(DetailKind.DANGEROUS.value)
        checked[DetailKind.DANGEROUS] = _signed(actor, listing_id, signed, answer, now)
    done = [_put(session, actor, listing, kind, document, now) for kind, document in checked.items()]
    return Changed(
        any(done),
        tuple(sorted(field for each in done for field in each.fields)),
        tuple(sorted(field for each in done for field in each.waiting)),
    )


def mark_text(
    session: Session, *, actor: Actor, listing_id: UUID, language: str, how: str | None, now: datetime
) -> Changed:
    """Say how the text of a language came about; it waits with the text itself."""
    listing = own(session, actor=actor, listing_id=listing_id)
    document = texts.marked(said_of(session, listing).get(DetailKind.TEXTS.value), language=language, how=how)
    return _put(session, actor, listing, DetailKind.TEXTS, document, now)


def copy(session: Session, *, listing_id: UUID, kind: str, document: Any, now: datetime) -> None:
    """Let a new draft say what another listing of its merchant says; what was signed is signed anew by somebody."""
    if kind != DetailKind.DANGEROUS:
        changes.write_detail(session, listing_id=listing_id, kind=DetailKind(kind), document=document, now=now)


def said(session: Session, *, actor: Actor, listing_id: UUID) -> dict[str, Any]:
    """Return the documents of the actor's listing by kind as they are edited: what is up, a waiting edit over it."""
    return said_of(session, own(session, actor=actor, listing_id=listing_id, lock=False))


def said_of(session: Session, listing: Listing) -> dict[str, Any]:
    """Return the same of a listing that the caller has shown its right to."""
    return said_by(session, listing_ids=[listing.id])[listing.id]


def said_by(session: Session, *, listing_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the same of many listings."""
    up = queries.documents(session, listing_ids=listing_ids)
    found = {listing_id: up.get(listing_id, {}) for listing_id in listing_ids}
    for listing_id, waiting in content.pending_changes(session, listing_ids).items():
        laid = {name: part["new"] for name, part in waiting.changes.items() if name in _KINDS}
        found[listing_id] = {
            name: document for name, document in (found[listing_id] | laid).items() if document is not None
        }
    return found


def put_read(
    session: Session, *, actor: Actor, documents: Mapping[UUID, Mapping[DetailKind, Any]], now: datetime
) -> set[UUID]:
    """Say of many listings of the actor's company what was read by the rules and whose papers were checked.

    As `put` does with one; return the listings of which anything changed or waits.
    """
    listings = bulk.own_locked(session, actor=actor, listing_ids=documents)
    up = queries.documents(session, listing_ids=listings)
    said = said_by(session, listing_ids=listings)
    parts: dict[UUID, dict[str, tuple[Any, Any]]] = {}
    direct: dict[tuple[UUID, DetailKind], Any] = {}
    for key, listing in listings.items():
        for kind, read in documents[key].items():
            name, document = kind.value, read
            if kind is DetailKind.DANGEROUS and read:
                document = _signed(actor, key, said[key].get(name), read, now)
            old = up.get(key, {}).get(name)
            if listing.state in APPROVED and kind in MATERIAL_DETAILS:
                parts.setdefault(key, {})[name] = (old, document)
            elif old != document:
                direct[key, kind] = document
    waiting = changes.propose_parts(session, actor=actor, parts=parts, now=now)
    changes.write_details(session, documents=direct, now=now)
    shown = {key: listings[key] for key, _ in direct}
    for listing in shown.values():
        bulk.touch(listing, now)
    cards.refresh(session, listings=shown.values(), now=now)
    acts = [Act("listing.detail_set", key, {"kind": kind.value, "waiting": False}) for key, kind in direct]
    acts += [
        Act("listing.detail_set", key, {"kind": name, "waiting": old != new})
        for key in waiting
        for name, (old, new) in parts[key].items()
    ]
    audit.record_all(session, actor=actor, subject="listing", acts=acts, now=now)
    return waiting | shown.keys()


def _attributes(session: Session, listing: Listing, given: Mapping[str, Any]) -> Any:
    """Return the attributes as they are stored, None for none."""
    category = _category(session, listing)
    asked = goods.attributes_of(session, category_ids=[category]).get(category, ())
    return attributes.parse(given, asked) or None


def _category(session: Session, listing: Listing) -> UUID:
    """Return the category a listing has, or waits for."""
    waiting = content.pending_changes(session, [listing.id]).get(listing.id)
    moved = waiting.changes.get("category_id") if waiting else None
    return UUID(moved["new"]) if moved else listing.category_id


def _put(session: Session, actor: Actor, listing: Listing, kind: DetailKind, document: Any, now: datetime) -> Changed:
    """Put a document where it belongs: before review beside the one that is up, else in its place."""
    up = queries.documents(session, listing_ids=[listing.id]).get(listing.id, {}).get(kind.value)
    if listing.state in APPROVED and kind in MATERIAL_DETAILS:
        is_new = changes.propose_part(
            session, actor=actor, listing_id=listing.id, name=kind.value, old=up, new=document, now=now
        )
        done = Changed(is_new, (), (kind.value,) if is_new and up != document else ())
    else:
        done = Changed(up != document, (kind.value,) if up != document else ())
        if done:
            changes.write_detail(session, listing_id=listing.id, kind=kind, document=document, now=now)
            bulk.touch(listing, now)
            cards.refresh(session, listings=[listing], now=now)
    if done:
        facts = {"kind": kind.value, "waiting": bool(done.waiting)}
        audit.record(
            session, actor=actor, action="listing.detail_set", subject="listing", subject_id=listing.id, facts=facts,
            now=now,
        )  # fmt: skip
    return done


def _pallet(_session: Session, listing: Listing, given: Mapping[str, Any]) -> Any:
    return promises.parse_pallet(given, carton_units=listing.carton_units, multiple=listing.multiple).document


def _signed(
    actor: Actor, listing_id: UUID, before: Mapping[str, Any] | None, answer: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """Return an answer with who signed it, when, and the hash of what was answered; the same is not signed again."""
    hashed = fingerprint({"listing": str(listing_id), **answer})
    if before and before["hash"] == hashed:
        return dict(before)
    signer = str(actor.person_id) if actor.person_id else None
    return {**answer, "signed_by": signer, "signed_at": now.isoformat(), "hash": hashed}


def wrong_papers(session: Session, *, company_id: UUID, document: Any) -> list[FieldError]:
    """Return the fields of a document that name files which are not the company's own papers."""
    wrong: list[FieldError] = []
    for name, text in flat(document).items():
        if text and name.rpartition(".")[2] in PAPERS:
            try:
                file = files.get_file(session, company_id=company_id, file_id=UUID(text))
            except NotFound:
                file = None
            if file is None or not file.serves(Purpose.LICENCE):
                field = ".".join(str(int(part) - 1) if part.isdecimal() else part for part in name.split("."))
                wrong.append(FieldError(field, "paper_file", "a file of your company handed in with purpose licence"))
    return wrong


Rule = Callable[[Session, Listing, Mapping[str, Any]], Any]


def _pure(parse: Callable[[Mapping[str, Any]], Any]) -> Rule:
    """Return a rule that needs nothing but what is given."""
    return lambda _session, _listing, given: parse(given).document


_RULES: Final[dict[DetailKind, Rule]] = {
    DetailKind.ATTRIBUTES: _attributes,
    DetailKind.PARTS: _pure(parts.parse),
    DetailKind.FITMENT: _pure(fitment.parse),
    DetailKind.BRAND: _pure(brand.parse),
    DetailKind.DANGEROUS: _pure(dangerous.parse),
    DetailKind.FOOD: _pure(food.parse),
    DetailKind.CERTIFICATES: _pure(certificates.parse),
    DetailKind.WARRANTY: _pure(promises.parse_warranty),
    DetailKind.SAMPLE: _pure(samples.parse),
    DetailKind.PALLET: _pallet,
}

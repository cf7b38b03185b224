"""Everything about a claim as one bundle, for whoever may see the claim, and no more than he may see."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final
from uuid import UUID
from weakref import finalize

from flask import Response, render_template
from sqlalchemy.orm import Session

from marketplace.audit import services as audit
from marketplace.distribution import queries as distribution
from marketplace.edge.acts import claims, files
from marketplace.edge.acts.claims import ClaimSeen
from marketplace.edge.identity import require_actor
from marketplace.exchange.queries import notes
from marketplace.files import bundling
from marketplace.files.bundling import Packed, Piece
from marketplace.files.rules import MEGABYTE
from marketplace.kernel import clock, moments
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.exports import plain
from marketplace.kernel.money import Money
from marketplace.logistics.queries import bookings as booking_queries
from marketplace.logistics.queries import cargo, tracking
from marketplace.orders.arrivals import queries as arrivals
from marketplace.orders.claims.queries import ClaimRow, EvidenceRow
from marketplace.orders.queries import lines as line_queries
from marketplace.orders.queries import orders as order_queries
from marketplace.orders.queries import packing
from marketplace.orders.queries.lines import LineRow
from marketplace.orders.queries.orders import OrderRow
from marketplace.orders.rules.claims import Owner, Respondent
from marketplace.papers import queries as papers
from marketplace.papers.queries import DocumentRow

_IN_MEMORY: Final = 8 * MEGABYTE
_MOST_NOTES: Final = 1_000
_LANGUAGE: Final = "en"  # of the facts: the page beside them speaks its reader's


def bundle(claim_id: UUID) -> Response:
    """Answer with a ZIP of everything about a claim; its hash is noted. NotFound for who may not see the claim."""
    target = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  closed by the answer that sends it
    try:
        return _answer(claim_id, target)
    except BaseException:
        target.close()
        raise


def _answer(claim_id: UUID, target: IO[bytes]) -> Response:
    session, actor, now = reading(), require_actor(), clock.now()
    seen = claims.look(session, claim_id)
    order = _order_seen(session, seen.claim.order_id)
    made = bundling.pack(
        target,
        store=files.bytes_store(),
        pieces=_pieces(session, seen, order),
        index=lambda packed: _index(seen, packed, now),
        about={
            "claim": seen.claim.reference,
            "made_at": now.isoformat(timespec="seconds"),
            "made_for": str(actor.company),
        },
        at=now,
    )
    facts = {"sha256": made.sha256, "bytes": made.size, "files": made.files}
    with unit_of_work() as writing:
        audit.record(
            writing, actor=actor, action="claim.bundle", subject="claim", subject_id=claim_id, facts=facts, now=now
        )
    response = files.streamed(target, media_type="application/zip", name=f"{seen.claim.reference}.zip")
    finalize(response.response, target.close)  # an answer that nobody reads to its end is closed as well
    response.content_length = made.size
    response.set_etag(made.sha256)
    return response


def _order_seen(session: Session, order_id: UUID) -> OrderRow:
    """Return a claim's order at the prices of who reads, where he is a side of it."""
    order = order_queries.by_id(session, order_ids=[order_id])[order_id]
    reader = claims.seen_by()
    if reader is not None and reader in (order.buyer_id, order.merchant_id):
        return order_queries.order(session, company_id=reader, order_id=order_id)
    return order


def _pieces(session: Session, seen: ClaimSeen, order: OrderRow) -> list[Piece]:
    claim = seen.claim
    (line,) = [row for row in line_queries.lines_for(session, order=order) if row.id == claim.line_id]
    bookings = booking_queries.bookings(session, subjects=[line.id]).get(line.id, ())
    booked = {row.id: row.reference for row in bookings}
    receipts = cargo.receipts(session, booking_ids=list(booked))
    journeys = tracking.timeline(session, booking_ids=list(booked))
    packed = packing.packing_for(session, line_id=line.id)
    counted = distribution.discrepancies(session, line_ids=[line.id]).get(line.id, ())
    issued = _documents(session, claim, order)
    came = arrivals.arrivals(session, line_ids=[line.id]).get(line.id)
    pieces = [
        _facts("claim.json", "Claim", _claim(seen)),
        _facts("order.json", "Order", _order(order, line, is_between=_is_between(claim))),
        _facts("packing.json", "Packing", _plain(packed) if packed else None),
        _facts("receipts.json", "Receipts", _by_booking(booked, receipts)),
        _facts("arrival.json", "Arrival", _plain(came) if came else None),
        _facts("discrepancies.json", "Discrepancies", [_plain(row) for row in counted]),
        _facts("transport.json", "Transport", _by_booking(booked, journeys)),
        _facts("papers.json", "Papers", [_paper(row) for row in issued]),
    ]
    if _is_between(claim):
        pieces.append(_facts("notes.json", "Notes", _notes(session, order)))
    return [*pieces, *_papers(issued), *_evidence(seen)]


def _is_between(claim: ClaimRow) -> bool:
    """Tell whether a claim is between the two sides of the order: a carrier is shown neither prices nor notes."""
    return claim.respondent is Respondent.MERCHANT


def _claim(seen: ClaimSeen) -> dict[str, Any]:
    row = seen.claim
    return {
        "reference": row.reference,
        "order": row.order_reference,
        "claimant": _party(seen, row.claimant_id),
        "respondent": _party(seen, row.respondent_id) | {"as": str(row.respondent)},
        "reason": str(row.reason),
        "quantity": row.quantity,
        "state": str(row.state),
        "holds_up_payment": row.blocks,
        "remedy": row.remedy and str(row.remedy),
        "promised_at": _second(row.promised_at),
        "days_late": row.days_late,
        "odometer_km": row.odometer_km,
        "value": _money(row.value),
        "offer": _money(row.offer),
        "awarded": _money(row.award),
        "decision": _decision(seen),
        "withdrawn_by": row.fallen and str(row.fallen),
        "clocks": {
            **_when(seen, "opened_at", row.opened_at),
            "next_move": row.owner and str(row.owner),
            **_when(seen, "until", row.deadline_at),
            **_when(seen, "sent_at", row.sent_at),
            "by_silence": row.by_silence,
            **_when(seen, "ended_at", row.ended_at),
        },
        "texts": [
            {
                "company": str(text.company_id),
                "company_name": seen.companies.get(text.company_id),
                "said_by": _side(row, text.company_id),
                **_when(seen, "at", text.at, of=text.company_id),
                "text": text.body,
            }
            for text in row.texts
        ],
        "evidence": [
            {
                "path": path_of(seen, number, one),
                "company": str(one.company_id),
                "company_name": seen.companies.get(one.company_id),
                "handed_in_by": _side(row, one.company_id),
                **_when(seen, "added_at", one.added_at, of=one.company_id),
                "shows": row.words_about(one),
                "name": seen.files[one.file_id].name,
                "sha256": seen.files[one.file_id].sha256,
            }
            for number, one in enumerate(row.shown, start=1)
        ],
    }


def _decision(seen: ClaimSeen) -> dict[str, Any] | None:
    made = seen.claim.decision
    if made is None:
        return None
    return {
        "by": str(made.by),
        **_when(seen, "at", made.at),
        "remedy": made.remedy and str(made.remedy),
        "amount": _money(made.amount),
        "text": seen.claim.decided_because,
    }


def _side(claim: ClaimRow, company_id: UUID) -> str:
    sides = {claim.claimant_id: Owner.CLAIMANT, claim.respondent_id: Owner.RESPONDENT}
    return str(sides.get(company_id, Owner.OPERATOR))


def _when(seen: ClaimSeen, name: str, at: datetime | None, *, of: UUID | None = None) -> dict[str, str | None]:
    """Return an instant to the second, and as it is read where a company lives: ``of`` a side, else the claimant."""
    zone = seen.clocks.get(of or seen.claim.claimant_id, seen.clocks[seen.claim.claimant_id])
    return {name: _second(at), f"{name}_local": moments.instant(at, zone, _LANGUAGE) if at else None}


def _second(value: Any) -> Any:
    """Return a column's value as JSON has it, instants without parts of a second."""
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else plain(value)


def path_of(seen: ClaimSeen, number: int, one: EvidenceRow) -> str:
    """Return where the bundle has a file that was shown: ``number`` counts them from 1."""
    return f"evidence/{number:03}-{_side(seen.claim, one.company_id)}-{seen.files[one.file_id].name}"


def _party(seen: ClaimSeen, company_id: UUID) -> dict[str, Any]:
    return {"company": str(company_id), "name": seen.companies[company_id], "working_time": seen.clocks[company_id]}


def _order(order: OrderRow, line: LineRow, *, is_between: bool) -> dict[str, Any]:
    """Return the terms that risk and claim hang on, with prices for the two who agreed them."""
    terms: dict[str, Any] = {
        "reference": order.reference,
        "placed_at": _second(order.placed_at),
        "price_basis": {"incoterm": order.incoterm, "place": order.place_code},
        "destination": order.destination,
        "line": {
            "position": line.position,
            "sku": line.sku,
            "titles": line.titles,
            "hs_code": line.hs_code,
            "origin": line.origin,
            "unit": line.unit,
            "quantity": line.quantity,
            "parts": {str(state): units for state, units in line.parts.items()},
            "moves": [_plain(move) for move in line.moves],
        },
    }
    if is_between:
        terms |= {
            "purchase_order_number": order.purchase_order_number,
            "plan": str(order.plan),
            "mode": str(order.mode),
            "costs": dict(order.costs),
            "total": _money(order.total),
        }
        terms["line"] |= {"unit_price": str(line.unit_price), "amount": _money(line.amount)}
    return terms


def _notes(session: Session, order: OrderRow) -> list[dict[str, Any]]:
    """Return what the two sides of an order wrote to each other, earliest first; a side's own notes stay its own."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while len(rows) < _MOST_NOTES:
        page = notes.of_order(session, company_id=order.buyer_id, order_id=order.id, cursor=cursor)
        rows += [
            {"company": str(row.company_id), "at": _second(row.at), "text": row.body}
            for row in page.items
            if row.is_shared
        ]
        if (cursor := page.next) is None:
            break
    return rows[::-1]


def _documents(session: Session, claim: ClaimRow, order: OrderRow) -> list[DocumentRow]:
    """Return the papers of the order, of the claimed line and of its freight that a reader is a party of.

    Who decides sees what either of the two who argue may see.
    """
    reader = claims.seen_by()
    readers = (claim.claimant_id, claim.respondent_id) if reader is None else (reader,)
    freight = distribution.contracts_of(session, order_ids=[order.id])[order.id]
    carried = [row.id for row in freight if claim.line_id in {one.line_id for one in row.lines}]
    bought = [order.purchase.id] if order.purchase else []
    subjects = (
        ("order", [order.id]),
        ("purchase", bought),
        ("order_line", [claim.line_id]),
        ("purchase_line", [claim.line_id]),
        ("freight", carried),
        ("claim", [claim.id]),
    )
    found = {
        row.id: row
        for company_id in readers
        for kind, ids in subjects
        for rows in papers.documents(session, subject_kind=kind, subject_ids=ids, company_id=company_id).values()
        for row in rows
    }
    return [found[key] for key in sorted(found)]


def _papers(issued: Sequence[DocumentRow]) -> list[Piece]:
    """Return the PDFs as they are stored; a paper that is not set yet is named in the list of papers alone."""
    pieces: list[Piece] = []
    names: Counter[str] = Counter()
    for row in issued:
        if row.pdf_sha256:
            name = f"papers/{row.number.replace('/', '-')}-{row.kind}-v{row.version}"
            names[name] += 1
            # Each issuer counts its invoices from one: those of goods that go back are their buyer's.
            again = f"-{names[name]}" if names[name] > 1 else ""
            pieces.append(Piece(path=f"{name}{again}.pdf", title=row.number, stored=row.pdf_sha256))
    return pieces


def _evidence(seen: ClaimSeen) -> list[Piece]:
    pieces: list[Piece] = []
    for number, one in enumerate(seen.claim.shown, start=1):
        file = seen.files[one.file_id]
        pieces.append(Piece(path=path_of(seen, number, one), title=file.name, stored=file.sha256))
    return pieces


def _paper(row: DocumentRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": str(row.kind),
        "version": row.version,
        "issued_on": _second(row.issued_on),
        "state": str(row.state),
        "data_sha256": row.data_sha256,
        "pdf_sha256": row.pdf_sha256,
    }


def _by_booking(booked: Mapping[UUID, str], found: Mapping[UUID, Sequence[Any]]) -> dict[str, Any]:
    return {booked[key]: [_plain(row) for row in rows] for key, rows in found.items()}


def _plain(row: Any) -> dict[str, Any]:
    """Return a frozen row as JSON has it."""
    return {name: _second(getattr(row, name)) for name in row.__dataclass_fields__}


def _money(money: Money | None) -> dict[str, str] | None:
    return None if money is None else {"amount": str(money.amount), "currency": money.currency}


def _facts(path: str, title: str, content: Any) -> Piece:
    written = json.dumps(content, ensure_ascii=False, indent=2, default=str).encode()
    return Piece(path=f"facts/{path}", title=title, content=written)


def _index(seen: ClaimSeen, packed: Sequence[Packed], now: datetime) -> Piece:
    paths = {path_of(seen, number, one): one for number, one in enumerate(seen.claim.shown, start=1)}
    page = render_template("claims/bundle.html", seen=seen, packed=packed, made_at=now, paths=paths)
    return Piece(path="index.html", title="index.html", content=page.encode())

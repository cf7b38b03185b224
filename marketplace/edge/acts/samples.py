"""Samples, by whoever asks: their buyer and their merchant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts import queries as accounts
from marketplace.accounts.rules.permissions import Permission
from marketplace.edge.acts import files as file_acts
from marketplace.edge.acts.clocks import clocks
from marketplace.edge.identity import require_actor
from marketplace.edge.requests import samples as requests
from marketplace.files import queries as files
from marketplace.files.queries import FileRow
from marketplace.kernel import clock
from marketplace.kernel.db import reading
from marketplace.kernel.errors import NotFound
from marketplace.kernel.pages import Page
from marketplace.orders.rules.samples import SAMPLE, SampleState, Way
from marketplace.orders.rules.states import LineState
from marketplace.orders.samples import queries
from marketplace.orders.samples.queries import SampleRow
from marketplace.orders.samples.services import carrying, deciding


@dataclass(frozen=True, slots=True)
class SampleSeen:
    """A sample as one of its sides sees it, with what this reader may do."""

    row: SampleRow
    side: str
    companies: Mapping[UUID, str]
    clocks: Mapping[UUID, str]
    files: Mapping[UUID, FileRow]
    acts: tuple[str, ...]


def many(session: Session, search: requests.SamplesQuery) -> Page[SampleRow]:
    """Return the samples that the asker's company buys or sells."""
    return queries.samples(session, company_id=require_actor().company, cursor=search.cursor)


def names(session: Session, rows: Sequence[SampleRow]) -> Mapping[UUID, str]:
    """Return the names of the companies of samples."""
    ids = {key for row in rows for key in (row.buyer_id, row.merchant_id)}
    return {key: found.name for key, found in accounts.get_companies(session, company_ids=ids).items()}


def look(session: Session, sample_id: UUID) -> SampleSeen:
    """Return a sample with everything this reader may see of it and do; NotFound for who has no part in it."""
    company_id = require_actor().company
    row = queries.sample(session, company_id=company_id, sample_id=sample_id)
    return SampleSeen(
        row=row,
        side=row.side_of(company_id),
        companies=names(session, [row]),
        clocks=clocks(session, (row.buyer_id, row.merchant_id)),
        files=files.files(session, ids=row.photos),
        acts=tuple(_acts(row)),
    )


def of_order(session: Session, order_id: UUID) -> SampleRow | None:
    """Return the sample that an order of the asker's company is, None for any other order."""
    return queries.of_order(session, order_id=order_id, company_id=require_actor().company)


def photo(sample_id: UUID, file_id: UUID) -> object:
    """Give a picture of a sample to its two sides."""
    session = reading()
    row = queries.sample(session, company_id=require_actor().company, sample_id=sample_id)
    if file_id not in row.photos:
        raise NotFound("file")
    return file_acts.give(files.get_any(session, file_id=file_id))


def send(session: Session, sample_id: UUID, body: requests.Dispatch) -> None:
    """Hand a packed sample to a courier."""
    carrying.send(
        session,
        sample_id=sample_id,
        courier=body.courier,
        tracking=body.tracking,
        actor=require_actor(),
        now=clock.now(),
    )


def arrive(session: Session, sample_id: UUID) -> None:
    """Say that a courier's sample is there."""
    carrying.arrive(session, sample_id=sample_id, actor=require_actor(), now=clock.now())


def decide(session: Session, sample_id: UUID, body: requests.Decision, *, more: Sequence[UUID] = ()) -> None:
    """Approve or refuse a sample."""
    deciding.decide(
        session,
        sample_id=sample_id,
        approves=body.decision == "approve",
        content_hash=body.content_hash,
        words=body.words or "",
        photos=[*body.photos, *more],
        actor=require_actor(),
        now=clock.now(),
    )


def _acts(row: SampleRow) -> list[str]:
    actor = require_actor()
    can = SAMPLE.actions(row.state)
    buys = actor.company == row.buyer_id
    acts: list[str] = []
    if not buys and row.way is Way.COURIER and "send" in can and row.line_state is LineState.PACKED:
        acts += ["send"] if actor.may(Permission.TRADE_ORDER_FULFIL) else []
    if row.state is SampleState.SENT:
        acts += ["arrive"] if actor.may(_arrival(buys=buys)) else []
    if buys and "approve" in can and actor.may(Permission.TRADE_ORDER_ACCEPT):
        acts.append("decide")
    return acts


def _arrival(*, buys: bool) -> Permission:
    return Permission.TRADE_ORDER_ACCEPT if buys else Permission.TRADE_ORDER_FULFIL

"""What became of charges: what was taken of each, what of it has gone back, and when."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.kernel.money import Money
from marketplace.payments.models.cards import CardRefund, CardReturn
from marketplace.payments.models.ledger import LedgerTransfer
from marketplace.payments.queries import cards
from marketplace.payments.queries.cards import ChargeRow
from marketplace.payments.rules.card_returns import ReturnState, Way
from marketplace.payments.rules.cards import CardOutcome, RefundState


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge with what was ``taken`` of it and what of that has gone back, as the books date it.

    ``taken_at`` is None while nothing was taken, ``returned_at`` while nothing has gone back; else it is the last time.
    """

    outcome: CardOutcome
    taken: Money
    taken_at: datetime | None
    returned: Money
    returned_at: datetime | None


def charged(session: Session, *, keys: Collection[str]) -> dict[str, Charged]:
    """Return what became of the charges of these keys; one that was never claimed is left out."""
    found = cards.charges_under(session, keys=keys)
    taken = [row for row in found if row.captured]
    at = _taken_at(session, taken)
    back = _back(session, taken)
    return {row.key: _charged(row, at, back.get(row.id, ())) for row in found}


def _charged(
    row: ChargeRow, taken_at: Mapping[UUID, datetime], back: Collection[tuple[int, datetime | None]]
) -> Charged:
    returned = Money(sum(minor for minor, _ in back), row.amount.currency)
    returned_at = max((at for _, at in back if at is not None), default=None)
    return Charged(row.outcome, row.captured, taken_at.get(row.id), returned, returned_at)


def _taken_at(session: Session, rows: Collection[ChargeRow]) -> dict[UUID, datetime]:
    keys = {f"card:{row.id}:captured": row.id for row in rows}
    return {keys[key]: at for key, at in _moments(session, keys).items()}


def _back(session: Session, rows: Collection[ChargeRow]) -> dict[UUID, list[tuple[int, datetime | None]]]:
    """Return by charge what has gone back of it, by the way it came or by the provider's bank, with when."""
    if not rows:
        return {}
    ids, found = [row.id for row in rows], dict[UUID, list[tuple[int, datetime | None]]]()
    refunds = session.execute(
        sa.select(CardRefund.id, CardRefund.charge_id, CardRefund.amount_minor).where(
            CardRefund.charge_id.in_(ids), CardRefund.state == RefundState.DONE
        )
    ).all()
    at = _moments(session, {f"card_refund:{row.id}:done": row.id for row in refunds})
    for row in refunds:
        found.setdefault(row.charge_id, []).append((row.amount_minor, at.get(f"card_refund:{row.id}:done")))
    by_bank = sa.select(CardReturn.charge_id, CardReturn.amount_minor, CardReturn.changed_at).where(
        CardReturn.charge_id.in_(ids), CardReturn.state == ReturnState.SETTLED, CardReturn.way == Way.BANK
    )
    for charge_id, minor, moment in session.execute(by_bank):
        found.setdefault(charge_id, []).append((minor, moment))
    return found


def _moments(session: Session, keys: Collection[str]) -> dict[str, datetime]:
    """Return when the books noted these facts."""
    if not keys:
        return {}
    found = session.execute(sa.select(LedgerTransfer.key, LedgerTransfer.at).where(LedgerTransfer.key.in_(keys)))
    return {row.key: row.at for row in found}

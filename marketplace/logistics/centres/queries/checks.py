"""What must hold of lots, proofs and releases."""

from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from marketplace.kernel.checks import Breach, Promise, Promises
from marketplace.logistics.centres.models import CentreLot, LotMovement, LotRelease, LotTransfer, OriginProof
from marketplace.logistics.centres.rules.lots import Move, Status


def breaches(session: Session) -> list[Breach]:
    """Return lots that are not their movements' sum, proofs not drawn as they say, and releases that mix."""
    return _PROMISES.breaches(session)


def _sum(of: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(sa.func.sum(of), 0)


def _unequal() -> sa.Select[UUID]:
    return (
        sa.select(CentreLot.id)
        .outerjoin(LotMovement, LotMovement.lot_id == CentreLot.id)
        .group_by(CentreLot.id)
        .having(
            sa.or_(
                _sum(LotMovement.on_hand) != CentreLot.on_hand,
                _sum(LotMovement.promised) != CentreLot.promised,
            )
        )
    )


def _unreleased() -> sa.Select[UUID]:
    gone = (
        sa.select(_sum(LotMovement.on_hand))
        .where(LotMovement.lot_id == CentreLot.id, LotMovement.kind == Move.RELEASED)
        .scalar_subquery()
    )
    released = sa.select(_sum(LotRelease.quantity)).where(LotRelease.lot_id == CentreLot.id).scalar_subquery()
    return sa.select(CentreLot.id).where(gone + released != 0)


def _unsent() -> sa.Select[UUID]:
    gone = (
        sa.select(_sum(LotMovement.on_hand))
        .where(LotMovement.lot_id == CentreLot.id, LotMovement.kind == Move.SENT)
        .scalar_subquery()
    )
    sent = sa.select(_sum(LotTransfer.quantity)).where(LotTransfer.lot_id == CentreLot.id).scalar_subquery()
    return sa.select(CentreLot.id).where(gone + sent != 0)


def _mixed() -> sa.Select[UUID]:
    """Select free lots that came out of bonded ones without a release of as many units, and lots with wrong moves."""
    before = aliased(CentreLot)
    cleared = (
        sa.select(_sum(LotMovement.on_hand))
        .where(LotMovement.lot_id == CentreLot.id, LotMovement.kind == Move.CLEARED)
        .scalar_subquery()
    )
    released = sa.select(_sum(LotRelease.quantity)).where(LotRelease.free_lot_id == CentreLot.id).scalar_subquery()
    came = sa.select(CentreLot.id).join(before, before.id == CentreLot.from_lot_id)
    return came.where(
        sa.or_(
            sa.and_(before.status != CentreLot.status, cleared != released),
            sa.and_(before.status == Status.FREE, CentreLot.status == Status.BONDED),
        )
    )


def _misdrawn() -> sa.Select[UUID]:
    return (
        sa.select(OriginProof.id)
        .outerjoin(LotRelease, LotRelease.proof_id == OriginProof.id)
        .group_by(OriginProof.id)
        .having(OriginProof.quantity - _sum(LotRelease.quantity) != OriginProof.remaining)
    )


_PROMISES: Final = Promises(
    "3 stock",
    Promise("lot", "the movements do not sum to the figures", _unequal),
    Promise("lot", "what was released is not what left bond", _unreleased),
    Promise("lot", "what was sent is not what left", _unsent),
    Promise("lot", "bonded and free goods are mixed", _mixed),
    Promise("origin_proof", "what is left is not what was not used", _misdrawn),
)

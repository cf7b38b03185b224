"""What the ledger says of freight, and whether cost sheets say the same."""

from collections import defaultdict
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from marketplace.distribution.costs.queries import revenue
from marketplace.distribution.costs.rules.sharing import Posted
from marketplace.distribution.models import FreightContract
from marketplace.distribution.rules.freight import ContractState
from marketplace.kernel.checks import Breach
from marketplace.logistics.models.departures import Booking
from marketplace.logistics.rules.states import TAKING
from marketplace.payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransfer
from marketplace.payments.models.payouts import Allowance
from marketplace.payments.queries import payouts
from marketplace.payments.rules.ledger import AccountKind, TransferKind
from marketplace.payments.rules.terms import SubjectKind

# Which entries of the carrier's accounts say what of its freight.
_SAYS: Final = {
    (AccountKind.OBLIGATION_PAYEE, TransferKind.OBLIGATION_DUE): "due",
    (AccountKind.OBLIGATION_PAYEE, TransferKind.OBLIGATION_CANCELLED): "due",
    (AccountKind.OBLIGATION_PAYEE, TransferKind.OBLIGATION_CHARGES): "charges",
    (AccountKind.RETURN_PAYEE, TransferKind.RETURN_DUE): "back",
    (AccountKind.CARRIER_PAYABLE, TransferKind.RELEASED): "released",
    (AccountKind.CARRIER_PAYABLE, TransferKind.RELEASE_REVERSED): "released",
}
# Under this key the books note what came too much: that never was freight.
_SURPLUS: Final = "surplus:%"
# Only what is owed for a cause is told apart by its key.
_CAUSE: Final = sa.case((LedgerTransfer.key.like(f"{payouts.CAUSE}%"), LedgerTransfer.key), else_=sa.null())
_POSTED: Final = (
    sa.select(
        LedgerTransfer.subject_id,
        LedgerAccount.kind.label("account"),
        LedgerTransfer.kind,
        _CAUSE.label("cause"),
        sa.func.sum(LedgerEntry.minor).label("minor"),
    )
    .join(LedgerEntry, LedgerEntry.transfer_id == LedgerTransfer.id)
    .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
    .where(LedgerTransfer.subject_kind == SubjectKind.FREIGHT, LedgerTransfer.key.not_like(_SURPLUS))
    .where(LedgerAccount.kind.in_({account for account, _kind in _SAYS}))
    .group_by(LedgerTransfer.subject_id, LedgerAccount.kind, LedgerTransfer.kind, _CAUSE)
)
_LET_OFF: Final = sa.select(Allowance.cause_id).where(Allowance.subject_kind == SubjectKind.FREIGHT)
_DEPARTURES: Final = sa.select(Booking.departure_id).where(Booking.state.in_(TAKING)).distinct()
_CONTRACTS: Final = sa.select(FreightContract.id, FreightContract.state)


def posted(session: Session) -> dict[UUID, Posted]:
    """Return what the ledger says of each freight contract that it knows.

    What a carrier owes back for a cause is freight only where it was let off: damage that it answers for is none.
    """
    sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    let_off = set(map(payouts.cause_key, session.execute(_LET_OFF).scalars()))
    for row in session.execute(_POSTED):
        if row.cause is not None and row.cause not in let_off:
            continue
        says = _SAYS.get((row.account, row.kind))
        if says is not None:
            # What is released is owed by the house: a credit, negative in its books.
            sums[row.subject_id][says] += -int(row.minor) if says == "released" else int(row.minor)
    return {contract_id: Posted(**minors) for contract_id, minors in sums.items()}


def breaches(session: Session) -> list[Breach]:
    """Return the freight contracts whose sheets, with what no lorry carries, are not what the ledger has earned."""
    on_sheets: dict[UUID, int] = defaultdict(int)
    departures = session.execute(_DEPARTURES).scalars().all()
    for rows in revenue.revenue(session, departure_ids=departures).values():
        for row in rows:
            if row.contract_id is not None and row.earned is not None:
                on_sheets[row.contract_id] += row.earned.minor
    for one in revenue.unridden(session):
        on_sheets[one.contract_id] += one.earned.minor
    in_books = posted(session)
    states = {row.id: row.state for row in session.execute(_CONTRACTS)}
    return [
        Breach("1 cost sheet", "freight_contract", contract_id, "its sheets are not what the ledger has earned")
        for contract_id, state in states.items()
        if on_sheets.get(contract_id, 0)
        != in_books.get(contract_id, Posted()).earned(is_cancelled=state is ContractState.CANCELLED)
    ]

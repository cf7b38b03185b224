"""A document as one sheet for the typesetter."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from marketplace.papers.layout import (
    cargo,
    cartons,
    consignment,
    freight,
    inspection,
    insurance,
    lorry,
    notes,
    shared,
    showroom,
    statements,
    trade,
)
from marketplace.papers.layout.blocks import Block, Voice
from marketplace.papers.rules.documents import PaperKind

Layout = Callable[[Voice, Mapping[str, Any]], list[Block]]

LAYOUTS: Final[dict[PaperKind, Layout]] = {
    PaperKind.PRO_FORMA: trade.pro_forma,
    PaperKind.SALES_CONTRACT: trade.sales_contract,
    PaperKind.FREIGHT_CONTRACT: freight.freight_contract,
    PaperKind.COMMERCIAL_INVOICE: trade.commercial_invoice,
    PaperKind.PACKING_LIST: cargo.packing_list,
    PaperKind.CARTON_LABELS: cartons.carton_labels,
    PaperKind.MANIFEST: cargo.manifest,
    PaperKind.BOOTH_LABELS: showroom.booth_labels,
    PaperKind.CREDIT_NOTE: notes.credit_note,
    PaperKind.DEBIT_NOTE: notes.debit_note,
    PaperKind.COMMISSION_STATEMENT: statements.statement,
    PaperKind.FREIGHT_STATEMENT: statements.statement,
    PaperKind.ACCOUNT_STATEMENT: statements.statement,
    PaperKind.INSPECTION_REPORT: inspection.inspection_report,
    PaperKind.HOUSE_WAYBILL: consignment.house_waybill,
    PaperKind.DANGEROUS_GOODS_NOTE: consignment.dangerous_goods_note,
    PaperKind.CARGO_RECEIPT: consignment.cargo_receipt,
    PaperKind.SEAL_LIST: lorry.seal_list,
    PaperKind.TRANSIT_SHEET: lorry.transit_sheet,
    PaperKind.INSURANCE_CERTIFICATE: insurance.certificate,
}


def sheet_of(
    *,
    kind: PaperKind,
    number: str,
    version: int,
    locales: tuple[str, ...],
    data: Mapping[str, Any],
    sha256: str,
    issued_at: datetime,
    site: str,
) -> dict[str, Any]:
    """Return everything the template sets: title, head, blocks, foot.

    KeyError, ValueError or TypeError for data that does not have the kind's shape.
    """
    voice = Voice(locales)
    return {
        "site": site,
        "lang": voice.spoken[0],
        "title": voice.word(kind),
        "head_number": voice.word("number"),
        "number": number,
        "version": voice.same(f"v{version}") if version > 1 else [],
        "head": [{"name": name, "value": value} for name, value in shared.head(voice, data)],
        "blocks": LAYOUTS[kind](voice, data),
        "remark": voice.word("not_tax_invoice"),
        "page": voice.word("page"),
        "hash_label": voice.word("hash"),
        "sha256": sha256,
        "issued_at": int(issued_at.timestamp()),
    }

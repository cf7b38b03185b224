"""Set a queued document outside any transaction, keep its bytes once."""

import io
from datetime import datetime
from typing import Final
from uuid import UUID

from obstore.store import ObjectStore

from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound
from marketplace.papers import queries, services, typesetter
from marketplace.papers.layout.sheet import sheet_of
from marketplace.papers.queries import Manuscript
from marketplace.papers.rules.documents import PaperKind, PaperState
from marketplace.papers.typesetter import Unsettable

# Whatever is no page of A4 has a template of its own.
_TEMPLATES: Final = {PaperKind.BOOTH_LABELS: typesetter.LABELS, PaperKind.CARTON_LABELS: typesetter.CARTONS}
_SHAPELESS: Final = (KeyError, ValueError, TypeError, AttributeError, IndexError)


def render(*, document_id: UUID, site: str, store: ObjectStore, now: datetime) -> None:
    """Set a document unless that was done; data that cannot be set fails for good, a slow child is tried again.

    Two runners may both set it: the first to note its bytes wins, and the other's lie unused under their hash.
    """
    session = reading()
    try:
        found = queries.manuscript(session, document_id=document_id)
    except NotFound:
        return
    finally:
        session.rollback()  # no transaction stays open while the child works
    if found.document.state is not PaperState.QUEUED:
        return
    try:
        template = _TEMPLATES.get(found.document.kind, typesetter.TEMPLATE)
        content = typesetter.pdf_of(_sheet(found, site), template=template)
    except (Unsettable, *_SHAPELESS):
        with unit_of_work() as session:
            services.note_failure(session, document_id=document_id)
        raise
    name = f"{found.document.number}-v{found.document.version}"
    pdf = files.take(stream=io.BytesIO(content), declared_name=name, purpose=Purpose.DOCUMENT, store=store)
    with unit_of_work() as session:
        services.keep_rendered(session, document_id=document_id, pdf=pdf, now=now)


def _sheet(found: Manuscript, site: str) -> dict[str, object]:
    document = found.document
    return sheet_of(
        kind=document.kind,
        number=document.number,
        version=document.version,
        locales=document.locales,
        data=found.data,
        sha256=document.data_sha256,
        issued_at=document.issued_at,
        site=site,
    )

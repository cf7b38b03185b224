"""Prices in further currencies, over the API."""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.api.catalog.commodities import api
from marketplace.api.catalog.parts import LadderAnswer
from marketplace.api.shared.answers import Answer
from marketplace.api.shared.operations import operation
from marketplace.edge.acts import currencies as acts
from marketplace.edge.identity import require_actor
from marketplace.edge.requests.catalog import Conversion
from marketplace.kernel import clock


class Converted(Answer):
    """Prices as they were written, units of the new currency for one of the old, and what waits for review."""

    ladder: LadderAnswer
    rate: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
    waiting: list[str]


@api.post("/listings/<uuid:listing_id>/conversions")
@operation(
    answers={201: Converted},
    tag="catalog",
    permission=Permission.CATALOG_LISTING_EDIT,
    body=Conversion,
    idempotent=True,
)
def convert(listing_id: UUID, body: Conversion, session: Session) -> tuple[int, Converted]:
    """Write one's own listing's prices on a basis in another currency; orders keep the prices they were placed at."""
    done = acts.convert(session, actor=require_actor(), listing_id=listing_id, asked=body, now=clock.now())
    return 201, Converted(
        ladder=LadderAnswer.of(done.ladder), rate=f"{done.rate.normalize():f}", waiting=list(done.waiting)
    )

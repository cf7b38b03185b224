"""Issue the labels of a booth as a paper."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.rules.permissions import Permission
from marketplace.exchange.queries import showroom as queries
from marketplace.kernel.actor import Actor
from marketplace.kernel.errors import Conflict
from marketplace.papers import services as papers
from marketplace.papers.rules.booth_labels import BoothLabels, Label
from marketplace.papers.rules.documents import PaperKind, pair

SIZES: Final = ("a6", "a5")


def issue(
    session: Session,
    *,
    actor: Actor,
    tenancy_id: UUID,
    size: str,
    locale: str,
    address_of: Callable[[str], str],
    now: datetime,
) -> UUID:
    """Issue the labels of what stands on a booth of the actor's company; return the document, which a job sets.

    The same labels again are the document there is, others its next version. They speak the language asked for and
    English, or English and Chinese. NotFound for another's tenancy, Conflict ``no_exhibits`` for an empty booth.
    """
    actor.must(Permission.CATALOG_LISTING_EDIT)
    tenancy = queries.tenancy(session, tenancy_id=tenancy_id, company_id=actor.company)
    shown = queries.exhibits(session, tenancy_id=tenancy_id, today=queries.today_at(session, now=now))
    if not shown:
        raise Conflict("no_exhibits")
    paper = BoothLabels(
        number=f"LAB-{tenancy_id.hex[-12:].upper()}-{size.upper()}",
        company=tenancy.company,
        hall=tenancy.hall_names,
        booth=tenancy.booth_code,
        size=size,
        labels=tuple(
            Label(title={**row.titles, "en": row.titles.get("en") or row.titles[row.source_locale]}, sku=row.sku,
                  address=address_of(row.code))
            for row in shown
        ),
    )  # fmt: skip
    return papers.issue(
        session,
        kind=PaperKind.BOOTH_LABELS,
        subject_kind="tenancy",
        subject_id=tenancy_id,
        number=paper.number,
        locales=pair(locale, "zh" if locale == "en" else "en"),
        data=paper.to_data(),
        parties=(actor.company,),
        now=now,
        actor=actor,
    )

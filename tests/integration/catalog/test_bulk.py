"""Many listings at a time are the same listings as one at a time: rows, prices, stock, audit, cases and cards."""

from dataclasses import replace
from decimal import Decimal

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.audit.models import AuditRow
from marketplace.catalog.models import ChangeSet, Listing, ListingCard, PriceLadder, Stock, StockEntry
from marketplace.catalog.queries import checks
from marketplace.catalog.rules.pricing import make_ladder
from marketplace.catalog.services import bulk, listings
from marketplace.kernel.db import unit_of_work
from marketplace.kernel.errors import DomainError
from marketplace.moderation import services as moderation
from marketplace.moderation.models import Case
from tests.integration.catalog.conftest import DRAFT, NOW, PACKING, merchant, moderator, shelves
from tests.support.invariants import fresh

NOT_COMPARED = {"id", "listing_id", "company_id", "change_id", "proposed_by", "decided_by", "actor_id", "subject_id",
                "hash", "published_at"}  # fmt: skip


def ladder(price, incoterm="FCA", place="CN-NANPENG"):
    return make_ladder("CNY", incoterm, place, price=Decimal(price), moq=40)


DRAFTS = st.builds(
    lambda title, hs, price, supply, packing, ladders, place: replace(
        DRAFT,
        titles={"zh": title},
        hs=hs,
        ladders=(ladder(price, place=place), *([ladder("40", "DAP", "VNHAN")] if ladders else [])),
        stock=supply if supply < 1_000 else None,
        lead_days=20 if supply == 1_000 else None,
        packing=packing,
    ),
    title=st.sampled_from(["链条", "加强链条"]),
    hs=st.sampled_from(["871410", "87141000", "87141000", "99"]),
    price=st.sampled_from(["27.40", "28", "60"]),
    supply=st.sampled_from([0, 5, 900, 1_000]),
    packing=st.sampled_from([PACKING, None]),
    ladders=st.booleans(),
    place=st.sampled_from(["CN-NANPENG", "CN-NANPENG", "nowhere"]),
)
SKUS = st.sampled_from(["A-1", "B-2", "C-3", "D-4"])


def kept(row):
    values = {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
    return {name: value for name, value in values.items() if name not in NOT_COMPARED}


def everything(actor):
    """Return all that is stored of a company's goods, ids apart, by article number."""
    session = fresh()
    session.expire_all()
    found = {}
    for listing in session.scalars(sa.select(Listing).where(Listing.company_id == actor.company)):
        tables = {
            table.__tablename__: sorted(
                str(sorted(kept(row).items(), key=lambda item: item[0])) for row in session.scalars(
                    sa.select(table).where(table.listing_id == listing.id)
                )
            )
            for table in (PriceLadder, Stock, StockEntry, ChangeSet, ListingCard, Case)
        }  # fmt: skip
        acts = session.scalars(sa.select(AuditRow).where(AuditRow.subject_id == listing.id).order_by(AuditRow.id))
        found[listing.sku] = (kept(listing), tables, [kept(act) | {"change": None} for act in acts])
    assert checks.breaches(session) == []
    return found


def outcome(done):
    return (done.code, [error.code for error in done.errors]) if isinstance(done, DomainError) else bool(done)


def attempt(work):
    try:
        with unit_of_work() as session:
            return work(session)
    except DomainError as refusal:
        return refusal


def one_edit(session, actor, listing_id, draft):
    return listings.edit(session, actor=actor, listing_id=listing_id, draft=draft, now=NOW)


def one_by_one(actor, drafts, edits):
    made = [attempt(lambda session, d=d: listings.create(session, actor=actor, draft=d, now=NOW)) for d in drafts]
    ids = [each for each in made if not isinstance(each, DomainError)]
    for listing_id in ids:
        attempt(lambda session, i=listing_id: listings.submit(session, actor=actor, listing_id=i, now=NOW))
    approve(actor, singly=True)
    known = {sku: listing_id for sku, listing_id in skus(actor).items() if sku in edits}
    edited = {
        sku: attempt(lambda session, s=sku, i=i: one_edit(session, actor, i, edits[s]))
        for sku, i in known.items()
    }  # fmt: skip
    return [outcome(each) for each in made], {sku: outcome(done) for sku, done in edited.items()}


def together(actor, drafts, edits):
    with unit_of_work() as session:
        made = bulk.create_listings(session, actor=actor, drafts=drafts, now=NOW)
        ids = [each for each in made if not isinstance(each, DomainError)]
        bulk.submit_listings(session, actor=actor, listing_ids=ids, now=NOW)
    approve(actor, singly=False)
    known = {sku: listing_id for sku, listing_id in skus(actor).items() if sku in edits}
    with unit_of_work() as session:
        wanted = {listing_id: edits[sku] for sku, listing_id in known.items()}
        edited = bulk.edit_listings(session, actor=actor, drafts=wanted, now=NOW)
    return [outcome(each) for each in made], {sku: outcome(edited[listing_id]) for sku, listing_id in known.items()}


def skus(actor):
    session = fresh()
    query = sa.select(Listing.sku, Listing.id).where(Listing.company_id == actor.company)
    return dict(session.execute(query).all())


def approve(actor, *, singly):
    """Approve every second listing, so that edits meet goods that are up and goods that are not."""
    session = fresh()
    query = sa.select(Case.id, Listing.sku).join(Listing, Listing.id == Case.listing_id)
    rows = session.execute(query.where(Case.company_id == actor.company).order_by(Listing.sku))
    cases = [case_id for case_id, sku in rows.all() if sku in {"A-1", "C-3", "D-4"}]
    groups = [[case_id] for case_id in cases] if singly else [cases]
    for group in groups:
        with unit_of_work() as session:
            decided = moderation.decide_all(
                session, actor=moderator(session), seen=dict.fromkeys(group), decision="approve", now=NOW
            )
            assert not any(isinstance(done, DomainError) for done in decided.values())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wanted=st.lists(st.tuples(SKUS, DRAFTS), min_size=1, max_size=6),
    edits=st.dictionaries(SKUS, DRAFTS, max_size=4),
)
def test_many_at_a_time_are_the_same_as_one_at_a_time(app, wanted, edits):
    drafts = [replace(draft, sku=sku) for sku, draft in wanted]
    changed = {sku: replace(draft, sku=sku) for sku, draft in edits.items()}
    with unit_of_work() as session:
        shelves(session)
        single, bulked = merchant(session), merchant(session, name="Demo Nanping Parts Co.")
    assert one_by_one(single, drafts, changed) == together(bulked, drafts, changed)
    assert everything(single) == everything(bulked)

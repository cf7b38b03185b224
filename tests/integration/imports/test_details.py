"""What is said beside offers goes out with the list and comes back: unchanged when it is, reviewed when it is not."""

import io
import itertools
from dataclasses import replace

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketplace.audit.models import AuditRow
from marketplace.catalog.customer_prices.services import showing
from marketplace.catalog.imports import reader, written
from marketplace.catalog.models import ChangeSet, Listing
from marketplace.catalog.queries import details as published
from marketplace.catalog.rules.changes import ELSEWHERE
from marketplace.catalog.rules.details import DetailKind
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.states import ChangeState, ListingState
from marketplace.catalog.services import details, listings, taxonomy
from marketplace.catalog.services.listings import draft_of
from marketplace.edge.acts.imports import called
from marketplace.files import flows as files
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.cells import as_csv
from marketplace.kernel.db import reading, snapshot, unit_of_work
from marketplace.moderation import queries as queue
from tests import factories
from tests.conftest import SOAK
from tests.support.invariants import fresh
from tests.support.pdfs import pdf
from tests.support.said import ASKED, documents, languages, visibilities
from tests.support.sheets import comma_separated, row, table, workbook

NUMBERS = itertools.count()
CHANGED = {Outcome.CREATE: 0, Outcome.UPDATE: 0, Outcome.ERROR: 0}


def paper(desk, trader=None):
    """Hand in a paper and return its id."""
    return str(
        files.upload(
            actor=(trader or desk.market.merchant).actor, stream=io.BytesIO(pdf(f"paper {next(NUMBERS)}")),
            declared_name="paper.pdf", purpose=Purpose.LICENCE, store=desk.store, now=clock.now(),
        )
    )  # fmt: skip


@pytest.fixture
def asking(desk):
    """A market whose category asks for attributes."""
    with unit_of_work() as session:
        for position, each in enumerate(ASKED):
            taxonomy.put_attribute(session, category="motorcycle-parts", attribute=each, position=position)
    return desk


def export(desk, shape):
    target = io.BytesIO()
    with snapshot() as session:
        written.write(session, company_id=desk.market.merchant.company, shape=written.Shape(shape), target=target)
    return target.getvalue()


def said(desk, sku="CH-1"):
    listing = fresh().scalars(sa.select(Listing).where(Listing.sku == sku)).one()
    return details.said_of(reading(), listing), listing.price_visibility


def up(desk, listing_id):
    return published.documents(fresh(), listing_ids=[listing_id]).get(listing_id, {})


def waits(listing_id):
    change = fresh().scalars(
        sa.select(ChangeSet).where(ChangeSet.listing_id == listing_id, ChangeSet.state == ChangeState.PENDING)
    )
    return next((found.changes for found in change), {})


def unsigned(document):
    return {name: part for name, part in document.items() if name not in {"signed_by", "signed_at", "hash"}}


LIVE = {DetailKind.WARRANTY: {"months": 12, "covers": "engine"}, DetailKind.FOOD: {"shelf_days": 30}}


@pytest.mark.soak
@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_a_list_with_everything_said_comes_back_unchanged_and_makes_the_same_list(asking, shape):
    desk, merchant = asking, asking.market.merchant
    papers = [paper(desk) for _ in range(2)]

    goods = st.tuples(documents(st.sampled_from(papers), languages=languages), visibilities)

    # Each example is four imports: it is not made smaller.
    @settings(
        max_examples=25 if SOAK else 3, deadline=None, phases=(Phase.explicit, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )  # fmt: skip
    @given(st.lists(goods, min_size=1, max_size=3))
    def comes_back(generated):
        skus = {f"G-{next(NUMBERS)}": each for each in generated}
        for sku, (found, visibility) in skus.items():
            with unit_of_work() as session:
                texts = {"zh": "链条", "en": "Chain", **dict.fromkeys(languages, "Chain")}
                draft = replace(factories.DRAFT, sku=sku, titles=texts)
                made = listings.create(session, actor=merchant.actor, draft=draft, now=clock.now())
            marks = found.pop("texts", {"marks": {}})["marks"]
            given_ = {DetailKind(kind): _as_given(document) for kind, document in found.items()}
            with unit_of_work() as session:
                details.put(session, actor=merchant.actor, listing_id=made, documents=given_, now=clock.now())
                for language, how in marks.items():
                    details.mark_text(
                        session, actor=merchant.actor, listing_id=made, language=language, how=how, now=clock.now()
                    )
            with unit_of_work() as session:
                showing.show_each(session, visibility={made: visibility}, actor=merchant.actor, now=clock.now())
        content = export(desk, shape)
        before = {sku: said(desk, sku) for sku in skus}
        view = desk.bring(content, f"list.{shape}", submit=False)
        assert {each: count for each, count in view.counts.items() if each is not Outcome.UNCHANGED} == CHANGED
        assert {sku: said(desk, sku) for sku in skus} == before
        # The same list under other numbers makes listings that say the same, once somebody answers for it.
        rows = as_rows(content, shape)
        again = [
            {**line, "sku": f"{line['sku']}-N", "dangerous_confirmed": "yes" if line.get("dangerous") else ""}
            for line in rows
            if line["sku"] in skus
        ]
        view = desk.bring(as_csv(table(again)).encode(), "again.csv", submit=False)
        assert view.counts[Outcome.CREATE] == len(skus), desk.errors(view)
        for sku in skus:
            (old, seen), (new, shown) = before[sku], said(desk, f"{sku}-N")
            assert {kind: unsigned(each) for kind, each in new.items()} == {
                kind: unsigned(each) for kind, each in old.items()
            }
            assert shown == seen
        assert desk.bring(export(desk, shape), f"list.{shape}", submit=False).counts[Outcome.UPDATE] == 0

    comes_back()


def _as_given(document):
    return {**document, "confirmed": True} if "answer" in document else document


def as_rows(content, shape):
    _, sheet = reader.read_sheet(content, is_csv=shape == "csv", sheet=None)
    header, *lines = list(sheet.rows)
    return [dict(zip(header, line, strict=False)) for line in lines]


def test_what_is_material_waits_for_review_and_the_rest_goes_live(asking):
    desk, chains = asking, asking.market.chains
    sku = draft_of(reading(), actor=desk.market.merchant.actor, listing_id=chains).sku
    cells = {
        "sku": sku, "warranty_months": "24", "warranty_covers": "engine", "food_days": "30", "attribute@voltage": "12",
        "visibility": "verified",
    }  # fmt: skip
    with unit_of_work() as session:
        session.execute(sa.delete(ChangeSet))
    view = desk.bring(workbook(table([cells])), dry_run=True)
    assert view.counts[Outcome.UPDATE] == 1
    assert up(desk, chains) == waits(chains) == {}
    desk.bring(workbook(table([cells])))
    assert up(desk, chains) == {"warranty": {"months": 24, "kilometres": None, "covers": "engine"}}
    assert waits(chains).keys() == {"food", "attributes"} <= ELSEWHERE
    assert said(desk, sku)[1] == "verified"
    assert chains in {case.listing_id for case in queue.queue(reading(), size=50).items}
    kinds = reading().scalars(
        sa.select(AuditRow.facts).where(AuditRow.action == "listing.detail_set", AuditRow.subject_id == chains)
    )
    assert {(facts["kind"], facts["waiting"]) for facts in kinds} == {
        ("warranty", False), ("food", True), ("attributes", True),
    }  # fmt: skip
    assert desk.bring(workbook(table([cells]))).counts[Outcome.UNCHANGED] == 1
    # With a title that waits as well there is one proposal, and what is taken back waits no longer.
    desk.bring(workbook(table([{**cells, "title_en": "A better chain", "food_days": "60"}])))
    assert waits(chains).keys() == {"food", "attributes", "titles"}
    assert waits(chains)["food"]["new"]["shelf_days"] == 60
    with unit_of_work() as session:
        details.put(
            session, actor=desk.market.merchant.actor, listing_id=chains, documents={DetailKind.FOOD: None},
            now=clock.now(),
        )  # fmt: skip
    assert waits(chains).keys() == {"attributes", "titles"}


def test_bad_values_name_the_column_and_what_is_accepted_and_foreign_papers_are_none(asking):
    desk = asking
    foreign = paper(desk, desk.market.thai)
    rows = [
        row(sku="D-1", food_days="soon"),
        row(sku="D-2", brand_relation="licensed", brand_name="Bosch", brand_letter=foreign, brand_until="2027-01-01"),
        row(sku="D-3", **{"attribute@colour": "blue"}),
        row(sku="D-4", dangerous="not_dangerous"),
        row(sku="D-5", certificate_list=f"ce | 1 | TÜV | {foreign} | 2026-01-01"),
        row(sku="D-6", warranty_months=12, warranty_covers="engine"),
    ]
    wrong = ["food_days", "brand_letter", "attribute@colour", "dangerous_confirmed", "certificate_list"]
    for dry_run in (True, False):
        view = desk.bring(workbook(table(rows)), dry_run=dry_run)
        assert desk.errors(view) == [
            {"food_days": "whole_number"}, {"brand_letter": "paper_file"}, {"attribute@colour": "attribute_value"},
            {"dangerous_confirmed": "required"}, {"certificate_list": "paper_file"},
        ]  # fmt: skip
    assert [found.errors[0].accepted for found in desk.rows(view) if found.sku == "D-3"] == ["red"]
    assert said(desk, "D-6")[0] == {"warranty": {"months": 12, "kilometres": None, "covers": "engine"}}
    for line, column in zip(desk.given_back(view)[1:], wrong, strict=True):
        name = called(column, "en")
        assert f"({name})" in line[-1] or line[-1].startswith(f"{name}:")


def test_goods_that_lack_what_their_category_requires_stay_drafts_and_say_so(asking):
    desk = asking
    with unit_of_work() as session:
        strict = replace(ASKED[0], wanted=ASKED[0].wanted.__class__("required"))
        taxonomy.put_attribute(session, category="motorcycle-parts", attribute=strict, position=0)
    view = desk.bring(workbook(table([row(sku="S-1"), row(sku="S-2", **{"attribute@voltage": 12})])))
    assert view.counts[Outcome.CREATE] == 2
    told = {found.sku: [(error.field, error.code) for error in found.warnings] for found in desk.rows(view)}
    assert told == {"S-1": [("attribute@voltage", "required")], "S-2": []}
    states = dict(reading().execute(sa.select(Listing.sku, Listing.state).where(Listing.sku.like("S-%"))).all())
    assert states == {"S-1": ListingState.DRAFT, "S-2": ListingState.SUBMITTED}
    desk.bring(comma_separated(table([{"sku": "S-1", "attribute@voltage": 24}])), "more.csv")
    state = fresh().scalar(sa.select(Listing.state).where(Listing.sku == "S-1"))
    assert state == ListingState.SUBMITTED


def test_a_sheet_of_answers_alone_updates_and_makes_no_listing(asking):
    desk = asking
    desk.bring(workbook(table([row()])))
    answers = [{"sku": "CH-1", "dangerous": "not_dangerous", "dangerous_confirmed": "yes"}]
    view = desk.bring(workbook(table([*answers, {**answers[0], "sku": "NEW"}])))
    assert (view.counts[Outcome.UPDATE], desk.errors(view)) == (1, [{"sku": "sku_unknown"}])
    answer = said(desk)[0]["dangerous"]
    assert (answer["answer"], answer["signed_by"]) == ("not_dangerous", str(desk.market.merchant.actor.person))

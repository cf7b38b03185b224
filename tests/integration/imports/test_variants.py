"""Groups of variants go out with the list and come back: unchanged when they are, row by row when they are not."""

import io
from functools import partial

import pytest
import sqlalchemy as sa

from marketplace.audit.models import AuditRow
from marketplace.catalog.imports import batches, flows, services, written
from marketplace.catalog.models import ChangeSet, Listing, ListingCard, ListingVariant, VariantGroup
from marketplace.catalog.queries import variants as queries
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.sheet_variants import InGroup
from marketplace.catalog.rules.states import ListingState
from marketplace.catalog.rules.variants import Group, Member
from marketplace.catalog.services import grouping, variants
from marketplace.kernel import clock
from marketplace.kernel.db import reading, snapshot, unit_of_work
from marketplace.kernel.errors import Refused
from tests.support.invariants import fresh
from tests.support.racing import at_once
from tests.support.sheets import comma_separated, row, table, workbook
from tests.support.statements import statements


def goods(number, group=None, values=None, **more):
    named = {"variant_group": group, "variant_values": values}
    return row(sku=f"V-{number}", **{name: text for name, text in named.items() if text is not None}, **more)


def says(number, group="Chains", values=""):
    return {"sku": f"V-{number}", "variant_group": group, "variant_values": values}


def standing(desk):
    """Return the merchant's groups: by name their axes and the values of their articles in order."""
    session = fresh()
    found = session.execute(
        sa.select(VariantGroup.name, VariantGroup.axes, Listing.sku, ListingVariant.values)
        .join(ListingVariant, ListingVariant.group_id == VariantGroup.id)
        .join(Listing, Listing.id == ListingVariant.listing_id)
        .where(VariantGroup.company_id == desk.market.merchant.company)
        .order_by(VariantGroup.name, ListingVariant.position)
    )
    groups = {}
    for name, axes, sku, values in found:
        groups.setdefault(name, (axes, {}))[1][sku] = values
    return groups


def listing_id(sku):
    return reading().scalars(sa.select(Listing.id).where(Listing.sku == sku)).one()


def export(desk, shape):
    target = io.BytesIO()
    with snapshot() as session:
        written.write(session, company_id=desk.market.merchant.company, shape=written.Shape(shape), target=target)
    return target.getvalue()


def counts(view):
    return {str(outcome): count for outcome, count in view.counts.items() if count}


@pytest.fixture
def chains(desk):
    """A group of two colours that a file began."""
    desk.bring(workbook(table([goods(1, "Chains", "Colour=red"), goods(2, "Chains", "Colour=blue")])), submit=False)
    return desk


@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_groups_of_a_file_come_back_unchanged_and_join_their_like(desk, shape):
    lines = [
        goods(1, "Chains; 428", "Colour=red; Size=116"),
        goods(2, "Chains; 428", "size=120; colour=a\\=b"),
        goods(3, "Pads", "轮=前"),
        goods(4),
    ]
    view = desk.bring(workbook(table(lines)), submit=False)
    assert counts(view) == {"create": 4}, desk.errors(view)
    assert standing(desk) == {
        "Chains; 428": (["Colour", "Size"], {"V-1": ["red", "116"], "V-2": ["a=b", "120"]}),
        "Pads": (["轮"], {"V-3": ["前"]}),
    }
    content = export(desk, shape)
    view = desk.bring(content, f"list.{shape}")
    assert set(counts(view)) == {"unchanged"}, desk.errors(view)
    view = desk.bring(comma_separated(table([says(4, "Pads", "轮=后")])), "more.csv")
    assert counts(view) == {"update": 1}
    assert standing(desk)["Pads"] == (["轮"], {"V-3": ["前"], "V-4": ["后"]})


def test_a_list_without_groups_has_no_columns_for_them(desk):
    assert b"variant_group" not in export(desk, "csv")


def test_groups_put_together_by_hand_have_a_name_and_are_found_by_it(chains):
    desk = chains
    desk.bring(workbook(table([goods(7), goods(8), goods(9)])), submit=False)
    actor, key = desk.market.merchant.actor, listing_id("V-7")
    group = Group(("Size",), (Member("V-7", ("1",)), Member("V-8", ("2",))))
    with unit_of_work() as session:
        variants.put(session, actor=actor, listing_id=key, group=group, now=clock.now())
    assert standing(desk)["V-7"] == (["Size"], {"V-7": ["1"], "V-8": ["2"]})
    named = Group(group.axes, group.members, "Chains")
    with pytest.raises(Refused, match="fields") as refused, unit_of_work() as session:
        variants.put(session, actor=actor, listing_id=key, group=named, now=clock.now())
    assert [(error.field, error.code) for error in refused.value.errors] == [("name", "taken")]
    with unit_of_work() as session:
        named = Group(group.axes, group.members, "Sizes")
        variants.put(session, actor=actor, listing_id=key, group=named, now=clock.now())
        # Without a name it keeps the one that it has.
        variants.put(session, actor=actor, listing_id=key, group=group, now=clock.now())
        assert queries.name_of(session, listing_id=key) == "Sizes"
    assert counts(desk.bring(workbook(table([says(9, "Sizes", "Size=3")])))) == {"update": 1}
    assert standing(desk)["Sizes"][1] == {"V-7": ["1"], "V-8": ["2"], "V-9": ["3"]}


def test_wrong_rows_name_their_column_in_the_merchants_language_and_the_rest_lands(chains):
    desk = chains
    lines = [
        goods(3, "Chains", "Size=L"),
        goods(4, "Chains", "Colour=Red"),
        goods(5, "Chains", "Colour="),
        goods(6, "Chains"),
        goods(7, None, "Colour=gold"),
        goods(8, "Chains", "gold"),
        goods(9, "Chains", "Colour=gold"),
        goods(10, "Chains", "Colour=gold"),
        goods(1, "Others", "Colour=red"),
        goods(11, "Chains", "Colour=Red", price="x"),
        goods(12, "Chains", "Colour=x; Size=", price="x"),
    ]
    wrong = [
        {"variant_values": "variant_axis"},
        {"variant_values": "variant_same"},
        {"variant_values": "variant_blank"},
        {"variant_values": "required"},
        {"variant_group": "required"},
        {"variant_values": "variant_cell"},
        {"variant_values": "variant_same"},
        {"variant_group": "variant_moved"},
        {"price": "number"},
        {"price": "number", "variant_values": "variant_axis"},
    ]
    for dry_run in (True, False):
        view = desk.bring(workbook(table(lines)), dry_run=dry_run, submit=False, locale="vi")
        assert desk.errors(view) == wrong
    assert counts(view) == {"create": 1, "error": 10}
    assert standing(desk)["Chains"][1] == {"V-1": ["red"], "V-2": ["blue"], "V-9": ["gold"]}
    header, *rows = desk.given_back(view)
    assert len(rows) == 10
    assert "V2 (Giá trị của biến thể): " in rows[0][-1]
    mended = (
        header,
        ["Colour=black" if name == "variant_values" else cell for name, cell in zip(header, rows[0], strict=True)],
    )
    file_id = desk.file(workbook(list(mended)), "mended.xlsx")
    with unit_of_work() as session:
        again = services.retry(
            session, actor=desk.market.merchant.actor, import_id=view.id, dry_run=False, locale="vi", file_id=file_id,
            now=clock.now(),
        )  # fmt: skip
    assert counts(desk.run(again)) == {"create": 1}
    assert standing(desk)["Chains"][1]["V-3"] == ["black"]


def test_the_preview_says_what_each_row_changes(chains):
    desk = chains
    desk.bring(workbook(table([goods(3)])), submit=False)
    lines = [says(1, values="Colour=blue"), says(2, values="Colour=red"), says(3, "Chains", "Colour=gold")]
    view = desk.bring(workbook(table(lines)), dry_run=True)
    told = {
        found.sku: [(change.column, change.before, change.after) for change in found.changes]
        for found in desk.rows(view)
    }
    assert told == {
        "V-1": [("variant_values", "Colour=red", "Colour=blue")],
        "V-2": [("variant_values", "Colour=blue", "Colour=red")],
        "V-3": [("variant_group", "", "Chains"), ("variant_values", "", "Colour=gold")],
    }
    assert standing(desk)["Chains"][1] == {"V-1": ["red"], "V-2": ["blue"]}
    assert counts(desk.bring(workbook(table(lines)))) == {"update": 3}
    assert standing(desk)["Chains"][1] == {"V-1": ["blue"], "V-2": ["red"], "V-3": ["gold"]}
    assert counts(desk.bring(workbook(table(lines)))) == {"unchanged": 3}


def test_what_stands_in_a_group_is_live_at_once_on_the_cards_and_audited(desk):
    actor, live = desk.market.merchant.actor, desk.market.chains
    sku = reading().scalars(sa.select(Listing.sku).where(Listing.id == live)).one()
    version = reading().scalars(sa.select(Listing.version).where(Listing.id == live)).one()
    desk.bring(workbook(table([goods(1, "Chains", "Colour=red")])), submit=False)
    desk.bring(workbook(table([{"sku": sku, "variant_group": "Chains", "variant_values": "Colour=steel"}])))
    session = fresh()
    listing = session.get_one(Listing, live, populate_existing=True)
    group = session.scalars(sa.select(VariantGroup.id)).one()
    card = session.scalars(sa.select(ListingCard).where(ListingCard.listing_id == live)).one()
    assert (listing.state, listing.version, card.version) == (ListingState.LIVE, version + 1, version + 1)
    assert card.page["group"] == str(group)
    # As by hand, nothing of it waits for a review.
    assert session.scalars(sa.select(ChangeSet).where(ChangeSet.listing_id == live)).all() == []
    audited = session.scalars(sa.select(AuditRow).where(AuditRow.action == "listing.variant_set")).all()
    assert {(each.subject_id, each.facts["group"]) for each in audited} == {
        (listing_id("V-1"), str(group)),
        (live, str(group)),
    }
    assert {each.actor_id for each in audited} == {actor.person}


def test_rows_far_below_find_what_rows_above_made_of_their_group(desk, monkeypatch):
    monkeypatch.setattr(flows, "_PIECE", 2)
    monkeypatch.setattr(services, "BATCH", 2)
    rows = [goods(number, "Sizes", f"Size={number}") for number in range(1, 7)]
    wrong = [goods(7, "Sizes", "Size=1"), goods(8, "Sizes", "Colour=red")]
    view = desk.bring(workbook(table([*rows, *wrong])), dry_run=True)
    assert desk.errors(view) == [{"variant_values": "variant_same"}, {"variant_values": "variant_axis"}]
    with unit_of_work() as session:
        services.commit(session, actor=desk.market.merchant.actor, import_id=view.id, now=clock.now())
    stood = []

    def cut_off(*given, **named):
        if len(stood) == 2:
            raise ConnectionError
        stood.append(named)
        return grouping_stand(*given, **named)

    grouping_stand = grouping.stand
    monkeypatch.setattr(batches.grouping, "stand", cut_off)
    with pytest.raises(ConnectionError):
        desk.run(view.id)
    assert len(standing(desk)["Sizes"][1]) == 4
    monkeypatch.setattr(batches.grouping, "stand", grouping_stand)
    view = desk.run(view.id)
    assert counts(view) == {"create": 6, "error": 2}
    assert standing(desk)["Sizes"][1] == {f"V-{number}": [str(number)] for number in range(1, 7)}


def test_further_prices_of_a_new_article_whose_group_is_wrong_wait_for_it(chains):
    desk = chains
    further = {"sku": "V-3", "currency": "USD", "price": 4, "incoterm": "DAP", "place": "Hanoi"}
    view = desk.bring(workbook(table([goods(3, "Chains", "Colour=red"), further])))
    assert desk.errors(view) == [{"variant_values": "variant_same"}, {"sku": "sku_first"}]
    view = desk.bring(workbook(table([goods(3, "Chains", "Colour=gold"), further])))
    assert counts(view) == {"create": 1, "update": 1}
    assert standing(desk)["Chains"][1]["V-3"] == ["gold"]
    changes = [found.changes for found in desk.rows(view)]
    assert not any("variant" in change.column for each in changes for change in each)


def test_who_was_to_make_room_and_did_not_leaves_no_room(chains):
    desk = chains
    with unit_of_work() as session:
        ended = session.get_one(Listing, listing_id("V-2"))
        ended.state = ListingState.DELISTED
    lines = [says(1, values="Colour=blue"), says(2, values="Colour=red")]
    view = desk.bring(workbook(table(lines)))
    assert [sorted(each) for each in desk.errors(view)] == [["variant_values"], ["sku"]]
    assert standing(desk)["Chains"][1] == {"V-1": ["red"], "V-2": ["blue"]}


@pytest.mark.parametrize(("axis", "code"), [("Size", "variant_axis"), ("Colour", "variant_same")])
def test_a_group_of_this_name_that_came_meanwhile_is_looked_at_again(chains, monkeypatch, axis, code):
    desk = chains
    begin = grouping.begin

    def begun_elsewhere(session, *, actor, places):
        made = VariantGroup(company_id=actor.company, name="New", axes=[axis])
        session.add(made)
        session.flush()
        session.execute(sa.delete(ListingVariant).where(ListingVariant.listing_id == listing_id("V-2")))
        session.add(ListingVariant(listing_id=listing_id("V-2"), group_id=made.id, position=0, values=["red"]))
        session.flush()
        begin(session, actor=actor, places=places)

    monkeypatch.setattr(batches.grouping, "begin", begun_elsewhere)
    view = desk.bring(workbook(table([goods(3, "New", "Colour=red")])), submit=False)
    assert desk.errors(view) == [{"variant_values": code}]
    assert standing(desk)["New"] == ([axis], {"V-2": ["red"]})


def test_a_group_that_has_gone_meanwhile_is_told(chains, monkeypatch):
    desk = chains
    monkeypatch.setattr(batches.grouping, "stand", lambda *_given, **_named: set())
    view = desk.bring(workbook(table([goods(3, "Chains", "Colour=gold")])), submit=False)
    assert desk.errors(view) == [{"variant_group": "variant_raced"}]


def test_only_groups_that_are_there_take_articles_in(chains):
    desk = chains
    desk.bring(workbook(table([goods(3)])), submit=False)
    key, home = listing_id("V-3"), listing_id("V-1")
    places = {key: InGroup("Gone", ("Size",), ("1",)), home: InGroup("Chains", ("Size",), ("1",))}
    with unit_of_work() as session:
        assert grouping.stand(session, actor=desk.market.merchant.actor, places=places, now=clock.now()) == set()


def test_two_imports_at_once_give_no_two_articles_the_same_values(chains):
    desk = chains
    files = [workbook(table([goods(f"{name}-{n}", "Race", f"Size={n}") for n in range(20)])) for name in "AB"]
    ids = [desk.begin(content, submit=False) for content in files]
    at_once(desk.app, [partial(desk.run, each) for each in ids])
    views = [desk.view(each) for each in ids]
    axes, members = standing(desk)["Race"]
    assert axes == ["Size"]
    assert len({tuple(values) for values in members.values()}) == len(members)
    assert sum(view.counts[Outcome.ERROR] for view in views) >= 20


def test_questions_do_not_grow_with_the_rows(chains):
    desk = chains
    numbers = []
    for size in (10, 200):
        groups = [goods(f"{size}-{n}", f"G-{size}-{n // 5}", f"Size={n}") for n in range(size)]
        with statements() as asked:
            view = desk.bring(workbook(table(groups)), submit=False)
        assert counts(view) == {"create": size}
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]

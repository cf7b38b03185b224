"""Pictures beside a list, after it or from addresses: in their order, once, reviewed on what is up."""

import io
import zipfile

import pytest
import sqlalchemy as sa
from PIL import Image

from marketplace.catalog.imports import flows, gallery_flows, queries, services
from marketplace.catalog.models import ChangeSet, Listing, ListingPicture
from marketplace.catalog.rules.imported import Outcome
from marketplace.catalog.rules.picture_sources import PictureState
from marketplace.catalog.rules.states import ChangeState
from marketplace.edge.acts.imports import called, explain
from marketplace.files import flows as files
from marketplace.files import services as file_services
from marketplace.files.rules import Purpose
from marketplace.kernel import clock
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import Conflict, Refused
from tests.support.sheets import row, table, workbook

COLOURS = (
    "red",
    "green",
    "blue",
    "white",
    "black",
    "yellow",
    "orange",
    "purple",
    "brown",
    "grey",
    "pink",
    "navy",
    "teal",
)


def picture(colour):
    target = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(target, "PNG")
    return target.getvalue()


def packed(**files_by_name):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files_by_name.items():
            archive.writestr(name.replace("__", "."), content)
    return target.getvalue()


class Net:
    """The network as these tests need it: pictures by their address; its real twin has tests of its own."""

    def __init__(self, **found):
        self.found, self.asked = {f"https://pictures.test/{name}": content for name, content in found.items()}, []

    def fetch(self, url, *, most):
        self.asked.append(url)
        if url not in self.found:
            raise Refused.field("url", "url_status", "an answer of 200", status=404)
        return self.found[url]


def keep(desk, content):
    taken = files.take(stream=io.BytesIO(content), declared_name="p.zip", purpose=Purpose.PICTURES, store=desk.store)
    with unit_of_work() as session:
        return file_services.keep(session, actor=desk.market.merchant.actor, upload=taken, now=clock.now())


def bring(desk, rows, archive=None, net=None):
    """Bring a list with its pictures in, or pictures alone."""
    actor = desk.market.merchant.actor
    pictures_id = keep(desk, archive) if archive is not None else None
    file_id = desk.file(workbook(table(rows)), "list.xlsx") if rows else pictures_id
    with unit_of_work() as session:
        import_id = services.begin(
            session, actor=actor, file_id=file_id, options=services.Options(submit=False), pictures_id=pictures_id,
            now=clock.now(),
        )  # fmt: skip
    flows.run(import_id, store=desk.store, explain=explain, called=called)
    take_in(desk, import_id, net)
    return desk.view(import_id)


def take_in(desk, import_id, net=None):
    gallery_flows.run(import_id, store=desk.store, fetcher=net or Net())
    reading().rollback()


def shown(desk, sku="CH-1"):
    """Return the colours of a listing's pictures in their order, with what they show in words."""
    reading().rollback()
    query = (
        sa.select(ListingPicture)
        .join(Listing, Listing.id == ListingPicture.listing_id)
        .where(Listing.sku == sku)
        .order_by(ListingPicture.position)
    )
    found = []
    for each in reading().scalars(query):
        content = flows.bytes_store.read(desk.store, flows.files.get_any(reading(), file_id=each.file_id).sha256)
        pixel = Image.open(io.BytesIO(content)).convert("RGB").getpixel((1, 1))
        names = {Image.new("RGB", (1, 1), colour).getpixel((0, 0)): colour for colour in COLOURS}
        found.append((names[pixel], each.alt))
    return found


def states(view):
    return [row.state.value for row in queries.pictures(reading(), import_id=view.id).items]


ARCHIVE = packed(**{"CH-1.png": picture("red"), "CH-1_2.png": picture("green"), "other.png": picture("blue")})


def test_files_named_after_an_article_are_its_pictures(desk):
    view = bring(desk, [row()], ARCHIVE)
    assert shown(desk) == [("red", ""), ("green", "")]
    assert states(view) == ["added", "added"]
    again = bring(desk, [row()], ARCHIVE)
    assert states(again) == ["same", "same"]
    assert (again.counts[Outcome.UNCHANGED], len(shown(desk))) == (1, 2)


def test_a_column_names_files_and_addresses_in_their_order(desk):
    named = row(pictures="other.png; https://pictures.test/far.png;CH-1.png", pictures_alt="a chain;;its box")
    net = Net(**{"far.png": picture("white")})
    view = bring(desk, [named], ARCHIVE, net)
    assert shown(desk) == [("blue", "a chain"), ("white", ""), ("red", "its box")]
    again = bring(desk, [row(pictures="CH-1.png;other.png")], ARCHIVE)
    assert states(again) == ["same", "same"]
    assert [colour for colour, _ in shown(desk)] == ["red", "blue", "white"]
    assert states(view) == ["added"] * 3


def test_pictures_come_after_the_list_by_themselves(desk):
    desk.bring(workbook(table([row(), row(sku="CH-1_2")])), submit=False)
    view = bring(
        desk, [], packed(**{"CH-1.png": picture("red"), "CH-1_2.png": picture("green"), "NONE.png": picture("blue")})
    )
    assert (shown(desk), shown(desk, "CH-1_2")) == ([("red", "")], [("green", "")])
    assert desk.errors(view) == [{"sku": "sku_unknown"}]


def test_what_fails_is_told_beside_its_row_and_tried_again(desk):
    address = "https://pictures.test/late.png"
    view = bring(desk, [row(pictures=f"{address};lost.png"), row(sku="CH-2", pictures="lost.png")])
    assert states(view) == ["failed"] * 3
    said = [(found.line, found.error.code) for found in queries.pictures(reading(), import_id=view.id).items]
    assert said == [(2, "url_status"), (2, "picture_missing"), (3, "picture_missing")]
    archive = packed(**{"lost.png": picture("black")})
    with unit_of_work() as session:
        services.retry_pictures(
            session, actor=desk.market.merchant.actor, import_id=view.id, pictures_id=None,
            names=[], now=clock.now(),
        )  # fmt: skip
    take_in(desk, view.id, Net(**{"late.png": picture("red")}))
    assert states(view) == ["added", "failed", "failed"]
    pictures_id = keep(desk, archive)
    with unit_of_work() as session:
        services.retry_pictures(
            session, actor=desk.market.merchant.actor, import_id=view.id, pictures_id=pictures_id, names=["lost.png"],
            now=clock.now(),
        )  # fmt: skip
    net = Net()
    take_in(desk, view.id, net)
    assert net.asked == []
    assert (shown(desk), shown(desk, "CH-2")) == ([("red", ""), ("black", "")], [("black", "")])
    with unit_of_work() as session, pytest.raises(Conflict):
        services.retry_pictures(
            session, actor=desk.market.merchant.actor, import_id=view.id, pictures_id=None, names=[], now=clock.now()
        )


def test_what_is_no_picture_keeps_the_others_waiting_for_nothing(desk):
    archive = packed(**{"a.png": b"\x89PNG\r\n\x1a\n broken", "b.png": picture("red"), "c.jpg": b"<svg/>"})
    view = bring(desk, [row(pictures="a.png;b.png;c.jpg")], archive)
    assert states(view) == ["failed", "added", "failed"]
    codes = [found.error.code for found in queries.pictures(reading(), import_id=view.id).items if found.error]
    assert codes == ["picture_broken", "file_kind"]


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ("http://pictures.test/a.png", "picture_source"),
        ("../a.png", "picture_source"),
        ("a.gif", "picture_source"),
        (";".join(f"{number}.png" for number in range(13)), "pictures_many"),
    ],
)
def test_a_row_that_names_no_pictures_is_refused(desk, names, code):
    assert desk.errors(desk.bring(workbook(table([row(pictures=names)])))) == [{"pictures": code}]


def test_a_listing_shows_twelve_at_most(desk):
    archive = packed(**{f"CH-1_{number + 1}.png": picture(colour) for number, colour in enumerate(COLOURS)})
    bring(desk, [row()], archive)
    assert len(shown(desk)) == 12
    view = bring(desk, [row(pictures="CH-1_13.png")], archive)
    assert [found.error.code for found in queries.pictures(reading(), import_id=view.id).items] == ["pictures_many"]


def test_pictures_of_what_is_up_wait_for_review(desk):
    sku = reading().scalars(sa.select(Listing.sku).where(Listing.id == desk.market.chains)).one()
    bring(desk, [{"sku": sku, "pictures": "a.png"}], packed(**{"a.png": picture("red")}))
    waiting = sa.select(ChangeSet.changes).where(
        ChangeSet.listing_id == desk.market.chains, ChangeSet.state == ChangeState.PENDING
    )
    assert len(reading().scalars(waiting).one()["pictures"]["new"]) == 1
    assert not reading().scalars(sa.select(ListingPicture.approved)).one()


def test_a_run_that_is_cut_off_goes_on(desk):
    rows = [row(pictures="https://pictures.test/1.png;https://pictures.test/2.png")]

    class Cut(Net):
        def fetch(self, url, *, most):
            if url.endswith("2.png"):
                raise KeyboardInterrupt
            return super().fetch(url, most=most)

    found = {"1.png": picture("red"), "2.png": picture("blue")}
    with pytest.raises(KeyboardInterrupt):
        bring(desk, rows, net=Cut(**found))
    reading().rollback()
    view = queries.imports(reading(), company_id=desk.market.merchant.company).items[0]
    net = Net(**found)
    take_in(desk, view.id, net)
    assert net.asked == ["https://pictures.test/2.png"]
    assert [colour for colour, _ in shown(desk)] == ["red", "blue"]
    assert queries.picture_counts(reading(), import_id=view.id)[PictureState.ADDED] == 2

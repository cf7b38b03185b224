"""Files come in clean, lie under their hash, and belong to one company."""

import io
import struct
import time
import zlib
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from marketplace.files import flows, pdfs, pictures, queries, rules, services, store
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel.actor import SYSTEM, Actor
from marketplace.kernel.db import reading, unit_of_work
from marketplace.kernel.errors import NotFound, Refused, TooLarge
from marketplace.kernel.ids import new_id
from tests.support.pdfs import pdf

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
MERCHANT = Actor(new_id(), new_id())


def upload(app, content, name="picture.jpg", purpose=Purpose.PICTURE, actor=MERCHANT):
    return flows.upload(
        actor=actor,
        stream=io.BytesIO(content),
        declared_name=name,
        purpose=purpose,
        store=app.extensions["city.store"],
        now=NOW,
    )


def photo(size=(2000, 1000)):
    """A JPEG as a phone writes it: lying on its side, with the place where it was taken."""
    picture = Image.effect_noise(size, 60).convert("RGB")
    exif = picture.getexif()
    exif[0x0112] = 6  # orientation: turn by 90 degrees
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (22.0, 48.0, 30.5)
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, comment=b"taken at home", icc_profile=b"SecretProfile")
    return target.getvalue()


def written(mode, format, size=(40, 30), **options):
    target = io.BytesIO()
    Image.new(mode, size).save(target, format, **options)
    return target.getvalue()


def test_a_photo_is_cleaned_turned_and_scaled(app):
    content = photo()
    assert b"SecretPhone" in content
    file_id = upload(app, content)
    row = queries.get_file(reading(), company_id=MERCHANT.company_id, file_id=file_id)
    assert (row.media_type, row.width, row.height, row.name) == ("image/jpeg", 1000, 2000, "picture.jpg")
    kept = store.read(app.extensions["city.store"], row.sha256)
    assert (len(kept), sha256(kept).hexdigest()) == (row.size, row.sha256)
    stored = [kept]
    for width, expected in ((320, (320, 640)), (800, (800, 1600)), (1600, (1000, 2000))):
        blob = queries.rendition(reading(), file_id=file_id, width=width)
        stored.append(store.read(app.extensions["city.store"], blob.sha256))
        opened = Image.open(io.BytesIO(stored[-1]))
        assert (opened.format, opened.size) == ("WEBP", expected)
    for content in stored:
        opened = Image.open(io.BytesIO(content))
        assert not opened.getexif()
        assert not {"exif", "comment", "icc_profile", "xmp"} & opened.info.keys()
        assert b"Secret" not in content
        assert b"taken at home" not in content


def test_text_chunks_do_not_survive_in_a_png(app):
    texts = PngInfo()
    texts.add_text("Author", "Somebody Private")
    file_id = upload(app, written("RGBA", "PNG", pnginfo=texts))
    row = queries.get_any(reading(), file_id=file_id)
    assert row.media_type == "image/png"
    assert b"Private" not in store.read(app.extensions["city.store"], row.sha256)


@pytest.mark.parametrize(
    ("mode", "format", "kind"),
    [
        ("CMYK", "JPEG", MediaType.JPEG),
        ("L", "JPEG", MediaType.JPEG),
        ("P", "PNG", MediaType.PNG),
        ("1", "PNG", MediaType.PNG),
        ("I;16", "PNG", MediaType.PNG),
        ("LA", "PNG", MediaType.PNG),
        ("RGBA", "WEBP", MediaType.WEBP),
        ("RGB", "WEBP", MediaType.WEBP),
    ],
)
def test_every_colour_mode_is_taken(mode, format, kind):
    clean = pictures.clean(written(mode, format), kind)
    assert (clean.width, clean.height) == (40, 30)
    assert [made.width for made in clean.renditions] == [320, 800, 1600]


def bomb(width, height):
    """A PNG of a few bytes that claims to be huge."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 3000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6400, 6400), (20_000, 20_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(app, size):
    started = time.perf_counter()
    with pytest.raises(Refused) as refusal:
        upload(app, bomb(*size))
    assert refusal.value.errors[0].code in {"picture_pixels", "picture_broken"}
    assert time.perf_counter() - started < 1
    assert queries.hashes(reading()) == frozenset()


@pytest.mark.parametrize(
    "content", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", photo((60, 40))[:900], bomb(50, 50)]
)
def test_a_picture_that_is_none_is_refused(app, content):
    with pytest.raises(Refused) as refusal:
        upload(app, content)
    assert refusal.value.errors[0].code == "picture_broken"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_a_damaged_picture_is_cleaned_or_refused_never_a_crash(format, data):
    content = bytearray(written("RGB", format, (24, 24)))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    kind = {"JPEG": MediaType.JPEG, "PNG": MediaType.PNG, "WEBP": MediaType.WEBP}[format]
    try:
        clean = pictures.clean(bytes(content), kind)
    except Refused:
        return
    assert clean.width * clean.height <= rules.LARGEST_PICTURE


def test_too_many_bytes_are_not_even_read(app):
    class Endless:
        given = 0

        def read(self, size):
            self.given += size
            return b"a" * size

    endless = Endless()
    with pytest.raises(TooLarge):
        flows.take(stream=endless, declared_name="x", purpose=Purpose.SLIP, store=app.extensions["city.store"])
    assert endless.given <= rules.LIMITS[Purpose.SLIP].size + 1024 * 1024


def test_documents_are_kept_byte_by_byte(app):
    content = pdf("hello")
    file_id = upload(app, content, name="../../slip 银行.pdf.exe", purpose=Purpose.SLIP)
    row = queries.get_file(reading(), company_id=MERCHANT.company_id, file_id=file_id)
    assert (row.name, row.media_type, row.size) == ("slip 银行.pdf.pdf", "application/pdf", len(content))
    assert store.read(app.extensions["city.store"], row.sha256) == content
    assert store.is_intact(app.extensions["city.store"], row.sha256)


def test_a_foreign_file_answers_like_an_unknown_one(app):
    file_id = upload(app, pdf("hello"), purpose=Purpose.LICENCE)
    answers = []
    for company_id, wanted in ((new_id(), file_id), (None, file_id), (MERCHANT.company_id, new_id())):
        with pytest.raises(NotFound) as refusal:
            queries.get_file(reading(), company_id=company_id, file_id=wanted)
        answers.append(str(refusal.value))
    assert len(set(answers)) == 1
    with pytest.raises(NotFound):
        queries.rendition(reading(), file_id=file_id, width=320)


def test_the_same_bytes_lie_once_and_belong_to_each_owner(app):
    other = Actor(new_id(), new_id())
    ids = [upload(app, pdf("hello"), purpose=Purpose.SLIP, actor=actor) for actor in (MERCHANT, other)]
    rows = queries.files(reading(), ids=ids)
    assert len({row.sha256 for row in rows.values()}) == 1
    assert {row.company_id for row in rows.values()} == {MERCHANT.company_id, other.company_id}
    listed = [item["path"] for page in obstore.list(app.extensions["city.store"]) for item in page]
    assert rules.path_of(rows[ids[0]].sha256) in listed


def test_what_the_city_makes_is_kept_inside_a_unit_of_work_and_not_handed_in(app):
    made = flows.take(
        stream=io.BytesIO(pdf("made")),
        declared_name="invoice",
        purpose=Purpose.DOCUMENT,
        store=app.extensions["city.store"],
    )
    with unit_of_work() as session:
        file_id = services.keep(session, actor=SYSTEM, upload=made, now=NOW)
    assert queries.get_file(reading(), company_id=None, file_id=file_id).name == "invoice.pdf"
    with pytest.raises(Refused) as refusal:
        upload(app, pdf("made"), purpose=Purpose.DOCUMENT)
    assert refusal.value.errors[0].field == "purpose"


def test_missing_and_changed_bytes_are_seen(app):
    bucket = app.extensions["city.store"]
    known = store.put(bucket, b"hello")
    assert store.put(bucket, b"hello") == known
    assert store.is_intact(bucket, known)
    obstore.put(bucket, rules.path_of(known), b"jello")
    assert not store.is_intact(bucket, known)
    with pytest.raises(NotFound):
        store.read(bucket, "0" * 64)
    assert not store.is_intact(bucket, "0" * 64)


def test_a_file_handed_in_for_anything_serves_what_it_is_fit_for() -> None:
    size = 3 * rules.MEGABYTE

    def serves(wanted: rules.Purpose, media_type: rules.MediaType) -> bool:
        return rules.serves(wanted, purpose=rules.Purpose.ANY, media_type=media_type, size=size)

    assert serves(rules.Purpose.LICENCE, rules.MediaType.PDF)
    assert serves(rules.Purpose.WORKBOOK, rules.MediaType.XLSX)
    assert not serves(rules.Purpose.SEAL, rules.MediaType.PNG)  # larger than a seal may be
    assert not serves(rules.Purpose.PICTURE, rules.MediaType.PDF)
    assert not rules.serves(
        rules.Purpose.SLIP, purpose=rules.Purpose.LICENCE, media_type=rules.MediaType.PDF, size=size
    )


def bombed_pdf():
    """A PDF whose cross-reference stream unfolds to a gigabyte."""
    squeezed = zlib.compressobj(9)
    stream = b"".join(squeezed.compress(b"\0" * 1024 * 1024) for _ in range(1024)) + squeezed.flush()
    head = b"<</Type/XRef/W[1 4 2]/Size 9/Root 1 0 R/Filter/FlateDecode/Length %d>>" % len(stream)
    return b"%PDF-1.7\n1 0 obj\n" + head + b"stream\n" + stream + b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"


GOOD = pdf("a licence")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"%PDF-1.4", "pdf_broken"),
        (b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "pdf_broken"),
        (b"%PDF-1.7\n" + b"<script>alert(1)</script>" * 50 + b"%%EOF", "pdf_broken"),
        (GOOD[: len(GOOD) // 2], "pdf_broken"),
        (GOOD[:-8], "pdf_broken"),
        (GOOD.replace(b"/Count 1", b"/Count 0").replace(b"/Kids [ 4 0 R ]", b"/Kids [ ]"), "pdf_broken"),
        (GOOD.replace(b"/Pages", b"/Sides"), "pdf_broken"),
        (bombed_pdf(), "pdf_broken"),
        (pdf("a licence", password="open sesame"), "pdf_locked"),
    ],
)
@pytest.mark.parametrize("purpose", [Purpose.LICENCE, Purpose.SLIP, Purpose.ANY])
def test_a_pdf_that_nobody_can_open_is_refused(app, purpose, content, code):
    started = time.perf_counter()
    with pytest.raises(Refused) as refusal:
        upload(app, content, purpose=purpose)
    (error,) = refusal.value.errors
    assert (error.field, error.code, error.accepted) == ("file", code, rules.LIMITS[purpose].accepted)
    assert time.perf_counter() - started < 5
    assert queries.hashes(reading()) == frozenset()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_pdf_is_taken_or_refused_never_a_crash(data):
    content = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Refused):
        pdfs.check(bytes(content), accepted="PDF")

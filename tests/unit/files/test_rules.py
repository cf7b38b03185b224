"""What is accepted for which purpose is told by the bytes, never by a name."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.files import rules
from marketplace.files.rules import MediaType, Purpose
from marketplace.kernel.errors import Refused, TooLarge


def zipped(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, "x" * 50)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0rest", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\nrest", MediaType.PNG),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", MediaType.WEBP),
        (b"%PDF-1.7\n", MediaType.PDF),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), MediaType.XLSX),
        (zipped("[Content_Types].xml", "word/document.xml"), MediaType.DOCX),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), None),
        (zipped("evil.exe"), None),
        ("sku,title\n1,榴莲\n".encode(), MediaType.CSV),
        ("sku,title\n1,榴莲\n".encode("gb18030"), MediaType.CSV),
        ("sku,title\n1,榴莲\n".encode("utf-16"), MediaType.CSV),
        (b"\xef\xbb\xbf <html><script>alert(1)</script>", None),
        (b"<?xml version='1.0'?><svg/>", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x00\x00\x00\x18ftypheic", None),
        (b"GIF89a\x00\xff", None),
        (b"\0\0\0\x1cftypM4A \0\0\0\0", MediaType.M4A),
        (b"\0\0\0\x18ftypmp42\0\0\0\0moov hdlr\0\0\0\0\0\0\0\0soun", MediaType.M4A),
        (b"\0\0\0\x18ftypmp42\0\0\0\0moov hdlr\0\0\0\0\0\0\0\0vide", None),
        (b"OggS\0\x02" + bytes(22) + b"OpusHead", MediaType.OGG),
        (b"OggS\0\x02" + bytes(22) + b"\x80theora", None),
        (b"RIFF\0\0\0\0WAVEfmt ", MediaType.WAV),
        (b"RIFF\0\0\0\0AVI LIST", None),
        (b"ID3\x04\0rest", MediaType.MP3),
        (b"ID3,name\n", MediaType.CSV),
        (b"ID3", MediaType.CSV),
        (b"\xff\xfb\x90\x64\0", MediaType.MP3),
        (b"\xff\xfb\xf0\x64\0", None),
        (b"\xff\xfb\x9c\x64\0", None),
        (b"\xff\xfb\0", None),
        (b"\xff\x0b\x90\x64\0", None),
        (b"", None),
    ],
)
def test_kinds_are_told_by_their_marks(content, kind):
    assert rules.media_type(content) is kind


@given(st.binary(max_size=64))
def test_any_bytes_have_a_kind_or_none(content):
    assert rules.media_type(content) in {None, *MediaType}


@pytest.mark.parametrize("purpose", list(Purpose))
def test_refusals_name_what_is_accepted(purpose):
    for content in (b"MZ\x90\x00", b""):
        with pytest.raises(Refused) as refusal:
            rules.check(purpose, content)
        assert refusal.value.errors[0].accepted == rules.LIMITS[purpose].accepted
        assert " MB" in rules.LIMITS[purpose].accepted
    with pytest.raises(TooLarge) as too_large:
        rules.check(purpose, b"a" * (rules.LIMITS[purpose].size + 1))
    assert too_large.value.facts["limit"] == rules.LIMITS[purpose].size


def test_a_pdf_is_no_picture():
    with pytest.raises(Refused):
        rules.check(Purpose.PICTURE, b"%PDF-1.7")
    assert rules.check(Purpose.SLIP, b"%PDF-1.7") is MediaType.PDF


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_a_shown_name_is_never_a_path_or_a_header(declared):
    name = rules.shown_name(declared, MediaType.PDF)
    assert name.endswith(".pdf")
    assert len(name) <= 120
    assert not set(name) & set("/\\\r\n\x00")
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\x\\榴莲.JPEG", "榴莲.jpg"),
        ("", "file.jpg"),
        ("..", "file.jpg"),
        ("a.php.jpg", "a.php.jpg"),
    ],
)
def test_shown_names(declared, shown):
    assert rules.shown_name(declared, MediaType.JPEG) == shown


@pytest.mark.parametrize("sha256", ["", "../x", "a" * 63, "A" * 64, "a" * 64 + "\n"])
def test_only_a_hash_has_a_path(sha256):
    with pytest.raises(ValueError, match="SHA-256"):
        rules.path_of(sha256)


def test_bytes_lie_in_folders_by_the_beginning_of_their_hash():
    assert rules.path_of("ab" * 32) == "ab/" + "ab" * 32


def test_pixels_are_limited():
    rules.check_pixels(8000, 5000)
    for size in ((8000, 5001), (0, 5), (40_000_001, 1)):
        with pytest.raises(Refused):
            rules.check_pixels(*size)


def test_what_is_named_a_workbook_is_one_or_a_table_of_text():
    table, words = b"sku,title,price\nA,x,5\n", b"Dear all, this is the list of our"
    rules.check_name("list.xlsx", MediaType.XLSX, words, purpose=Purpose.WORKBOOK)
    rules.check_name("list.xlsx", MediaType.CSV, table, purpose=Purpose.WORKBOOK)
    rules.check_name("list.csv", MediaType.CSV, b"no marks", purpose=Purpose.WORKBOOK)
    rules.check_name("list.xlsx", MediaType.CSV, b"no marks", purpose=Purpose.SLIP)
    with pytest.raises(Refused) as refusal:
        rules.check_name("list.xlsx", MediaType.CSV, b"no\0 marks", purpose=Purpose.WORKBOOK)
    assert [error.code for error in refusal.value.errors] == ["no_workbook"]


@pytest.mark.parametrize(
    ("wanted", "purpose", "media_type", "size", "serves"),
    [
        (Purpose.PICTURE, Purpose.PICTURE, MediaType.JPEG, 99 * rules.MEGABYTE, True),
        (Purpose.PICTURE, Purpose.ANY, MediaType.JPEG, 10 * rules.MEGABYTE, True),
        (Purpose.PICTURE, Purpose.ANY, MediaType.JPEG, 10 * rules.MEGABYTE + 1, False),
        (Purpose.PICTURE, Purpose.ANY, MediaType.PDF, 1, False),
        (Purpose.PICTURE, Purpose.LICENCE, MediaType.JPEG, 1, False),
    ],
)
def test_a_file_serves_what_it_was_handed_in_for_or_anything_whose_limits_it_keeps(
    wanted, purpose, media_type, size, serves
):
    assert rules.serves(wanted, purpose=purpose, media_type=media_type, size=size) is serves


def test_an_archive_is_taken_where_one_is_asked_for_alone():
    archive = zipped("A-1.jpg")
    assert rules.check(Purpose.PICTURES, archive) is MediaType.ZIP
    with pytest.raises(Refused) as refusal:
        rules.check(Purpose.ANY, archive)
    assert [(error.field, error.code) for error in refusal.value.errors] == [("file", "file_kind")]

"""A ZIP of pictures is measured before it is unpacked; what is in it is known by its name alone."""

import io
import zipfile

import pytest

from marketplace.files import archives
from marketplace.files.archives import PictureArchive
from marketplace.kernel.errors import Refused, TooLarge


def packed(files, **options):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def test_pictures_are_found_by_their_names_whatever_folder_they_lie_in():
    content = packed(
        [
            ("sku/A-1.jpg", b"one"), ("../../etc/B.PNG", b"two"), ("C:\\pictures\\c.webp", b"three"),
            ("a-1.JPG", b"late"),
            ("__MACOSX/._A-1.jpg", b"fork"), ("notes.txt", b"text"), ("empty/", b""),
        ]
    )  # fmt: skip
    archive = PictureArchive(content)
    assert archive.names == ("A-1.jpg", "B.PNG", "c.webp")
    assert (archive.read("a-1.jpg"), archive.read("b.png"), archive.read("x/c.webp")) == (b"one", b"two", b"three")
    assert archive.read("notes.txt") is None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK\x03\x04 nothing", "archive_broken"),
        (b"", "archive_broken"),
        (packed([("inner.zip", packed([("a.jpg", b"x")]))]), "archive_nested"),
        (packed([("a.jpg", b"x"), ("more.tar.gz", b"x")]), "archive_nested"),
    ],
)
def test_what_is_no_archive_of_pictures_is_refused(content, code):
    with pytest.raises(Refused) as refused:
        PictureArchive(content)
    assert refused.value.errors[0].code == code


def test_a_locked_archive_is_refused():
    content = bytearray(packed([("a.jpg", b"x")]))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        content[at] |= 1
    with pytest.raises(Refused) as refused:
        PictureArchive(bytes(content))
    assert refused.value.errors[0].code == "archive_locked"


def test_a_bomb_is_refused_before_it_is_unpacked():
    with pytest.raises(TooLarge):
        PictureArchive(packed([("a.jpg", b"\0" * 8_000_000)]))
    with pytest.raises(TooLarge):
        PictureArchive(packed([(f"{number}.jpg", b"") for number in range(archives.MOST_FILES + 1)]))


def test_a_file_that_says_less_than_it_has_is_read_no_further():
    content = bytearray(packed([("a.jpg", b"x" * 100)]))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (10).to_bytes(4, "little")
    archive = PictureArchive(bytes(content))
    with pytest.raises(Refused):
        archive.read("a.jpg")
